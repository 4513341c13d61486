/** How the log becomes rows: what a projection is given, and what it answers. Pure. */
import { type CommandId, laneParts, type Event, type Principal, type Recorded } from "@claw/events";
import type { ViewName, ViewRows } from "../rows.ts";

/** One event in its place; `index` tells the events of one entry apart. */
export interface Fact extends Recorded {
  readonly index: number;
  /** The command that was accepted before it in the same entry, and who asked for it: what a decision does, it does for them. Null for all else. */
  readonly asked: { readonly commandId: CommandId; readonly principal: Principal } | null;
}

/** The rows as they are before the event, of every view. */
export type Lookup = <Name extends ViewName>(view: Name, key: string) => ViewRows[Name] | undefined;

/**
 * A projection that may look at other rows, because some facts say something about a row that they do not name: a turn's end closes the
 * approvals that were open in it. All projections see the rows as they were before the event, so their order does not matter.
 * `undefined` from `evolve` leaves the row as it was. Raise `version` when key or row changes: views are rebuilt.
 */
export interface ViewProjection<Name extends ViewName = ViewName> {
  readonly name: Name;
  readonly version: number;
  readonly key: (fact: Fact, rows: Lookup) => string | readonly string[] | null;
  /** `key` is the one of those that `key` gave under which the row is. */
  readonly evolve: (
    row: ViewRows[Name] | undefined,
    fact: Fact,
    rows: Lookup,
    key: string,
  ) => ViewRows[Name] | undefined;
  /** True where the event takes the row away; then `evolve` is not asked. Only for views that nobody follows: they hear of no removal. */
  readonly removes?: (row: ViewRows[Name] | undefined, fact: Fact, rows: Lookup, key: string) => boolean;
}

/** A projection of any view. */
export type AnyProjection = { readonly [Name in ViewName]: ViewProjection<Name> }[ViewName];

/** The session whose lane the fact is in, or null. The lane is the channel's word, so no field can name another session. */
export const sessionOf = ({ lane }: Fact): string | null => idIn(lane, "session");

/** The same for what happens inside a session: null also where the session is known and is another host's (DESIGN 14.16). */
export function ownSession(fact: Fact, rows: Lookup): string | null {
  const sessionId = sessionOf(fact);
  if (sessionId === null) return null;
  const session = rows("sessions", sessionId);
  return session !== undefined && isForeign(session.hostId, fact) ? null : sessionId;
}

/** The host whose lane the fact is in, or null. */
export const hostOf = ({ lane }: Fact): string | null => idIn(lane, "host");

function idIn(lane: Fact["lane"], kind: "session" | "host"): string | null {
  const parts = laneParts(lane);
  return parts?.kind === kind ? parts.id : null;
}

/** True if a host says it that is not the one that the row belongs to. */
export const isForeign = (hostId: string, { by }: Fact): boolean =>
  by.kind === "host" && by.hostId !== hostId;

/**
 * True if the fact shows that its host hears the thread now. What ingest writes about a host shows nothing, and neither does a host's word that
 * it cannot hear: a thread that was lost stays lost through the end of its questions and the gaps of its history (N1-024).
 */
export function provesContact({ by, event }: Fact): boolean {
  if (by.kind !== "host") return false;
  switch (event.type) {
    case "session.lost":
    case "history.gapped":
      return false;
    case "approval.resolved":
      return event.data.how !== "endpoint_lost";
    default:
      return true;
  }
}

/** An event of one of these types. */
export type EventIn<Type extends Event["type"]> = Extract<Event, { readonly type: Type }>;
