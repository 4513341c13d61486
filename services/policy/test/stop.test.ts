/** X1-003: a whole tree is stopped in one entry, as often as it is asked for, and admits nothing from then on. */
import {
  type Event,
  type EventOf,
  MAX_DECIDED_EVENTS,
  seal,
  DECIDED,
  stampEntry,
  type EntryId,
  kindOf,
  type Json,
  decodeEntry,
} from "@claw/events";
import { describe, expect, it } from "vitest";
import { MAX_STOPPED } from "../src/domain/effects-stop.ts";
import { factsOf } from "../src/domain/recalled.ts";
import type { SessionSight } from "../src/domain/sight.ts";
import { AT } from "./given.ts";
import { forest, spawn, stop } from "./given-spawns.ts";
import {
  acquire,
  active,
  ask,
  asSession,
  cid,
  claw,
  grant,
  hostSight,
  houseWith,
  operator,
  send,
  session,
  setLimit,
  sightOf,
  turn,
  twoGroups,
} from "./given-writes.ts";

const at = AT + 100_000_000;
const byOperator = { principal: operator, at };

/** A tree of 64 spawned sessions below one that a person opened: each spawns two. */
const parents = Array.from({ length: 64 }, (_, n) => Math.floor(n / 2));
const roomy = houseWith(
  twoGroups,
  sightOf([]),
  [setLimit("root_turns", 1_000), {}],
  [setLimit("root_commands", 1_000), {}],
);
const big = forest(roomy, parents);
/** All of them at work, each in a turn of ours. */
const atWork = big.rows.map((row): SessionSight =>
  row.boundTo !== null
    ? row
    : {
        ...active(row.sessionId, "T9", { commandIds: row.spawnId === null ? [] : [row.spawnId] }),
        spawnId: row.spawnId,
        accepted: row.spawnId === null ? [] : [{ commandId: row.spawnId, at: AT }],
      },
);

const switches = (events: readonly Event[]) =>
  events
    .filter((event): event is EventOf<"switch.set"> => event.type === "switch.set")
    .map(({ data }) => data);
const interrupts = (events: readonly Event[]) =>
  events
    .filter((event): event is EventOf<"command.accepted"> => event.type === "command.accepted")
    .map(({ data }) => data)
    .slice(1);

describe("the stop of a tree of 64 and its root", () => {
  const command = stop("s0", { commandId: cid("stop-1"), reason: "it runs away" });
  const { verdict, events, after } = ask(big.house, command, { sight: sightOf(atWork), ...byOperator });
  it("is one decision: a switch for each session, and an interrupt for each turn", () => {
    expect(verdict).toEqual({ decision: "accepted", facts: { halted: 65, interrupts: 65 } });
    expect(events[0]).toMatchObject({ type: "command.accepted", data: { commandType: "session.stop" } });
    expect(new Set(switches(events).map(({ id }) => id)).size).toBe(65);
    expect(
      switches(events).every(
        ({ scope, state, reason }) => scope === "session" && state === "halted" && reason === "it runs away",
      ),
    ).toBe(true);
    expect(interrupts(events)).toHaveLength(65);
    for (const { commandType, instruction, origin, deadlineAt } of interrupts(events)) {
      expect(commandType).toBe("session.interrupt");
      expect(instruction?.act).toEqual({ kind: "interrupt", expectedTurnId: "T9" });
      expect(origin?.rootIds).toEqual(["stop-1"]);
      expect(deadlineAt).toBe(at + 30_000);
    }
    expect(new Set(interrupts(events).map(({ commandId }) => commandId)).size).toBe(65);
  });
  it("fits into an entry of the log", () => {
    const opened = events.map(({ type, at: when, data }) => ({
      type,
      v: kindOf(type)?.version ?? 1,
      at: when,
      data: data as Json,
    }));
    const said = seal(DECIDED, null, opened, () => "00".repeat(16));
    const entry = stampEntry(said, { id: "decision/stop-1" as EntryId, by: { kind: "policy" }, at });
    expect(events.length).toBeLessThanOrEqual(MAX_DECIDED_EVENTS);
    expect(decodeEntry(JSON.parse(JSON.stringify(entry)))).toMatchObject({ ok: true });
  });
  it("tells a repeat what it told at first", () =>
    expect(factsOf(events)).toEqual({ halted: 65, interrupts: 65 }));
  it("admits nothing from then on: no send, no lease and no spawn, whatever becomes of the interrupts", () => {
    for (const id of ["s0", "s1", "s40", "s64"]) {
      const seen = sightOf(atWork.map((row) => ({ ...row, turns: [turn("T9", { hasPerson: true })] })));
      for (const write of [send(id), acquire(id)])
        expect(ask(after, write, { sight: seen, ...byOperator }).verdict).toMatchObject({ code: "halted" });
      expect(ask(after, spawn(), { sight: seen, at, ...asSession(id) }).verdict).toMatchObject({
        code: "halted",
      });
    }
  });
  it("asked for again under another id, it interrupts what is on its way to nobody, and halts what is new", () => {
    const again = ask(after, stop("s0"), { sight: sightOf(atWork), ...byOperator });
    expect(again.verdict).toEqual({ decision: "accepted", facts: { halted: 1, interrupts: 0 } });
    const outcome = (id: string) => {
      const one = interrupts(events).find(({ instruction }) => instruction?.sessionId === id);
      return { commandId: one?.commandId ?? cid(""), outcome: "failed", turnId: null } as const;
    };
    const seen = sightOf(
      atWork.map((row) => (row.sessionId === "s7" ? { ...row, outcomes: [outcome("s7")] } : row)),
    );
    const third = ask(after, stop("s0"), { sight: seen, ...byOperator });
    expect(interrupts(third.events).map(({ instruction }) => instruction?.sessionId)).toEqual(["s7"]);
  });
  it("interrupts no turn that nobody can name or reach, and halts all the same", () => {
    const seen = sightOf(
      atWork.map((row, n) =>
        n % 3 === 0 ? { ...row, isLost: true } : n % 3 === 1 ? { ...row, activeTurnId: null } : row,
      ),
    );
    const { verdict: some } = ask(big.house, stop("s0"), { sight: seen, ...byOperator });
    expect(some).toMatchObject({ decision: "accepted", facts: { halted: 65 } });
    const silent = sightOf(atWork, [hostSight("h1", { isSilent: true })]);
    expect(ask(big.house, stop("s0"), { sight: silent, ...byOperator }).verdict).toEqual({
      decision: "accepted",
      facts: { halted: 65, interrupts: 0 },
    });
  });
});

