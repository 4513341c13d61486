/** Facts, channels and benches for tests. */
import {
  contentDigest,
  type EndpointId,
  type Epoch,
  type HostId,
  hostLane,
  type Json,
  kindOf,
  type Lane,
  type OpenEvent,
  seal,
  type SessionId,
  sessionLane,
  sha256,
} from "@claw/events";
import { makeRedactor } from "@claw/redact";
import type { Bench, Channel } from "../src/domain/admit.ts";
import type { Delivery, Fact } from "../src/domain/delivery.ts";
import type { Owner } from "../src/domain/registry.ts";

/** Long ago, as backfilled history is; the tests with real sockets run on the real clock. */
export const AT = 1_700_000_000_000;
export const HOST = "h1" as HostId;
export const EPOCH = "ab".repeat(16) as Epoch;
export const ENDPOINT = "main" as EndpointId;
export const redactor = makeRedactor({ linkKey: "test" });
export const cleaner = { redactor, salt: () => "00".repeat(16) };
export const testScale = Math.max(1, Number(process.env["CLAW_TEST_SCALE"] ?? 1) || 1);

/** Something that looks like a live token and is none. */
export const makeSecret = (seed: string): string => `${"gh"}p_${sha256(seed).slice(0, 36)}`;

export const session = (name: string): Lane => sessionLane(name as SessionId);
export const channel: Channel = { hostId: HOST, epoch: EPOCH, clockOffsetMs: 0 };
export const bench = (owners: Readonly<Record<string, Owner>> = {}, nowMs = AT): Bench => ({
  ownerOf: (id) => owners[id],
  askedBy: () => undefined,
  hasRoom: () => true,
  workOf: () => undefined,
  nowMs,
  cleaner,
});
export const owned = (hostId: string = HOST): Owner => ({ hostId: hostId as HostId, endpointId: ENDPOINT });

export const event = (type: string, data: Json, body?: Json, at = AT): OpenEvent => ({
  type,
  v: 1,
  at,
  data,
  ...(body === undefined ? {} : { body }),
});

export const observed = (host: string = HOST, endpoint: string = ENDPOINT): OpenEvent =>
  event(
    "session.observed",
    {
      hostId: host,
      endpointId: endpoint,
      workspace: null,
      repo: null,
      branch: null,
      commit: null,
      source: "cli",
      threadSource: null,
      parentSessionId: null,
      rootSessionId: null,
      model: null,
      modelProvider: null,
      codexVersion: null,
      createdAt: null,
      activity: { type: "idle", flags: [] },
    },
    { name: null, preview: null },
  );

export const became = (flag = "x"): OpenEvent =>
  event("session.became", { activity: { type: "active", flags: [flag] } });
export const named = (name: string): OpenEvent => event("session.named", {}, { name });
export const epochStarted = (): OpenEvent =>
  event("epoch.started", { prevEpoch: null, lastSeq: 0, reason: "first" });

export interface GivenFact {
  readonly seq?: number;
  readonly lane?: Lane;
  readonly events?: readonly OpenEvent[];
  readonly redactor?: string | null;
}

export function fact({
  seq = 1,
  lane = hostLane(HOST),
  events = [epochStarted()],
  redactor: by = redactor.version,
}: GivenFact = {}): Fact {
  const said = seal(lane, by, events, () => "11".repeat(16));
  return { ...said, seq, digest: contentDigest(said) };
}

export const delivery = (given: Fact): Delivery => ({
  kind: "fact",
  seq: given.seq,
  bytes: 100,
  fact: given,
});

/** The lane of a catalogue type, for tables. */
export const laneOf = (type: string): string => kindOf(type)?.lane ?? "unknown";
