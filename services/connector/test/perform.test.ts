/** Commands carried out on a server that goes wrong on order: whatever is lost, Codex is called at most once, and what is told is true. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EndpointId } from "@claw/events";
import { REDACTOR_VERSION } from "@claw/redact";
import { openDatabase } from "@claw/sqlite";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { claim } from "../src/domain/fence.ts";
import { readMachineId } from "../src/outbox/identity.ts";
import { command, CommandingHouse, fence, interrupt, outcome, outcomes, send, until } from "./acting.ts";
import { expectNoAnswer } from "./discretion.ts";
import { type Folder, makeFolder, open } from "./support.ts";
import { run, type Running } from "./watching.ts";

let folder: Folder;
let fake: FakeAppServer;
let house: CommandingHouse;
let running: Running;

beforeEach(async () => {
  folder = makeFolder();
  fake = await startFakeAppServer();
  house = await CommandingHouse.open();
  writeFileSync(join(folder.path, "token"), "token of the test");
  running = await begin();
});
afterEach(async () => {
  await running.stop();
  await house.close();
  expectNoAnswer(fake);
  await fake.stop();
  folder.remove();
});

async function begin(): Promise<Running> {
  const before = house.welcomes;
  const begun = await run(folder, [{ endpointId: "local" as EndpointId, target: fake.target }], {
    url: house.url,
  });
  await house.welcomed(before + 1);
  return begun;
}

/** A thread with one turn behind it, which the connector knows all of. */
async function thread(): Promise<string> {
  const id = fake.createThread();
  fake.runTurn(id, "before");
  await running.until("the thread", (told) => hasEnded(told, id));
  return id;
}
const hasEnded = (told: ReturnType<Running["told"]>, id: string): boolean =>
  told.some(({ type, lane }) => type === "turn.completed" && lane === `session/${id}`);

/** Holds back what the server says of threads; resolves when it has said it of the command that comes next, as the thread is then. */
async function hesitate(say: () => void): Promise<void> {
  fake.misbehave({ method: "thread/read", act: "hold" });
  const before = fake.calls.length;
  say();
  await until("the look at the thread", () => {
    const calls = fake.calls.slice(before);
    const list = calls.findIndex(({ method, params }) => method === "thread/turns/list" && isForOne(params));
    return list >= 0 && calls.slice(list).some(({ method }) => method === "thread/read");
  });
}
const isForOne = (params: unknown): boolean => (params as { readonly limit?: number }).limit === 1;
function goOn(): void {
  fake.behave();
  fake.letGo();
}

const callsOf = (method: string) => fake.calls.filter((call) => call.method === method);
const starts = () => callsOf("turn/start").length;
const typed = (type: string, data: object = {}) =>
  expect.objectContaining({ type, data: expect.objectContaining(data) });

describe("an answer that is lost", () => {
  it.each(["cut", "neither", "garble"] as const)(
    "N1-005 after the call was carried out (%s): its turn is found, and nothing is called again",
    async (act) => {
      const threadId = await thread();
      fake.misbehave({ method: "turn/start", act, times: 1 });
      const frame = command(threadId, send());
      house.say(frame);
      if (act === "garble")
        await fake.nextCall(({ method }) => method === "turn/start").then(() => fake.die());
      if (act === "garble") await fake.comeBack();
      expect(await outcome(running, frame)).toEqual(typed("command.succeeded", { mode: "start" }));
      expect(starts()).toBe(1);
    },
  );

  it("N1-005 before the call was carried out: it was not delivered, and is not called again", async () => {
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "lose", times: 1 });
    const frame = command(threadId, send());
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.failed", { code: "not_delivered" }));
    expect(starts()).toBe(1);
  });

  it("of a steer: its message is found in the turn", async () => {
    const threadId = await thread();
    const turnId = fake.runTurn(threadId, "WAIT gate");
    await running.until("the turn", (told) =>
      told.some((event) => event.type === "turn.started" && event.data.turnId === turnId),
    );
    fake.misbehave({ method: "turn/steer", act: "cut", times: 1 });
    const frame = command(threadId, send(turnId));
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.succeeded", { mode: "steer", turnId }));
    expect(callsOf("turn/steer")).toHaveLength(1);
  });

  it("of an interruption: its turn was interrupted", async () => {
    const threadId = await thread();
    const turnId = fake.runTurn(threadId, "WAIT gate");
    await until("the turn to be active", () => isActive(threadId));
    fake.misbehave({ method: "turn/interrupt", act: "cut", times: 1 });
    const frame = command(threadId, interrupt(turnId));
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.succeeded", { mode: "interrupt", turnId }));
  });
});

