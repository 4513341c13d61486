/** Reads from a house what a back-test folds: its commands, and of sessions what rules look at. */
import { type GroupId, GroupId as Group, type HostId, type Recorded, type SessionId } from "@claw/events";
import { z } from "zod";
import { type List, type ListPage, readPage, readRows, type Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { costIn, decisionIn, sessionIn } from "./past.ts";

/** The newest commands that are counted: more fit in no memory that a command should take. */
export const MOST_COMMANDS = 200_000;
/** Entries of a session's lane that are read at a time: the most that the house gives. */
const PAGE_ENTRIES = 100;

export interface Past {
  /** In the order of the log. */
  readonly recorded: readonly Recorded[];
  readonly groups: ReadonlyMap<HostId, GroupId>;
  /** There are older commands that were not read. */
  readonly isCut: boolean;
  /** Limits were changed in that time, and a row does not say to what. */
  readonly limitChanges: number;
}

/** `withCosts`: also what the turns cost that commands went into, which takes the lanes of their sessions. */
export async function readPast(target: Target, sinceAt: number, withCosts: boolean): Promise<Past> {
  const { rows, isCut } = await readCommands(target, sinceAt);
  const decisions = rows
    .toReversed()
    .map(decisionIn)
    .filter((one) => one !== null);
  const { sessions, groups } = await readSessions(target);
  const costs = withCosts || decisions.some(isSpent) ? await readCosts(target, decisions) : [];
  const recorded = [
    ...sessions,
    ...[...decisions, ...costs].toSorted((one, other) => one.position - other.position),
  ];
  return { recorded, groups, isCut, limitChanges: rows.filter(isLimitChange).length };
}

/** A past refusal that only model tokens explain. */
const isSpent = ({ event }: Recorded): boolean =>
  event.type === "command.refused" && event.data.rule === "root tokens";

const isLimitChange = (row: Thing): boolean => row["type"] === "policy.set" && row["decision"] === "accepted";

/** The list comes newest first: reading ends with the first page that is older than asked for. */
async function readCommands(target: Target, sinceAt: number) {
  const list = { path: "/api/commands", key: "commands", params: {} };
  const rows: Thing[] = [];
  let cursor: string | null = null;
  do {
    const page: ListPage = await readPage(target, list, cursor);
    rows.push(...page.rows.filter((row) => !isBefore(row, sinceAt)));
    cursor = page.rows.some((row) => isBefore(row, sinceAt)) ? null : page.nextCursor;
  } while (cursor !== null && rows.length < MOST_COMMANDS);
  return { rows: rows.slice(0, MOST_COMMANDS), isCut: cursor !== null };
}

const isBefore = (row: Thing, at: number): boolean => Date.parse(String(row["decidedAt"])) < at;

const Place = z.looseObject({ hostId: z.string(), group: Group.optional() });

async function readSessions(target: Target) {
  const sessions: Recorded[] = [];
  const groups = new Map<HostId, GroupId>();
  for await (const row of readRows(target, { path: "/api/sessions", key: "sessions", params: {} })) {
    const session = sessionIn(row);
    if (session !== null) sessions.push(session);
    const place = Place.safeParse(row);
    if (place.success && place.data.group !== undefined)
      groups.set(place.data.hostId as HostId, place.data.group);
  }
  return { sessions, groups };
}

/** Of each session that a cause of several commands went to: from its first command on. */
async function readCosts(target: Target, decisions: readonly Recorded[]): Promise<readonly Recorded[]> {
  const costs: Recorded[] = [];
  for (const { sessionId, hostId, from } of spentIn(decisions)) {
    const path = `/api/sessions/${encodeURIComponent(sessionId)}/events`;
    const list: List = { path, key: "events", params: { after: from } };
    let cursor: string | null = null;
    do {
      const page: ListPage = await readPage(target, list, cursor, PAGE_ENTRIES);
      costs.push(...page.rows.map((row) => costIn(row, sessionId, hostId)).filter((one) => one !== null));
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
  return costs;
}

interface Spent {
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  /** The position before its first command. */
  readonly from: number;
}

/** A cause of one command has spent nothing yet when that is asked for. */
function spentIn(decisions: readonly Recorded[]): readonly Spent[] {
  const times = new Map<string, number>();
  for (const { event } of decisions)
    if (event.type === "command.accepted" || event.type === "command.refused")
      for (const root of event.data.origin?.rootIds ?? []) times.set(root, (times.get(root) ?? 0) + 1);
  const first = new Map<SessionId, Spent>();
  for (const { event, position } of decisions) {
    if (event.type !== "command.accepted") continue;
    const { instruction, hostId, origin } = event.data;
    if (instruction === undefined || hostId === undefined || first.has(instruction.sessionId)) continue;
    if ((origin?.rootIds ?? []).every((root) => (times.get(root) ?? 0) < 2)) continue;
    first.set(instruction.sessionId, { sessionId: instruction.sessionId, hostId, from: position - 1 });
  }
  return [...first.values()];
}
