/** What readers may believe of a session that was asked for: who asked, whose it is, which thread it became, and what it says of itself. */
import { SessionId, sessionLane } from "@claw/events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readerOn, viewDigest, type ViewName } from "../src/index.ts";
import {
  after,
  AT,
  by,
  entriesOf,
  hostFact,
  inLane,
  late,
  observed,
  sent,
  type Step,
  turnEnded,
} from "./acting.ts";
import { ALL, foldInto, memoryStore, placed, testScale } from "./given.ts";
import { rowShapes } from "./row-shapes.ts";
import {
  asked,
  began,
  boundTo,
  ended,
  inAsked,
  inThread,
  introduced,
  message,
  named,
  ordered,
  orderedBySession,
  parent,
  person,
  reported,
  seen,
  spawnedIn,
  spawnFailed,
  stranger,
  thread,
} from "./spawning.ts";

const whole = [ordered(), introduced, seen(), boundTo(), named, began, spawnedIn(), ended];
const listed = (...steps: readonly Step[]): readonly string[] =>
  after(...steps)
    .sessions({}, ALL)
    .rows.map(({ sessionId, lifecycle }) => `${sessionId} ${lifecycle}`);
const closedToo = (...steps: readonly Step[]): readonly string[] =>
  after(...steps)
    .sessions({ includeClosed: true }, ALL)
    .rows.map(({ sessionId, lifecycle }) => `${sessionId} ${lifecycle}`);
const spawnOf = (...steps: readonly Step[]) => after(...steps).row("sessions", thread)?.row.spawn ?? null;

describe("S1-161 a session that was asked for", () => {
  test("is there from the decision on, before its host has said a word", () => {
    const row = after(ordered()).session(asked);
    expect(row).toMatchObject({
      sessionId: asked,
      lifecycle: "provisioning",
      boundTo: null,
      hostId: "host-a",
      endpointId: "main",
      workspace: "/srv/one",
      name: "count the words",
      purpose: "count the words",
      freshness: { state: "unknown", reason: "requested" },
      activity: { type: "notLoaded" },
      lastCommand: { commandId: "p1", outcome: null },
    });
    expect(row?.spawn).toMatchObject({ commandId: "p1", createdBy: person, isAttachable: false });
  });

  test("is listed once, at every moment: first by the name it was asked for under, then by its thread's", () => {
    const moments = whole.map((_, n) => listed(...whole.slice(0, n + 1)));
    expect(moments[0]).toEqual([`${asked} provisioning`]);
    // The thread is told of in the same breath as whose it is; between the two both are there.
    expect(moments[2]).toEqual([`${thread} ready`, `${asked} provisioning`]);
    for (const moment of moments.slice(3)) expect(moment).toEqual([`${thread} ready`]);
  });

  test("answers for ever under its first name, which is its thread's then (DESIGN 14.16)", () => {
    const reader = after(...whole, message(null));
    expect(reader.session(asked)?.sessionId).toBe(thread);
    expect(reader.row("sessions", asked)?.row).toMatchObject({ boundTo: thread, lifecycle: "ready" });
    const commands = (id: string) =>
      reader.commands({ sessionId: id }, ALL).rows.map(({ commandId }) => commandId);
    expect([commands(asked), commands(thread)]).toEqual([["p1"], ["p1"]]);
  });

  test("S1-109 X1-001 its thread says who asked for it, what for, and where it belongs", () => {
    expect(spawnOf(...whole)).toEqual({
      commandId: "p1",
      purpose: "count the words",
      parentSessionId: null,
      rootSessionId: thread,
      createdBy: person,
      hostId: "host-a",
      isAttachable: true,
    });
  });

  test("X1-001 X1-002 the session that asked is its parent, and the top of its tree is the top of that one's", () => {
    const row = after(observed, orderedBySession(), seen(), boundTo()).session(thread);
    expect(row?.spawn).toMatchObject({ parentSessionId: parent, rootSessionId: parent });
    expect([row?.parentSessionId, row?.rootSessionId]).toEqual([parent, parent]);
    const grandchild = orderedBySession({
      commandId: "p2",
      principal: { kind: "session", name: thread, role: "session" },
      path: [parent, thread],
    });
    const below = after(observed, orderedBySession(), seen(), boundTo(), grandchild).session("req-p2");
    expect(below?.spawn).toMatchObject({ parentSessionId: thread, rootSessionId: parent });
  });

  test("S1-110 is attachable once Codex keeps its thread: with a name, or a turn", () => {
    const begun = [ordered(), seen(), boundTo()];
    expect(spawnOf(...begun)?.isAttachable).toBe(false);
    expect(spawnOf(...begun, named)?.isAttachable).toBe(true);
    expect(spawnOf(...begun, began)?.isAttachable).toBe(true);
    expect(spawnOf(ordered(), seen("claw:p1", "a name"), boundTo())?.isAttachable).toBe(true);
    expect(after(ordered(), introduced).session(asked)?.spawn?.isAttachable).toBe(false);
  });

  test.each([
    ["its host said that it failed", [ordered(), introduced, spawnFailed], true],
    ["nobody knows yet", [ordered(), introduced], false],
    ["another host says so", [ordered(), stranger(spawnFailed)], false],
    ["its host says so of another session", [ordered(), inThread(spawnFailed)], false],
  ] as const)("has failed where %s", (_title, steps, hasFailed) => {
    expect(after(...steps).session(asked)?.lifecycle).toBe(hasFailed ? "failed" : "provisioning");
    expect(listed(...steps)).toEqual(hasFailed ? [] : [`${asked} provisioning`]);
    expect(closedToo(...steps)).toEqual([`${asked} ${hasFailed ? "failed" : "provisioning"}`]);
  });

  test("is its thread's even if its command failed afterwards", () => {
    expect(closedToo(ordered(), seen(), boundTo(), spawnFailed)).toEqual([`${thread} ready`]);
  });
});

