/** How kill switches and limits change. */
import { type DataOf, isLimitName, limits, switchKey } from "@claw/events";
import type { House } from "../state.ts";

export function withSwitch(house: House, { scope, id, state, reason }: DataOf<"switch.set">): House {
  const halted = new Map(house.halted);
  if (state === "halted") halted.set(switchKey({ scope, id }), reason);
  else halted.delete(switchKey({ scope, id }));
  return { ...house, halted };
}

/** A limit or a value of another version, which this one does not know or allow, changes nothing. */
export function withLimit(house: House, { limit, value }: DataOf<"policy.set">): House {
  if (!isLimitName(limit)) return house;
  const { min, max } = limits[limit];
  if (value !== null && (value < min || value > max)) return house;
  const changed = new Map(house.limits);
  if (value === null) changed.delete(limit);
  else changed.set(limit, value);
  return { ...house, limits: changed };
}
