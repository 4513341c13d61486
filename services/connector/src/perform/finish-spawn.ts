/**
 * Brings a spawn to its end from wherever it stands: right after Codex named the thread, after a lost answer, or after a restart. What is done next is
 * `domain/spawn.ts`'s to say; here it is looked at and done. The text is never on disk, so a spawn whose turn was not asked for waits for the house to say it
 * again.
 */
import {
  type CodexFault,
  didNothing,
  readThread,
  refusalOf,
  setThreadName,
  startTurn,
  type Thread,
} from "@claw/codex-rpc";
import { markOf, type SpawnAct } from "@claw/events";
import { Effect } from "effect";
import type { CommandRow } from "../domain/fence.ts";
import { pauseMs } from "../domain/patience.ts";
import {
  nextStep,
  stageOf,
  type SpawnStep,
  threadNameOf,
  type ThreadSight,
  withTurn,
} from "../domain/spawn.ts";
import { newestTurns } from "./codex.ts";
import { bindThread, callIn, write } from "./bind-spawn.ts";
import { conclude } from "./conclude.ts";
import { findSpawned } from "./find-spawned.ts";
import { INVESTIGATION, investigate } from "./investigate.ts";
import { load } from "./load.ts";
import { refusedForGood } from "./refused.ts";
import { type KeyHeld, leftMs, type Order, type PerformTools, type Place } from "./tools.ts";

/** The order as it is now; null while only its row is left. */
export type OrderOf = () => Order | null;

/** Ends when its outcome is told. `said` runs then. */
export const finishSpawn = Effect.fnUntraced(function* (
  tools: PerformTools,
  begun: CommandRow,
  orderOf: OrderOf,
  said: () => void,
): Effect.fn.Return<void> {
  const { clocks } = tools;
  const beganAt = clocks.monoMs();
  // A thread that is put back into memory gets another key than it was made with.
  const held: KeyHeld = { key: null, isKeyBound: false };
  let at: Progress = { row: begun, replied: null };
  let steady = { word: "", since: beganAt };
  for (let looks = 0; stageOf(at.row) !== "turn_asked"; looks += 1) {
    const { row } = at;
    const sight = yield* look(tools, row);
    const now = clocks.monoMs();
    steady = sight.type === steady.word ? steady : { word: sight.type, since: now };
    const order = orderOf();
    const left = order === null ? null : { leftMs: leftMs(tools, order), hasText: order.text !== null };
    const step = nextStep(row, sight, left, now - steady.since, now - beganAt);
    if (step.type === "conclude") {
      conclude(tools, row, step.outcome);
      return said();
    }
    at = yield* take({ tools, row, held }, step, order).pipe(
      Effect.catch((fault) => Effect.succeed(afterFault(tools, row, step, fault))),
    );
    // Also where the row was written: Codex refused the turn, and is asked again.
    if (stageOf(at.row) === stageOf(row)) yield* Effect.sleep(pauseMs(looks, INVESTIGATION.pauseMs));
    if (at.row.phase === "done") return said();
  }
  yield* investigate(tools, at.row, at.replied, said);
});

interface Progress {
  /** The same as before where nothing could be done. */
  readonly row: CommandRow;
  /** The turn that Codex named in its answer. */
  readonly replied: string | null;
}
type Doing = Effect.Effect<Progress, CodexFault>;

const at = (row: CommandRow, replied: string | null = null): Progress => ({ row, replied });
const actOf = ({ act }: CommandRow): SpawnAct => act as SpawnAct;

/** Never fails: what cannot be read now is hidden. */
function look(tools: PerformTools, row: CommandRow): Effect.Effect<ThreadSight> {
  const desk = tools.desks.get(row.endpointId);
  if (desk === undefined) return Effect.succeed(hidden("endpoint_lost"));
  const { threadId = null } = row.call?.spawned ?? {};
  const sight: Effect.Effect<ThreadSight, CodexFault> =
    threadId === null
      ? Effect.map(findSpawned(tools, desk, row, isForgotten(row)), (thread) =>
          thread === null ? { type: "absent" } : { type: "found", threadId: thread.id },
        )
      : Effect.map(readThread(desk.connection, threadId), sightOf);
  return Effect.catch(sight, (fault) =>
    Effect.succeed<ThreadSight>(
      refusalOf(fault)?.kind === "thread_unknown" ? { type: "gone" } : hidden(fault.code),
    ),
  );
}