describe("nobody passes a thread off as one that was asked for (S1-133)", () => {
  const other = SessionId.parse("s2");
  const elsewhere = inLane(
    sessionLane(other),
    by("stranger", { ...observed, data: { ...Object(observed.data), hostId: "host-b" } }),
  );
  test.each([
    ["a mark alone", [ordered(), seen()]],
    ["a mark of a command that asked for none", [sent("p1"), seen(), boundTo()]],
    ["a mark without a command", [seen(), boundTo()]],
    ["a word of another host", [ordered(), seen(), stranger(boundTo())]],
    ["a word of ingest", [ordered(), seen(), by("ingest", boundTo())]],
    ["a word in the thread's own lane", [ordered(), seen(), inThread(boundTo())]],
    ["a word about another command", [ordered(), seen(), boundTo(thread, "p2")]],
    [
      "an order that is not for the session named after it",
      [ordered({ sessionId: "req-p9" }), seen(), boundTo()],
    ],
    ["an order for another host", [ordered({ hostId: "host-b" }), seen(), boundTo()]],
  ] as const)("%s ties nothing", (_title, steps) => {
    expect(spawnOf(...steps)).toBeNull();
  });

  test("a host's thread is not tied to what another host was asked for, whatever that one says", () => {
    const reader = after(ordered(), elsewhere, boundTo(other));
    expect(reader.row("sessions", other)?.row).toMatchObject({ hostId: "host-b", spawn: null });
  });

  test("the first word of which thread it became stays", () => {
    const reader = after(ordered(), seen(), boundTo(), observed, boundTo("s1"));
    expect(reader.session(asked)?.sessionId).toBe(thread);
    expect(reader.session("s1")?.spawn).toBeNull();
  });

  test("a host that squats the name before the decision is put out of it", () => {
    const squatted = stranger(
      inAsked({ ...introduced, data: { ...Object(introduced.data), hostId: "host-b" } }),
    );
    const steps = [squatted, seen(), stranger(boundTo())];
    expect(closedToo(...steps)).toEqual([`${thread} ready`]);
    const reader = after(...steps, ordered());
    expect(reader.session(asked)).toMatchObject({
      hostId: "host-a",
      boundTo: null,
      lifecycle: "provisioning",
    });
    expect(reader.session(thread)?.spawn).toBeNull();
    expect(after(...steps, ordered(), boundTo()).session(asked)).toMatchObject({
      sessionId: thread,
      spawn: { commandId: "p1" },
    });
  });

  test("what its own host said before a decision that was lost is believed when the decision is made again", () => {
    const reader = after(introduced, seen(), boundTo(), began, ordered(), spawnedIn(), ended);
    expect(reader.session(thread)?.spawn).toMatchObject({ commandId: "p1" });
    expect(reader.command("p1")).toMatchObject({ spawnedSessionId: thread, turnStatus: "completed" });
  });

  test("a thread that is told of last is tied by its mark and by who pointed to it", () => {
    expect(spawnOf(ordered(), boundTo(), seen())).toMatchObject({ commandId: "p1" });
    expect(spawnOf(ordered(), boundTo(), seen("claw:p2"))).toBeNull();
  });
});

