/**
 * Runtimes that no connector reports, as they were registered (ADR 0014). One that came to its end stays there: of what is said of it afterwards only that it failed
 * counts, because `failed` goes before `expired`, and `expired` before `stopped` (X1-013). A registration of a later revision begins its life anew.
 */
import { DECIDED } from "@claw/events";
import type { RuntimeRow } from "../registry-rows.ts";
import type { EventIn, Fact, ViewProjection } from "./projection.ts";

export const runtimes: ViewProjection<"runtimes"> = {
  name: "runtimes",
  version: 1,
  key: ({ lane, event }) => {
    if (lane !== DECIDED) return null;
    return event.type === "runtime.registered" || event.type === "runtime.updated"
      ? event.data.runtimeId
      : null;
  },
  evolve: (row, fact) => {
    const { event } = fact;
    switch (event.type) {
      case "runtime.registered":
        return row === undefined || row.revision < event.data.revision
          ? registered(row, fact, event)
          : undefined;
      case "runtime.updated":
        return row === undefined || row.revision >= event.data.revision
          ? undefined
          : updated(row, fact, event);
      default:
        return undefined;
    }
  },
};

const registered = (
  row: RuntimeRow | undefined,
  { recordedAt }: Fact,
  { type, data }: EventIn<"runtime.registered">,
): RuntimeRow => ({
  ...data,
  registeredAt: recordedAt,
  updatedAt: recordedAt,
  endedAt: isEnd(data.status) ? recordedAt : null,
  factCount: (row?.factCount ?? 0) + 1,
  lastFactType: type,
});

function updated(
  row: RuntimeRow,
  { recordedAt }: Fact,
  { type, data }: EventIn<"runtime.updated">,
): RuntimeRow {
  const told = {
    revision: data.revision,
    updatedAt: recordedAt,
    factCount: row.factCount + 1,
    lastFactType: type,
  };
  const overAt = endOf(row, recordedAt);
  if (overAt !== null) {
    const status = data.changes.status === "failed" ? "failed" : row.status;
    return { ...row, ...told, status, endedAt: isEnd(status) ? overAt : row.endedAt };
  }
  const changed = { ...row, ...said(data.changes) };
  return { ...changed, ...told, endedAt: isEnd(changed.status) ? recordedAt : null };
}

/** What is left out stays; a key that is there without a value says nothing either. */
const said = (changes: EventIn<"runtime.updated">["data"]["changes"]): Partial<RuntimeRow> =>
  Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== undefined),
  ) as Partial<RuntimeRow>;

/** When it came to its end, as of `at`; null while it lives. A lease that ran out is an end as well, though no fact says so (F1-143). */
function endOf({ endedAt, leaseUntil }: RuntimeRow, at: number): number | null {
  return endedAt ?? (leaseUntil !== null && leaseUntil <= at ? leaseUntil : null);
}

const isEnd = (status: RuntimeRow["status"]): boolean => status === "stopped" || status === "failed";
