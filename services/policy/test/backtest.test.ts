/** Past verdicts under other limits, by policy's own rules (DESIGN 3, `claw policy test`). */
import {
  DECIDED,
  type EntryId,
  type Event,
  type GroupId,
  type HostId,
  type LimitName,
  limits,
  markOf,
  position,
  type Recorded,
  type SessionId,
  sessionLane,
  sha256,
} from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BackTest, backTest, type Limits, memoryMs, type Setting } from "../src/backtest/index.ts";
import { AT } from "./given.ts";
import { agentId, makeWorld, operatorSends, personTypes, runWorld, type Topology } from "./agents.ts";
import { cid, houseWith, setLimit, sid, sightOf, twoGroups } from "./given-writes.ts";
import { scaled } from "./scale.ts";

const H1 = "h1" as HostId;
let last = 0;
const entry = (event: Event, by: Recorded["by"], lane: Recorded["lane"]): Recorded => {
  last += 1;
  return { position: position(last), entryId: `e${last}` as EntryId, lane, by, recordedAt: event.at, event };
};
const decided = (event: Event): Recorded => entry(event, { kind: "policy" }, DECIDED);
const said = (type: string, at: number, data: object): Event =>
  ({ type, at, data, body: null }) as unknown as Event;
const fact = (id: SessionId, event: Event, seq = last + 2): Recorded => {
  const by = { kind: "host", hostId: H1, epoch: "e", seq } as unknown as Recorded["by"];
  return entry(event, by, sessionLane(id));
};
/** The first word of its host about a session. */
const seen = (id: string): Recorded => {
  const activity = { type: "idle", flags: [] };
  return fact(sid(id), said("session.observed", AT, { hostId: H1, endpointId: "main", activity }), 1);
};

interface Given {
  readonly to?: string;
  readonly from?: string | null;
  readonly roots?: readonly string[];
  readonly hop?: number;
  readonly ms?: number;
  readonly refused?: { readonly code: string; readonly rule: string; readonly facts: object };
}

/** The nth verdict on a send, of session `a` to session `b` if nothing else is said, a second after the one before. */
function verdict(
  n: number,
  { to = "b", from = "a", roots, hop = 1, ms = n * 1_000, refused }: Given = {},
): Recorded {
  const commandId = cid(`c${n}`);
  const principal = {
    kind: from === null ? "person" : "session",
    name: from ?? "ann",
    role: from === null ? "operator" : "session",
  };
  const origin = {
    rootIds: roots ?? [`root${n}`],
    hop: from === null ? 0 : hop,
    path: from === null ? [] : [from],
  };
  const asked = { commandId, commandType: "session.send", digest: sha256(""), principal, origin };
  if (refused !== undefined)
    return decided(said("command.refused", AT + ms, { ...asked, ...refused, sessionId: to }));
  const act = { kind: "send", mode: "auto", expectedTurnId: null };
  const instruction = { sessionId: to, endpointId: "main", token: { generation: 1, counter: n + 1 }, act };
  const deadlineAt = AT + ms + 30_000;
  return decided(said("command.accepted", AT + ms, { ...asked, hostId: H1, instruction, deadlineAt }));
}
const times = (n: number, given: (n: number) => Given = () => ({})): readonly Recorded[] =>
  Array.from({ length: n }, (_, index) => verdict(index, given(index)));

/** As if nothing had held anybody back. */
const wide: Limits = new Map(
  Object.entries(limits).map(([name, { max }]) => [name as LimitName, Math.min(max, 10_000_000)]),
);
const usual = (more: Partial<Record<LimitName, number>> = {}): Limits =>
  new Map(
    Object.entries({
      ...Object.fromEntries(Object.entries(limits).map(([name, kind]) => [name, kind.default])),
      ...more,
    }) as [LimitName, number][],
  );
const names = (turned: BackTest["nowRefused"]) =>
  turned.map(({ commandId, limit }) => `${commandId} ${limit}`);
const refusals = (past: readonly Recorded[], tried: Limits = usual(), setting: Setting = {}) =>
  names(
    backTest([...["a", "b", "x", "y"].map(seen), ...past], tried, { limits: wide, ...setting }, 0).nowRefused,
  );