describe("its command (S1-107)", () => {
  test("names the thread, and ends with the end of the thread's first turn", () => {
    const at = (n: number) => after(...whole.slice(0, n)).command("p1");
    expect(at(2)).toMatchObject({ sessionId: asked, spawnedSessionId: null, outcome: null });
    expect(at(4)).toMatchObject({ sessionId: asked, spawnedSessionId: thread });
    expect(at(7)).toMatchObject({
      outcome: { mode: "spawn", turnId: "T1" },
      turnStatus: "inProgress",
      turnEndedAt: null,
    });
    expect(at(8)).toMatchObject({ turnStatus: "completed", turnEndedAt: AT + 7_000 });
  });

  test("also where the turn had ended before its host said so, and not with another session's turn of that name", () => {
    const early = [ordered(), seen(), boundTo(), began, ended, spawnedIn()];
    expect(after(...early).command("p1")?.turnStatus).toBe("completed");
    const others = [observed, ordered(), seen(), boundTo(), spawnedIn(), turnEnded("T1")];
    expect(after(...others).command("p1")?.turnStatus).toBe("inProgress");
  });

  test("has no thread by a word in another's lane, or where the session is not named after it", () => {
    const word = hostFact("session.bound", { commandId: "p1", boundTo: thread });
    expect(after(observed, ordered(), word).command("p1")?.spawnedSessionId).toBeNull();
    expect(after(observed, ordered({ sessionId: parent }), word).command("p1")?.spawnedSessionId).toBeNull();
  });

  test("its words in the thread are ours, as its mark says", () => {
    const steps = [ordered(), seen(), boundTo()];
    const human = (mark: string) =>
      after(...steps, inThread(message(mark))).session(thread)?.lastHumanMessageAt ?? null;
    expect([human("claw:p1"), human("claw:p2")]).toEqual([null, AT + 3_000]);
  });
});

describe("S1-166 S1-058 what it says of itself", () => {
  test("is its progress, and is kept, fifty at most, oldest first", () => {
    const many = Array.from({ length: 53 }, (_, n) => reported(`step ${n}\nand more`, { percent: n }));
    const reader = after(...whole, ...many);
    expect(reader.session(thread)?.progress).toMatchObject({
      state: "working",
      percent: 52,
      note: "step 52\nand more",
    });
    expect(reader.reports(thread).map(({ percent }) => percent)).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 3),
    );
    expect(reader.reports(parent)).toEqual([]);
  });

  test("is cut where it is long, and nobody but policy records it", () => {
    const reader = after(...whole, reported(`${"x".repeat(4_095)}😀`));
    expect(reader.reports(thread)[0]?.note).toHaveLength(4_096);
    expect(reader.reports(thread)[0]?.note?.isWellFormed()).toBe(true);
    expect(reader.session(thread)?.progress?.note).toHaveLength(1_024);
    expect(after(...whole, inThread(by("host", reported("no")))).session(thread)?.progress).toBeNull();
  });

  test("may say anew what it is for", () => {
    const purpose = { ...reported("on it"), body: { note: "on it", purpose: "weigh the words" } };
    const row = after(...whole, purpose, late(5, reported("still"))).session(thread);
    expect([row?.purpose, row?.spawn?.purpose]).toEqual(["weigh the words", "count the words"]);
  });
});

describe("in any order, and with liars among them", () => {
  const squatted = inAsked({ ...introduced, data: { ...Object(introduced.data), hostId: "host-b" } });
  const steps: readonly Step[] = [
    ordered(),
    ordered({ hostId: "host-b" }),
    orderedBySession(),
    introduced,
    stranger(squatted),
    seen(),
    seen(null, "a name"),
    boundTo(),
    stranger(boundTo()),
    boundTo("s1"),
    inThread(boundTo()),
    named,
    began,
    ended,
    spawnedIn(),
    spawnFailed,
    observed,
    reported("on it"),
    inThread(message("claw:p1")),
  ];
  const views = Object.keys(rowShapes) as readonly ViewName[];

  test("N1-001 the rows are the same however batches fall, within their types, and agree with each other", () => {
    let ties = 0;
    const some = fc.array(fc.constantFrom(...steps), { minLength: 4, maxLength: 14 });
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some, sizes, (history, batches) => {
        const [store, other] = [memoryStore(), memoryStore()];
        foldInto(store, placed(entriesOf(history)), [100]);
        foldInto(other, placed(entriesOf(history)), batches);
        expect(viewDigest(other.db)).toBe(viewDigest(store.db));
        const reader = readerOn(store.db);
        for (const { view, row } of reader.changedAfter(views, 0, 1_000))
          expect(rowShapes[view].safeParse(row).error?.issues).toBeUndefined();
        const first = reader.row("sessions", asked)?.row ?? null;
        const command = reader.command("p1");
        for (const id of [thread, parent]) {
          const row = reader.row("sessions", id)?.row;
          if (!row?.spawn) continue;
          ties += 1;
          expect([first?.boundTo, command?.spawnedSessionId, row.spawn.hostId]).toEqual([id, id, row.hostId]);
          expect(row.spawn.createdBy).toEqual(command?.principal);
        }
        const names = reader.sessions({ includeClosed: true }, ALL).rows.map(({ sessionId }) => sessionId);
        expect(names.includes(asked)).toBe(first !== null && first.spawn !== null && first.boundTo === null);
      }),
      { numRuns: 150 * testScale },
    );
    expect(ties).toBeGreaterThan(0);
  });
});
