/**
 * Who caused a command, and through whom: the causal chain that policy derives from the log (RELIABILITY §5, N1-028). Models do not forward headers, so
 * nothing here comes from a caller: the channel says which session asks, and the turn in which it asks says which commands caused it.
 */
import { z } from "zod";
import { SessionId, TurnId } from "./ids.ts";
import { Word } from "./kind.ts";

/** Sessions that a chain may have passed through, and first causes that may have flowed together in one turn. Beyond it, the caller is refused. */
export const MAX_PATH = 16;
export const MAX_ROOTS = 8;

/** A first cause: the id of the command that nobody else caused, or `turn:<sessionId>/<turnId>` for a turn that a person started. */
export const RootId = Word;
export type RootId = z.infer<typeof RootId>;

/** How many passings-on lie between the first cause and this command; the longest way counts. A person's or a Claw's own command has none. */
export const Origin = z.object({
  rootIds: z.array(RootId).min(1).max(MAX_ROOTS),
  hop: z.int().min(0),
  /** The sessions through which it came, without the target. */
  path: z.array(SessionId).max(MAX_PATH),
});
export type Origin = z.infer<typeof Origin>;

/** The session that asks, and the turn in which it says that it does: the gateway's channel proves the first, policy checks the second. */
export const Via = z.object({ sessionId: SessionId, turnId: TurnId.nullable() });
export type Via = z.infer<typeof Via>;
