import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { history } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import {
  type AnyProjection,
  openViewReader,
  openViewStore,
  emptyBatch,
  foldEntry,
  NO_EVIDENCE,
  readerOn,
  viewDigest,
  viewProjections,
} from "../src/index.ts";
import { makeRowCache } from "../src/store/row-cache.ts";
import { foldInto, memoryStore, placed } from "./given.ts";

it("rows and checkpoint are one transaction: what fails at the last write leaves nothing, and is folded again (N1-001)", () => {
  fc.assert(
    fc.property(history(30), fc.nat(), (entries, cut) => {
      fc.pre(entries.length > 0);
      const [before, after] = [placed(entries).slice(0, cut % entries.length), placed(entries)];
      const store = memoryStore();
      foldInto(store, before);
      const digest = viewDigest(store.db);
      store.db.exec(
        `CREATE TEMP TRIGGER full BEFORE INSERT ON checkpoint BEGIN SELECT RAISE(ABORT, 'full'); END`,
      );
      expect(() => foldInto(store, after)).toThrow("full");
      expect(viewDigest(store.db)).toBe(digest);
      expect(store.checkpoint().position).toBe(before.length);
      store.db.exec("DROP TRIGGER full");
      foldInto(store, after);
      const whole = memoryStore();
      foldInto(whole, after);
      expect(viewDigest(store.db)).toBe(viewDigest(whole.db));
    }),
    { numRuns: 40 },
  );
});

it("a store tells its own rows from those of other versions of the projections", () => {
  const folder = mkdtempSync(join(tmpdir(), "claw-views-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "views.db");
  const raised = viewProjections.map((one) => ({ ...one, version: 99 })) as readonly AnyProjection[];
  const isOfThisCode = (projections: readonly AnyProjection[]): boolean => {
    const store = openViewStore({ path, projections });
    const found = store.isOfThisCode();
    if (found) store.commit(emptyBatch(store.checkpoint()));
    store.close();
    return found;
  };
  expect([viewProjections, raised, viewProjections].map(isOfThisCode)).toEqual([true, false, true]);
});

it("a file from before there was a ledger view opens, and is told from this code's", () => {
  const folder = mkdtempSync(join(tmpdir(), "claw-views-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "views.db");
  const old = openViewStore({ path, projections: viewProjections.filter(({ name }) => name !== "ledger") });
  old.commit(emptyBatch(old.checkpoint()));
  old.db.exec("DROP TABLE ledger; PRAGMA user_version = 1;");
  old.close();
  const store = openViewStore({ path, projections: viewProjections });
  expect(store.isOfThisCode()).toBe(false);
  expect(readerOn(store.db).row("ledger", "log")).toBeNull();
  store.close();
});

it("a reader on a file sees each commit, and cannot write", () => {
  const folder = mkdtempSync(join(tmpdir(), "claw-views-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "views.db");
  const store = openViewStore({ path, projections: viewProjections });
  const reader = openViewReader(path);
  onTestFinished(() => {
    reader.close();
    store.close();
  });
  const entries = placed(fc.sample(history(30), { numRuns: 20, seed: 7 }).flat());
  for (const entry of entries) {
    foldInto(store, [entry]);
    expect(reader.position()).toBe(entry.position);
  }
  expect(entries.length).toBeGreaterThan(20);
});

it("an entry that a projection throws at leaves no row, not even of the projections before it; only its facts are counted", () => {
  fc.assert(
    fc.property(history(20), (entries) => {
      const store = memoryStore();
      const broken = { ...viewProjections[0], name: "tokens", key: () => "any", evolve: throwing } as never;
      const batch = emptyBatch(store.checkpoint());
      const parts = {
        projections: [...viewProjections, broken],
        committed: store.committed,
        evidence: NO_EVIDENCE,
      };
      for (const entry of placed(entries)) foldEntry(parts, batch, entry);
      expect([...batch.touched.values()].filter(({ view }) => view !== "lanes")).toEqual([]);
      expect(batch.quarantined).toBe(entries.length);
      store.commit(batch);
      expect(readerOn(store.db).position()).toBe(entries.length);
      expect(store.openQuarantines()).toBe(entries.length);
    }),
    { numRuns: 30 },
  );
});

const throwing = (): never => {
  throw new RangeError("a bug");
};

it("the cache forgets the oldest rows and counts what it holds", () => {
  const cache = makeRowCache(10);
  const row = {} as never;
  cache.put("a", row, 4);
  cache.put("b", row, 4);
  cache.put("a", row, 5);
  cache.put("c", row, 4);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([row, undefined, row]);
  expect(cache.letters()).toBe(9);
  cache.put("huge", row, 99);
  expect(cache.letters()).toBe(0);
});
