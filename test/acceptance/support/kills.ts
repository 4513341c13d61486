/** Deaths, by seed: when and where a process is killed. */
import type { ClawProcess } from "./process.ts";

/** A small generator of numbers in [0, 1), so that a run can be repeated by its seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PLACES = ["begin", "middle", "commit", "after"] as const;
/** Whose transactions: the log's appends, the views' commits, the registry of ingest, the sight of policy; the outbox of a connector; a projector's ledger and views. */
const FILES = {
  house: ["log.db", "views-", "log.db", "views-", "registry.db", "sight.db"],
  connector: ["outbox.db"],
  projector: ["ledger.db", "views-", "ledger.db"],
} as const;

export type Victim = keyof typeof FILES;

export const pickOne = <Value>(values: readonly Value[], random: () => number): Value =>
  values[Math.floor(random() * values.length)] as Value;

/** The environment that makes a process die inside its n-th transaction; see `die-inside.mjs`. */
export const dieInside = (victim: Victim, random: () => number): string =>
  `${1 + Math.floor(random() * 25)}:${pickOne(PLACES, random)}:${pickOne(FILES[victim], random)}`;

/** Who is to die inside a transaction has to start, to be connected, which may take five seconds, and to get to it, on a machine that is shared. */
export const DOOMED_MS = 30_000;

/** Waits until the process died by itself; after `patienceMs` it is killed. Says which it was. */
export async function waitForDeath(claw: ClawProcess, patienceMs: number): Promise<"inside" | "outside"> {
  const late = setTimeout(() => claw.child.kill("SIGKILL"), patienceMs);
  await claw.exited;
  clearTimeout(late);
  return claw.child.signalCode === "SIGKILL" && !claw.child.killed ? "inside" : "outside";
}
