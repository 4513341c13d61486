/**
 * Whether a command may be carried out, and what is written down of it: at most once, never too late, and never with an older token after a newer one
 * (ADR 0012, RELIABILITY §4.6). Sans-I/O: what is kept, what arrived and how much time is left go in; what to write and what to do come out. The shell
 * writes in one transaction, before and after the call to Codex; the simulation of the whole house uses the very same functions.
 */
import {
  type Act,
  type CommandId,
  compareTokens,
  type DataOf,
  type EndpointId,
  type FencingToken,
  type Instruction,
  type LeaseId,
  type OutcomeType,
  type RefusalCode,
  type SessionId,
  type TokenId,
} from "@claw/events";

/** UTF-8 bytes of text that are handed to Codex. What a send may have is policy's affair; this is the end of what is believed. */
export const MAX_TEXT_BYTES = 65_536;
/** For so long it is known what became of a command (RELIABILITY S5). */
export const ROW_KEPT_MS = 7 * 86_400_000;
/** A command waits for its host no longer than this, so no copy of one that was accepted earlier has any of its time left. */
export const LONGEST_DEADLINE_MS = 600_000;

/** What is asked: a `command` frame without what only the wire needs. */
export interface CommandOrder {
  readonly commandId: CommandId;
  readonly instruction: Instruction;
  /** Null for what has none, and where the log no longer holds it. */
  readonly text: string | null;
}

export interface FenceOrder {
  readonly leaseId: LeaseId;
  readonly sessionId: SessionId;
  readonly token: FencingToken;
}

/** What is about to be called. Ids are Codex's own. */
export interface Call {
  readonly mode: "start" | "steer" | "interrupt" | "spawn" | "resume" | "answer";
  /** The turn to steer, to interrupt, or that asked what is answered; null for everything else. */
  readonly turnId: string | null;
  /** For a start, and for the first turn of a spawn, the newest turn before it; null when there is none. */
  readonly after: string | null;
  /** For a spawn: what was asked for so far (`spawn.ts`). */
  readonly spawned?: Spawned;
}

/** How far a spawn has come; on disk before each of its calls. */
export interface Spawned {
  /** The key that was given to the thread; it is nobody else's from then on. Null where that was forgotten. */
  readonly keyId: TokenId | null;
  /** Null while Codex was asked for the thread and its answer is not on disk. */
  readonly threadId: string | null;
  /** Codex may have been asked for the first turn. */
  readonly isTurnAsked: boolean;
}

export type Outcome =
  | Said<"command.succeeded">
  | (Omit<Said<"command.failed">, "code"> & { readonly code: RefusalCode })
  | Said<"command.collided">
  | Said<"command.expired">
  | Said<"command.unknown">;
type Said<Type extends OutcomeType> = { readonly type: Type } & Omit<DataOf<Type>, "commandId" | "fence">;

/**
 * `performing`: Codex may have been called, and what became of it is not known yet. `unknown`: that was said, and may still be resolved once.
 * `done`: the outcome is final.
 */
export interface CommandRow {
  readonly commandId: CommandId;
  readonly sessionId: SessionId;
  readonly endpointId: EndpointId;
  readonly token: FencingToken;
  readonly act: Act;
  readonly phase: "performing" | "unknown" | "done";
  /** Null where nothing ever was about to be called. */
  readonly call: Call | null;
  readonly outcome: Outcome | null;
}

/** The newest token of a session, and the lease that was told to be fenced by it. */
export interface KeptToken {
  readonly token: FencingToken;
  readonly leaseId: LeaseId | null;
}

/** What the host has on disk of a command and of its session. */
export interface Kept {
  readonly row: CommandRow | null;
  readonly newest: KeptToken | null;
}

/** One transaction. */
export interface Writes {
  readonly sessionId: SessionId;
  readonly row: CommandRow | null;
  readonly newest: KeptToken | null;
  /** What is told of it, by the row's outcome or as `lease.fenced`. */
  readonly fact: "outcome" | "fenced" | null;
}

