/** How rights of sessions, and rules about what Codex asks, change. A value of another version, which this one does not know, never comes here: it is poison. */
import { type DataOf, grantKey, rulingKey } from "@claw/events";
import type { House } from "../state.ts";

/** What says nothing any more is not kept; nor is what has ended by `at`. */
export function withRight(house: House, data: DataOf<"policy.granted">, at: number): House {
  const { right, state, until } = data;
  const grants = withoutEnded(house.grants, at);
  const key = grantKey(right, data);
  if (state === null) grants.delete(key);
  else grants.set(key, { state, until });
  return { ...house, grants };
}

export function withRuling(house: House, data: DataOf<"approvals.ruled">, at: number): House {
  const { kind, answer, waitMs, pattern, until } = data;
  const rulings = withoutEnded(house.rulings, at);
  const key = rulingKey(kind, data);
  if (answer === null) rulings.delete(key);
  else rulings.set(key, { answer, waitMs, pattern, until });
  return { ...house, rulings };
}

const withoutEnded = <One extends { readonly until: number | null }>(
  all: ReadonlyMap<string, One>,
  at: number,
): Map<string, One> => new Map([...all].filter(([, { until }]) => until === null || at < until));
