import { describe, expect, test } from "vitest";
import { NOW } from "./fake-house.ts";
import { shareRow } from "./fake-registry.ts";
import { ANNS, BOBS, type CallerName, jsonOf, privateHouse } from "./private-house.ts";

/** Over in no run of this test. */
const FAR = 4_000_000_000_000;
const pathOf = (id: string): string => `/api/sessions/${id}/record`;

async function recordOf(house: ReturnType<typeof privateHouse>, id: string, as: CallerName) {
  const { record } = await jsonOf(await house.get(pathOf(id), as));
  return record as Record<string, unknown>;
}
const sharedWith = (record: Record<string, unknown>): readonly string[] =>
  (record["shares"] as readonly { readonly to: string }[]).map(({ to }) => to).toSorted();

describe("GET /api/sessions/{sessionId}/record", () => {
  test("X1-035: whose it is, its facts, checkpoints and newest archive, without the archive's keys", async () => {
    const record = await recordOf(privateHouse(), ANNS, "ann");
    expect(record).toMatchObject({
      sessionId: ANNS,
      owner: "ann",
      checkpoints: { count: 0, newest: [] },
      archive: { version: 1, isFinal: true, deletedAt: null },
      shares: [],
      glass: [],
    });
    expect(record["archive"]).not.toHaveProperty("parts");
  });

  test("X1-026: names the shares that hold now, of the session and of all of its owner, and no others", async () => {
    const house = privateHouse();
    house.share(shareRow(ANNS, "eve", { by: "ann", until: FAR }));
    house.share(shareRow("ann", "carl", { scope: "owner", level: "controller", by: "ann" }));
    house.share(shareRow(ANNS, "over", { by: "ann", until: NOW - 1 }));
    house.share(shareRow(ANNS, "taken back", { by: "ann", level: null }));
    house.share(shareRow(BOBS, "elsewhere", { by: "ann" }));
    const record = await recordOf(house, ANNS, "ann");
    expect(new Set(record["shares"] as readonly object[])).toEqual(
      new Set([
        { scope: "owner", to: "carl", level: "controller", until: null, by: "ann", sinceAt: iso(NOW) },
        {
          scope: "session",
          to: "eve",
          level: "viewer",
          until: iso(FAR),
          by: "ann",
          sinceAt: iso(NOW),
        },
      ]),
    );
    // Whose it is knows of every share of it, whoever made it.
    expect(sharedWith(await recordOf(house, BOBS, "bob"))).toEqual(["elsewhere"]);
    expect(sharedWith(await recordOf(house, ANNS, "eve"))).toEqual(["eve"]);
    expect(sharedWith(await recordOf(house, ANNS, "admin"))).toEqual(["carl", "eve"]);
  });

  test("DESIGN 14.20: an admin who broke the glass stands there with his reason, until it is over", async () => {
    const house = privateHouse();
    const glass = {
      kind: "glass",
      sessionId: ANNS,
      by: "the admin",
      reason: "an outage",
      sinceAt: NOW,
    } as const;
    house.share({ ...glass, until: FAR } as never);
    house.share({ ...glass, by: "another", until: NOW - 1 } as never);
    expect((await recordOf(house, ANNS, "admin"))["glass"]).toEqual([
      { by: "the admin", reason: "an outage", sinceAt: iso(NOW), until: iso(FAR) },
    ]);
  });
});

const iso = (at: number): string => new Date(at).toISOString();
