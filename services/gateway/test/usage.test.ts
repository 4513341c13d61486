/** N1-036: tokens by session, group and owner, for who may see them. */
import { TokenSums, type Usage, UsageView } from "@claw/views";
import { describe, expect, test } from "vitest";
import { sessionRow } from "./fake-house.ts";
import { shareRow } from "./fake-registry.ts";
import { ANNS, BOBS, type CallerName, jsonOf, privateHouse } from "./private-house.ts";

const used = (totalTokens: number): Usage => ({
  totalTokens,
  inputTokens: totalTokens - 10,
  cachedInputTokens: 5,
  outputTokens: 10,
  reasoningOutputTokens: 4,
  contextWindow: 200_000,
});

/** Ann's session, a second one of hers, and Bob's; the runtimes of both report nothing. */
function counted(visibility: "fleet" | "private" = "fleet") {
  const house = privateHouse(visibility);
  const { reader, commit } = house.views;
  const row = (id: string) => reader.session(id) as ReturnType<typeof sessionRow>;
  commit([
    ["sessions", ANNS, { ...row(ANNS), usage: used(1_000) }],
    ["sessions", BOBS, { ...row(BOBS), usage: used(3_000) }],
    [
      "sessions",
      "anns2",
      sessionRow("anns2", { spawn: row(ANNS).spawn, usage: used(2_500), closed: "archived" }),
    ],
    ["sessions", "silent", sessionRow("silent", { spawn: row(ANNS).spawn })],
  ]);
  return house;
}

interface Answer {
  readonly usage: readonly UsageView[];
  readonly total: TokenSums;
  readonly nextCursor: string | null;
  readonly by: string;
}
async function askedBy(house: ReturnType<typeof counted>, query: string, as: CallerName): Promise<Answer> {
  const answer = await jsonOf(await house.get(`/api/usage${query}`, as));
  return answer as unknown as Answer;
}
const shortOf = ({ usage }: Answer) =>
  usage.map(({ name, sessions, totalTokens }) => [name, sessions, totalTokens]);

describe("N1-036: GET /api/usage", () => {
  test("by session, the most first; what ended counts, what reported nothing is not there", async () => {
    const answer = await askedBy(counted(), "", "eve");
    expect(shortOf(answer)).toEqual([
      [BOBS, 1, 3_000],
      ["anns2", 1, 2_500],
      [ANNS, 1, 1_000],
    ]);
    expect(answer).toMatchObject({ by: "session", nextCursor: null });
    for (const row of answer.usage) expect(UsageView.parse(row)).toEqual(row);
  });

  test("by owner and by group, with the same sum", async () => {
    const house = counted();
    const owners = await askedBy(house, "?by=owner", "eve");
    expect(shortOf(owners)).toEqual([
      ["ann", 2, 3_500],
      ["bob", 1, 3_000],
    ]);
    const groups = await askedBy(house, "?by=group", "eve");
    expect(shortOf(groups)).toEqual([["default", 3, 6_500]]);
    const sum = {
      sessions: 3,
      totalTokens: 6_500,
      inputTokens: 6_470,
      cachedInputTokens: 15,
      outputTokens: 30,
      reasoningOutputTokens: 12,
    };
    expect([owners.total, groups.total]).toEqual([sum, sum]);
  });

  test("X1-026: what the caller may not see is in no row and in no sum", async () => {
    const house = counted("private");
    const anns = await askedBy(house, "?by=owner", "ann");
    expect(shortOf(anns)).toEqual([["ann", 2, 3_500]]);
    expect(anns.total.totalTokens).toBe(3_500);
    expect((await askedBy(house, "", "stranger")).usage).toEqual([]);
    // Figures are metadata: who looks after the house sees all of them.
    expect((await askedBy(house, "", "admin")).total.totalTokens).toBe(6_500);
    house.share(shareRow(BOBS, "eve", { by: "bob" }));
    expect(shortOf(await askedBy(house, "", "eve"))).toEqual([[BOBS, 1, 3_000]]);
  });

  test("is paged, each row once, and refuses what it does not know", async () => {
    const house = counted();
    const names: (string | null)[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "?limit=1" : `?limit=1&cursor=${cursor}`;
      const page: Answer = await askedBy(house, query, "eve");
      names.push(...page.usage.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(names).toEqual([BOBS, "anns2", ANNS]);
    for (const query of ["?by=repo", "?since=1", "?cursor=no"])
      expect((await house.get(`/api/usage${query}`, "eve")).status).toBe(400);
    expect((await house.get("/api/usage", null)).status).toBe(401);
  });
});
