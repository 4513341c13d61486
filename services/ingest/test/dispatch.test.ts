/** Open work as a fold, and what a host is asked of it (DESIGN 6.2.7, N1-012, N1-029). */
import {
  type By,
  DECIDED,
  type EntryId,
  type Epoch,
  hostLane,
  type HostId,
  type OpenEvent,
  seal,
  stampEntry,
} from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOrder, leftOf, MAX_OVERDUE, textIn, toAsk } from "../src/domain/dispatch.ts";
import type { RegistryRow } from "../src/domain/registry.ts";
import { ASK_FOR_MS, MAX_OPEN_OF_SESSION, nameOf, type Work, type WorkRow } from "../src/domain/work.ts";
import { takeChange } from "../src/dispatcher.ts";
import { takeRow, type Worklist } from "../src/worklist.ts";
import { AT, event, HOST, session, testScale } from "./given.ts";
import { fold, host, policy, type Rows, type Said } from "./fold.ts";
import { accepted, fenced, leaseEnded, offered, outcome, OUTCOMES } from "./work.ts";

const H2 = "h2" as HostId;

const rowOf = (rows: Rows, sessionId = "s1"): WorkRow | undefined =>
  rows.get(`work/${sessionId}`) as WorkRow | undefined;
const openIn = (rows: Rows): readonly string[] =>
  [...rows.values()]
    .flatMap((row) => (row.kind === "work" ? row.open : []))
    .toSorted(inOrder)
    .map((work) => nameOf(work));
const open = (...said: readonly Said[]): readonly string[] => openIn(fold(said));

describe("open work (DESIGN 6.2.7)", () => {
  it.each(OUTCOMES)("%s of the host ends its command", (type) => {
    expect(open(policy(accepted("c1")))).toEqual(["command/c1"]);
    expect(open(policy(accepted("c1")), host(outcome("c1", type)))).toEqual([]);
  });

  it.each(["granted", "released", "expired", "broken", "lapsed", "yielded"])(
    "an offer is fenced no more once the lease is %s",
    (word) => {
      expect(open(policy(offered("l1")))).toEqual(["fence/l1"]);
      expect(open(policy(offered("l1")), policy(leaseEnded(`lease.${word}`, "l1")))).toEqual([]);
    },
  );

  it("N1-012: the host's own word that it fenced ends it too", () =>
    expect(open(policy(offered("l1")), host(fenced("l1")))).toEqual([]));

  it("holds where the entry stands and never its text", () => {
    const row = rowOf(fold([policy(accepted("c1", { text: "do not keep me" }))]));
    expect(JSON.stringify(row)).not.toContain("do not keep me");
    expect(row?.open).toEqual([
      {
        kind: "command",
        id: "c1",
        position: 1,
        entryId: "x/1",
        hostId: HOST,
        endpointId: "main",
        sessionId: "s1",
        token: { generation: 0, counter: 1 },
        deadlineAt: AT + 30_000,
        act: { kind: "send", mode: "auto", expectedTurnId: null },
        cause: { rootIds: ["c1"], callerId: null, callerGroup: null },
      },
    ]);
  });

  it.each<[string, Said]>([
    ["another host, in its own session's lane", host(outcome("c1"), "s2", H2)],
    ["another host, in the very lane", host(outcome("c1"), "s1", H2)],
    ["the same host, in another session's lane", host(outcome("c1"), "s2")],
    ["the host of another command", host(outcome("c2"))],
    ["a fence of the same name", host(fenced("c1"))],
    ["ingest", { ...host(outcome("c1")), by: { kind: "ingest" } }],
    ["policy, in the session's lane", { ...host(outcome("c1")), by: { kind: "policy" } }],
    ["the host's own lane", { ...host(outcome("c1")), lane: hostLane(HOST) }],
  ])("S6: nobody else ends it: %s", (_, said) =>
    expect(open(policy(accepted("c1")), said)).toEqual(["command/c1"]),
  );

  it("nobody but policy opens any", () => {
    const forged = { ...policy(accepted("c1"), offered("l1")), lane: session("s1") };
    expect(open(forged, { ...forged, by: host(outcome("c1")).by })).toEqual([]);
    expect(open({ ...forged, lane: DECIDED, by: { kind: "ingest" } })).toEqual([]);
  });

  it("what no host has to do is no work", () => {
    const { hostId: _, ...rest } = accepted("c1").data as Readonly<Record<string, never>>;
    const { instruction: __, ...bare } = rest as Readonly<Record<string, never>>;
    expect(open(policy(event("command.accepted", rest)), policy(event("command.accepted", bare)))).toEqual(
      [],
    );
  });

  it("one session is bounded: the oldest are let go, and those of long ago first", () => {
    const many = Array.from({ length: MAX_OPEN_OF_SESSION + 5 }, (_, n) => policy(accepted(`c${n}`)));
    const rows = fold(many);
    expect(rowOf(rows)?.open).toHaveLength(MAX_OPEN_OF_SESSION);
    expect(rowOf(rows)?.open[0]?.id).toBe("c5");
    const old = accepted("old", { deadlineAt: AT - ASK_FOR_MS });
    expect(open(policy(old), policy(accepted("c1")))).toEqual(["command/c1"]);
    const ended = fold(
      many.map((_, n) => host(outcome(`c${n}`))),
      rows,
      1_000,
    );
    expect(rowOf(ended)?.open).toEqual([]);
    expect(rowOf(ended)?.ended.length).toBeLessThanOrEqual(16);
  });
});

