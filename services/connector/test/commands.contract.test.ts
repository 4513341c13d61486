/** What is kept of commands and tokens: in one commit with its fact, for long enough, over crashes, restores and houses that forget. */
import { join } from "node:path";
import { type CommandId, type LeaseId, sessionLane, type SessionId } from "@claw/events";
import { openDatabase } from "@claw/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  claim,
  type CommandOrder,
  LONGEST_DEADLINE_MS,
  type Outcome,
  ROW_KEPT_MS,
  settle,
} from "../src/domain/fence.ts";
import { observe } from "../src/domain/session-state.ts";
import { command, send } from "./acting.ts";
import { described, events, facts, type Folder, makeFolder, NOW, open } from "./support.ts";

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const sessionId = "s1" as SessionId;
const call = { mode: "start", turnId: null, after: null } as const;
const order = (): CommandOrder => command(sessionId, send());
const begun = (asked: CommandOrder) => claim({ newest: null }, asked, call);
const done = (asked: CommandOrder) =>
  settle(begun(asked).row, { type: "command.failed", code: "session_idle", facts: {} });

const sight = () => {
  const { state, facts: told } = observe(null, described(sessionId), { type: "idle", flags: [] }, NOW);
  return { lane: sessionLane(sessionId), facts: told, session: { sessionId, state } };
};

describe("the table of commands", () => {
  it("S5 W-04 a claim, its token and its outcome are there after a crash, and the outcome is a fact of the session", () => {
    const asked = order();
    const first = open(folder);
    first.commands.write(begun(asked));
    // No close: a crash closes nothing. The lock is the process's own, so it is let go here.
    first.close();
    const second = open(folder);
    const { token } = asked.instruction;
    expect(second.commands.kept(asked.commandId, sessionId)).toMatchObject({
      row: { phase: "performing", call, outcome: null },
      newest: { token, leaseId: null },
    });
    expect(second.commands.open().map(({ commandId }) => commandId)).toEqual([asked.commandId]);
    second.commands.write(done(asked));
    expect(second.commands.open()).toEqual([]);
    expect(events(second).at(-1)).toMatchObject({
      lane: `session/${sessionId}`,
      type: "command.failed",
      data: { commandId: asked.commandId, fence: token, code: "session_idle" },
    });
    second.close();
  });

  it("N1-005 what is written is written with its fact, or not at all", () => {
    const outbox = open(folder);
    const asked = order();
    const before = facts(outbox).length;
    expect(() =>
      outbox.commit(() => {
        outbox.commands.write(done(asked));
        throw new Error("the power is cut");
      }),
    ).toThrow("the power is cut");
    expect(outbox.commands.kept(asked.commandId, sessionId)).toEqual({ row: null, newest: null });
    expect(facts(outbox)).toHaveLength(before);
    outbox.close();
  });

  it("knows whether the house is yet to hear how a command ended, over new epochs and a house that forgot", () => {
    const outbox = open(folder);
    const asked = order();
    const row = { commandId: asked.commandId, sessionId };
    const isOnItsWay = (acked = 0) => outbox.commands.isOnItsWay(row, acked);
    outbox.tell(sight());
    outbox.commands.write(begun(asked));
    expect(isOnItsWay()).toBe(false);
    outbox.commands.write(done(asked));
    const seq = outbox.nextSeq() - 1;
    expect([isOnItsWay(seq - 1), isOnItsWay(seq)]).toEqual([true, false]);
    outbox.renew(false);
    expect(isOnItsWay(seq)).toBe(true);
    outbox.forget(outbox.epoch(), outbox.nextSeq() - 1);
    expect(isOnItsWay()).toBe(false);
    outbox.renew(true);
    expect(isOnItsWay(outbox.nextSeq())).toBe(true);
    outbox.tell(sight());
    expect([isOnItsWay(1), isOnItsWay(outbox.nextSeq())]).toEqual([true, false]);
    outbox.close();
  });

  it.each<Outcome>([
    { type: "command.succeeded", mode: "start", turnId: "t1" as never },
    { type: "command.failed", code: "session_idle", facts: {} },
    { type: "command.collided", turnId: "t1" as never },
    { type: "command.expired" },
    { type: "command.unknown", reason: "turn_gone" },
  ])("$type is told, and told again, without a body or a text, whatever it is handed", (outcome) => {
    const text = "what was to be said";
    const outbox = open(folder);
    const asked = { ...order(), text };
    const ended = settle(begun(asked).row, Object.assign({ text, body: { text } }, outcome));
    outbox.commands.write(ended);
    outbox.commands.write(ended);
    const told = facts(outbox).filter(({ events: sealed }) => sealed[0]?.type === outcome.type);
    expect(told.map(({ bodies }) => bodies)).toEqual([[null], [null]]);
    expect(JSON.stringify(told)).not.toContain(text);
    outbox.close();
  });

  it("tells of a fence", () => {
    const outbox = open(folder);
    const token = { generation: 2, counter: 7 };
    const leaseId = "l1" as LeaseId;
    outbox.commands.write({ sessionId, row: null, newest: { token, leaseId }, fact: "fenced" });
    expect(events(outbox).at(-1)).toMatchObject({ type: "lease.fenced", data: { leaseId, fence: token } });
    expect(outbox.commands.newest(sessionId)).toEqual({ token, leaseId });
    outbox.close();
  });

  it("S5 keeps a command for a week, and the newest thousand whatever the clock says; open ones and tokens for ever", () => {
    let now = NOW;
    const outbox = open(folder, { wallMs: () => now });
    const pending = order();
    outbox.commands.write(begun(pending));
    const old = order();
    outbox.commands.write(done(old));
    const isKept = ({ commandId }: CommandOrder): boolean =>
      outbox.commands.kept(commandId, sessionId).row !== null;
    now += ROW_KEPT_MS + 1;
    outbox.commands.write(done(order()));
    expect(isKept(old)).toBe(true);
    outbox.commit(() => {
      for (let n = 0; n < 1_000; n += 1) outbox.commands.write(done(order()));
    });
    expect(isKept(old)).toBe(false);
    expect(isKept(pending)).toBe(true);
    expect(outbox.commands.newest(sessionId)?.token).toEqual(pending.instruction.token);
    outbox.close();
  });

  it("finds room for an outcome, but lets nothing begin, when the outbox is full", () => {
    const outbox = open(folder, { bounds: { rows: 3, bytes: 1e9 } });
    expect(outbox.commands.hasRoom()).toBe(true);
    const asked = order();
    outbox.commands.write(begun(asked));
    for (let n = 0; n < 3; n += 1) outbox.commands.write(done(order()));
    expect(outbox.commands.hasRoom()).toBe(false);
    outbox.commands.write(done(asked));
    expect(events(outbox).at(-1)).toMatchObject({ data: { commandId: asked.commandId } });
    outbox.close();
  });
});