describe("a limit bites where policy's does (RELIABILITY §5)", () => {
  it("rates: two at once of a pair, then one each 15 s; of several the one that holds it back the longest is named", () => {
    expect(refusals(times(4))).toEqual(["c2 pair_rate", "c3 pair_rate"]);
    expect(refusals(times(4, (n) => ({ ms: n * 15_000 })))).toEqual([]);
    expect(refusals(times(4), usual({ pair_burst: 4 }))).toEqual(["c3 target_rate"]);
    expect(refusals(times(1), usual({ pair_rate: 0 }))).toEqual(["c0 pair_rate"]);
    expect(refusals(times(31, () => ({ from: null, ms: 0 })))).toEqual(["c30 person_rate"]);
  });

  it("each group has a bucket of its own", () => {
    const apart = (n: number): Given => ({ from: `a${n}`, to: `b${n}`, ms: 0 });
    const sessions = Array.from({ length: 22 }, (_, n) => seen(`b${n}`));
    const past = [...sessions, ...times(22, apart)];
    expect(refusals(past)).toEqual(["c20 group_rate", "c21 group_rate"]);
    const other = new Map([[H1, "night" as GroupId]]);
    expect(refusals(past, usual(), { groups: other })).toEqual(["c20 group_rate", "c21 group_rate"]);
    const elsewhere = decided(
      said("host.added", AT, { hostId: "h2", tokenId: "t", tokenDigest: "", until: null, group: "night" }),
    );
    const half = past.map((one) =>
      one.event.type === "command.accepted" && one.event.data.commandId.length === 3
        ? { ...one, event: { ...one.event, data: { ...one.event.data, hostId: "h2" as HostId } } }
        : one,
    );
    expect(refusals([elsewhere, ...half])).toEqual([]);
  });

  it("causes: hops, repeats on an edge, commands, turns and time", () => {
    expect(refusals([verdict(0, { hop: 5 })])).toEqual(["c0 hops"]);
    const slow = (n: number): Given => ({ ms: n * 60_000, roots: ["r"] });
    expect(refusals(times(3, slow))).toEqual(["c2 edge_repeats"]);
    const many = times(4, (n) => ({ ...slow(n), to: n % 2 === 0 ? "x" : "y" }));
    expect(refusals(many, usual({ root_commands: 2 }))).toEqual(["c2 root_commands", "c3 root_commands"]);
    expect(refusals(many, usual({ root_turns: 3 }))).toEqual(["c3 root_turns"]);
    expect(refusals(many, usual({ root_wall_ms: 180_000 }))).toEqual(["c3 root_wall_ms"]);
  });

  it("model tokens of the turns that the cause had a part in, as they had been told by then", () => {
    const [first, second] = times(2, (n) => ({ roots: ["r"], ms: n * 60_000 })) as [Recorded, Recorded];
    const b = sid("b");
    const message = {
      turnId: "T1",
      itemId: "i",
      kind: "userMessage",
      clientId: markOf("c0"),
      completedAt: AT,
    };
    const usage = { turnId: "T1", total: { totalTokens: 900 }, last: { totalTokens: 900 } };
    const told = [
      fact(b, said("turn.started", AT, { turnId: "T1", startedAt: AT })),
      fact(b, said("item.completed", AT, message)),
      fact(b, said("usage.reported", AT, usage)),
    ];
    const tried = usual({ root_tokens: 900 });
    expect(refusals([first, ...told, second], tried)).toEqual(["c1 root_tokens"]);
    expect(refusals([first, second, ...told], tried)).toEqual([]);
    expect(refusals([first, ...told, second], usual({ root_tokens: 901 }))).toEqual([]);
  });

  it("mutes, by the refusals that there would have been", () => {
    const storm = times(12, (n) => ({ ms: n * 10 }));
    const tried = usual({ mute_refusals: 3 });
    expect(refusals(storm, tried).slice(2, 6)).toEqual([
      "c4 pair_rate",
      "c5 mute_refusals",
      "c6 mute_refusals",
      "c7 mute_refusals",
    ]);
  });
});