/** What may happen to a few commands and leases in a few sessions of two hosts. */
const deed: fc.Arbitrary<Said> = fc
  .record({
    what: fc.constantFrom("accept", "accept", "offer", "end", "fence", "grant", "forge"),
    n: fc.integer({ min: 0, max: 11 }),
    word: fc.constantFrom(...OUTCOMES),
  })
  .map(({ what, n, word }) => {
    // Command n belongs to one session and one host.
    const sessionId = `s${n % 4}`;
    const hostId = n % 2 === 0 ? HOST : H2;
    if (what === "accept") return policy(accepted(`c${n}`, { sessionId, hostId }));
    if (what === "offer") return policy(offered(`l${n}`, { sessionId, hostId }));
    if (what === "end") return host(outcome(`c${n}`, word), sessionId, hostId);
    if (what === "fence") return host(fenced(`l${n}`), sessionId, hostId);
    if (what === "grant") return policy(leaseEnded("lease.granted", `l${n}`, sessionId));
    return host(outcome(`c${n}`, word), `s${(n + 1) % 4}`, hostId === HOST ? H2 : HOST);
  });

/** Says the same by counting: open from its first acceptance to the first word that ends it, and never again. */
function expectedOf(said: readonly Said[]): readonly string[] {
  const state = new Map<string, "open" | "over">();
  for (const { events, by, lane } of said) {
    const [one] = events;
    const data = one?.data as Readonly<Record<string, string>>;
    const name =
      data["commandId"] === undefined ? `fence/${data["leaseId"]}` : `command/${data["commandId"]}`;
    const n = Number(name.slice(name.indexOf("/") + 2));
    const isOwn =
      by.kind !== "host" || (lane === `session/s${n % 4}` && (by.hostId === HOST) === (n % 2 === 0));
    if (one?.type === "command.accepted" || one?.type === "lease.offered")
      state.set(name, state.get(name) ?? "open");
    else if (isOwn && state.get(name) === "open") state.set(name, "over");
  }
  return [...state].flatMap(([name, is]) => (is === "open" ? [name] : [])).toSorted();
}

describe("whatever the order (N1-029)", () => {
  const histories = fc.array(deed, { maxLength: 80 });
  const runs = { numRuns: 200 * testScale };

  it("redelivered or not, what is open is what was accepted and has no outcome of its own host", () =>
    fc.assert(
      fc.property(histories, fc.array(fc.nat(), { maxLength: 20 }), (said, again) => {
        const repeated = said.flatMap((one, index) => {
          const earlier = said[(again[index % Math.max(1, again.length)] ?? 0) % (index + 1)];
          return again.length > 0 && earlier !== undefined ? [one, earlier] : [one];
        });
        expect(openIn(fold(repeated)).toSorted()).toEqual(expectedOf(repeated));
      }),
      runs,
    ));

  it("a restart from any checkpoint gives the same rows, and an index that was kept up the same as one that is made anew", () =>
    fc.assert(
      fc.property(histories, fc.nat(80), (said, cut) => {
        const at = Math.min(cut, said.length);
        const stored = fold(said.slice(0, at));
        const loaded = new Map(JSON.parse(JSON.stringify([...stored])) as [string, RegistryRow][]);
        const whole = fold(said);
        expect(fold(said.slice(at), loaded, at + 1)).toEqual(whole);
        const kept = emptyList();
        let rows: Rows = new Map();
        said.forEach((one, index) => {
          rows = fold([one], rows, index + 1);
          takeAll(kept, rows);
        });
        const fresh = emptyList();
        takeAll(fresh, whole);
        expect(namesIn(kept)).toEqual(namesIn(fresh));
        expect([...kept.byName.keys()].toSorted()).toEqual(openIn(whole).toSorted());
      }),
      runs,
    ));

  it("S6: each host's work is its own", () =>
    fc.assert(
      fc.property(histories, (said) => {
        const list = emptyList();
        takeAll(list, fold(said));
        for (const [hostId, works] of list.byHost)
          for (const work of works.values()) {
            expect(work.hostId).toBe(hostId);
            expect(Number(work.id.slice(1)) % 2 === 0).toBe(hostId === HOST);
          }
      }),
      runs,
    ));
});

