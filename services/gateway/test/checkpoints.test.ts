/** Checkpoints by API: of every session and runtime that the caller sees, counted, with the newest of them (F1-039, F1-179, X1-046). */
import { position, SessionId } from "@claw/events";
import type { CheckpointsRow } from "@claw/views";
import { expect, test } from "vitest";
import { NOW } from "./fake-house.ts";
import {
  ANNS,
  BOBS,
  type CallerName,
  jsonOf,
  NOBODYS,
  type PrivateHouse,
  privateHouse,
} from "./private-house.ts";

const checkpointsOf = (id: string, count = 1): CheckpointsRow => ({
  sessionId: SessionId.parse(id),
  count,
  bytes: count * 10,
  newest: [{ checkpointId: `cp-${id}`, kind: "rootfs", bytes: 10, digest: null, madeAt: NOW }],
});

function given(visibility: "fleet" | "private"): PrivateHouse {
  const house = privateHouse(visibility);
  const ids = [ANNS, BOBS, `r-${ANNS}`, `r-${BOBS}`];
  house.views.commit(ids.map((id, n) => ["checkpoints", id, checkpointsOf(id, n + 1)] as const));
  return house;
}

const idsIn = async ({ get }: PrivateHouse, query: string, who: CallerName): Promise<unknown> => {
  const body = await jsonOf(await get(`/api/checkpoints${query}`, who));
  return (body["checkpoints"] as readonly CheckpointsRow[]).map(({ sessionId }) => sessionId);
};

test("X1-046, F1-179: of each session and runtime how many there are, and the newest; with where the views stand", async () => {
  const { get, views } = given("fleet");
  const body = await jsonOf(await get("/api/checkpoints", "eve"));
  expect(body).toMatchObject({ nextCursor: null, position: position(views.reader.position()) });
  expect(body["checkpoints"]).toHaveLength(4);
  expect((body["checkpoints"] as readonly unknown[])[0]).toEqual({
    sessionId: ANNS,
    count: 1,
    bytes: 10,
    newest: [
      {
        checkpointId: `cp-${ANNS}`,
        kind: "rootfs",
        bytes: 10,
        digest: null,
        madeAt: new Date(NOW).toISOString(),
      },
    ],
  });
});

/** What stands on each page, one row at a time. */
async function pagesOf({ get }: PrivateHouse, who: CallerName): Promise<readonly (readonly unknown[])[]> {
  const pages: (readonly unknown[])[] = [];
  for (let query = "?limit=1"; ;) {
    const body = await jsonOf(await get(`/api/checkpoints${query}`, who));
    pages.push((body["checkpoints"] as readonly CheckpointsRow[]).map(({ sessionId }) => sessionId));
    if (body["nextCursor"] === null) return pages;
    query = `?limit=1&cursor=${String(body["nextCursor"])}`;
  }
}

test("F1-179: page by page, each once; those of one session by its id, and none of one that has none", async () => {
  const house = given("fleet");
  expect(await pagesOf(house, "eve")).toEqual([[ANNS], [BOBS], [`r-${ANNS}`], [`r-${BOBS}`]]);
  expect(await idsIn(house, `?session=r-${BOBS}`, "eve")).toEqual([`r-${BOBS}`]);
  expect(await idsIn(house, `?session=${NOBODYS}`, "eve")).toEqual([]);
  expect((await house.get("/api/checkpoints?cursor=nonsense", "eve")).status).toBe(400);
  expect((await house.get("/api/checkpoints?repo=x", "eve")).status).toBe(400);
});

test("X1-026: in a private house those of what the caller sees; of the rest as of what does not exist", async () => {
  const house = given("private");
  expect(await idsIn(house, "", "ann")).toEqual([ANNS, `r-${ANNS}`]);
  expect(await pagesOf(house, "ann")).toEqual([[ANNS], [`r-${ANNS}`]]);
  expect(await idsIn(house, "", "bound")).toEqual([ANNS]);
  expect(await idsIn(house, "", "stranger")).toEqual([]);
  expect(await idsIn(house, "", "auditor")).toHaveLength(4);
  const hidden = await house.get(`/api/checkpoints?session=${BOBS}`, "ann");
  const absent = await house.get(`/api/checkpoints?session=${NOBODYS}`, "ann");
  expect([hidden.status, await hidden.text()]).toEqual([absent.status, await absent.text()]);
});