/** An earlier life may have come any way with it. */
const isForgotten = (row: CommandRow): boolean => (callIn(row).spawned?.keyId ?? null) === null;

const hidden = (reason: string): ThreadSight => ({ type: "hidden", reason });

function sightOf({ status }: Thread): ThreadSight {
  if (status.type === "notLoaded") return { type: "stored" };
  return { type: status.type === "active" ? "active" : "idle" };
}

type Doable = Exclude<SpawnStep, { type: "conclude" }>;

/** A spawn that goes on. */
interface Spawning {
  readonly tools: PerformTools;
  readonly row: CommandRow;
  readonly held: KeyHeld;
}

function take(spawning: Spawning, step: Doable, order: Order | null): Doing {
  const { tools, row } = spawning;
  const desk = tools.desks.get(row.endpointId);
  if (desk === undefined || step.type === "look_again") return Effect.succeed(at(row));
  if (step.type === "bind")
    return Effect.map(readThread(desk.connection, step.threadId), (thread) =>
      at(bindThread(tools, desk, row, thread) ?? row),
    );
  const threadId = row.call?.spawned?.threadId ?? null;
  if (threadId === null || order === null) return Effect.succeed(at(row));
  const place = { desk, threadId };
  return step.type === "load" ? putBack(spawning, place) : begin(tools, row, place, order);
}

/** It was put away before its turn began. A server that never had the turn is asked for it once it has the thread again. */
const putBack = ({ tools, row, held }: Spawning, place: Place): Doing =>
  Effect.map(load(tools, place, held), (loaded) => {
    if (loaded.type === "loaded" || !loaded.isFinal) return at(row);
    return fail(tools, row, { code: "mcp_unreachable", facts: { reason: loaded.reason } });
  });

function fail(
  tools: PerformTools,
  row: CommandRow,
  failure: NonNullable<ReturnType<typeof refusedForGood>>,
): Progress {
  conclude(tools, row, { type: "command.failed", ...failure });
  return at({ ...row, phase: "done" });
}

/** Names the thread, so that people may attach to it (PROTOCOL trap 2), and asks for its first turn. */
const begin = Effect.fnUntraced(function* (
  tools: PerformTools,
  row: CommandRow,
  { desk, threadId }: Place,
  order: Order,
): Effect.fn.Return<Progress, CodexFault> {
  const { connection, redaction } = desk;
  const text = order.text ?? "";
  yield* setThreadName(connection, threadId, threadNameOf(actOf(row).purpose, text, redaction.scrub));
  const { turns, isListable } = yield* newestTurns(connection, threadId, 1);
  const [newest] = turns;
  // Somebody else's turn is beginning or runs: it is not spoken into.
  if (!isListable || newest?.status === "inProgress" || leftMs(tools, order) <= 0) return at(row);
  const asked = write(tools, row, withTurn(callIn(row), true, newest?.id ?? null));
  const message = { threadId, text, clientUserMessageId: markOf(row.commandId) };
  return yield* startTurn(connection, message).pipe(
    Effect.map(({ id }) => at(asked, id)),
    Effect.catch((fault) => {
      if (didNothing(fault)) {
        write(tools, row, withTurn(callIn(row), false, null));
        return Effect.fail(fault);
      }
      noteFault(tools, row, fault);
      return Effect.succeed(at(asked));
    }),
  );
});

/** What Codex refuses for good is refused to the spawn: its thread stays, without a turn. A thread that could not be read may have one, and is looked at again. */
function afterFault(tools: PerformTools, row: CommandRow, step: Doable, fault: CodexFault): Progress {
  const final = step.type === "bind" ? null : refusedForGood(fault);
  return final === null ? noteFault(tools, row, fault) : fail(tools, row, final);
}

function noteFault({ diagnostics }: PerformTools, row: CommandRow, { code, method }: CodexFault): Progress {
  const { commandId } = row;
  diagnostics.info(
    { part: "commands", commandId, code, method },
    "A spawn waits: Codex did not do what it was asked.",
  );
  return at(row);
}