describe("an outbox that may have forgotten", () => {
  it("is a new one, or one that was put back, for as long as a command could be repeated that it forgot", () => {
    let now = NOW;
    const outbox = open(folder, { wallMs: () => now });
    expect([outbox.commands.mayHaveForgotten(1), outbox.commands.mayHaveForgotten(0)]).toEqual([true, true]);
    now += LONGEST_DEADLINE_MS;
    expect([outbox.commands.mayHaveForgotten(1), outbox.commands.mayHaveForgotten(0)]).toEqual([false, true]);
    now += ROW_KEPT_MS;
    expect([outbox.commands.mayHaveForgotten(1), outbox.commands.mayHaveForgotten(0)]).toEqual([
      false,
      false,
    ]);
    outbox.renew(false);
    expect(outbox.commands.mayHaveForgotten(1)).toBe(true);
    outbox.close();
  });

  it("a new epoch forgets neither commands nor tokens", () => {
    const asked = order();
    const outbox = open(folder);
    outbox.commands.write(begun(asked));
    outbox.renew(true);
    expect(outbox.commands.kept(asked.commandId, sessionId)).toMatchObject({
      row: { phase: "performing" },
      newest: { token: asked.instruction.token },
    });
    outbox.close();
  });
});

it("N1-037 a house that forgot what it had confirmed is told outcomes again, each after its session, and answered about fences", () => {
  const outbox = open(folder);
  const asked = order();
  outbox.tell(sight());
  outbox.commands.write(begun(asked));
  outbox.commands.write(done(asked));
  const newest = { token: { generation: 1, counter: 1_000_000 }, leaseId: "l1" as LeaseId };
  outbox.commands.write({ sessionId, row: null, newest, fact: "fenced" });
  outbox.forget(outbox.epoch(), outbox.nextSeq() - 1);
  outbox.renew(true);
  expect(outbox.commands.newest(sessionId)).toEqual({ ...newest, leaseId: null });
  outbox.tell(sight());
  expect(events(outbox).map(({ type }) => type)).toEqual([
    "epoch.started",
    "session.observed",
    "command.failed",
  ]);
  // What came after the house forgot was told once, and is not told again at the next sight.
  const later = order();
  outbox.commands.write(done(later));
  const told = events(outbox).filter(({ type }) => type === "command.failed");
  expect(told.map(({ data }) => ("commandId" in data ? data.commandId : null))).toEqual([
    asked.commandId,
    later.commandId,
  ]);
  outbox.close();
});

it("an outbox of version 2 goes on, with all that it holds; what waits in it may be told again", () => {
  const path = join(folder.path, "outbox.db");
  const outbox = open(folder);
  const asked = order();
  outbox.tell(sight());
  outbox.commands.write(done(asked));
  const before = facts(outbox);
  outbox.close();
  const raw = openDatabase({ path, durability: "full", schemaVersion: 3, migrate: () => {} });
  raw.exec("DROP INDEX outcomes; ALTER TABLE outbox DROP COLUMN command");
  raw.pragma("user_version = 2");
  raw.close();
  const again = open(folder);
  expect(facts(again)).toEqual(before);
  const { row } = again.commands.kept(asked.commandId, sessionId);
  expect(row).toMatchObject({ phase: "done" });
  expect(again.commands.isOnItsWay({ commandId: asked.commandId, sessionId }, 0)).toBe(false);
  again.commands.write(done(asked));
  expect(again.commands.isOnItsWay({ commandId: asked.commandId, sessionId }, 0)).toBe(true);
  again.close();
});

it("an outbox of version 1 goes on, with all that it holds", () => {
  const path = join(folder.path, "outbox.db");
  const outbox = open(folder);
  outbox.tell(sight());
  const before = facts(outbox);
  outbox.close();
  const raw = openDatabase({ path, durability: "full", schemaVersion: 3, migrate: () => {} });
  raw.exec("DROP INDEX outcomes; ALTER TABLE outbox DROP COLUMN command");
  raw.exec("DROP TABLE commands; DROP TABLE tokens; DELETE FROM meta WHERE key = 'epoch_at'");
  raw.pragma("user_version = 1");
  raw.close();
  const again = open(folder);
  expect(facts(again)).toEqual(before);
  expect(again.commands.kept("c" as CommandId, sessionId)).toEqual({ row: null, newest: null });
  expect(again.commands.mayHaveForgotten(0)).toBe(false);
  again.close();
});
