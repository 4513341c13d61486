import type { TranscriptAnswer } from "./answers.ts";
import { expect } from "vitest";
import type { PersistedTurn } from "./evidence.ts";
import type { TestHouse } from "./house.ts";
import { until } from "./until.ts";

/** All items of a session, oldest first, page by page. */
export async function wholeTranscript(
  house: Pick<TestHouse, "get">,
  sessionId: string,
): Promise<readonly TranscriptAnswer["items"][number][]> {
  const items: TranscriptAnswer["items"][number][] = [];
  for (let cursor: string | null = null; ;) {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: TranscriptAnswer = await house.get(`/api/sessions/${sessionId}/transcript?limit=500${query}`);
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return items;
  }
}

/** How many turns before the first sight are read back (DESIGN 14.17). */
export const TURNS_BEFORE = 20;

/** Every item that the app-server persisted, from the first one in the view on, stands in it once and in order. */
export async function everythingPersistedIsInTheView(
  house: Pick<TestHouse, "get">,
  persisted: readonly PersistedTurn[],
  sessionId: string,
): Promise<void> {
  const items = await until("the whole transcript is in the view", async () => {
    const found = await wholeTranscript(house, sessionId);
    return new Set(found.map((item) => item.turnId)).has(persisted.at(-1)?.id ?? "") ? found : null;
  });
  const first = persisted.findIndex((turn) => turn.id === items[0]?.turnId);
  expect(first).toBeLessThanOrEqual(persisted.length - TURNS_BEFORE);
  const expected = persisted
    .slice(first)
    .flatMap((turn) => turn.itemIds.map((itemId) => `${turn.id}/${itemId}`));
  expect(items.map((item) => `${item.turnId}/${item.itemId}`)).toEqual(expected);
}
