/** X1-035: the facts of a session, from either end, with how many there are and whether all of them are told. */
import { type EntryId, Epoch, seal, sequence, SessionId, sessionLane, stampEntry } from "@claw/events";
import type { Logged } from "@claw/eventlog";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fakePorts, host, makeFakeViews, NOW, sessionRow, tokenOf } from "./fake-house.ts";
import { jsonOf } from "./private-house.ts";
import { appOf, tokenChange } from "./running.ts";

const s1 = SessionId.parse("s1");
const operator = tokenOf("operator");

/** An entry of the session at this position, with as many facts. */
function entryAt(at: number, facts: number): Logged {
  const events = Array.from({ length: facts }, (_, n) => ({
    type: "session.named" as const,
    v: 1 as const,
    at: NOW,
    data: {},
    body: { name: `${at}/${n}` },
  }));
  const said = seal(sessionLane(s1), null, events, () => "00".repeat(16));
  const by = { kind: "host", hostId: host.hostId, epoch: Epoch.parse("0".repeat(32)), seq: at } as const;
  const id = `host/h1/${"0".repeat(32)}/${at}` as EntryId;
  return { sequence: sequence(at), entry: stampEntry(said, { id, by, at: NOW }) };
}

function lane(positions: readonly (readonly [at: number, facts: number])[]) {
  const views = makeFakeViews();
  const factCount = positions.reduce((sum, [, facts]) => sum + facts, 0);
  views.commit([tokenChange(operator.row), ["sessions", "s1", sessionRow("s1", { factCount })]]);
  const standing = positions.at(-1)?.[0] ?? 0;
  const { ports } = fakePorts({
    reader: { ...views.reader, position: () => standing as ReturnType<typeof views.reader.position> },
    entries: positions.map(([at, facts]) => entryAt(at, facts)),
  });
  const app = appOf(ports);
  const headers = { authorization: `Bearer ${operator.bearer}` };
  const get = async (query: string) =>
    jsonOf(await app.request(`/api/sessions/s1/events?${query}`, { headers }));
  return {
    get,
    factCount,
    names: positions.flatMap(([at, facts]) => Array.from({ length: facts }, (_, n) => `${at}/${n}`)),
  };
}

const namesIn = (body: Record<string, unknown>): readonly string[] =>
  (body["events"] as readonly { body: { name: string } }[]).map(({ body: { name } }) => name);

describe("X1-035: a session's facts", () => {
  const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 3 })), {
    maxLength: 40,
  });

  test("F1-036 pages from either end hold each fact once, in order, and the end says so", async () => {
    await fc.assert(
      fc.asyncProperty(
        gaps,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom("oldest", "newest"),
        async (made, limit, order) => {
          let at = 0;
          const { get, names } = lane(made.map(([gap, facts]) => [(at += gap), facts] as const));
          const found: string[] = [];
          let cursor: string | null = "";
          for (let pages = 0; cursor !== null; pages += 1) {
            expect(pages).toBeLessThanOrEqual(made.length);
            const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
            const body: Record<string, unknown> = await get(`order=${order}&limit=${limit}${query}`);
            found.push(...namesIn(body));
            expect(body).toMatchObject({
              total: names.length,
              isTruncated: namesIn(body).length < names.length,
            });
            cursor = body["nextCursor"] as string | null;
          }
          expect(found).toEqual(order === "newest" ? names.toReversed() : names);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("the newest after a position are no older than it", async () => {
    const { get } = lane([
      [5, 1],
      [9_000, 2],
      [20_000, 1],
    ]);
    expect(namesIn(await get("order=newest&after=5"))).toEqual(["20000/0", "9000/1", "9000/0"]);
    expect(namesIn(await get("order=newest&limit=1"))).toEqual(["20000/0"]);
  });
});
