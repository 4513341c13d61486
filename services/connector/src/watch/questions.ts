/**
 * The questions that are open on one connection, as they were heard on it: only these can be answered. What is told of them is in the outbox; here is what an
 * answer needs. They are repeated after a reconnect, as soon as their thread is subscribed to again.
 */
import type { Inbound } from "@claw/codex-rpc";
import { askedAs, hasNumber, threadAsked } from "../domain/approvals.ts";
import { type Question, questionOf } from "../domain/question.ts";
import type { OpenApproval } from "../domain/remembered.ts";
import { MAX_OPEN, withdraw } from "../domain/session-state.ts";
import { change, type Desk, type Watched, watched } from "./desk.ts";

/** Somebody is asked. Kept first, then told: who answers must find what was told. */
export function hearQuestion(desk: Desk, request: Extract<Inbound, { kind: "request" }>): void {
  const threadId = threadAsked(request);
  const thread = threadId === null ? null : watched(desk, threadId);
  if (thread === null) return;
  const question = questionOf(request, desk.files.of(request), desk.redaction.scrub);
  const { questions } = thread;
  questions.delete(question.requestId);
  const [oldest] = questions.keys();
  if (oldest !== undefined && questions.size >= MAX_OPEN) questions.delete(oldest);
  questions.set(question.requestId, question);
  tellQuestion(desk, thread, question);
}

function tellQuestion(desk: Desk, thread: Watched, question: Question): void {
  const { scrub } = desk.redaction;
  const files = desk.files.of(question.request);
  change(desk, thread, (state) => askedAs(state, question, scrub, desk.clocks.wallMs(), files));
}

/** A thread was told of for the first time, or there is room again: what is open in it and was not told is. */
export function tellQuestions(desk: Desk, thread: Watched): void {
  for (const question of thread.questions.values()) tellQuestion(desk, thread, question);
}

/** A server repeats what is open right behind the answer to the subscription; this is long enough for one that has much to do. */
const REPEATED_WITHIN_MS = 3_000;

/** A thread was subscribed to: what is open in it will be repeated. */
export function awaitRepeats({ clocks }: Desk, thread: Watched): void {
  thread.repeatedBy = clocks.monoMs() + REPEATED_WITHIN_MS;
}

/** Whether it can be said that what was open before is over. A thread that says that it waits, and repeats nothing, is slow. */
export function isRepeatOver(thread: Watched, now: number): boolean {
  const waits = thread.activity?.flags.some((flag) => flag.startsWith("waitingOn")) ?? false;
  return thread.repeatedBy !== null && now >= thread.repeatedBy && (!waits || thread.questions.size > 0);
}

/** What was open before and was not repeated has been answered while nobody listened. Should it show after all, it is told again. */
export function closeUnrepeated(desk: Desk, thread: Watched): void {
  thread.repeatedBy = null;
  const isUnrepeated = ({ requestId }: OpenApproval): boolean => !thread.questions.has(requestId);
  const open = desk.outbox.session(thread.sessionId)?.approvals ?? [];
  if (!open.some(isUnrepeated)) return;
  change(desk, thread, (state) => withdraw(state, "answered", isUnrepeated, desk.clocks.wallMs()));
}

/** By the server's number: it was answered, by whomever, or withdrawn. */
export function dropNumber(thread: Watched, id: string | number): void {
  for (const requestId of thread.questions.keys())
    if (hasNumber(requestId, id)) thread.questions.delete(requestId);
}

export function dropTurn(thread: Watched, turnId: string): void {
  for (const [requestId, question] of thread.questions)
    if (question.turnId === turnId) thread.questions.delete(requestId);
}
