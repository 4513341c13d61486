import {
  DECIDED,
  type Entry,
  type Event,
  type Lane,
  position,
  type Placed,
  sessionLane,
  type HostId,
  type SessionId,
} from "@claw/events";
import {
  eventKinds,
  type EntryPlan,
  entryPlan,
  history,
  hostIds,
  sessionIds,
  toEntry,
} from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChangedRow,
  type CommandRow,
  IN_PROGRESS,
  isFinal,
  type LeaseRow,
  readerOn,
  type SessionRow,
  viewDigest,
  type ViewName,
} from "../src/index.ts";
import { foldInto, memoryStore, placed, testScale } from "./given.ts";
import { rowShapes } from "./row-shapes.ts";

const RUNS = 150 * testScale;
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
const views = Object.keys(rowShapes) as readonly ViewName[];

function digestOf(entries: readonly Placed[], batches: readonly number[], cacheLetters?: number): string {
  const store = memoryStore(cacheLetters === undefined ? {} : { cacheLetters });
  foldInto(store, entries, batches);
  return viewDigest(store.db);
}

const allRows = (entries: readonly Entry[]): readonly ChangedRow[] => {
  const store = memoryStore();
  foldInto(store, placed(entries));
  return readerOn(store.db).changedAfter(views, 0, 10_000);
};

const rowsOf = <Name extends ViewName>(rows: readonly ChangedRow[], view: Name) =>
  rows.filter((one): one is ChangedRow<Name> => one.view === view).map(({ row }) => row);

describe("the fold of any history (N1-001)", () => {
  it("is the same however batches fall, and with or without a cache", () => {
    fc.assert(
      fc.property(history(), sizes, (entries, batches) => {
        const whole = digestOf(placed(entries), [1_000]);
        expect(digestOf(placed(entries), batches)).toBe(whole);
        expect(digestOf(placed(entries), batches, 0)).toBe(whole);
      }),
      { numRuns: RUNS },
    );
  });

  it("is not changed by entries that come again", () => {
    fc.assert(
      fc.property(history(), sizes, fc.nat(), (entries, batches, from) => {
        const all = placed(entries);
        const again = all.length === 0 ? [] : all.slice(from % all.length);
        expect(digestOf([...all, ...again], batches)).toBe(digestOf(all, [1_000]));
      }),
      { numRuns: RUNS },
    );
  });

  it("differs for another history, so that equal digests mean something", () => {
    fc.assert(
      fc.property(history(), (entries) => {
        fc.pre(entries.length > 0);
        expect(digestOf(placed(entries.slice(0, -1)), [1_000])).not.toBe(digestOf(placed(entries), [1_000]));
      }),
      { numRuns: RUNS },
    );
  });

  it("quarantines nothing and keeps every field of every row within its type", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const store = memoryStore();
        foldInto(store, placed(entries));
        const reader = readerOn(store.db);
        expect(reader.quarantine({ limit: 1, cursor: null }).rows).toEqual([]);
        for (const { view, row } of reader.changedAfter(views, 0, 10_000))
          expect(rowShapes[view].safeParse(row).error?.issues).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it("counts a turn and an item once, however often they are told (S1-047, DESIGN 14.17)", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const rows = allRows(entries);
        for (const { sessionId, turnCount, itemCount } of rowsOf(rows, "sessions")) {
          expect(turnCount).toBeLessThanOrEqual(ofSession(rowsOf(rows, "turns"), sessionId).length);
          expect(itemCount).toBeLessThanOrEqual(ofSession(rowsOf(rows, "items"), sessionId).length);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("shows a session's last turn as the turn's own row has it (W-24)", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const rows = allRows(entries);
        const turns = new Map(rowsOf(rows, "turns").map((row) => [`${row.sessionId}/${row.turnId}`, row]));
        for (const { sessionId, lastTurn } of rowsOf(rows, "sessions"))
          if (lastTurn !== null) expect(turns.get(`${sessionId}/${lastTurn.turnId}`)).toMatchObject(lastTurn);
      }),
      { numRuns: RUNS },
    );
  });

  it("lists as open in a session only what is open in the approvals", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const rows = allRows(entries);
        const open = rowsOf(rows, "approvals").filter(({ closedAt }) => closedAt === null);
        for (const { sessionId, openApprovals } of rowsOf(rows, "sessions"))
          expect(ofSession(open, sessionId).map(({ requestId }) => requestId)).toEqual(
            expect.arrayContaining([...openApprovals]),
          );
      }),
      { numRuns: RUNS },
    );
  });
});

it("a command shows the turn that it had a part in as the turn's own row has it", () => {
  let shown = 0;
  fc.assert(
    fc.property(observedHere, commandHistory, (plan, entries) => {
      const rows = allRows([toEntry(plan, 1_000), ...entries]);
      const turns = new Map(rowsOf(rows, "turns").map((row) => [`${row.sessionId}/${row.turnId}`, row]));
      for (const { sessionId, outcome, turnStatus, turnEndedAt } of rowsOf(rows, "commands")) {
        if (sessionId !== oneSession || outcome === null || outcome.turnId === null) continue;
        const turn = turns.get(`${sessionId}/${outcome.turnId}`);
        shown += turnEndedAt === null ? 0 : 1;
        expect([turnStatus, turnEndedAt]).toEqual([turn?.status ?? IN_PROGRESS, turn?.completedAt ?? null]);
      }
    }),
    { numRuns: 3 * RUNS },
  );
  expect(shown).toBeGreaterThan(0);
});

