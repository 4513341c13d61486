import { readdirSync, readFileSync } from "node:fs";
import { decodeEntry, type Entry, isIntact, readEvents } from "@claw/events";
import { expect, test } from "vitest";
import { viewDigest } from "../src/index.ts";
import { foldInto, memoryStore, placed } from "./given.ts";

const folder = new URL("../../testkit/golden/", import.meta.url);

/**
 * Recorded from real runs and never edited: what each released version wrote has to fold for ever. The digest is that of the views that this
 * code makes of it; a change of a projection changes it on purpose, together with the projection's version.
 */
const DIGESTS: Readonly<Record<string, string>> = {
  "0.1.0.ndjson": "009f0ee63eaa30f030a57b1615e28d3eff87892f621d323fabccb006c0209f19",
};

const read = (name: string): readonly Entry[] =>
  readFileSync(new URL(name, folder), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const entry = decodeEntry(JSON.parse(line));
      if (!entry.ok) throw new Error(`${name}: ${entry.problem.detail}`);
      return entry.value;
    });

test("N1-004 there is a digest for each golden log, and a golden log for each digest", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(DIGESTS).sort());
});

test.each(Object.entries(DIGESTS))(
  "N1-001 N1-004 %s is intact, has no poison, and folds to the views it always did",
  (name, digest) => {
    const entries = read(name);
    expect(entries.length).toBeGreaterThan(50);
    expect(entries.every(isIntact)).toBe(true);
    expect(
      entries.flatMap((entry) => readEvents({ entry })).filter(({ status }) => status !== "known"),
    ).toEqual([]);
    const store = memoryStore();
    foldInto(store, placed(entries), [7, 50]);
    expect(viewDigest(store.db)).toBe(digest);
  },
);
