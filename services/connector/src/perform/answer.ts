/**
 * Answers one question of Codex, because a command says so: look, check, claim, reply, and wait until the server says that the question is over (DESIGN 6.2,
 * N1-015).
 *
 * An answer may be given again after a crash, unlike a start: while the question is open nobody has answered it, and of two replies the first counts. So what
 * was claimed and is still open is checked anew, by all the rules, and answered again; what is over is looked up in its turn.
 */
import { type CodexFault, answerRequest, type Reply, steerTurn } from "@claw/codex-rpc";
import { type AnswerAct, markOf } from "@claw/events";
import { Effect } from "effect";
import { declinedText, humanAtWork, isOurs, replyTo, type Standing, standingOf } from "../domain/answer.ts";
import { claim, MAX_TEXT_BYTES, mayCall, type Ruling } from "../domain/fence.ts";
import { turnIdOf } from "../domain/names.ts";
import { pauseMs } from "../domain/patience.ts";
import type { Question } from "../domain/question.ts";
import type { Desk } from "../watch/desk.ts";
import { lookUpAnswer } from "./answer-look.ts";
import { readTurn } from "./codex.ts";
import { INVESTIGATION } from "./investigate.ts";
import { type ActingTools, leftMs, type Order, type Place, placeOf } from "./tools.ts";
import {
  afterRefusal,
  type Again,
  end,
  failed,
  givesUp,
  isForsaken,
  obstructed,
  rule,
  type Step,
  type Work,
} from "./work.ts";

interface AnswerWork extends Work {
  readonly act: AnswerAct;
  /** The connection on which it was answered in this life. */
  sentOn: Desk | null;
  /** Since when it has been claimed, monotonic. */
  begunAt: number | null;
}

/** The same contract as `carryOut`: ends when its outcome is final or nothing is to be told; `said` runs as soon as something was. */
export const answerQuestion = Effect.fnUntraced(function* (
  tools: ActingTools,
  order: Order,
  said: () => void,
) {
  const work = beginWork(tools, order, said);
  if (work === null) return;
  for (;;) {
    const again = yield* step(work);
    if (again === null) return;
    if (work.row === null && again !== "at_once" && givesUp(work, again)) return;
    if (work.row !== null) confess(work);
    if (again !== "at_once") yield* Effect.sleep(pauseMs(work.looks, pauseLimit(work)));
    work.looks += 1;
  }
});

function beginWork(tools: ActingTools, order: Order, said: () => void): AnswerWork | null {
  const { act, sessionId } = order.instruction;
  if (act.kind !== "answer") return null;
  const { row } = tools.outbox.commands.kept(order.commandId, sessionId);
  if (row?.phase === "done") return null;
  // Of this one it was said already that nobody knows; no other has to wait for it.
  if (row?.phase === "unknown") said();
  return {
    tools,
    order,
    said,
    act,
    row,
    since: new Map(),
    isRemembered: !tools.outbox.commands.mayHaveForgotten(leftMs(tools, order)),
    isSure: true,
    looks: 0,
    key: null,
    isKeyBound: false,
    sentOn: null,
    begunAt: row === null ? null : tools.clocks.monoMs(),
  };
}

/** What was claimed and shows no end for so long is said to be unknown, once, and looked for on. */
function confess(work: AnswerWork): void {
  const { row, begunAt, tools } = work;
  if (row?.phase !== "performing" || begunAt === null) return;
  if (tools.clocks.monoMs() - begunAt < INVESTIGATION.unknownAfterMs) return;
  end(work, { type: "command.unknown", reason: "answer_unseen" });
  work.row = tools.outbox.commands.kept(row.commandId, row.sessionId).row;
}

/** It costs nothing to look at what was heard; only what was said to be unknown is looked at at greater distances. */
const pauseLimit = ({ row }: AnswerWork): number =>
  row?.phase === "unknown" ? INVESTIGATION.pauseWhenUnknownMs : 100;

