/** The hands of a host: takes what the uplink brings, one command of a session after the other, and finishes what an earlier life began. */
import type { Act, CommandId } from "@claw/events";
import type { CommandFrame, FenceFrame } from "@claw/wire";
import { Cause, Deferred, Effect, Schedule, type Scope } from "effect";
import { type CommandRow, LONGEST_DEADLINE_MS, rowOf, ruleOnFence, ruleOnRepeat } from "../domain/fence.ts";
import type { Request } from "../domain/requested.ts";
import type { Line } from "../uplink/line.ts";
import { answerQuestion } from "./answer.ts";
import { carryOut } from "./carry-out.ts";
import { conclude } from "./conclude.ts";
import { introduce, introduceAgain, isUntied, tieAgain } from "./bind-spawn.ts";
import { finishSpawn } from "./finish-spawn.ts";
import { investigate } from "./investigate.ts";
import { makeInterrupts } from "./interrupts.ts";
import { type Lane, type Lanes, makeLanes } from "./lanes.ts";
import { type ActingTools, leftMs, type Order, type PerformTools } from "./tools.ts";

export interface Performer {
  /** Takes a frame that came on this line. Returns at once. */
  readonly take: (frame: CommandFrame | FenceFrame, line: Line) => void;
}

interface Core {
  readonly tools: ActingTools;
  readonly lanes: Lanes;
  /** Commands in a lane or in work, because what is sent twice is one: as they came last, or null where one was begun before this start and has not come again. */
  readonly busy: Map<CommandId, Order | null>;
  /** Spawns whose thread is to be told of again. */
  readonly tying: Set<CommandId>;
}

/** Runs until its scope ends, and begins with the commands of which it is not known what became of them. */
export const startPerformer = Effect.fnUntraced(function* (
  given: PerformTools,
): Effect.fn.Return<Performer, never, Scope.Scope> {
  const tools: ActingTools = { ...given, interrupts: makeInterrupts() };
  const core: Core = { tools, lanes: yield* makeLanes(), busy: new Map(), tying: new Set() };
  for (const row of tools.outbox.commands.open()) resume(core, row);
  return {
    take: (frame, line) => (frame.type === "fence" ? takeFence(core, frame) : takeCommand(core, frame, line)),
  };
});

function takeCommand(core: Core, frame: CommandFrame, line: Line): void {
  const { tools, lanes, busy } = core;
  const { commandId, instruction, text, remainingMs } = frame;
  // Whatever is said of it: its session comes first.
  const { act } = instruction;
  if (act.kind === "spawn" && !tellSession(core, { commandId, ...instruction, act })) return;
  repeat(tools, frame, line);
  const untilMs = tools.clocks.monoMs() + remainingMs;
  const before = busy.get(commandId);
  if (before === null) {
    busy.set(commandId, { commandId, instruction, text, untilMs, line });
    return;
  }
  if (before !== undefined) return refresh(tools, before, { text, untilMs, line });
  const order: Order = { commandId, instruction, text, untilMs, line };
  busy.set(commandId, order);
  const carry = act.kind === "answer" ? answerQuestion : carryOut;
  const job = hold(core, commandId, (said) => carry(tools, order, said));
  if (lanes.enter({ ...instruction, kind: laneOf(act) }, job)) return;
  busy.delete(commandId);
  const { row } = tools.outbox.commands.kept(commandId, instruction.sessionId);
  if (row === null) conclude(tools, rowOf(order), { type: "command.failed", code: "too_many", facts: {} });
}

/**
 * Says whose the session is that was asked for, unless that was said. Where its thread is known, and the house lost that, it is said together with it, as soon as
 * the watch has told of the thread again: a house that hears how the command ended asks no more. False where there is no room.
 */
function tellSession(core: Core, asked: Omit<Request, "hostId">): boolean {
  const { tools, lanes, tying } = core;
  const { commandId, sessionId } = asked;
  const { row } = tools.outbox.commands.kept(commandId, sessionId);
  if (row === null || !isUntied(tools, row)) return introduce(tools, asked);
  if (tying.has(commandId)) return true;
  tying.add(commandId);
  const isTold = Effect.sync(() => tieAgain(tools, row)).pipe(
    Effect.repeat({ until: (isDone) => isDone, schedule: Schedule.spaced("250 millis") }),
    Effect.timeoutOption(LONGEST_DEADLINE_MS),
    // A thread that is not told of for so long is gone.
    Effect.tap(() => Effect.sync(() => introduceAgain(tools, row))),
    Effect.ensuring(Effect.sync(() => tying.delete(commandId))),
  );
  lanes.run(
    Effect.catchCause(Effect.asVoid(isTold), (cause) => Effect.sync(() => report(core, commandId, cause))),
  );
  return true;
}

const laneOf = ({ kind }: Act): Lane["kind"] => (kind === "interrupt" || kind === "answer" ? kind : "write");
/**
 * One that still waits is from now on what its repeat says: else it would be given up as one of an uplink that is over, and be sent no more. With nothing left it
 * was taken back by a kill switch, or is too late; that is told at once, whatever it waits behind, because nothing of it was begun and now nothing will be.
 */
function refresh(tools: ActingTools, waiting: Order, change: Pick<Order, "text" | "untilMs" | "line">): void {
  const { commands } = tools.outbox;
  const { row } = commands.kept(waiting.commandId, waiting.instruction.sessionId);
  const isNeverBegun = row === null && !commands.mayHaveForgotten(leftMs(tools, waiting));
  Object.assign(waiting, change);
  if (isNeverBegun && leftMs(tools, waiting) <= 0)
    conclude(tools, rowOf(waiting), { type: "command.expired" });
}

