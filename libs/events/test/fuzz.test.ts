import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeEntry,
  encodeBodies,
  encodeEnvelope,
  EntryId,
  Lane,
  parseJson,
  readEvents,
  seal,
  stampEntry,
} from "../src/index.ts";
import { scaled } from "./scale.ts";

const at = 1_795_000_000_000;
const seedEntry = stampEntry(
  seal(
    Lane.parse("session/s1"),
    "r1",
    [
      { type: "session.became", v: 1, at, data: { activity: { type: "idle", flags: [] } } },
      { type: "session.named", v: 1, at, data: {}, body: { name: "n" } },
    ],
    () => "0f".repeat(16),
  ),
  { id: EntryId.parse("host/h1/e/1"), by: { kind: "ingest" }, at },
);
const seedText = `{"envelope":${encodeEnvelope(seedEntry)},"bodies":${encodeBodies(seedEntry)}}`;

/** The seed with some of its characters replaced, cut out, or doubled. */
const mutated = fc
  .array(
    fc.tuple(
      fc.nat({ max: seedText.length - 1 }),
      fc.constantFrom("replace", "cut", "double"),
      fc.string({ maxLength: 4 }),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((edits) =>
    edits.reduce((text, [where, how, insert]) => {
      const index = where % Math.max(1, text.length);
      if (how === "cut") return text.slice(0, index) + text.slice(index + 1 + insert.length * 7);
      if (how === "double") return text.slice(0, index) + text.slice(Math.max(0, index - 9));
      return text.slice(0, index) + insert + text.slice(index + 1);
    }, seedText),
  );

test(`${scaled(100_000)} mutated entries are read or refused, never a crash, and what is accepted round-trips`, () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const json = parseJson(text);
      if (!json.ok) return;
      const entry = decodeEntry(json.value);
      if (!entry.ok) return;
      readEvents({ entry: entry.value });
      const again = decodeEntry(
        JSON.parse(`{"envelope":${encodeEnvelope(entry.value)},"bodies":${encodeBodies(entry.value)}}`),
      );
      expect(again).toEqual(entry);
    }),
    { numRuns: scaled(100_000) },
  );
});

/** A value at some path of the seed replaced by any JSON value: what passes the parser and must still be judged. */
const misshapen = fc.tuple(fc.nat(), fc.jsonValue()).map(([where, value]) => {
  const paths = pathsOf(JSON.parse(seedText));
  const path = paths[where % paths.length] as readonly string[];
  return withValue(JSON.parse(seedText), path, value);
});

function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (value === null || typeof value !== "object") return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

function withValue(root: Record<string, unknown>, path: readonly string[], value: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  let parent = root;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  parent[last] = value;
  return root;
}

test(`${scaled(100_000)} entries with a foreign value somewhere are read or refused, never a crash`, () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(misshapen, (value) => {
      const read = decodeEntry(value);
      seen[read.ok ? "accepted" : "refused"] += 1;
      if (read.ok) readEvents({ entry: read.value });
    }),
    { numRuns: scaled(100_000) },
  );
  expect(seen.accepted).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(seen.accepted);
});

test("arbitrary JSON is refused with a reason that holds no part of it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const read = decodeEntry(value);
      expect(read.ok).toBe(false);
    }),
    { numRuns: scaled(10_000) },
  );
});
