/** Who writes: how limits count it is in `@claw/events`, because readers count alike. */
import { DEFAULT_GROUP, type Principal } from "@claw/events";

export { isAutomation, type Writer, writerOf } from "@claw/events";

/** Two Claws of one name in two groups are two. */
export const isSameCaller = (one: Principal, other: Principal): boolean =>
  one.kind === other.kind &&
  one.name === other.name &&
  one.role === other.role &&
  (one.group ?? DEFAULT_GROUP) === (other.group ?? DEFAULT_GROUP);