export type Ruling =
  /** Its outcome was told; `ruleOnRepeat` says whether it is told again. */
  | { readonly type: "nothing" }
  /** Codex may have been called for it: look, and never call again. */
  | { readonly type: "investigate"; readonly row: CommandRow }
  /** Never done: write this and tell it. */
  | { readonly type: "decline"; readonly outcome: Outcome }
  /** Look at the thread, then claim and call. */
  | { readonly type: "perform" };

/** What is to be done with a command that arrived, `leftMs` of its time being left. */
export function ruleOnCommand({ row, newest }: Kept, order: CommandOrder, leftMs: number): Ruling {
  if (row !== null) return row.phase === "performing" ? { type: "investigate", row } : { type: "nothing" };
  return mayCall(newest, order, leftMs);
}

/** The same for one that was claimed already and is to be called once more, because Codex said that it did nothing. */
export function mayCall(newest: KeptToken | null, order: CommandOrder, leftMs: number): Ruling {
  const { token, act } = order.instruction;
  if (newest !== null && compareTokens(token, newest.token) < 0) {
    const { generation, counter } = newest.token;
    return decline("stale_token", { newestGeneration: generation, newestCounter: counter });
  }
  if (leftMs <= 0) return { type: "decline", outcome: { type: "command.expired" } };
  if (act.kind !== "send" && act.kind !== "spawn") return { type: "perform" };
  if (order.text === null) return { type: "decline", outcome: { type: "command.expired" } };
  return Buffer.byteLength(order.text) > MAX_TEXT_BYTES
    ? decline("text_too_long", { limit: MAX_TEXT_BYTES })
    : { type: "perform" };
}

/**
 * What to write for a command of which the house asks although its outcome was told, or null when nothing is to be said. The house asks only for what is open to
 * it: its log lost the acceptance and got another one, and what was said stands before that. To say the same again is nothing new to who heard it.
 * `isOnItsWay`: the fact that tells of it has not arrived yet. `wasRepeated`: it was told again on this uplink; once has to do, whatever the house asks.
 */
export function ruleOnRepeat(
  row: CommandRow | null,
  isOnItsWay: boolean,
  wasRepeated: boolean,
): Writes | null {
  if (row === null || row.phase === "performing" || isOnItsWay || wasRepeated) return null;
  return { sessionId: row.sessionId, row, newest: null, fact: "outcome" };
}

const decline = (
  code: RefusalCode,
  facts: Extract<Outcome, { type: "command.failed" }>["facts"],
): Ruling => ({
  type: "decline",
  outcome: { type: "command.failed", code, facts },
});

/** What is on disk before Codex is called: from here on no older token acts in this session, and this command is never called by anybody else. */
export function claim(
  { newest }: Pick<Kept, "newest">,
  order: CommandOrder,
  call: Call,
): Writes & { readonly row: CommandRow } {
  const { sessionId, token } = order.instruction;
  const isNewer = newest === null || compareTokens(token, newest.token) > 0;
  return {
    sessionId,
    row: { ...rowOf(order), call },
    newest: isNewer ? { token, leaseId: null } : null,
    fact: null,
  };
}

/** What is on disk once it is known what became of it. Unknown twice says nothing new. */
export const settle = (row: CommandRow, outcome: Outcome): Writes => ({
  sessionId: row.sessionId,
  row: { ...row, phase: outcome.type === "command.unknown" ? "unknown" : "done", outcome },
  newest: null,
  fact: row.phase === "unknown" && outcome.type === "command.unknown" ? null : "outcome",
});

/** A row for a command of which nothing is on disk yet. */
export function rowOf({ commandId, instruction }: CommandOrder): CommandRow {
  const { sessionId, endpointId, token, act } = instruction;
  return { commandId, sessionId, endpointId, token, act, phase: "performing", call: null, outcome: null };
}

/**
 * What to write for the token of an offered lease, or null when nothing is to be said: it is older than what is kept, it was told before, or nobody
 * waits for it any more.
 */
export function ruleOnFence(newest: KeptToken | null, order: FenceOrder, leftMs: number): Writes | null {
  const { sessionId, token, leaseId } = order;
  if (leftMs <= 0) return null;
  const age = newest === null ? 1 : compareTokens(token, newest.token);
  if (age < 0 || (age === 0 && newest?.leaseId === leaseId)) return null;
  return { sessionId, row: null, newest: { token, leaseId }, fact: "fenced" };
}
