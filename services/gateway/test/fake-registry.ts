/** The registry's part of the fake views: the same answers as the real reader gives, over rows in memory. */
import { hash } from "node:crypto";
import { keysOf, type ObjectStore, ObjectsUnavailable, PART_NAMES } from "@claw/archives";
import { Digest, HostId, ownerKey, position, SessionId } from "@claw/events";
import {
  type ArchiveRow,
  belongingOf,
  belongingOfRuntime,
  type ChangedRow,
  type EgressRow,
  endpointKey,
  FLEET_VIEWS,
  type FleetRow,
  ownerOf,
  type OwnerLookup,
  type PageAsk,
  type PageOf,
  type RuntimeRow,
  type ShareRow,
  type ViewName,
  type ViewReader,
  type ViewRows,
} from "@claw/views";
import { Stream } from "effect";

/** The time of the rows, as of those of `fake-house.ts`. */
const NOW = 1_790_000_000_000;

interface Over {
  readonly position: () => number;
  readonly rows: <Name extends ViewName>(view: Name) => readonly ViewRows[Name][];
  readonly one: <Name extends ViewName>(view: Name, key: string) => ViewRows[Name] | null;
  readonly changed: () => readonly ChangedRow[];
  readonly page: <Row>(rows: readonly Row[], ask: PageAsk) => PageOf<Row>;
}

type Registry = Pick<
  ViewReader,
  | "runtimes"
  | "runtime"
  | "egress"
  | "checkpoints"
  | "archive"
  | "archives"
  | "owners"
  | "belonging"
  | "signIn"
  | "sharesOf"
  | "attentionActs"
  | "fleetChanges"
>;

export const registryOver = ({ position: at, rows, one, changed, page }: Over): Registry => ({
  runtimes: (ask) => page(rows("runtimes"), ask),
  runtime: (id) => one("runtimes", id),
  egress: (ask) => page(rows("egress"), ask),
  checkpoints: (id) => one("checkpoints", id),
  archive: (id) => one("archives", id),
  archives: (_filter, ask) => page(rows("archives"), ask),
  owners: (ask) => page(rows("owners"), ask),
  belonging: (id) => {
    const session = one("sessions", id);
    if (session !== null)
      return belongingOf(session, ownerOf(session, lookup(one)), one("hosts", session.hostId)?.group);
    const runtime = one("runtimes", id);
    return runtime === null ? null : belongingOfRuntime(runtime, one("hosts", runtime.hostId ?? "")?.group);
  },
  signIn: (id) => one("signIns", id),
  sharesOf: (name) =>
    rows("shares").filter((row) => (row.kind === "share" ? row.to === name : row.by === name)),
  attentionActs: (key) => one("attention", key),
  fleetChanges: (after) => ({
    position: position(at()),
    rows: changed().filter(
      (row) => row.position > after && (FLEET_VIEWS as readonly ViewName[]).includes(row.view),
    ) as unknown as readonly FleetRow[],
  }),
});

const lookup = (one: Over["one"]): OwnerLookup => ({
  session: (id) => one("sessions", id),
  unixUser: (hostId, endpointId) => one("endpoints", endpointKey(hostId, endpointId))?.unixUser ?? null,
  mapped: (hostId, unixUser) => one("owners", ownerKey(hostId, unixUser))?.owner ?? null,
});

export const runtimeRow = (id: string, more: Partial<RuntimeRow> = {}): RuntimeRow => ({
  runtimeId: SessionId.parse(id),
  revision: 1,
  runtime: "container",
  backing: "vnc",
  status: "ready",
  repo: "acme/app",
  branch: "main",
  owner: "ann",
  attachUrl: "https://vnc.example.org/r1",
  vnc: true,
  leaseId: "lease-1",
  leaseUntil: null,
  sandboxId: "box-1",
  hostId: HostId.parse("h1"),
  registeredAt: NOW,
  updatedAt: NOW,
  endedAt: null,
  factCount: 1,
  lastFactType: "runtime.registered",
  ...more,
});

export const egressRow = (sandboxId: string, more: Partial<EgressRow> = {}): EgressRow => ({
  sandboxId,
  sessionId: null,
  aliases: [],
  owner: null,
  allowedHosts: ["api.github.com", "*.npmjs.org"],
  githubRepo: "acme/app",
  githubCredentialSource: "session",
  hasGithubToken: true,
  hasGithubRepoNodeId: true,
  hasOpenaiOrg: false,
  openaiBaseUrlHost: "api.openai.com",
  registeredAt: NOW,
  position: 1,
  ...more,
});

/** The parts of an archive as an archivist writes them, far from their real size. */
const PARTS = { events: "{}\n", transcript: "# What was said\n", summary: "{}\n" } as const;
type Part = keyof typeof PARTS;

const partOf = (part: Part) => ({
  digest: Digest.parse(hash("sha256", PARTS[part], "hex")),
  bytes: Buffer.byteLength(PARTS[part]),
});

export const archiveRow = (sessionId: string, more: Partial<ArchiveRow> = {}): ArchiveRow => ({
  sessionId: SessionId.parse(sessionId),
  version: 1,
  position: 3,
  events: 3,
  status: "completed",
  failure: null,
  isFinal: true,
  parts: { events: partOf("events"), transcript: partOf("transcript"), summary: partOf("summary") },
  archivedAt: NOW,
  deletedAt: null,
  ...more,
});

/** The store of these archives; `more` says otherwise of single objects, by their keys. */
export function archiveOf(
  ...sessionIds: readonly string[]
): Pick<ObjectStore, "get"> & { readonly objects: Map<string, readonly Uint8Array[]> } {
  const objects = new Map<string, readonly Uint8Array[]>();
  for (const id of sessionIds)
    for (const part of PART_NAMES)
      objects.set(keysOf(SessionId.parse(id), archiveRow(id))[part], [Buffer.from(PARTS[part])]);
  const missing = new ObjectsUnavailable({ reason: "missing", retry: "never", detail: "none" });
  return {
    objects,
    get: (key) => {
      const pieces = objects.get(key);
      return pieces === undefined ? Stream.fail(missing) : Stream.fromIterable(pieces);
    },
  };
}

/** `to` may see that session until somebody takes it back. */
export const shareRow = (sessionId: string, to: string, more: Partial<ShareRow> = {}): ShareRow => ({
  kind: "share",
  scope: "session",
  id: sessionId,
  to,
  level: "viewer",
  until: null,
  by: "the admin",
  sinceAt: NOW,
  ...more,
});