const isActive = (threadId: string): boolean => {
  const states = running
    .told()
    .filter(({ lane, type }) => type === "session.became" && lane === `session/${threadId}`);
  const last = states.at(-1);
  return last?.type === "session.became" && last.data.activity.type === "active";
};

describe("a connector that dies", () => {
  it("N1-005 with a call on its way finds its turn when it is back", async () => {
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "hold", times: 1 });
    const frame = command(threadId, send());
    house.say(frame);
    await fake.nextCall(({ method }) => method === "turn/start");
    await running.stop();
    running = await begin();
    expect(await outcome(running, frame)).toEqual(typed("command.succeeded", { mode: "start" }));
    house.sayAtOnce([frame, frame]);
    const next = command(threadId, send());
    house.say(next);
    await outcome(running, next);
    expect(outcomes(running.told(), frame.commandId)).toHaveLength(1);
    expect(starts()).toBe(2);
  });

  it("N1-005 between the claim and the call never calls", async () => {
    const threadId = await thread();
    const frame = command(threadId, send());
    await running.stop();
    mkdirSync(join(folder.path, "connector"), { recursive: true });
    const outbox = open(
      { path: join(folder.path, "connector"), remove: () => {} },
      { machineId: readMachineId(), redactor: REDACTOR_VERSION },
    );
    outbox.commands.write(claim({ newest: null }, frame, { mode: "start", turnId: null, after: null }));
    outbox.close();
    running = await begin();
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.failed", { code: "not_delivered" }));
    expect(starts()).toBe(0);
  });
});

describe("a server that is busy", () => {
  it("N1-029 is asked again while there is time, and carries it out once", async () => {
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "overload", times: 2 });
    fake.misbehave({ method: "turn/start", act: "drain", times: 1 });
    const frame = command(threadId, send());
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.succeeded"));
    expect(starts()).toBe(4);
  });

  it("is not asked again when the time is over", async () => {
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "overload" });
    const frame = command(threadId, send(), { remainingMs: 2_000 });
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.expired"));
    fake.behave();
    const next = command(threadId, send());
    house.say(next);
    expect(await outcome(running, next)).toEqual(typed("command.succeeded"));
  });
});

it("DESIGN 14.11 a person who comes first: collided, whatever was seen before", async () => {
  const threadId = await thread();
  const frame = command(threadId, send());
  await hesitate(() => house.say(frame));
  const turnId = fake.runTurn(threadId, "WAIT gate", "person");
  goOn();
  expect(await outcome(running, frame)).toEqual(typed("command.collided", { turnId }));
  expect(starts()).toBe(1);
});

it("N1-014 a thread that another server has: asked for a few times, then left to it; nobody is killed", async () => {
  const threadId = await thread();
  fake.unload(threadId);
  fake.misbehave({ method: "thread/resume", act: "writer" });
  const before = callsOf("thread/resume").length;
  const frame = command(threadId, send());
  house.say(frame);
  expect(await outcome(running, frame)).toEqual(
    typed("command.failed", { code: "active_writer", facts: { holder: "another app-server" } }),
  );
  expect(callsOf("thread/resume").length - before).toBeLessThan(12);
  fake.behave();
  const next = command(threadId, send());
  house.say(next);
  expect(await outcome(running, next)).toEqual(typed("command.succeeded"));
});