describe("a stop", () => {
  it("without `tree` is of the one session", () => {
    const { events } = ask(big.house, stop("s1", { tree: false }), { sight: sightOf(atWork), ...byOperator });
    expect(switches(events).map(({ id }) => id)).toEqual(["s1"]);
  });
  it("of what has no thread yet halts the name under which it was asked for", () => {
    const command = spawn({ commandId: cid("task-1") });
    const house = houseWith(twoGroups, sightOf([]), [command, { principal: operator }]);
    const { events, verdict } = ask(house, stop("req-task-1"), { sight: sightOf([]), ...byOperator });
    expect(verdict).toEqual({ decision: "accepted", facts: { halted: 1, interrupts: 0 } });
    expect(switches(events).map(({ id }) => id)).toEqual(["req-task-1"]);
    expect(ask(house, stop("req-task-2"), { sight: sightOf([]), ...byOperator }).verdict).toMatchObject({
      code: "session_unknown",
    });
    expect(ask(house, stop("nobody"), { sight: sightOf([]), ...byOperator }).verdict).toMatchObject({
      code: "session_unknown",
    });
  });
  it("by a session leaves people's turns alone, and refuses where a person is at work in the child itself", () => {
    const { house, rows } = forest(houseWith(twoGroups, sightOf([]), [grant("spawn"), {}]), [0, 1]);
    const working = (person: string) =>
      rows.map((row) =>
        row.spawnId === null || row.boundTo !== null
          ? row
          : {
              ...active(row.sessionId, "T9", {
                commandIds: [row.spawnId],
                hasPerson: row.sessionId === person,
              }),
              spawnId: row.spawnId,
            },
      );
    const by = { at: AT + 1_300_000, ...asSession("s0") };
    const below = ask(house, stop("s1"), { sight: sightOf(working("s2")), ...by });
    expect(below.verdict).toEqual({ decision: "accepted", facts: { halted: 2, interrupts: 1 } });
    const itself = ask(house, stop("s1"), { sight: sightOf(working("s1")), ...by });
    expect(itself.verdict).toMatchObject({ code: "human_at_work" });
  });
  it("is no Claw's, and silences nobody", () => {
    const { verdict } = ask(twoGroups, stop("a"), { sight: sightOf([session("a")]), principal: claw() });
    expect(verdict).toMatchObject({ code: "forbidden", facts: { needs: "operator" } });
  });
  it("of a tree beyond one entry says how many are left, and goes on when it is asked again", () => {
    const wide = forest(
      houseWith(roomy, sightOf([]), [setLimit("tree_sessions", 1_000), {}]),
      Array.from({ length: 150 }, () => 0),
    );
    const first = ask(wide.house, stop("s0"), { sight: wide.sight, ...byOperator });
    expect(first.verdict).toEqual({
      decision: "accepted",
      facts: { halted: MAX_STOPPED, interrupts: 0, left: 151 - MAX_STOPPED },
    });
    const second = ask(first.after, stop("s0"), { sight: wide.sight, ...byOperator });
    expect(second.verdict).toEqual({
      decision: "accepted",
      facts: { halted: 151 - MAX_STOPPED + 1, interrupts: 0 },
    });
    expect(second.after.halted.size).toBe(151);
  });
});
