/** A limit of the house as it is now. */
import { type LimitName, limits } from "@claw/events";
import type { House } from "./state.ts";

/** What `policy.set` said last, else the default (RELIABILITY §5). */
export const limitOf = (house: Pick<House, "limits">, name: LimitName): number =>
  house.limits.get(name) ?? limits[name].default;
