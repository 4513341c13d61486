/** What an accepted command tells a host to do: the part of it that the host checks and carries out. */
import { z } from "zod";
import { Answer } from "./answer.ts";
import { Digest, EndpointId, SessionId, TurnId } from "./ids.ts";
import { Label, Word } from "./kind.ts";
import { ThreadSettings } from "./thread-settings.ts";

/**
 * The growing pair that proves a right to write to a session (DESIGN 14.5, N1-012). `generation` is that of the log, `counter` grows with every write and
 * every lease of the session; a host that has persisted one never acts on an older one.
 */
export const FencingToken = z.object({ generation: z.int().min(0), counter: z.int().min(1) });
export type FencingToken = z.infer<typeof FencingToken>;

/** Negative if `one` is older than `other`, 0 if they are the same. */
export const compareTokens = (one: FencingToken, other: FencingToken): number =>
  one.generation - other.generation || one.counter - other.counter;

/** `auto`: start an idle thread, steer an active one whose turn is the expected one. */
export const SendMode = z.enum(["auto", "start", "steer"]);
export type SendMode = z.infer<typeof SendMode>;

/** The turn that must be the active one. A send without it acts only on an idle thread, an interrupt without it never acts: when in doubt, refuse. */
const expectedTurnId = TurnId.nullable();

const SendAct = z.object({ kind: z.literal("send"), mode: SendMode, expectedTurnId });
const InterruptAct = z.object({ kind: z.literal("interrupt"), expectedTurnId });
/** What goes into a turn of a thread that there is. */
export const TurnAct = z.discriminatedUnion("kind", [SendAct, InterruptAct]);
export type TurnAct = z.infer<typeof TurnAct>;

/**
 * Makes a thread and gives it its first turn, whose text is the command's (S1-104…S1-110). `workspace` is a folder on the host, which alone says whether it may
 * be used; `forkOf` is the thread whose history it begins with. The session of the instruction has no thread yet (`requestedSession`).
 */
const SpawnAct = z.object({
  kind: z.literal("spawn"),
  workspace: Label,
  purpose: Label.nullable(),
  forkOf: SessionId.nullable(),
  settings: ThreadSettings,
});
export type SpawnAct = z.infer<typeof SpawnAct>;

/** Puts a thread that is not in memory back there, with the supervisor's MCP server in its configuration (PROTOCOL trap 16). */
const ResumeAct = z.object({ kind: z.literal("resume") });

/**
 * Answers what Codex asks. `subjectDigest` is what whoever decided has seen: another one is not answered. `by` says whether a person decided; a policy's answer
 * is given only in a turn whose every message is ours (DESIGN 6.2, N1-015).
 */
const AnswerAct = z.object({
  kind: z.literal("answer"),
  requestId: Word,
  subjectDigest: Digest.nullable(),
  answer: Answer,
  by: z.enum(["person", "claw", "policy"]),
});
export type AnswerAct = z.infer<typeof AnswerAct>;

export const Act = z.discriminatedUnion("kind", [SendAct, InterruptAct, SpawnAct, ResumeAct, AnswerAct]);
export type Act = z.infer<typeof Act>;

export const Instruction = z.object({
  sessionId: SessionId,
  endpointId: EndpointId,
  token: FencingToken,
  act: Act,
});
export type Instruction = z.infer<typeof Instruction>;

/** What a user message of ours carries as its client id; everything else in a thread is a person's (PROTOCOL §3). */
const MARK = "claw:";
export const markOf = (commandId: string): string => `${MARK}${commandId}`;
/** The command that a user message says it comes from, or null for a person's. Compare it with what was accepted: a mark can be copied. */
export const markedCommand = (clientId: string | null): string | null =>
  clientId?.startsWith(MARK) === true ? clientId.slice(MARK.length) : null;