describe("ends are for ever", () => {
  it("a final outcome of a command never changes, a refused one has none, and a lease ends once (DESIGN 14.26)", () => {
    let ends = 0;
    fc.assert(
      fc.property(commandHistory, (entries) => {
        const store = memoryStore();
        const reader = readerOn(store.db);
        const ended = new Map<string, string>();
        for (const one of placed(entries)) {
          foldInto(store, [one]);
          for (const changed of reader.changedAfter(["commands", "leases"], 0, 10_000)) {
            const end = endOf(changed);
            const before = ended.get(`${changed.view}/${changed.key}`);
            expect(end).toBe(before ?? end);
            if (end !== null) ended.set(`${changed.view}/${changed.key}`, end);
          }
        }
        ends += ended.size;
      }),
      { numRuns: RUNS },
    );
    expect(ends).toBeGreaterThan(0);
  });

  it("a turn that ended keeps its end, and a deleted thread stays gone (W-24, N1-024)", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const store = memoryStore();
        const reader = readerOn(store.db);
        const ended = new Map<string, string>();
        for (const one of placed(entries)) {
          foldInto(store, [one]);
          for (const { view, key, row } of reader.changedAfter(["turns", "sessions"], 0, 10_000)) {
            const end = view === "turns" ? endOfTurn(row) : endOfSession(row as SessionRow);
            if (end !== null) expect(end).toBe(ended.get(`${view}/${key}`) ?? end);
            else expect(ended.has(`${view}/${key}`)).toBe(false);
            if (end !== null) ended.set(`${view}/${key}`, end);
          }
        }
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });
});

const [oneHost] = hostIds as [HostId, ...HostId[]];
const [oneSession] = sessionIds as [SessionId, ...SessionId[]];
const anyOf = (...types: readonly (keyof typeof eventKinds)[]): fc.Arbitrary<Event> =>
  fc.oneof(...types.map((type) => eventKinds[type] as fc.Arbitrary<Event>));
const plan = (lane: Lane, by: EntryPlan["by"], events: fc.Arbitrary<Event>): fc.Arbitrary<EntryPlan> =>
  events.map((event) => ({ lane, by, hostId: oneHost, events: [event], recordedAt: event.at }));
/** What the host was told to do: always this host, in this session. */
const aimed = anyOf("command.accepted").map((event): Event => {
  if (event.type !== "command.accepted" || event.data.instruction === undefined) return event;
  const instruction = { ...event.data.instruction, sessionId: oneSession };
  return { ...event, data: { ...event.data, hostId: oneHost, instruction } };
});
const acting: fc.Arbitrary<EntryPlan> = fc.oneof(
  plan(DECIDED, "policy", aimed),
  plan(DECIDED, "policy", anyOf("command.overdue", "command.refused")),
  plan(DECIDED, "policy", anyOf("lease.offered", "lease.granted", "lease.released", "lease.yielded")),
  plan(
    sessionLane(oneSession),
    "host",
    anyOf("command.succeeded", "command.failed", "command.unknown", "turn.completed", "session.observed"),
  ),
);

/** The session is known, and is the host's. */
const observedHere = plan(
  sessionLane(oneSession),
  "host",
  anyOf("session.observed").map((event) =>
    event.type === "session.observed" ? { ...event, data: { ...event.data, hostId: oneHost } } : event,
  ),
);

/** Histories in which commands are often decided, carried out and told of. */
const commandHistory = fc
  .array(fc.oneof(entryPlan, acting), { minLength: 10, maxLength: 60 })
  .map((plans) => plans.map(toEntry));

function endOf({ view, row }: ChangedRow): string | null {
  if (view === "leases") {
    const lease = row as LeaseRow;
    return lease.state === "ended" ? JSON.stringify([lease.how, lease.endedAt, lease.reason]) : null;
  }
  const { decision, outcome } = row as CommandRow;
  if (decision === "refused") expect(outcome).toBeNull();
  return isFinal(outcome) ? JSON.stringify(outcome) : null;
}

const endOfTurn = (row: object): string | null => {
  const { status, completedAt, error } = row as {
    status: string;
    completedAt: number | null;
    error: string | null;
  };
  return status === "inProgress" ? null : JSON.stringify([status, completedAt, error]);
};
const endOfSession = ({ freshness, closed }: SessionRow): string | null =>
  freshness.state === "gone" ? JSON.stringify([freshness, closed]) : null;

const ofSession = <Row extends { readonly sessionId: string }>(rows: readonly Row[], id: string) =>
  rows.filter((row) => row.sessionId === id);

it("a row stands at the position of the last entry that changed it", () => {
  fc.assert(
    fc.property(history(), (entries) => {
      const store = memoryStore();
      foldInto(store, placed(entries));
      const reader = readerOn(store.db);
      for (let after = 0; after < entries.length; after += 7) {
        const prefix = memoryStore();
        foldInto(prefix, placed(entries.slice(0, after)));
        const old = readerOn(prefix.db);
        const moved = new Set(
          reader.changedAfter(views, after, 10_000).map(({ view, key }) => `${view}/${key}`),
        );
        for (const { view, key, row } of reader.changedAfter(views, 0, 10_000))
          if (!moved.has(`${view}/${key}`)) expect(old.row(view, key)?.row).toEqual(row);
        expect(position(after)).toBe(old.position());
      }
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
});
