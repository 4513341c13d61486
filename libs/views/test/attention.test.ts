/** Which sessions need somebody now, after histories of facts (N1-033, X1-015). */
import { AttentionKey, AttentionKind, type Json } from "@claw/events";
import { history } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AttentionEntry,
  attentionOf,
  attentionOfRuntime,
  AttentionView,
  linesOf,
  makeFleet,
  presentAttention,
  ranked,
  refresh,
  type RuntimeRow,
  type ViewReader,
} from "../src/index.ts";
import {
  after,
  AT,
  by,
  hostFact,
  observed,
  policyFact,
  refusedFor,
  type Step,
  turnEnded,
  turnStarted,
} from "./acting.ts";
import { askAt, LIMITS, NOW, runtimeOf, sessionOf } from "./fleet-given.ts";
import { readerOf, testScale } from "./given.ts";
import { answered, asked, ordered, question, reported, spawnFailed } from "./spawning.ts";

function linesAt(nowMs: number, reader: ViewReader) {
  const fleet = makeFleet();
  refresh(fleet, reader);
  return linesOf(fleet, askAt(nowMs));
}
const entriesAt = (nowMs: number, reader: ViewReader): readonly AttentionEntry[] =>
  linesAt(nowMs, reader).flatMap(({ attention }) => attention);
/** A minute after the first fact: longer than any of these histories is. */
const SOON = AT + 60_000;
const keys = (steps: readonly Step[], nowMs = SOON): readonly string[] =>
  entriesAt(nowMs, after(observed, ...steps)).map(({ key }) => key);

const became = (type: string, ...flags: readonly string[]): Step =>
  hostFact("session.became", { activity: { type, flags: [...flags] } });
const closed = (how: string): Step => hostFact("session.closed", { how });
const via = (code: string): Step => refusedFor(code, { viaSessionId: "s1" });
const itself: Json = { kind: "session", name: "s1", role: "session" };
const staled = by("ingest", hostFact("session.staled", { lastHeardAt: AT }));
const said = (state: string): Step => reported("words of a model", { state }, "s1");
const minutes = (n: number): number => n * 60_000;

