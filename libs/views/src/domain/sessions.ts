/**
 * Observed Codex threads, one row each (S1-047 … S1-063).
 *
 * A row begins with `session.observed`, which says where the session lives, or with the command that asks for a session (`spawned.ts`); facts that came before
 * it make turns, items and approvals, but no session. A host that is not the session's changes nothing (DESIGN 14.16).
 */
import { type Activity, DECIDED, isRequested, type SessionId } from "@claw/events";
import type { SessionRow } from "../rows.ts";
import { factsOf } from "./lanes.ts";
import { newSession, NOT_LOADED } from "./new-session.ts";
import {
  type EventIn,
  type Fact,
  isForeign,
  type Lookup,
  provesContact,
  sessionOf,
  type ViewProjection,
} from "./projection.ts";
import { decided, decidedSession, released, reported } from "./session-commands.ts";
import { gone, heard, lost, returned, staled } from "./session-freshness.ts";
import { answered, asked, turned, used, worked } from "./session-work.ts";
import { attachable, bound, concluded, ordered, pointedTo, rowsOf, tiedByMark } from "./spawned.ts";

export const sessions: ViewProjection<"sessions"> = {
  name: "sessions",
  version: 7,
  key: (fact, rows) => {
    const sessionId = sessionOf(fact);
    if (sessionId === null) return decidedSession(fact, rows);
    return isRequested(sessionId as SessionId) ? rowsOf(sessionId, fact, rows) : sessionId;
  },
  evolve: (row, fact, rows, key) => {
    const after =
      fact.lane === DECIDED ? afterDecision(row, fact, rows, key) : afterWord(row, fact, rows, key);
    return after === row ? undefined : after;
  },
};

function afterDecision(
  row: SessionRow | undefined,
  fact: Fact,
  rows: Lookup,
  key: string,
): SessionRow | undefined {
  const { event } = fact;
  const known = (event.type === "command.accepted" ? ordered(row, fact, event, rows, key) : undefined) ?? row;
  return known === undefined ? undefined : concluded(decided(known, fact, rows), fact, rows);
}

function afterWord(
  row: SessionRow | undefined,
  fact: Fact,
  rows: Lookup,
  key: string,
): SessionRow | undefined {
  const { event } = fact;
  if (key !== sessionOf(fact)) return row === undefined ? undefined : afterRequest(row, fact, rows);
  if (row === undefined)
    return event.type === "session.observed" ? spoken(firstSight(fact, event, rows), fact) : undefined;
  if (isForeign(row.hostId, fact)) return row;
  const changed = attachable(concluded(change(row, fact, rows), fact, rows));
  return spoken(provesContact(fact) ? heard(changed, fact) : changed, fact);
}

/** What its lane said last, whether it was something new or not (F1-081). */
const spoken = (row: SessionRow, { event: { type } }: Fact): SessionRow =>
  row.lastFactType === type ? row : { ...row, lastFactType: type };

/** What is said of the session that was asked for changes that of its thread: which it is, and what became of the command. */
function afterRequest(row: SessionRow, fact: Fact, rows: Lookup): SessionRow {
  if (isForeign(row.hostId, fact)) return row;
  if (fact.event.type === "session.bound") return pointedTo(row, fact, fact.event, rows) ?? row;
  return reported(row, fact, rows);
}

function firstSight(fact: Fact, { at, data, body }: EventIn<"session.observed">, rows: Lookup): SessionRow {
  const { activity, ...described } = data;
  const { name = null, preview = null } = body ?? {};
  const sessionId = sessionOf(fact) as SessionId;
  const row = {
    ...newSession(sessionId, { ...described, name, preview }, fact.recordedAt),
    activity: { ...activity, sinceAt: at },
    factCount: factsOf(rows, sessionId),
  };
  return attachable(tiedByMark(row, rows));
}

function change(row: SessionRow, fact: Fact, rows: Lookup): SessionRow {
  const { event } = fact;
  switch (event.type) {
    case "session.observed":
      return tiedByMark(becoming(described(row, event), event.data.activity, event.at), rows);
    case "session.became":
      return becoming(row, event.data.activity, event.at);
    case "session.named":
      return event.body === null ? row : { ...row, name: event.body.name };
    case "session.closed":
      return closed(answered(row, event, rows), fact, event);
    case "session.bound":
      return bound(row, fact, event);
    case "session.reopened":
      return row.closed === "deleted" ? row : { ...row, closed: null };
    case "session.staled":
      return staled(row, fact);
    case "session.returned":
      return returned(row, fact, rows);
    case "session.lost":
      return lost(row, fact, event);
    case "history.gapped":
      return { ...row, historyGaps: row.historyGaps + 1 };
    default:
      return workOn(row, fact, rows);
  }
}

function workOn(row: SessionRow, fact: Fact, rows: Lookup): SessionRow {
  const { event } = fact;
  switch (event.type) {
    case "turn.started":
      return turned(row, fact, event, rows);
    case "turn.completed":
      return released(answered(turned(row, fact, event, rows), event, rows), event);
    case "item.started":
    case "item.completed":
      return worked(row, event, rows);
    case "usage.reported":
      return used(row, event);
    case "approval.requested":
      return asked(row, event, rows);
    case "approval.resolved":
      return answered(row, event, rows);
    default:
      return reported(row, fact, rows);
  }
}

/** A later description adds what it knows; what it does not say stays. Where the session lives was settled by the first. */
function described(row: SessionRow, { data, body }: EventIn<"session.observed">): SessionRow {
  return {
    ...row,
    workspace: data.workspace ?? row.workspace,
    repo: data.repo ?? row.repo,
    branch: data.branch ?? row.branch,
    commit: data.commit ?? row.commit,
    source: data.source,
    threadSource: data.threadSource ?? row.threadSource,
    parentSessionId: data.parentSessionId ?? row.parentSessionId,
    rootSessionId: data.rootSessionId ?? row.rootSessionId,
    model: data.model ?? row.model,
    modelProvider: data.modelProvider ?? row.modelProvider,
    codexVersion: data.codexVersion ?? row.codexVersion,
    createdAt: data.createdAt ?? row.createdAt,
    name: body?.name ?? row.name,
    preview: body?.preview ?? row.preview,
  };
}

/** An unloaded thread that does something is loaded again; an archived one is not until it is reopened. */
function becoming(row: SessionRow, activity: Activity, at: number): SessionRow {
  const isLoaded = activity.type !== NOT_LOADED.type;
  const closed = row.closed === "unloaded" && isLoaded ? null : row.closed;
  const isSame = activity.type === row.activity.type && activity.flags.join() === row.activity.flags.join();
  return { ...row, closed, activity: isSame ? row.activity : { ...activity, sinceAt: at } };
}

/** A thread that was put away does nothing any more: Codex's word for that is `notLoaded`. */
function closed(row: SessionRow, fact: Fact, { at, data }: EventIn<"session.closed">): SessionRow {
  const idle = becoming(row, NOT_LOADED, at);
  if (data.how === "deleted") return gone({ ...idle, closed: "deleted" }, fact);
  return row.closed === "deleted" ? row : { ...idle, closed: data.how };
}