describe("the index goes along with the fold", () => {
  const rows = fold([policy(accepted("c1")), policy(accepted("c2", { sessionId: "s2" }))]);
  const given = () => {
    const work = emptyList();
    const register = { rows: { get: (key: string) => rows.get(key), all: () => rows }, work };
    const board = { register, byHost: new Map(), clocks: { wallMs: () => AT } };
    const take = (after: number, through: number, ...keys: readonly string[]) =>
      takeChange(board as never, { after, through, keys } as never);
    return { take, names: () => [...work.byName.keys()].toSorted() };
  };

  it("by the keys of each change", () => {
    const { take, names } = given();
    take(0, 1, "work/s1", "host/h1");
    expect(names()).toEqual(["command/c1"]);
  });

  it("and by all rows where it missed one", () => {
    const { take, names } = given();
    take(1, 2, "work/s2");
    expect(names()).toEqual(["command/c1", "command/c2"]);
  });
});

const emptyList = (): Worklist => ({
  rows: new Map(),
  byName: new Map(),
  byHost: new Map(),
  stopped: new Set(),
  through: 0,
});
const takeAll = (list: Worklist, rows: Rows): void => {
  for (const [key, row] of rows) if (row.kind === "work") takeRow(list, key, row);
};
const namesIn = ({ byHost }: Worklist) =>
  [...byHost].map(([hostId, works]) => [hostId, [...works.keys()].toSorted()]).toSorted();

describe("what a host is asked after its hello", () => {
  const work = (n: number, deadlineAt: number, generation = 0): Work =>
    ({
      kind: "command",
      id: `c${n}`,
      position: n,
      deadlineAt,
      token: { generation, counter: 1 },
      act: { kind: "send", mode: "auto", expectedTurnId: null },
    }) as unknown as Work;
  const idsOf = (works: readonly Work[]): readonly string[] => works.map(({ id }) => id);

  it("all that is in time, in decided order, also where a new generation of the log counts anew", () => {
    const given = [work(7, AT + 1), work(2, AT + 1, 1), work(9, AT + 1), work(1, AT + 1, 1)];
    expect(idsOf(toAsk(given, AT))).toEqual(["c7", "c9", "c1", "c2"]);
  });

  it("of those that are overdue the newest, and none of more than a week ago", () => {
    const overdue = Array.from({ length: MAX_OVERDUE + 10 }, (_, n) => work(n, AT - 1));
    const asked = toAsk([...overdue, work(500, AT + 1), work(400, AT - ASK_FOR_MS)], AT);
    expect(idsOf(asked)).toEqual([...Array.from({ length: MAX_OVERDUE }, (_, n) => `c${n + 10}`), "c500"]);
  });

  it("what is left of a deadline is never less than nothing", () =>
    expect([leftOf(work(1, AT + 5), AT), leftOf(work(1, AT - 5), AT)]).toEqual([5, 0]));
});

describe("the text of a command", () => {
  const entryOf = (id: string, ...events: readonly OpenEvent[]) =>
    stampEntry(
      seal(DECIDED, null, events, () => "22".repeat(16)),
      { id: id as EntryId, by: { kind: "policy" }, at: AT },
    );
  const [work] = rowOf(fold([policy(accepted("c1"))]))?.open ?? [];
  if (work === undefined) throw new Error("given work is open");

  it("is that of its own event in its own entry", () => {
    expect(textIn(entryOf("x/1", accepted("c0"), accepted("c1")), work)).toBe("text of c1");
    expect(textIn(entryOf("x/2", accepted("c1")), work)).toBeNull();
    expect(textIn(entryOf("x/1", accepted("c2")), work)).toBeNull();
  });

  it("is gone where it was erased", () =>
    expect(textIn({ ...entryOf("x/1", accepted("c1")), bodies: [null] }, work)).toBeNull());
});

it("the epoch of a host makes no difference to what it is asked", () => {
  const other = { ...host(outcome("c1")).by, epoch: "cd".repeat(16) as Epoch } as By;
  expect(open(policy(accepted("c1")), { ...host(outcome("c1")), by: other })).toEqual([]);
});
