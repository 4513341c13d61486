/** N1-036: tokens added up by session, group and owner, against a sum by hand. */
import type { GroupId } from "@claw/events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type FleetLine, type FleetSession, usageBy, UsageBy, usageOf, usagePlace } from "../src/index.ts";
import { testScale } from "./given.ts";

interface Given {
  readonly id: string;
  readonly owner: string | null;
  readonly group: string;
  readonly tokens: number | null;
}

const lineOf = ({ id, owner, group, tokens }: Given): FleetLine => ({
  session: { id, owner } as FleetSession,
  belonging: { owner, group: group as GroupId } as FleetLine["belonging"],
  attention: [],
  usage:
    tokens === null
      ? null
      : {
          totalTokens: tokens,
          inputTokens: tokens,
          cachedInputTokens: 0,
          outputTokens: 0,
          reasoningOutputTokens: 0,
          contextWindow: null,
        },
});

/** Few names and few figures, so that many fall together. */
const given = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 60 }).map((n) => `s${n}`),
    owner: fc.constantFrom("ann", "bob", null),
    group: fc.constantFrom("a", "b", ""),
    tokens: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
  }),
  { selector: ({ id }) => id, maxLength: 40 },
);

test("F1-015 N1-036 the rows of each way add up to the same sum, and each holds what a naive sum holds", () => {
  fc.assert(
    fc.property(given, fc.constantFrom(...UsageBy.options), (all, by) => {
      const lines = all.map(lineOf);
      const rows = usageBy(lines, by);
      const nameOf = (one: Given) =>
        by === "session" ? one.id : (by === "group" ? one.group : one.owner) || null;
      for (const { name, sessions, totalTokens } of rows) {
        const own = all.filter((one) => one.tokens !== null && nameOf(one) === name);
        expect([sessions, totalTokens]).toEqual([
          own.length,
          own.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0),
        ]);
        expect(sessions).toBeGreaterThan(0);
      }
      const { sessions, totalTokens } = usageOf(lines);
      expect(rows.reduce((sum, row) => sum + row.sessions, 0)).toBe(sessions);
      expect(rows.reduce((sum, row) => sum + row.totalTokens, 0)).toBe(totalTokens);
      expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    }),
    { numRuns: 100 * testScale },
  );
});

test("N1-036 the most tokens first, then by name, and nobody's last: the order that cursors stand in", () => {
  const row = (id: string, owner: string | null, tokens: number): FleetLine =>
    lineOf({ id, owner, group: "a", tokens });
  const rows = usageBy(
    [row("1", null, 5), row("2", "bob", 5), row("3", "ann", 5), row("4", "eve", 9)],
    "owner",
  );
  expect(rows.map(({ name }) => name)).toEqual(["eve", "ann", "bob", null]);
  expect(usagePlace(rows[3] as (typeof rows)[number])).toEqual([-5, 1, ""]);
});