describe("what a limit refused", () => {
  const pair = {
    code: "rate_limited",
    rule: "rate",
    facts: { limit: "pair_rate", value: 4, retryAfterMs: 1 },
  };
  const past = [...["a", "b"].map(seen), ...times(4, (n) => (n < 2 ? {} : { refused: pair }))];

  it("passes under a wider one, and is charged", () => {
    const now = { limits: usual() };
    const { nowAccepted, nowRefused, unexplained } = backTest(past, usual({ pair_burst: 3 }), now, 0);
    expect([names(nowAccepted), nowRefused, unexplained]).toEqual([["c2 pair_rate"], [], 0]);
  });

  it("is not explained where the history lacks what came before, and then nothing is said of it", () => {
    const cut = past.filter(
      ({ event }) => !("commandId" in event.data) || !["c0", "c1"].includes(event.data.commandId as string),
    );
    const result = backTest(cut, usual({ pair_burst: 3 }), { limits: usual() }, 0);
    expect(result).toMatchObject({ counted: 2, unexplained: 2, nowAccepted: [], nowRefused: [] });
  });

  it("and what another rule refused stays refused, whatever the limits", () => {
    const halted = { code: "halted", rule: "kill switch", facts: {} };
    expect(backTest([seen("b"), verdict(0, { refused: halted })], wide, {}, 0)).toMatchObject({
      counted: 0,
      nowAccepted: [],
    });
  });
});

it("what came before the time is folded and not counted; refusals that were only counted are told", () => {
  const muted = decided(said("origin.muted", AT + 2_500, { origin: "session/a", count: 7, until: null }));
  const past = [seen("b"), ...times(3), muted];
  const result = backTest(past, usual(), { limits: wide }, AT + 2_000);
  expect(result).toMatchObject({ counted: 1, accepted: 1, unwritten: 7 });
  expect(names(result.nowRefused)).toEqual(["c2 pair_rate"]);
  expect(memoryMs(usual())).toBeGreaterThanOrEqual(limits.root_wall_ms.default);
  expect(memoryMs(usual({ root_wall_ms: 86_400_000 }))).toBe(86_400_000);
});

describe("whole histories of agents that always answer, at the usual rates", () => {
  const randomOf = (seed: number) => {
    let state = seed >>> 0;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    };
  };
  const quiet = houseWith(twoGroups, sightOf([]), [setLimit("human_quiet_ms", 0), {}]);

  function historyOf(topology: Topology, seed: number): readonly Recorded[] {
    const behaviour = {
      random: randomOf(seed),
      patience: 2,
      lies: true,
      isInterrupted: true,
      slownessMs: 600,
      isRecalled: true,
    };
    const world = makeWorld(quiet, topology, behaviour);
    personTypes(world, 0);
    operatorSends(world, topology.length - 1);
    runWorld(world, AT + 600_000, 2_000);
    return [...topology.map((_, agent) => seen(agentId(agent))), ...world.events.map(decided)];
  }
  const aTopology = fc
    .integer({ min: 2, max: 8 })
    .chain((size) =>
      fc.array(fc.uniqueArray(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
    );

  it("with unchanged limits every verdict is explained, and none is turned round", () => {
    let counted = 0;
    let refused = 0;
    fc.assert(
      fc.property(aTopology, fc.nat(), (topology, seed) => {
        const result = backTest(historyOf(topology, seed), new Map(), {}, 0);
        expect(result).toMatchObject({ nowRefused: [], nowAccepted: [], unexplained: 0 });
        counted += result.counted;
        refused += result.counted - result.accepted;
      }),
      { numRuns: scaled(1_500) },
    );
    expect(Math.min(counted, refused)).toBeGreaterThan(100);
  });

  it("a narrower limit of hops or repeats turns accepted ones round, and names itself", () => {
    const ring = Array.from({ length: 8 }, (_, agent) => [(agent + 1) % 8]);
    const result = backTest(historyOf(ring, 1), new Map([["hops", 1]]), {}, 0);
    expect(result.nowRefused.length).toBeGreaterThan(0);
    expect(new Set(result.nowRefused.map(({ rule, limit }) => `${rule}: ${limit}`))).toEqual(
      new Set(["hops: hops"]),
    );
  });
});
