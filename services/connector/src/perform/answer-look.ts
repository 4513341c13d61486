/** Looks into the turn of a question that is over, for what an answer to it wanted. */
import { type CodexFault, listItems } from "@claw/codex-rpc";
import type { AnswerAct } from "@claw/events";
import { Effect } from "effect";
import { effectOf, type ItemSeen } from "../domain/answer.ts";
import { newestTurns } from "./codex.ts";
import type { Place } from "./tools.ts";

const TURNS = 20;
const PAGE = 100;
const PAGES = 10;

/** True or false: what was wanted came to be, or something else did; null where the turn does not show it. */
export const lookUpAnswer = Effect.fnUntraced(function* (
  { desk, threadId }: Place,
  act: AnswerAct,
  turnId: string | null,
): Effect.fn.Return<boolean | null, CodexFault> {
  if (turnId === null) return null;
  const { turns } = yield* newestTurns(desk.connection, threadId, TURNS);
  const turn = turns.find(({ id }) => id === turnId);
  if (turn === undefined) return null;
  const items: ItemSeen[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < PAGES; pages += 1) {
    const asked = { threadId, turnId, sortDirection: "desc", limit: PAGE, cursor } as const;
    const page: Effect.Success<ReturnType<typeof listItems>> = yield* listItems(desk.connection, asked);
    items.unshift(...page.data.map(({ item }) => ({ id: item.id, status: item["status"] })).toReversed());
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return effectOf(act, { turnId, status: turn.status }, items);
});
