import type { TranscriptAnswer } from "./answers.ts";
import type { TestHouse } from "./house.ts";

/** All items of a session, oldest first, page by page. */
export async function wholeTranscript(
  house: TestHouse,
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
