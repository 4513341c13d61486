/**
 * Observed Codex threads, one row each (S1-047 … S1-063).
 *
 * A row begins with `session.observed`, which says where the session lives; facts that came before it make turns, items and approvals, but no
 * session. A host that is not the session's changes nothing (DESIGN 14.16).
 */
import type { Activity, SessionId } from "@claw/events";
import type { SessionRow } from "../rows.ts";
import {
  type EventIn,
  type Fact,
  isForeign,
  type Lookup,
  provesContact,
  sessionOf,
  type ViewProjection,
} from "./projection.ts";
import { gone, heard, lost, returned, staled } from "./session-freshness.ts";
import { answered, asked, turned, used, worked } from "./session-work.ts";

const NOT_LOADED: Activity = { type: "notLoaded", flags: [] };

export const sessions: ViewProjection<"sessions"> = {
  name: "sessions",
  version: 1,
  key: sessionOf,
  evolve: (row, fact, rows) => {
    const { event } = fact;
    if (row === undefined) return event.type === "session.observed" ? firstSight(fact, event) : undefined;
    if (isForeign(row.hostId, fact)) return undefined;
    const changed = change(row, fact, rows);
    const after = provesContact(fact) ? heard(changed, fact) : changed;
    return after === row ? undefined : after;
  },
};

function firstSight(fact: Fact, { at, data, body }: EventIn<"session.observed">): SessionRow {
  const { activity, ...described } = data;
  return {
    sessionId: sessionOf(fact) as SessionId,
    ...described,
    name: body?.name ?? null,
    preview: body?.preview ?? null,
    activity: { ...activity, sinceAt: at },
    freshness: { state: "live", sinceAt: fact.recordedAt, reason: null },
    closed: null,
    lastTurn: null,
    turnCount: 0,
    itemCount: 0,
    lastItem: null,
    lastHumanMessageAt: null,
    usage: null,
    openApprovals: [],
    historyGaps: 0,
    firstSeenAt: fact.recordedAt,
    lastFactAt: fact.recordedAt,
  };
}

function change(row: SessionRow, fact: Fact, rows: Lookup): SessionRow {
  const { event } = fact;
  switch (event.type) {
    case "session.observed":
      return becoming(described(row, event), event.data.activity, event.at);
    case "session.became":
      return becoming(row, event.data.activity, event.at);
    case "session.named":
      return event.body === null ? row : { ...row, name: event.body.name };
    case "session.closed":
      return closed(answered(row, event, rows), fact, event);
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
      return answered(turned(row, fact, event, rows), event, rows);
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
      return row;
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