describe("tokens", () => {
  it("N1-012 after a fence no older command is carried out, and a fence is told once", async () => {
    const threadId = await thread();
    const token = (counter: number) => ({ generation: 9, counter });
    const fenced = (counter: number, leaseId = "l1") => ({
      ...fence(threadId, leaseId, counter),
      token: token(counter),
    });
    house.say(fenced(10), fenced(10));
    const old = command(threadId, send(), { token: token(9) });
    const holder = command(threadId, send(), { token: token(10) });
    house.say(old, holder, fenced(8, "l0"), fenced(10));
    expect(await outcome(running, old)).toEqual(
      typed("command.failed", { code: "stale_token", facts: { newestGeneration: 9, newestCounter: 10 } }),
    );
    expect(await outcome(running, holder)).toEqual(typed("command.succeeded"));
    house.say(fenced(11, "l2"));
    await running.until(
      "the next lease",
      (told) => told.filter(({ type }) => type === "lease.fenced").length === 2,
    );
    const leases = running
      .told()
      .flatMap((event) => (event.type === "lease.fenced" ? [event.data.leaseId] : []));
    expect(leases).toEqual(["l1", "l2"]);
    expect(starts()).toBe(1);
  });
});

describe("several commands", () => {
  it("of one session come one after the other; an interruption does not wait for a send (X1-010)", async () => {
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "hold", times: 1 });
    const first = command(threadId, send(), { text: "WAIT gate" });
    const second = command(threadId, send());
    house.say(first, second);
    await running.until(
      "the first's turn",
      (told) => told.filter(({ type }) => type === "turn.started").length === 2,
    );
    const turnId = running
      .told()
      .flatMap((event) => (event.type === "turn.started" ? [event.data.turnId] : []))
      .at(-1);
    const stop = command(threadId, interrupt(turnId ?? null));
    house.say(stop);
    expect(await outcome(running, stop)).toEqual(typed("command.succeeded", { mode: "interrupt", turnId }));
    expect([first, second].flatMap(({ commandId }) => outcomes(running.told(), commandId))).toEqual([]);
    fake.letGo();
    expect(await outcome(running, first)).toEqual(typed("command.succeeded", { mode: "start", turnId }));
    // The interruption bears a newer token, so what waited behind the send is stale now.
    expect(await outcome(running, second)).toEqual(typed("command.failed", { code: "stale_token" }));
  });

  it.each(["fence", "send"] as const)(
    "N1-012 a newer %s waits for an interruption that is being called",
    async (kind) => {
      const [threadId, other] = [await thread(), await thread()];
      const turnId = fake.runTurn(threadId, "WAIT gate");
      await until("the turn to be active", () => isActive(threadId));
      fake.misbehave({ method: "turn/interrupt", act: "hold", times: 1 });
      const stop = command(threadId, interrupt(turnId));
      house.say(stop);
      await fake.nextCall(({ method }) => method === "turn/interrupt");
      await running.until("the turn to end", (told) =>
        told.some((event) => event.type === "turn.completed" && event.data.turnId === turnId),
      );
      const newer = kind === "send" ? command(threadId, send()) : fence(threadId, "l1", 1_000_000);
      const before = fake.calls.length;
      house.say(newer);
      if (kind === "send")
        await until("its look", () =>
          fake.calls.slice(before).some(({ method }) => method === "thread/read"),
        );
      // As quick as the other would be, if it did not wait.
      const beside = command(other, send());
      house.say(beside);
      await outcome(running, beside);
      fake.letGo();
      const words = () =>
        running
          .told()
          .flatMap(({ lane, data }) =>
            lane !== `session/${threadId}`
              ? []
              : "commandId" in data
                ? [data.commandId]
                : "leaseId" in data
                  ? [data.leaseId]
                  : [],
          );
      await until("both", () => words().length === 2);
      expect(words()).toEqual([stop.commandId, newer.type === "fence" ? newer.leaseId : newer.commandId]);
    },
  );

  it("that are too many for one session are refused, not forgotten", async () => {
    const threadId = await thread();
    const frames = Array.from({ length: 40 }, () => command(threadId, send(null, "start")));
    await hesitate(() => house.say(...frames));
    const last = frames.at(-1);
    if (last === undefined) throw new Error("no frames");
    expect(await outcome(running, last)).toEqual(typed("command.failed", { code: "too_many" }));
    goOn();
    for (const frame of frames) await outcome(running, frame);
    const told = frames.flatMap(({ commandId }) => outcomes(running.told(), commandId));
    expect(told).toHaveLength(40);
  });
});

