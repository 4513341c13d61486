/** How the house's own rules change: kill switches, limits, and who was silenced for a while. Lane: decided. */
import { z } from "zod";
import { QuestionKind } from "./answer.ts";
import { AtMs, CommandId, SessionId, TokenId } from "./ids.ts";
import { eventKind, Label, Word } from "./kind.ts";

export const SwitchScope = z.enum(["session", "root", "group", "host", "global"]);
export type SwitchScope = z.infer<typeof SwitchScope>;
/** Where a right is opened or questions are ruled on, the narrowest first. */
export const GrantScope = z.enum(["session", "host", "group", "global"]);
export type GrantScope = z.infer<typeof GrantScope>;

/** The longest that a question may wait for people before it is declined. */
export const MAX_ASK_MS = 86_400_000;

/** From here on nothing in that scope is written to (`halted`), or it may be again. `id` is null for `global` alone. */
export const SwitchSet = eventKind({
  type: "switch.set",
  version: 1,
  lane: "decided",
  data: z.object({
    scope: SwitchScope,
    id: Word.nullable(),
    state: z.enum(["halted", "running"]),
    reason: Label,
  }),
  body: null,
});

/** A limit has another value now; null takes it back to its default. */
export const PolicySet = eventKind({
  type: "policy.set",
  version: 1,
  lane: "decided",
  data: z.object({ limit: Word, value: z.int().min(0).nullable(), reason: Label }),
  body: null,
});

/** Refusals of an origin that were answered and not written one by one (DESIGN 14.8); `until` is set while the origin is muted. */
export const OriginMuted = eventKind({
  type: "origin.muted",
  version: 1,
  lane: "decided",
  data: z.object({ origin: Label, count: z.int().min(1), until: AtMs.nullable() }),
  body: null,
});

/** A command's deadline is over and its host has said nothing: nobody knows what became of it until the host does. */
export const CommandOverdue = eventKind({
  type: "command.overdue",
  version: 1,
  lane: "decided",
  data: z.object({ commandId: CommandId, deadlineAt: AtMs }),
  body: null,
});

/** What sessions may do over MCP only where a trusted policy opens it (S1-092, S1-093). */
export const Right = z.enum(["send", "interrupt", "spawn", "transcript"]);
export type Right = z.infer<typeof Right>;

/**
 * Sessions in that scope may use the right from here on (`open`), or not (`closed`); null leaves it to the wider scope. The narrowest scope that says something
 * counts; where none does, it is closed.
 */
export const PolicyGranted = eventKind({
  type: "policy.granted",
  version: 1,
  lane: "decided",
  data: z.object({
    right: Right,
    scope: GrantScope,
    id: Word.nullable(),
    state: z.enum(["open", "closed"]).nullable(),
    until: AtMs.nullable(),
    reason: Label,
  }),
  body: null,
});

/**
 * How questions of turns that are ours are answered in that scope: `decline`, at once; `ask` people first, for `waitMs`, then decline; `accept` where the whole
 * subject matches `pattern`, else decline. Null takes the rule away. The narrowest scope counts, and in it the rule of the very kind; where none is, `decline`
 * (S1-094, N1-026).
 */
export const ApprovalsRuled = eventKind({
  type: "approvals.ruled",
  version: 1,
  lane: "decided",
  data: z.object({
    scope: GrantScope,
    id: Word.nullable(),
    kind: QuestionKind.nullable(),
    answer: z.enum(["decline", "ask", "accept"]).nullable(),
    waitMs: z.int().min(1_000).max(MAX_ASK_MS).nullable(),
    pattern: Label.nullable(),
    until: AtMs.nullable(),
    reason: Label,
  }),
  body: null,
});

/** Somebody with a valid token tried what that token is not for: the first of a kind in a minute, with how many came before it untold (DESIGN 14.8). */
export const CallerAttempted = eventKind({
  type: "caller.attempted",
  version: 1,
  lane: "decided",
  data: z.object({
    kind: Word,
    keyId: TokenId,
    sessionId: SessionId.nullable(),
    claimed: Word.nullable(),
    count: z.int().min(1),
  }),
  body: null,
});
