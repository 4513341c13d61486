/** What is asked of an app-server for a command. Nothing here decides anything. */
import {
  cleanBackgroundTerminals,
  type CodexFault,
  connect,
  type Connection,
  interruptTurn,
  listItems,
  listTurns,
  readItem,
  readThread,
  refusalOf,
  startTurn,
  steerTurn,
  type Turn,
} from "@claw/codex-rpc";
import { type CommandId, markOf } from "@claw/events";
import { VERSION } from "@claw/runtime";
import { Effect } from "effect";
import type { Call } from "../domain/fence.ts";
import type { TurnSeen } from "../domain/mark.ts";
import type { Seen } from "../domain/plan.ts";
import type { Place } from "./tools.ts";

type Asked<Value> = Effect.Effect<Value, CodexFault>;

/** The thread as it is now. The status is read last, so that nothing lies between it and a start but what is written down. */
export const see = ({ desk: { connection }, threadId }: Place): Asked<Seen> =>
  Effect.all([newestTurns(connection, threadId, 1), readThread(connection, threadId)], {
    concurrency: 2,
  }).pipe(
    Effect.map(([{ turns, isListable }, { status }]) => {
      const [newest] = turns;
      return {
        status: status.type,
        isListable,
        newest:
          newest === undefined
            ? null
            : {
                turnId: newest.id,
                isOver: newest.status !== "inProgress",
                hasEnd: newest.completedAt != null,
              },
      };
    }),
  );

export interface NewestTurns {
  /** Newest first, without items. */
  readonly turns: readonly Turn[];
  /** There is none before them. */
  readonly isAll: boolean;
  /** The server cannot list them at this moment. */
  readonly isListable: boolean;
}

/** A thread without a turn is refused a list; that is no fault. */
export const newestTurns = (connection: Connection, threadId: string, limit: number): Asked<NewestTurns> =>
  listTurns(connection, { threadId, limit, itemsView: "notLoaded" }).pipe(
    Effect.map(({ data, nextCursor }) => ({ turns: data, isAll: nextCursor === null, isListable: true })),
    Effect.catchIf(
      (fault) => NOT_LISTED.has(refusalOf(fault)?.kind ?? ""),
      (fault) =>
        Effect.succeed({ turns: [], isAll: true, isListable: refusalOf(fault)?.kind !== "not_listable" }),
    ),
  );

const NOT_LISTED: ReadonlySet<string> = new Set(["no_turns", "not_listable", "thread_unknown"]);

const ITEM_PAGE = 100;
const MAX_ITEM_PAGES = 10;

/** A turn with the client ids of its user messages; of a very long one, of its first 1,000 items. */
export const readTurn = Effect.fnUntraced(function* (
  { desk, threadId }: Place,
  { id, status }: Pick<Turn, "id" | "status">,
) {
  const clientIds: (string | null)[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MAX_ITEM_PAGES; pages += 1) {
    const page: ItemPage = yield* listItems(desk.connection, {
      threadId,
      turnId: id,
      sortDirection: "asc",
      limit: ITEM_PAGE,
      cursor,
    });
    clientIds.push(...page.data.flatMap(({ item }) => userMessageIn(item)));
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return { turnId: id, status, clientIds, isWhole: cursor === null } satisfies TurnSeen;
});

type ItemPage = Effect.Success<ReturnType<typeof listItems>>;

const userMessageIn = (item: Parameters<typeof readItem>[0]): readonly (string | null)[] => {
  const read = readItem(item);
  return read?.type === "userMessage" ? [read.clientId ?? null] : [];
};

/** A call that goes into a turn. */
export type TurnCall = Call & { readonly mode: "start" | "steer" | "interrupt" };

/** Calls Codex, once. For a start or a steer, the turn into which it says that the text goes; null for an interruption. */
export function callCodex(
  { desk: { connection }, threadId }: Place,
  call: TurnCall,
  commandId: CommandId,
  text: string,
): Asked<string | null> {
  const message = { threadId, text, clientUserMessageId: markOf(commandId) };
  if (call.turnId === null) return Effect.map(startTurn(connection, message), ({ id }) => id);
  return call.mode === "steer"
    ? steerTurn(connection, { ...message, expectedTurnId: call.turnId })
    : Effect.as(interruptTurn(connection, threadId, call.turnId), null);
}

/**
 * Kills the shell commands that live on beyond an interrupted turn (PROTOCOL §0.8), unless another turn has begun, whose commands they might be.
 * On a connection of its own, so that a server which is slow to kill keeps nothing that is watched waiting. A server that is our child has no second door: there
 * they live on.
 */
export const cleanUp = Effect.fnUntraced(function* (
  { desk, threadId }: Place,
  turnId: string,
): Effect.fn.Return<void, CodexFault> {
  if (desk.target.kind === "stdio") return;
  const housekeeping = connect(desk.target, {
    clientInfo: { name: "claw-connector-cleanup", title: "Claw Supervisor", version: VERSION },
    experimentalApi: true,
  });
  yield* Effect.scoped(
    Effect.flatMap(housekeeping, (connection) =>
      newestTurns(connection, threadId, 1).pipe(
        Effect.flatMap(({ turns: [newest] }) =>
          newest?.id === turnId ? cleanBackgroundTerminals(connection, threadId) : Effect.void,
        ),
      ),
    ),
  );
});
