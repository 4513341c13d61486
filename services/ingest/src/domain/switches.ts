/**
 * Kill switches, as far as sends go that did not begin yet (RELIABILITY §5: effective within a second). Policy refuses what is asked after a halt; what it had
 * accepted before is not to begin either. Rows of the registry's fold: the switches that are set, and the groups of hosts.
 */
import {
  type Act,
  type Event,
  type GroupId,
  haltOver,
  type HostId,
  type SessionId,
  type SwitchKey,
  switchKey,
} from "@claw/events";
import type { Work } from "./work.ts";

/** One row for all, because a lifted switch leaves it. */
export interface SwitchesRow {
  readonly kind: "switches";
  /** What is halted, the newest last. */
  readonly halted: readonly SwitchKey[];
}

/** Kept only for hosts that were given a group. */
export interface GroupRow {
  readonly kind: "group";
  readonly hostId: HostId;
  readonly group: GroupId;
}

export const SWITCHES = "switches";
export const groupKey = (id: HostId): string => `group/${id}`;
export const isGroupKey = (key: string): boolean => key.startsWith("group/");

/**
 * Halts that are kept; beyond it the oldest are let go. A halt stops here only what was accepted before it, and no deadline is longer than ten minutes
 * (`deadlineMs`): one that has so many after it has nothing left to stop.
 */
export const MAX_HALTED = 4_096;

/** The row after a switch was set; `undefined` where nothing changes. A halt that is set again is the newest. */
export function evolveSwitches(row: SwitchesRow | undefined, event: Event): SwitchesRow | undefined {
  if (event.type !== "switch.set") return undefined;
  const name = switchKey(event.data);
  const others = (row?.halted ?? []).filter((other) => other !== name);
  const halted = event.data.state === "halted" ? [...others, name].slice(-MAX_HALTED) : others;
  return { kind: "switches", halted };
}

/** A host that is told of again keeps its group unless it is given another one. */
export function evolveGroup(event: Event): GroupRow | undefined {
  if (event.type !== "host.added" || event.data.group === undefined) return undefined;
  const { hostId, group } = event.data;
  return { kind: "group", hostId, group };
}

/** Where sessions and hosts are, as the registry knows it now. */
export interface Whereabouts {
  readonly hostOf: (id: SessionId) => HostId | undefined;
  /** A session's name, and the other one where it was asked for and has its thread. */
  readonly namesOf: (id: SessionId) => readonly SessionId[];
  /** Undefined where it was given none. */
  readonly groupOf: (id: HostId) => GroupId | undefined;
}

/** True if one of the keys may be that of a row by which more is halted than before: a switch, or the group of a host. */
export const mayHalt = (keys: readonly string[]): boolean =>
  keys.some((key) => key === SWITCHES || isGroupKey(key));

/** What begins or goes on by it: everything but an interrupt, and a "no" to what Codex asks. */
const isWrite = (act: Act): boolean =>
  act.kind === "answer" ? act.answer.startsWith("accept") : act.kind !== "interrupt";

/** True for what a halt stops at all. An interrupt is what a halt is for, a question that is declined lets nothing happen, and a fence writes nothing. */
export const isHaltable = (work: Work): boolean => work.kind === "command" && isWrite(work.act);

/** True if a switch is set that stops this work before it begins. Who asked counts as well: a halt stops writes into its scope and out of it. */
export function isHalted(halted: ReadonlySet<SwitchKey>, work: Work, where: Whereabouts): boolean {
  if (halted.size === 0 || work.kind !== "command" || !isHaltable(work)) return false;
  const { rootIds, callerId, callerGroup } = work.cause;
  const callerHost = callerId === null ? undefined : where.hostOf(callerId);
  const reach = {
    sessions: (callerId === null ? [work.sessionId] : [work.sessionId, callerId]).flatMap(where.namesOf),
    hosts: callerHost === undefined ? [work.hostId] : [work.hostId, callerHost],
    groupOf: where.groupOf,
    callerGroup,
    roots: rootIds,
  };
  return haltOver(halted, reach) !== null;
}