describe("what is not begun", () => {
  it("DESIGN 14.9 when its uplink ends it waits to be sent again, and is then done once", async () => {
    const threadId = await thread();
    const frame = command(threadId, send());
    await hesitate(() => house.say(frame));
    house.cut();
    await house.welcomed(2);
    goOn();
    const other = await thread();
    const after = command(other, send());
    house.say(after);
    await outcome(running, after);
    expect(outcomes(running.told(), frame.commandId)).toEqual([]);
    expect(starts()).toBe(1);
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.succeeded"));
    expect(starts()).toBe(2);
  });

  it("is too late, of an unknown session, or has lost its text", async () => {
    const threadId = await thread();
    const late = command(threadId, send(), { remainingMs: 0 });
    const textless = command(threadId, send(), { text: null });
    const unknown = command("nobody", send());
    const long = command(threadId, send(), { text: "€".repeat(60_000) });
    house.say(late, textless, unknown, long);
    expect(await outcome(running, late)).toEqual(typed("command.expired"));
    expect(await outcome(running, textless)).toEqual(typed("command.expired"));
    expect(await outcome(running, long)).toEqual(typed("command.failed", { code: "text_too_long" }));
    // The outbox is new, so it may have forgotten what it did in that session.
    expect(await outcome(running, unknown)).toEqual(typed("command.unknown", { reason: "session_unknown" }));
    expect(starts()).toBe(0);
  });

  it("fails when its server stays away, in an outbox that has forgotten nothing", async () => {
    const threadId = await thread();
    await running.stop();
    const raw = openDatabase({
      path: join(folder.path, "connector", "outbox.db"),
      durability: "full",
      schemaVersion: 3,
      migrate: () => {},
    });
    raw.exec("UPDATE meta SET value = '0' WHERE key = 'epoch_at'");
    raw.close();
    running = await begin();
    await fake.die();
    await running.until("that it is gone", (told) =>
      told.some((event) => event.type === "endpoint.became" && event.data.state === "down"),
    );
    const frame = command(threadId, send());
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(typed("command.failed", { code: "endpoint_lost" }));
    await fake.comeBack();
    expect(starts()).toBe(0);
  });
});

it("answers no question of Codex, also not in a turn of its own", async () => {
  const threadId = fake.createThread({ approvalPolicy: "untrusted" });
  await running.until("the thread", (told) => told.some(({ lane }) => lane === `session/${threadId}`));
  const frame = command(threadId, send(), { text: "SHELL true" });
  house.say(frame);
  await outcome(running, frame);
  await running.until("the question", (told) => told.some(({ type }) => type === "approval.requested"));
});

it("N1-029 a command that is sent again while its first copy still waits is carried out", async () => {
  const threadId = await thread();
  const frame = command(threadId, send());
  await hesitate(() => house.say(frame));
  house.cut();
  await house.welcomed(2);
  house.say(frame);
  // Both frames were read before Codex goes on: the second is answered behind them.
  const other = command(threadId, send(), { remainingMs: 0 });
  house.say(other);
  goOn();
  expect(await outcome(running, frame)).toEqual(typed("command.succeeded"));
});
