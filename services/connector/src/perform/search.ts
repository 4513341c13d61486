/** Looks for a command's mark where it can be. Never fails: what cannot be read now is unsure. */
import { type CodexFault, listItems, readItem, readThread, refusalOf, type Turn } from "@claw/codex-rpc";
import { markOf } from "@claw/events";
import { Effect } from "effect";
import type { CommandOrder, CommandRow, Outcome } from "../domain/fence.ts";
import { type Finding, findMark, recall } from "../domain/mark.ts";
import { type NewestTurns, newestTurns, readTurn } from "./codex.ts";
import { type PerformTools, type Place, placeOf } from "./tools.ts";

/** Turns among which a command's own is looked for. More than this begin in a thread while one call is open: nobody can say. */
const TURNS = 20;

/** `replied` is the turn that Codex named in its answer, if it did. */
export function look(tools: PerformTools, row: CommandRow, replied: string | null): Effect.Effect<Finding> {
  const place = placeOfRow(tools, row);
  if (typeof place === "string") return Effect.succeed(unsure(place));
  if (row.act.kind === "resume") return lookForThread(place);
  return newestTurns(place.desk.connection, place.threadId, TURNS).pipe(
    Effect.flatMap((newest) => lookIn(place, row, newest, replied)),
    Effect.catch(({ code }) => Effect.succeed(unsure(code))),
  );
}

/** The first turn of a spawn stands in the thread that it made. */
function placeOfRow(tools: PerformTools, row: CommandRow): ReturnType<typeof placeOf> {
  const threadId = row.call?.spawned?.threadId ?? null;
  if (threadId === null) return placeOf(tools, row);
  const desk = tools.desks.get(row.endpointId);
  return desk === undefined ? "endpoint_lost" : { desk, threadId };
}

/** A thread that is in memory was put back there, by whomever. */
const lookForThread = ({ desk, threadId }: Place): Effect.Effect<Finding> =>
  readThread(desk.connection, threadId).pipe(
    Effect.map(({ status }): Finding => (status.type === "notLoaded" ? { type: "absent" } : resumed)),
    Effect.catch((fault) =>
      Effect.succeed(refusalOf(fault)?.kind === "thread_unknown" ? vanished : unsure(fault.code)),
    ),
  );

const resumed: Finding = {
  type: "settled",
  outcome: { type: "command.succeeded", mode: "resume", turnId: null },
};
const vanished: Finding = {
  type: "settled",
  outcome: { type: "command.failed", code: "thread_vanished", facts: {} },
};

const lookIn = Effect.fnUntraced(function* (
  place: Place,
  row: CommandRow,
  newest: NewestTurns,
  replied: string | null,
): Effect.fn.Return<Finding, CodexFault> {
  if (!newest.isListable) return unsure("turn_begins");
  const { turns, isComplete } = candidates(row, newest, replied);
  const read = yield* Effect.forEach(turns, (turn) => readTurn(place, turn));
  return findMark(row, read, replied, isComplete);
});

/**
 * The turns in which it can be, oldest first. Without an answer, the one before it too: Codex lists a turn that is just beginning as over, so it may
 * have looked at rest when the call was made.
 */
function candidates({ call }: CommandRow, { turns, isAll }: NewestTurns, replied: string | null) {
  const target = call?.turnId ?? replied;
  if (target !== null) {
    const found: readonly Turn[] = turns.filter(({ id }) => id === target);
    return { turns: found, isComplete: found.length > 0 || isAll };
  }
  const before = turns.findIndex(({ id }) => id === (call?.after ?? null));
  return {
    turns: (before < 0 ? turns : turns.slice(0, before + 1)).toReversed(),
    isComplete: isAll || before >= 0,
  };
}

const PAGE = 100;
const PAGES = 5;

/**
 * For an outbox that may have forgotten the command: whether its mark stands among the newest 500 items of the thread, and what became of it then.
 * A repeated command must not be done twice because the host lost its memory.
 */
export const remember = Effect.fnUntraced(function* (
  place: Place,
  order: CommandOrder,
): Effect.fn.Return<Outcome | null, CodexFault> {
  const { connection } = place.desk;
  const mark = markOf(order.commandId);
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const asked = { threadId: place.threadId, sortDirection: "desc", limit: PAGE, cursor } as const;
    const page: Effect.Success<ReturnType<typeof listItems>> = yield* listItems(connection, asked);
    const found = page.data.find(({ item }) => {
      const read = readItem(item);
      return read?.type === "userMessage" && read.clientId === mark;
    });
    if (found !== undefined) {
      const { turns } = yield* newestTurns(connection, place.threadId, TURNS);
      const turn = turns.find(({ id }) => id === found.turnId) ?? { id: found.turnId, status: "completed" };
      return recall(order, yield* readTurn(place, turn));
    }
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return null;
});

const unsure = (reason: string): Finding => ({ type: "unsure", reason });
