/** Refusals that were written down, and the mute that follows from too many: the rule itself is in `@claw/events`, because the views show by it. */
import { type EventOf, isMutedAt, refusedOnce, refusedWriter } from "@claw/events";
import { limitOf } from "../limit.ts";
import type { House } from "../state.ts";

export { isCalm, isMutable, isMutedAt } from "@claw/events";

/** Counts a refusal of a session or a Claw. While it is muted nothing is counted, so that asking prolongs nothing. */
export function withRefused(house: House, { data, at }: EventOf<"command.refused">): House {
  const writer = refusedWriter(data);
  const before = writer === null ? undefined : house.tempers.get(writer.key);
  if (writer === null || (before !== undefined && isMutedAt(before, at))) return house;
  const temper = refusedOnce(before, at, (name) => limitOf(house, name));
  return { ...house, tempers: house.tempers.set(writer.key, temper) };
}
