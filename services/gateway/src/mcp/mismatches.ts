/**
 * Who tried with a key what it is not for, told to policy: the first of a kind, key and minute; the rest is counted and told with the next (DESIGN 14.8). What
 * policy cannot take now is told with the next as well, and so is what is more than a host's share: a host binds as many keys as it likes, and the log never
 * forgets.
 */
import { CommandId, type HostId, type SessionId, TokenId } from "@claw/events";
import { newId } from "@claw/runtime";
import { Exit } from "effect";
import type { House } from "../ports.ts";

export interface Attempt {
  readonly kind: string;
  readonly keyId: string;
  /** The host that minted the key. */
  readonly hostId: HostId;
  readonly sessionId: SessionId | null;
  readonly claimed: string | null;
}

export interface Mismatches {
  readonly seen: (attempt: Attempt) => void;
  /** Kinds and keys that are remembered. */
  readonly size: () => number;
}

/** Kinds and keys remembered at a time; the one that was told longest ago makes room. */
export const MAX_REMEMBERED = 2_000;
/** Told of the keys of one host in a minute. */
export const MAX_TOLD_OF_HOST = 30;
const MINUTE_MS = 60_000;

interface Told {
  atMs: number;
  /** Came since then, and nobody was told. */
  untold: number;
}

type Sight = Pick<House, "gate" | "run" | "clocks" | "diagnostics">;

/** What was told of a host's keys in its minute. Only of hosts whose keys are good, so there are no more of them than hosts. */
interface Share {
  readonly fromMs: number;
  told: number;
}

interface Room {
  readonly all: Map<string, Told>;
  readonly shares: Map<HostId, Share>;
}

export function makeMismatches(house: Sight): Mismatches {
  const room: Room = { all: new Map(), shares: new Map() };
  return { seen: (attempt) => see(house, room, attempt), size: () => room.all.size };
}

function see(house: Sight, { all, shares }: Room, attempt: Attempt): void {
  const id = `${attempt.kind}/${attempt.keyId}`;
  const now = house.clocks.monoMs();
  const before = all.get(id);
  if (before !== undefined && now - before.atMs < MINUTE_MS) {
    before.untold += 1;
    return;
  }
  const count = 1 + (before?.untold ?? 0);
  const isTold = takeShare(shares, attempt.hostId, now);
  const told: Told = isTold ? { atMs: now, untold: 0 } : { atMs: Number.NEGATIVE_INFINITY, untold: count };
  all.delete(id);
  if (all.size >= MAX_REMEMBERED) all.delete(all.keys().next().value ?? "");
  all.set(id, told);
  if (isTold) void tell(house, attempt, told, count);
}

function takeShare(shares: Room["shares"], hostId: HostId, now: number): boolean {
  const before = shares.get(hostId);
  const share = before === undefined || now - before.fromMs >= MINUTE_MS ? { fromMs: now, told: 0 } : before;
  shares.set(hostId, share);
  if (share.told >= MAX_TOLD_OF_HOST) return false;
  share.told += 1;
  return true;
}

/** Nobody waits for it: who tried has its answer already. */
async function tell(
  house: Sight,
  { kind, keyId, sessionId, claimed }: Attempt,
  told: Told,
  count: number,
): Promise<void> {
  const command = {
    type: "record.attempt" as const,
    commandId: CommandId.parse(newId("cmd")),
    kind,
    keyId: TokenId.parse(keyId),
    sessionId,
    claimed,
    count,
  };
  const exit = await house.run(
    house.gate.submit(command, { kind: "house", name: "gateway", role: "admin" }, { via: null }),
  );
  if (Exit.isSuccess(exit) && exit.value.decision === "accepted") return;
  told.untold += count;
  house.diagnostics.warn({ kind, keyId, count }, "an attempt could not be recorded");
}
