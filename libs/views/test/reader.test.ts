import { type Entry, position } from "@claw/events";
import { entryPlan, history, sessionIds, toEntry } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BadCursor,
  type ChangedRow,
  isOpenCommand,
  type PageAsk,
  type PageOf,
  readerOn,
  type ViewName,
  type ViewReader,
} from "../src/index.ts";
import { ALL, foldInto, memoryStore, placed, readerOf, testScale } from "./given.ts";

const RUNS = { numRuns: 60 * testScale };
const thread = sessionIds[0] as (typeof sessionIds)[number];
const views: readonly ViewName[] = [
  "sessions",
  "hosts",
  "endpoints",
  "turns",
  "items",
  "approvals",
  "tokens",
  "commands",
  "leases",
  "rules",
  "runtimes",
  "egress",
  "checkpoints",
  "archives",
  "owners",
  "signIns",
  "shares",
  "attention",
];

/** Every paged question of a reader. */
const questions: Readonly<Record<string, (reader: ViewReader, page: PageAsk) => PageOf<object>>> = {
  sessions: (reader, page) => reader.sessions({ includeClosed: true }, page),
  hosts: (reader, page) => reader.hosts(page),
  endpoints: (reader, page) => reader.endpoints({}, page),
  items: (reader, page) => reader.items(thread, page),
  "items, newest first": (reader, page) => reader.items(thread, { ...page, newestFirst: true }),
  turns: (reader, page) => reader.turns(thread, page),
  approvals: (reader, page) => reader.approvals({}, page),
  tokens: (reader, page) => reader.tokens(page),
  commands: (reader, page) => reader.commands({}, page),
  leases: (reader, page) => reader.leases({}, page),
  limits: (reader, page) => reader.rules("limit", page),
  switches: (reader, page) => reader.rules("switch", page),
  mutes: (reader, page) => reader.rules("mute", page),
  runtimes: (reader, page) => reader.runtimes(page),
  egress: (reader, page) => reader.egress(page),
  archives: (reader, page) => reader.archives({}, page),
  owners: (reader, page) => reader.owners(page),
};

describe("pages (S1-025, S1-026, S1-141, X1-051, W-08)", () => {
  it.each(Object.entries(questions))("of %s join to the whole, whatever their size", (_name, ask) => {
    fc.assert(
      fc.property(history(60), fc.integer({ min: 1, max: 4 }), (entries, limit) => {
        const reader = readerOf(entries);
        const joined: object[] = [];
        let cursor: string | null = null;
        do {
          const page: PageOf<object> = ask(reader, { limit, cursor });
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          joined.push(...page.rows);
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(joined).toEqual(ask(reader, ALL).rows);
      }),
      RUNS,
    );
  });

  it.each([0, 501, 1.5, Number.NaN])("of %d rows are refused", (limit) => {
    expect(() => readerOf([]).hosts({ limit, cursor: null })).toThrow(RangeError);
  });

  it("refuse every cursor that they did not make", () => {
    const reader = readerOf([]);
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        for (const cursor of [
          text,
          Buffer.from(text).toString("base64url"),
          Buffer.from(`["x",${text}]`).toString("base64url"),
        ])
          for (const ask of Object.values(questions))
            expect(() => ask(reader, { limit: 1, cursor })).toThrow(BadCursor);
      }),
    );
    expect(() => reader.hosts({ limit: 1, cursor: "A".repeat(100_000) })).toThrow(BadCursor);
  });

  it("refuse the cursor of another question", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const reader = readerOf(entries);
        const { nextCursor: cursor } = reader.sessions({ includeClosed: true }, { limit: 1, cursor: null });
        fc.pre(cursor !== null);
        expect(() => reader.sessions({ hostId: "host-a" }, { limit: 1, cursor })).toThrow(BadCursor);
        expect(() => reader.items(thread, { limit: 1, cursor })).toThrow(BadCursor);
      }),
      { numRuns: 25 },
    );
  });
});

describe("what changed after a position", () => {
  it("is every row once, oldest first, in pages that never cut a position (N1-006)", () => {
    fc.assert(
      fc.property(history(60), fc.nat(60), fc.integer({ min: 1, max: 5 }), (entries, after, limit) => {
        const reader = readerOf(entries);
        const joined: ChangedRow[] = [];
        for (let from = after; ;) {
          const page = reader.changedAfter(views, from, limit);
          const last = page.at(-1);
          if (last === undefined) break;
          joined.push(...page);
          from = last.position;
        }
        const whole = reader.changedAfter(views, 0, 10_000).filter((row) => row.position > after);
        expect(joined).toEqual(whole);
        expect(new Set(joined.map(({ view, key }) => `${view}/${key}`)).size).toBe(joined.length);
        expect(joined.map((row) => row.position)).toEqual(
          joined.map((row) => row.position).toSorted((a, b) => a - b),
        );
      }),
      RUNS,
    );
  });

  it("brings a copy of the rows up to date, wherever it was left", () => {
    fc.assert(
      fc.property(history(60), fc.nat(), (entries, cut) => {
        const store = memoryStore();
        const reader = readerOn(store.db);
        const copy = new Map<string, unknown>();
        const take = (after: number): void => {
          for (const { view, key, row } of reader.changedAfter(views, after, 10_000))
            copy.set(`${view}/${key}`, row);
        };
        foldInto(store, placed(entries.slice(0, cut % (entries.length + 1))));
        take(0);
        const left = reader.position();
        foldInto(store, placed(entries));
        take(left);
        const now = reader
          .changedAfter(views, 0, 10_000)
          .map(({ view, key, row }) => [`${view}/${key}`, row] as const);
        expect(copy).toEqual(new Map(now));
      }),
      RUNS,
    );
  });

  it("of no views is nothing", () => {
    expect(readerOf([]).changedAfter([], 0, 10)).toEqual([]);
  });
});