const step = (work: AnswerWork): Effect.Effect<Again | null> =>
  Effect.suspend(() => {
    const { tools, order } = work;
    if (work.row === null) {
      if (isForsaken(work)) return Effect.succeed(null);
      const ruling = rule(work);
      if (ruling.type === "decline" && work.isRemembered) return Effect.succeed(end(work, ruling.outcome));
    }
    const place = placeOf(tools, order.instruction);
    if (typeof place === "string") return Effect.succeed(obstructed(place));
    const next = Effect.suspend(() => proceed(work, place, standing(work, place)));
    return Effect.catch(next, (fault) => Effect.sync(() => afterFault(work, place, fault)));
  });

function afterFault(work: AnswerWork, place: Place, fault: CodexFault): Again | null {
  // What was claimed fails by no read that was refused.
  return work.row === null ? afterRefusal(work, place, fault) : obstructed("endpoint_lost");
}

function standing({ tools, order, act }: AnswerWork, { desk, threadId }: Place): Standing {
  const questions = desk.threads.get(threadId)?.questions ?? null;
  return standingOf(act.requestId, questions, tools.outbox.session(order.instruction.sessionId));
}

function proceed(work: AnswerWork, place: Place, seen: Standing): Step {
  if (seen.type === "open")
    return work.sentOn === place.desk
      ? Effect.succeed(obstructed("approval_closed"))
      : decide(work, place, seen.question);
  if (work.row !== null) return lookBack(work, place, seen);
  if (seen.type === "unseen")
    return Effect.succeed(
      seen.isKnown
        ? obstructed("endpoint_lost", { reason: "question_unseen" })
        : obstructed("approval_unknown"),
    );
  // This outbox heard it while it was open, so no life before it has answered it.
  const facts = { how: seen.how };
  return Effect.succeed(
    seen.mayReturn ? obstructed("approval_closed", facts) : failed(work, "approval_closed", facts),
  );
}

/** The question is over, or cannot be seen. Where the server said that it was answered, after our answer went out, it was. */
function lookBack(work: AnswerWork, place: Place, seen: Exclude<Standing, { type: "open" }>): Step {
  const { row, sentOn } = work;
  const mayShow = seen.type === "unseen" ? seen.isKnown : seen.mayReturn;
  if (sentOn === place.desk && seen.type === "closed" && seen.how === "answered")
    return Effect.succeed(succeed(work));
  // Out of sight for the moment: the server that is back has not repeated it yet.
  if (mayShow && place.desk.threads.get(place.threadId)?.isCaughtUp !== true)
    return Effect.succeed(obstructed("endpoint_lost"));
  return Effect.map(lookUpAnswer(place, work.act, row?.call?.turnId ?? null), (isSo) => {
    if (isSo === true) return succeed(work);
    if (isSo === false)
      return failed(work, "approval_closed", { how: seen.type === "closed" ? seen.how : "unseen" });
    // What was said to be unknown, and is not shown by a look at the turn, never will be.
    return row?.phase === "unknown" ? null : obstructed("approval_closed");
  });
}

function succeed(work: AnswerWork): null {
  const turnId = work.row?.call?.turnId ?? null;
  return end(work, {
    type: "command.succeeded",
    mode: "answer",
    turnId: turnId === null ? null : turnIdOf(turnId),
  });
}

/** All that must hold right before an answer, also before one that is given again. */
const decide = Effect.fnUntraced(function* (
  work: AnswerWork,
  place: Place,
  question: Question,
): Effect.fn.Return<Again | null, CodexFault> {
  const mapped = replyTo(question, work.act);
  if (mapped.type === "refuse") return failed(work, mapped.code, mapped.facts);
  if (work.act.by !== "person" && !(yield* isTurnOurs(place, question)))
    return failed(work, humanAtWork.code, humanAtWork.facts);
  const { tools, order, act } = work;
  const isReasoned = act.answer === "decline" && order.text !== null;
  if (isReasoned && Buffer.byteLength(order.text ?? "") > MAX_TEXT_BYTES)
    return failed(work, "text_too_long", { limit: MAX_TEXT_BYTES });
  const first = tools.interrupts.inTheWay(order.instruction.sessionId);
  if (first !== null) return yield* Effect.as(first, "at_once" as const);
  const isFirst = work.row === null;
  const claimed = claimNow(work, place, question);
  if (claimed !== "claimed") return claimed;
  // Before the answer: a message into a turn that waits goes to the model in one request with the rejection (tried with Codex 0.169.0). Afterwards the turn may
  // be over.
  if (isReasoned && isFirst) yield* giveReason(work, place, question);
  return yield* give(work, place, question, mapped.reply);
});

