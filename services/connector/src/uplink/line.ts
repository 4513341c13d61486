/** One connection with the house, as those see it who do what comes over it. */
import type { CommandId } from "@claw/events";

export interface Line {
  /** Whether it still stands, and the machine did not sleep since: only then may something begin (DESIGN 14.9). */
  readonly isCurrent: () => boolean;
  /** The last sequence that the house acknowledged. */
  readonly acked: () => number;
  /** Commands whose outcome was told again because it was asked for here: each at most once, so that a house that asks for ever fills no outbox. */
  readonly repeated: Set<CommandId>;
}
