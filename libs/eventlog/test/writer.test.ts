import { sequence } from "@claw/events";
import { Effect, Fiber } from "effect";
import { describe, expect, it } from "vitest";
import { entries } from "../src/contract/law.ts";
import { MAX_DRAFTS } from "../src/index.ts";
import type { Commit } from "../src/sqlite/commit.ts";
import { type Prepared, prepare } from "../src/sqlite/rows.ts";
import { makeWriter } from "../src/sqlite/writer.ts";

/** Stands where SQLite stands and notes what each transaction held. */
function countingCommit(): { readonly commit: Commit; readonly transactions: number[][] } {
  const transactions: number[][] = [];
  let last = 0;
  const commit: Commit = (appends) => {
    transactions.push(appends.map((rows) => rows.length));
    return appends.map((rows) => rows.map(() => ({ status: "appended", sequence: sequence((last += 1)) })));
  };
  return { commit, transactions };
}

const rows = (count: number): readonly Prepared[] => entries(count).map((entry) => prepare({ entry }));
const all = { concurrency: "unbounded" } as const;

describe("group commit", () => {
  it("puts everything that waits into one transaction", async () => {
    const { commit, transactions } = countingCommit();
    const writer = makeWriter(commit, () => {});
    const appends = Array.from({ length: 100 }, () => writer.append(rows(3)));
    const outcomes = await Effect.runPromise(Effect.all(appends, all));
    expect(transactions).toEqual([Array.from({ length: 100 }, () => 3)]);
    expect(outcomes.flat().map((outcome) => "sequence" in outcome && outcome.sequence)).toEqual(
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
  });

  it("bounds a transaction, and never divides an append", async () => {
    const { commit, transactions } = countingCommit();
    const writer = makeWriter(commit, () => {});
    const sizes = [300, 150, 100, 400, MAX_DRAFTS, 1, 1];
    await Effect.runPromise(
      Effect.all(
        sizes.map((size) => writer.append(rows(size))),
        all,
      ),
    );
    expect(transactions).toEqual([[300, 150], [100, 400], [MAX_DRAFTS], [1, 1]]);
  });

  it("refuses as busy what would make the queue too long, and takes more once it is shorter", async () => {
    const { commit } = countingCommit();
    const writer = makeWriter(commit, () => {});
    const many = Array.from({ length: 41 }, () => Effect.exit(writer.append(rows(MAX_DRAFTS))));
    const exits = await Effect.runPromise(Effect.all(many, all));
    expect(exits.map((exit) => exit._tag)).toEqual([
      ...Array.from({ length: 40 }, () => "Success"),
      "Failure",
    ]);
    const fault = exits.at(-1);
    expect(JSON.stringify(fault)).toMatch(/"busy"/);
    await Effect.runPromise(writer.append(rows(1)));
  });

  it("gives the fault of a transaction to each append in it, and goes on with the next", async () => {
    const { commit } = countingCommit();
    let broken = true;
    const writer = makeWriter(
      (appends) => {
        if (!broken) return commit(appends);
        broken = false;
        throw Object.assign(new Error("no space"), { code: "SQLITE_FULL" });
      },
      () => {},
    );
    const faults = await Effect.runPromise(
      Effect.all(
        Array.from({ length: 3 }, () => Effect.flip(writer.append(rows(1)))),
        all,
      ),
    );
    expect(faults.map(({ reason }) => reason)).toEqual(["disk_full", "disk_full", "disk_full"]);
    expect(await Effect.runPromise(writer.append(rows(1)))).toMatchObject([{ status: "appended" }]);
  });

  it("when closed, refuses what waits and stores none of it", async () => {
    const { commit, transactions } = countingCommit();
    const writer = makeWriter(commit, () => {});
    const waiting = Effect.runFork(Effect.flip(writer.append(rows(1))));
    writer.close();
    const fault = await Effect.runPromise(Fiber.join(waiting));
    expect(fault.reason).toBe("closed");
    await new Promise(setImmediate);
    expect(transactions).toEqual([]);
  });
});