const isTurnOurs = (place: Place, { turnId }: Question): Effect.Effect<boolean, CodexFault> =>
  turnId === null
    ? Effect.succeed(false)
    : Effect.map(readTurn(place, { id: turnId, status: "inProgress" }), isOurs);

/** Nothing lies between this and the reply but the disk, and where there is one, the reason. */
function claimNow(work: AnswerWork, place: Place, question: Question): "claimed" | Again | null {
  const { tools, order } = work;
  const { commands } = tools.outbox;
  if (!isOpenNow(place, question)) return "at_once";
  const ruled = ruling(work);
  // It is open, so nothing was done: what may not be begun any more is final.
  if (ruled.type === "decline") return end(work, ruled.outcome);
  if (work.row !== null) return "claimed";
  if (isForsaken(work)) return null;
  if (!commands.hasRoom()) return noRoom(work);
  const kept = commands.kept(order.commandId, order.instruction.sessionId);
  const writes = claim(kept, order, { mode: "answer", turnId: question.turnId, after: null });
  commands.write(writes);
  work.row = writes.row;
  work.begunAt = tools.clocks.monoMs();
  return "claimed";
}

/** What the law of tokens and deadlines says now, also of one that was claimed. */
function ruling({ tools, order }: AnswerWork): Ruling {
  const { newest } = tools.outbox.commands.kept(order.commandId, order.instruction.sessionId);
  return mayCall(newest, order, leftMs(tools, order));
}

function noRoom({ tools, order: { commandId } }: AnswerWork): null {
  tools.diagnostics.warn({ part: "commands", commandId }, "The outbox is full: the command is not begun.");
  return null;
}

const isOpenNow = ({ desk, threadId }: Place, { requestId, request }: Question): boolean =>
  desk.threads.get(threadId)?.questions.get(requestId)?.request === request;

const REASON_MS = 2_000;

/** It is no part of the answer: where it cannot be said, the answer is given all the same. Said once, also where the answer is given again. */
const giveReason = (work: AnswerWork, { desk, threadId }: Place, { turnId }: Question) =>
  Effect.suspend(() => {
    const { tools, order } = work;
    const { commandId, text } = order;
    if (turnId === null || text === null) return Effect.void;
    const message = { threadId, expectedTurnId: turnId, text: declinedText(text) };
    return steerTurn(desk.connection, { ...message, clientUserMessageId: markOf(commandId) }).pipe(
      Effect.timeoutOption(REASON_MS),
      Effect.catch(({ code }) =>
        Effect.sync(() =>
          tools.diagnostics.warn(
            { part: "commands", commandId, code },
            "The reason of an answer did not reach the turn.",
          ),
        ),
      ),
      Effect.asVoid,
    );
  });

/** Whether it arrived shows when the question is over, or is repeated. */
const give = (work: AnswerWork, place: Place, question: Question, reply: Reply): Step =>
  Effect.suspend((): Step => {
    // The reason took its time: all that was true at the claim has to be true still.
    if (!isOpenNow(place, question) || ruling(work).type === "decline") return Effect.succeed("at_once");
    return answerRequest(place.desk.connection, reply).pipe(
      Effect.map(() => {
        work.sentOn = place.desk;
        return "at_once" as const;
      }),
      Effect.catch(({ code }) =>
        Effect.succeed(code === "not_asked" ? ("at_once" as const) : obstructed("endpoint_lost")),
      ),
    );
  });