describe("sessions", () => {
  const within = (entries: readonly Entry[]) => {
    const reader = readerOf(entries);
    return { reader, all: reader.sessions({ includeClosed: true }, ALL).rows };
  };

  it("are filtered by what their rows say, closed ones only when asked for (S1-025, S1-026)", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const { reader, all } = within(entries);
        expect(reader.sessions({}, ALL).rows).toEqual(all.filter(({ closed }) => closed === null));
        for (const row of all) {
          const { hostId, endpointId, activity, freshness } = row;
          const filter = {
            hostId,
            endpointId,
            activity: activity.type,
            freshness: freshness.state,
            includeClosed: true,
          };
          expect(reader.sessions(filter, ALL).rows).toContainEqual(row);
          expect(reader.sessions({ ...filter, hostId: "nobody" }, ALL).rows).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it("are found by any part of their place, and no letter is a pattern (RELIABILITY S16)", () => {
    fc.assert(
      fc.property(
        history(60),
        fc.string({ unit: fc.constantFrom("%", "_", "\\", "a", "1"), minLength: 1, maxLength: 3 }),
        (entries, search) => {
          const { reader, all } = within(entries);
          const found = reader.sessions({ includeClosed: true, search }, ALL).rows;
          const expected = all.filter((row) =>
            [row.sessionId, row.workspace, row.repo, row.branch].some(
              (text) => text !== null && text.toLowerCase().includes(search),
            ),
          );
          expect(found).toEqual(expected);
        },
      ),
      RUNS,
    );
  });

  it("are found by their name only by those who may see it (X1-025)", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const { reader, all } = within(entries);
        const search = "line";
        const hidden = all.map((row) => ({ ...row, name: null }));
        expect(
          reader.sessions({ includeClosed: true, search }, ALL).rows.map(({ sessionId }) => sessionId),
        ).toEqual(
          hidden
            .filter((row) => JSON.stringify([row.workspace, row.repo, row.branch]).includes(search))
            .map(({ sessionId }) => sessionId),
        );
        for (const row of all)
          if (row.name !== null && /^[a-z]+$/i.test(row.name))
            expect(
              reader.sessions({ includeClosed: true, search: row.name, searchNames: true }, ALL).rows,
            ).toContainEqual(row);
      }),
      RUNS,
    );
  });
});

/** Long ones: only one entry in some seventy makes a command, so that most short histories have none. */
const longHistory = fc
  .array(entryPlan, { minLength: 30, maxLength: 60 })
  .map((plans) => plans.map((plan, index) => toEntry(plan, index)));

it("commands and leases are filtered by what their rows say", () => {
  let found = 0;
  fc.assert(
    fc.property(longHistory, (entries) => {
      const reader = readerOf(entries);
      for (const row of reader.commands({}, ALL).rows) {
        found += 1;
        const state = isOpenCommand(row) ? "open" : "closed";
        const filter = { decision: row.decision, principal: row.principal.name, state } as const;
        expect(reader.commands(filter, ALL).rows).toContainEqual(row);
        expect(reader.commands({ ...filter, principal: "nobody at all" }, ALL).rows).toEqual([]);
        const other = state === "open" ? "closed" : "open";
        expect(reader.commands({ ...filter, state: other }, ALL).rows).not.toContainEqual(row);
        const { sessionId, hostId } = row;
        if (sessionId === null || hostId === null) continue;
        expect(reader.commands({ sessionId, hostId }, ALL).rows).toContainEqual(row);
        expect(reader.commands({ sessionId, hostId: "nobody" }, ALL).rows).toEqual([]);
      }
      for (const row of reader.leases({}, ALL).rows) {
        const { sessionId, hostId, state } = row;
        expect(reader.leases({ sessionId, hostId, state }, ALL).rows).toContainEqual(row);
        expect(reader.leases({ sessionId: "nobody", state }, ALL).rows).toEqual([]);
      }
    }),
    RUNS,
  );
  expect(found).toBeGreaterThan(0);
});

it("one row is read by its key, with the position of its last change", () => {
  fc.assert(
    fc.property(history(60), (entries) => {
      const reader = readerOf(entries);
      expect(reader.position()).toBe(position(entries.length));
      for (const changed of reader.changedAfter(views, 0, 10_000))
        expect(reader.row(changed.view, changed.key)).toEqual(changed);
      expect(reader.session("nobody")).toBeNull();
      expect(reader.row("sqlite_master" as ViewName, "x")).toBeNull();
    }),
    RUNS,
  );
});
