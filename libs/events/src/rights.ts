/**
 * What the narrowest rule says: which rights sessions have over MCP, and how questions of our own turns are answered (ADR 0013). One rule for policy, which
 * decides by it, and for the views, which show it and let transcripts be read by it: where the two differed, one would promise what the other refuses.
 */
import type { QuestionKind } from "./answer.ts";
import type { GrantScope, Right } from "./house-rules.ts";
import type { GroupId, HostId, SessionId } from "./ids.ts";

/** Where a grant or a ruling stands. */
export interface GrantPlace {
  readonly scope: GrantScope;
  /** Null for `global` alone. */
  readonly id: string | null;
}

/** A session, as far as grants and rulings look at it. */
export interface GrantReach {
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  /** The group of its host. */
  readonly group: GroupId;
}

/** The places that count for a session, the narrowest first. */
export const placesOver = ({ sessionId, hostId, group }: GrantReach): readonly GrantPlace[] => [
  { scope: "session", id: sessionId },
  { scope: "host", id: hostId },
  { scope: "group", id: group },
  { scope: "global", id: null },
];

/** What a grant is filed under. */
export type GrantKey = string;
export const grantKey = (right: Right, place: GrantPlace): GrantKey => `${right}/${nameOf(place)}`;

/** What a ruling is filed under; `kind` null is the one for every kind that has none of its own there. */
export type RulingKey = string;
export const rulingKey = (kind: QuestionKind | null, place: GrantPlace): RulingKey =>
  `${kind ?? "any"}/${nameOf(place)}`;

const nameOf = ({ scope, id }: GrantPlace): string => (scope === "global" ? scope : `${scope}/${id ?? ""}`);

/** A grant as far as it counts. `state` null says nothing, `until` (epoch ms) is the first moment at which it says nothing any more. */
export interface Grant {
  readonly state: "open" | "closed" | null;
  readonly until: number | null;
}

/** The same of a ruling on questions. */
export interface Ruling {
  readonly answer: "decline" | "ask" | "accept" | null;
  readonly until: number | null;
}

/** Finds by key: a map, or rows. */
export interface Filed<Rule> {
  readonly get: (key: string) => Rule | undefined;
}

/** The grant that counts for a session at `at` (epoch ms): the narrowest that says something, or null. */
export function grantOver<One extends Grant>(
  filed: Filed<One>,
  right: Right,
  reach: GrantReach,
  at: number,
): One | null {
  for (const place of placesOver(reach)) {
    const grant = filed.get(grantKey(right, place));
    if (grant !== undefined && grant.state !== null && isBefore(at, grant.until)) return grant;
  }
  return null;
}

/** Whether a session may use a right: closed where no grant says something (S1-092, S1-093). */
export const rightOver = (
  filed: Filed<Grant>,
  right: Right,
  reach: GrantReach,
  at: number,
): "open" | "closed" => grantOver(filed, right, reach, at)?.state ?? "closed";

/**
 * The ruling that counts for a session's questions of that kind at `at`: the narrowest, and in one place that of the very kind. Null where there is none, which
 * is as good as `decline` (S1-094, N1-026).
 */
export function rulingOver<One extends Ruling>(
  filed: Filed<One>,
  kind: QuestionKind,
  reach: GrantReach,
  at: number,
): One | null {
  for (const place of placesOver(reach))
    for (const about of [kind, null]) {
      const ruling = filed.get(rulingKey(about, place));
      if (ruling !== undefined && ruling.answer !== null && isBefore(at, ruling.until)) return ruling;
    }
  return null;
}

const isBefore = (at: number, until: number | null): boolean => until === null || at < until;
