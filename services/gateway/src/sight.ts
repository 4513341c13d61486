/**
 * What one caller may see of the house: the one place that REST, live frames and MCP pass through (ADR 0014, X1-026). What has no sight is left out of what is read, so
 * that every route answers, in status, headers and body, as it does where nothing is.
 */
import type { ChangedRow, EgressRow, FleetLine, HostRow, PageAsk, PageOf } from "@claw/views";
import type { House } from "./ports.ts";
import { eyesOf, type Looking, type Seen } from "./sight/eyes.ts";
import { pageWhere, readerFor, sees, seesPolicy } from "./sight/reader.ts";

export { type Eyes, eyesOf, type Looking, readingAs, seesWords } from "./sight/eyes.ts";
export { pageWhere } from "./sight/reader.ts";

/** The same house, whose views show what this caller may see. Routes and tools are given nothing else. */
export function seenBy<Part extends Seen>(house: Part, caller: Looking): Part {
  if (eyesOf(house, caller).isWide) return house;
  return { ...house, reader: () => readerFor(eyesOf(house, caller), house.reader()) };
}

/** Tells of changed rows whether this caller is told of them. For one look at the views. */
export function seesChange(house: Seen, caller: Looking): (changed: ChangedRow) => boolean {
  const eyes = eyesOf(house, caller);
  return (changed) => sees(eyes, changed);
}

type WithFleet = Seen & Pick<House, "fleet">;

/** The lines of the fleet that this caller may see, in no order. */
export function linesFor(house: WithFleet, caller: Looking): readonly FleetLine[] {
  const eyes = eyesOf(house, caller);
  const lines = house.fleet.lines();
  return eyes.isWide ? lines : lines.filter(({ belonging }) => eyes.ofBelonging(belonging) !== "none");
}

/** Tells of hosts whether this caller may know of them: who is bound to a root knows those that its tree is on (X1-005), everybody else all. */
export function hostsFor(house: WithFleet, caller: Looking): (hostId: string | null) => boolean {
  if (!eyesOf(house, caller).isBound) return () => true;
  const known = new Set(linesFor(house, caller).map(({ session }) => session.hostId));
  return (hostId) => known.has(hostId);
}

/** A page of what is of hosts, of those alone that this caller may know of. */
export function pageOfHosts<Row extends Pick<HostRow, "hostId">>(
  house: WithFleet,
  caller: Looking,
  ask: PageAsk,
  read: (ask: PageAsk) => PageOf<Row>,
): PageOf<Row> {
  if (!eyesOf(house, caller).isBound) return read(ask);
  const isKnown = hostsFor(house, caller);
  return pageWhere(ask, read, ({ hostId }) => isKnown(hostId));
}

/** The egress policies that this caller may see, the newest first, one for each session (F1-136). */
export function policiesFor(house: WithFleet, caller: Looking): readonly EgressRow[] {
  const eyes = eyesOf(house, caller);
  const policies = house.fleet.policies();
  return eyes.isWide ? policies : policies.filter((row) => seesPolicy(eyes, row));
}