/** Says again what became of a command, where the house has to be told; also while that is looked into. No lane is needed: nothing is called. */
function repeat(
  { outbox, diagnostics }: PerformTools,
  { commandId, instruction }: CommandFrame,
  line: Line,
): void {
  const { commands } = outbox;
  const { row } = commands.kept(commandId, instruction.sessionId);
  if (row === null) return;
  const isOnItsWay = commands.isOnItsWay(row, line.acked());
  const writes = ruleOnRepeat(row, isOnItsWay, line.repeated.has(commandId));
  if (writes === null) return;
  commands.write(writes);
  line.repeated.add(commandId);
  diagnostics.info({ part: "commands", commandId }, "What became of a command is told again.");
}

/**
 * Keeps its lane until something was said of the command. A search that goes on beyond that goes on beside the lanes, so that a command of which
 * nobody can say what became of it stops no other.
 */
const hold = (
  core: Core,
  commandId: CommandId,
  work: (said: () => void) => Effect.Effect<void>,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const isSaid = yield* Deferred.make<void>();
    const say = (): void => {
      core.tools.interrupts.ended(commandId);
      Deferred.doneUnsafe(isSaid, Effect.void);
    };
    core.lanes.run(
      Effect.suspend(() => work(say)).pipe(
        Effect.catchCause((cause) => Effect.sync(() => report(core, commandId, cause))),
        Effect.ensuring(
          Effect.sync(() => {
            core.busy.delete(commandId);
            say();
          }),
        ),
      ),
    );
    yield* Deferred.await(isSaid);
  });

/** A defect of ours, or a disk that takes nothing more: the row still says that it is not known what became of the command. */
function report({ tools }: Core, commandId: CommandId, cause: Cause.Cause<never>): void {
  if (Cause.hasInterruptsOnly(cause)) return;
  const trace = Cause.pretty(cause);
  tools.diagnostics.error(
    { part: "commands", commandId, trace },
    "Carrying out a command failed; it is not begun again.",
  );
}

/**
 * After the sends that came before it, and after an interruption that is being called: who is told that a token is fenced may be sure that no older one
 * is in the middle of a call.
 */
function takeFence({ tools, lanes }: Core, frame: FenceFrame): void {
  const { outbox, clocks, interrupts } = tools;
  const untilMs = clocks.monoMs() + frame.remainingMs;
  const answer = (): Effect.Effect<void> => {
    const first = interrupts.inTheWay(frame.sessionId);
    if (first !== null) return Effect.flatMap(first, answer);
    const newest = outbox.commands.newest(frame.sessionId);
    const writes = ruleOnFence(newest, frame, untilMs - clocks.monoMs());
    if (writes !== null) outbox.commands.write(writes);
    return Effect.void;
  };
  const job = Effect.suspend(answer).pipe(
    Effect.catchDefect(() =>
      Effect.sync(() =>
        tools.diagnostics.error(
          { part: "commands", leaseId: frame.leaseId },
          "A token could not be kept; nothing was answered.",
        ),
      ),
    ),
  );
  if (lanes.enter({ ...frame, kind: "write" }, job)) return;
  tools.diagnostics.warn(
    { part: "commands", leaseId: frame.leaseId },
    "Too much waits for this session: the lease was not fenced, and its offer will lapse.",
  );
}

/** A spawn may wait for the house to say its text again, and its session has no other command: it takes no lane. */
function resumeSpawn(core: Core, row: CommandRow): void {
  const { commandId } = row;
  core.busy.set(commandId, null);
  const orderOf = () => core.busy.get(commandId) ?? null;
  core.lanes.run(hold(core, commandId, (said) => finishSpawn(core.tools, row, orderOf, said)));
}

/** An answer that was begun is looked into when the house asks for it again; after the longest deadline it does not matter any more what it says. */
function resumeAnswer(core: Core, row: CommandRow): void {
  const { commandId, sessionId, endpointId, token, act } = row;
  const { tools, busy, lanes } = core;
  const untilMs = tools.clocks.monoMs();
  const instruction = { sessionId, endpointId, token, act };
  const late: Order = { commandId, instruction, text: null, untilMs, line: NO_LINE };
  busy.set(commandId, null);
  const askedAgain = Effect.sync(() => busy.get(commandId) ?? null).pipe(
    Effect.repeat({ until: (order) => order !== null, schedule: Schedule.spaced("250 millis") }),
    Effect.timeoutOption(LONGEST_DEADLINE_MS),
    Effect.map(() => busy.get(commandId) ?? late),
  );
  lanes.run(
    hold(core, commandId, (said) =>
      Effect.flatMap(askedAgain, (order) => answerQuestion(tools, order, said)),
    ),
  );
}

/** Nothing begins on it. */
const NO_LINE: Line = { isCurrent: () => false, acked: () => 0, repeated: new Set() };

function resume(core: Core, row: CommandRow): void {
  if (row.act.kind === "spawn") return resumeSpawn(core, row);
  if (row.act.kind === "answer") return resumeAnswer(core, row);
  const { commandId, sessionId, endpointId, act } = row;
  core.busy.set(commandId, null);
  core.tools.interrupts.began(row);
  const kind = act.kind === "interrupt" ? "interrupt" : "write";
  const job = hold(core, commandId, (said) => {
    // Of this one it was said already that nobody knows: no other has to wait for it.
    if (row.phase === "unknown") said();
    return investigate(core.tools, row, null, said);
  });
  if (!core.lanes.enter({ sessionId, endpointId, kind }, job)) core.lanes.run(job);
}
