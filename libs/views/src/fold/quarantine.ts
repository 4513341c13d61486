/** What people decide about quarantined entries: fold one again, or live without it. */
import type { Event, Placed } from "@claw/events";
import type { QuarantineRow } from "../log-rows.ts";
import type { Batch } from "./batch.ts";

/** Entries that somebody asked to fold again. The caller reads them beforehand, because a fold does not wait. */
export type Evidence = ReadonlyMap<number, Placed>;

export const NO_EVIDENCE: Evidence = new Map();

interface Surroundings {
  readonly batch: Batch;
  readonly committed: (position: number) => QuarantineRow | undefined;
  readonly evidence: Evidence;
  /** Folds an entry now; true if it could be. */
  readonly again: (old: Placed) => boolean;
}

/** The positions that a retry asks for, in these events. */
export const retriedIn = (
  events: readonly { readonly type: string; readonly data: unknown }[],
): readonly number[] =>
  events.flatMap(({ type, data }) => (type === "quarantine.retried" ? positionsOf(data) : []));

const positionsOf = (data: unknown): readonly number[] => {
  const { position } = Object(data) as { readonly position?: unknown };
  return typeof position === "number" && Number.isSafeInteger(position) && position > 0 ? [position] : [];
};

/** Applies a decision to a row that is open; to any other it says nothing new. */
export function changeQuarantine(event: Event, around: Surroundings): void {
  if (event.type !== "quarantine.retried" && event.type !== "quarantine.waived") return;
  const { position } = event.data;
  const row = around.batch.quarantine.get(position) ?? around.committed(position);
  if (row?.state !== "open") return;
  const after =
    event.type === "quarantine.waived"
      ? { ...row, state: "waived" as const, reason: event.data.reason }
      : retried(row, around);
  around.batch.quarantine.set(position, after);
}

function retried(row: QuarantineRow, { evidence, again }: Surroundings): QuarantineRow {
  const old = evidence.get(row.position);
  const isFolded = old !== undefined && again(old);
  return { ...row, attempts: row.attempts + 1, state: isFolded ? "folded" : "open" };
}
