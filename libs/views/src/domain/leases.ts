/**
 * Write leases, as policy decided them: offered, in force, ended. An end is the first that is told, and nothing comes after it. Only policy speaks
 * here: that a host has fenced is a reason for it to grant, and no right in itself.
 */
import { DECIDED } from "@claw/events";
import type { LeaseRow } from "../command-rows.ts";
import type { EventIn, Fact, ViewProjection } from "./projection.ts";

type Ended = EventIn<"lease.released" | "lease.expired" | "lease.broken" | "lease.lapsed" | "lease.yielded">;

export const leases: ViewProjection<"leases"> = {
  name: "leases",
  version: 2,
  key: (fact) => (fact.lane === DECIDED ? leaseIn(fact) : null),
  evolve: (row, fact) => {
    const { event } = fact;
    if (event.type === "lease.offered") return row === undefined ? offered(fact, event) : undefined;
    if (row === undefined || !isOf(row, event)) return undefined;
    if (event.type === "lease.granted") return granted(row, fact);
    return isEnd(event) && row.state !== "ended" ? ended(row, fact, event) : undefined;
  },
};

/** True for the events that end a lease. */
export const isEnd = (event: Fact["event"]): event is Ended => Object.hasOwn(HOW, event.type);

const HOW: Readonly<Record<Ended["type"], NonNullable<LeaseRow["how"]>>> = {
  "lease.released": "released",
  "lease.expired": "expired",
  "lease.broken": "broken",
  "lease.lapsed": "lapsed",
  "lease.yielded": "yielded",
};

function leaseIn({ event }: Fact): string | null {
  if (isEnd(event)) return event.data.leaseId;
  return event.type === "lease.offered" || event.type === "lease.granted" ? event.data.leaseId : null;
}

const isOf = (row: LeaseRow, event: Fact["event"]): boolean =>
  (isEnd(event) || event.type === "lease.granted") && event.data.sessionId === row.sessionId;

const offered = ({ recordedAt }: Fact, { data }: EventIn<"lease.offered">): LeaseRow => ({
  ...data,
  state: "offered",
  offeredAt: recordedAt,
  grantedAt: null,
  endedAt: null,
  how: null,
  reason: null,
  endedBy: null,
});

const granted = (row: LeaseRow, { recordedAt }: Fact): LeaseRow | undefined =>
  row.state === "offered" ? { ...row, state: "inForce", grantedAt: recordedAt } : undefined;

const ended = (row: LeaseRow, { recordedAt, asked }: Fact, { type, data }: Ended): LeaseRow => ({
  ...row,
  state: "ended",
  endedAt: recordedAt,
  how: HOW[type],
  reason: data.reason,
  endedBy: asked?.principal ?? null,
});