describe("a session needs somebody", () => {
  const cells: readonly (readonly [
    title: string,
    steps: readonly Step[],
    keys: readonly string[],
    nowMs?: number,
  ])[] = [
    ["for nothing while it is idle", [became("idle")], []],
    ["waiting: a question is open", [question()], ["waiting/s1/0-a"]],
    ["waiting: no more once it was answered", [question(), answered()], []],
    ["waiting: no more once its turn is over", [turnStarted(), question(), turnEnded()], []],
    ["waiting: Codex waits for words", [became("active", "waitingOnUserInput")], ["waiting/s1/input"]],
    [
      "waiting: a question says more than the flag",
      [became("active", "waitingOnApproval"), question()],
      ["waiting/s1/0-a"],
    ],
    ["failing: its last turn failed", [turnStarted(), turnEnded("T1", "failed")], ["failing/s1/T1"]],
    ["failing: no more once it has begun another", [turnEnded("T1", "failed"), turnStarted("T2")], []],
    [
      "failing: the next failure is another item",
      [turnEnded("T1", "failed"), turnEnded("T2", "failed")],
      ["failing/s1/T2"],
    ],
    ["failing: Codex says systemError", [became("systemError")], ["failing/s1/system"]],
    ["failing: it says so itself", [said("failed")], [`failing/s1/said-${AT + 1_000}`]],
    ["looping: refused as a cycle", [via("cycle")], ["looping/s1/r-cycle"]],
    ["looping: refused as its own echo", [via("self_echo")], ["looping/s1/r-self_echo"]],
    ["looping: refused for too many hops", [via("too_many_hops")], ["looping/s1/r-too_many_hops"]],
    ["looping: not for what was refused otherwise", [via("lease_held")], []],
    ["looping: not for what another asked for", [refusedFor("cycle", { sessionId: "s1" })], []],
    ["looping: no more an hour later", [via("cycle")], [], AT + 1_001 + LIMITS.refusedMs],
    [
      "looping: refused so often that it is muted",
      Array.from({ length: 5 }, () => refusedFor("rate_limited", { principal: itself })),
      [`looping/s1/mute-${AT + 1_000}`],
    ],
    [
      "looping: no more once it may speak again",
      Array.from({ length: 5 }, () => refusedFor("rate_limited", { principal: itself })),
      [],
      AT + 5_000 + 600_000,
    ],
    [
      "over budget (N1-036): its cause used up what it had, tokens too",
      [via("budget_spent")],
      ["over_budget/s1/r-budget_spent"],
    ],
    ["blocked: it says so", [said("blocked")], [`blocked/s1/${AT + 1_000}`]],
    ["blocked: no more once it says something else", [said("blocked"), said("working")], []],
    [
      "silent: at work, and nothing was heard for 15 minutes",
      [became("active")],
      [`silent/s1/turn-${AT + 1_000}`],
      AT + 1_000 + minutes(15),
    ],
    ["silent: not a moment before", [became("active")], [], AT + 999 + minutes(15)],
    ["silent: not after a further word", [became("active"), turnStarted()], [], AT + 1_000 + minutes(15)],
    [
      "silent: not while it waits for somebody",
      [became("active", "waitingOnApproval"), question()],
      ["waiting/s1/0-a"],
      AT + minutes(60),
    ],
    [
      "silent: at work, and its host was heard no more",
      [became("active"), staled],
      [`silent/s1/host-${AT + 2_000}`],
    ],
    ["silent: not where it was idle", [became("idle"), staled], []],
    ["for nothing once it was archived", [question(), became("systemError"), closed("archived")], []],
    ["for nothing once it was deleted", [turnEnded("T1", "failed"), closed("deleted")], []],
    [
      "for several causes at once",
      [question(), said("blocked"), turnEnded("T9", "failed")],
      ["waiting/s1/0-a", "failing/s1/T9", `blocked/s1/${AT + 2_000}`],
    ],
  ];
  const timed = cells.map(
    ([title, steps, expected, nowMs = SOON]) => [title, steps, expected, nowMs] as const,
  );
  test.each(timed)("%s", (_title, steps, expected, nowMs) => {
    expect(keys(steps, nowMs)).toEqual(expected);
  });

  test("failing: it was asked for and never began", () => {
    const found = entriesAt(SOON, after(observed, ordered(), spawnFailed));
    expect(found.map(({ key }) => key)).toEqual([`failing/${asked}/spawn`]);
  });

  test("a key that Codex chose and that cannot stand there is a digest, and every key can be snoozed", () => {
    const row = sessionOf({
      progress: { state: "blocked", phase: null, percent: null, note: null, at: NOW },
    });
    const approvals = ["0-a", "a/b c", "", "x".repeat(500)].map((requestId) => ({
      requestId,
      kind: "command",
      toldAt: NOW,
    }));
    const items = attentionOf({ row, approvals, limits: LIMITS, nowMs: NOW });
    expect(items).toHaveLength(5);
    expect(new Set(items.map(({ key }) => AttentionKey.parse(key))).size).toBe(5);
  });
});

describe("a registered runtime needs somebody (X1-015)", () => {
  const cells: readonly (readonly [Partial<RuntimeRow>, readonly string[]])[] = [
    [{ status: "ready" }, []],
    [{ status: "provisioning" }, []],
    [{ status: "stopped" }, []],
    [{ status: "failed", revision: 3 }, ["failing/r1/r3"]],
    [{ status: "pending_adapter" }, ["blocked/r1/r1"]],
    [{ leaseUntil: NOW }, ["silent/r1/r1"]],
    [{ leaseUntil: NOW + 1 }, []],
    [{ leaseUntil: NOW, status: "stopped" }, []],
    [{ leaseUntil: NOW, status: "failed" }, ["failing/r1/r1"]],
  ];
  test.each(cells)("%j: %j", (more, expected) => {
    const items = attentionOfRuntime(runtimeOf(more), NOW);
    expect(items.map(({ key }) => key)).toEqual(expected);
    for (const { key } of items) expect(AttentionKey.parse(key)).toBe(key);
  });
});

describe("what people did about it", () => {
  const snoozed = (key: string, until: number | null): Step =>
    policyFact("attention.snoozed", { key, until, by: "ann", reason: "at lunch" });
  const assigned = (key: string, to: string | null): Step =>
    policyFact("attention.assigned", { key, to, by: "ann" });
  const lineAt = (nowMs: number, ...steps: readonly Step[]) => linesAt(nowMs, after(observed, ...steps))[0];

  test("N1-033 what was put off is no word of its line until then, for everybody, and then is again", () => {
    const steps = [question(), snoozed("waiting/s1/0-a", SOON)];
    expect(lineAt(SOON - 1, ...steps)).toMatchObject({
      session: { attention: [] },
      attention: [
        { key: "waiting/s1/0-a", isSnoozed: true, acts: { snoozedBy: "ann", snoozeReason: "at lunch" } },
      ],
    });
    expect(lineAt(SOON, ...steps)?.session.attention).toEqual(["waiting"]);
    expect(lineAt(SOON - 1, ...steps, snoozed("waiting/s1/0-a", null))?.session.attention).toEqual([
      "waiting",
    ]);
  });

  test("N1-033 what was put off for one cause does not hide the next", () => {
    const steps = [turnEnded("T1", "failed"), snoozed("failing/s1/T1", SOON + 9), turnEnded("T2", "failed")];
    expect(lineAt(SOON, ...steps)?.session.attention).toEqual(["failing"]);
    const other = [question(), snoozed("waiting/s1/0-a", SOON + 9), question({ requestId: "1-b" })];
    expect(lineAt(SOON, ...other)?.attention.map(({ key, isSnoozed }) => [key, isSnoozed])).toEqual([
      ["waiting/s1/0-a", true],
      ["waiting/s1/1-b", false],
    ]);
  });

  test("whose it is to look after is told with it, and stays when it is put off", () => {
    const steps = [question(), assigned("waiting/s1/0-a", "bob"), snoozed("waiting/s1/0-a", SOON + 9)];
    const acts = lineAt(SOON, ...steps)?.attention[0]?.acts;
    expect(acts).toMatchObject({ assignedTo: "bob", assignedBy: "ann", snoozedUntil: SOON + 9 });
    const given = lineAt(SOON, ...steps, assigned("waiting/s1/0-a", null))?.attention[0]?.acts;
    expect(given).toMatchObject({ assignedTo: null, snoozedUntil: SOON + 9 });
  });

  test("is policy's to say: in another lane it is nothing", () => {
    const key = "waiting/s1/0-a";
    const own = hostFact("attention.snoozed", { key, until: SOON + 9, by: "ann", reason: "x" });
    expect(lineAt(SOON, question(), own)?.session.attention).toEqual(["waiting"]);
  });
});

test("N1-033 is ranked by kind, then by age, then by key, whatever order it was found in", () => {
  const item = fc.record({
    kind: fc.constantFrom(...AttentionKind.options),
    sinceAt: fc.integer({ min: NOW, max: NOW + 3 }),
    key: fc.integer({ min: 10, max: 99 }).map((n) => `waiting/s1/${n}`),
  });
  fc.assert(
    fc.property(fc.uniqueArray(item, { selector: ({ key }) => key, maxLength: 12 }), (found) => {
      const all = found.map((one) => ({ ...one, sessionId: sessionOf().sessionId, evidence: "", helps: "" }));
      const order = ["waiting", "failing", "looping", "over_budget", "blocked", "silent"];
      const places = ranked(all).map(({ kind, sinceAt, key }) => `${order.indexOf(kind)} ${sinceAt} ${key}`);
      expect(places).toEqual(places.toSorted());
      expect(ranked(all.toReversed())).toEqual(ranked(all));
    }),
  );
});

test("after any history: no words of hosts, people or models, and every item as its schema says", () => {
  const sentence = /^[A-Z][A-Za-z ,.()_:'-]*\.$/;
  const words = /^[a-z]+( [A-Za-z0-9_.:-]+)+$/;
  let found = 0;
  fc.assert(
    fc.property(history(60), (entries) => {
      for (const entry of entriesAt(NOW + minutes(60), readerOf(entries))) {
        found += 1;
        expect(entry.evidence).toMatch(sentence);
        expect(entry.helps).toMatch(words);
        expect(AttentionView.strict().parse(presentAttention(entry, NOW))).toBeDefined();
      }
    }),
    { numRuns: 60 * testScale },
  );
  expect(found).toBeGreaterThan(0);
});
