/** Spawns on a server that goes wrong on order, and hosts that die at every point: one thread, one first turn, and what is told is true. */
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rowOf } from "../src/domain/fence.ts";
import { openOutbox, type Outbox } from "../src/outbox/outbox.ts";
import { CommandingHouse, outcomes, until } from "./acting.ts";
import { expectNoAnswer } from "./discretion.ts";
import {
  beginIn,
  boundIn,
  failure,
  furnish,
  keyIn,
  laneOf,
  spawnOrder,
  typed,
  type Workshop,
} from "./spawning.ts";
import { type Folder, hostId, makeFolder } from "./support.ts";
import type { Running } from "./watching.ts";

const MCP_URL = "http://127.0.0.1:7420/mcp";

let folder: Folder;
let shop: Workshop;
let fake: FakeAppServer;
let house: CommandingHouse;
let running: Running;

beforeEach(async () => {
  folder = makeFolder();
  shop = furnish(folder);
  fake = await startFakeAppServer();
  house = await CommandingHouse.open();
  house.says = { mcpUrl: MCP_URL };
  house.confirmsAll = true;
  running = await begin();
});
afterEach(async () => {
  await running.stop();
  await house.close();
  expectNoAnswer(fake);
  await fake.stop();
  folder.remove();
});

const begin = () => beginIn(folder, shop, house, fake.target);
async function restart(): Promise<void> {
  await running.stop();
  running = await begin();
}
const callsOf = (method: string) => fake.calls.filter((call) => call.method === method);
const params = (method: string, index = 0) =>
  callsOf(method)[index]?.params as Readonly<Record<string, never>>;
const count = () => [callsOf("thread/start").length, callsOf("turn/start").length];

describe("a spawn", () => {
  it("S1-106 S1-107 S1-108 S1-109 S1-110 makes a thread with the MCP server, names it, gives it its turn, and says so in order", async () => {
    const frame = spawnOrder(shop, { purpose: "fix the tests" });
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(
      typed("command.succeeded", { mode: "spawn", turnId: expect.anything() }),
    );
    const mark = `claw:${frame.commandId}`;
    expect(params("thread/start")).toMatchObject({
      cwd: shop.workspace,
      threadSource: mark,
      sandbox: "danger-full-access",
    });
    expect(params("thread/start")["config"]).toMatchObject({
      mcp_servers: { "openclaw-codex-supervisor": { url: MCP_URL, required: true } },
    });
    expect(keyIn(params("thread/start")["config"])).toMatch(/^Bearer clw_mcp_/);
    expect(params("thread/name/set")).toMatchObject({ name: "fix the tests" });
    expect(params("turn/start")).toMatchObject({ clientUserMessageId: mark });
    const threadId = boundIn(house, frame);
    expect(house.facts.filter(({ lane }) => lane === laneOf(frame)).map(({ type }) => type)).toEqual([
      "session.observed",
      "session.bound",
      "command.succeeded",
    ]);
    const words = house.facts.map(({ type, lane }) => `${type} ${lane}`);
    const order = [
      `session.observed session/${threadId}`,
      "key.bound host/h1",
      `session.bound ${laneOf(frame)}`,
    ];
    const places = order.map((word) => words.indexOf(word));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(places).not.toContain(-1);
    expect(house.facts.find(({ lane }) => lane === `session/${threadId}`)).toMatchObject({
      data: { threadSource: mark },
    });
  });

  it("N1-005 that comes again and again, also after a restart, is one thread and one turn", async () => {
    const frame = spawnOrder(shop);
    house.sayAtOnce([frame, frame, frame]);
    await house.outcome(frame);
    await restart();
    house.sayAtOnce([frame, frame]);
    const next = spawnOrder(shop);
    house.say(next);
    await house.outcome(next);
    expect(count()).toEqual([2, 2]);
    expect(outcomes(house.facts, frame.commandId).every(({ type }) => type === "command.succeeded")).toBe(
      true,
    );
  });

  it("each gets a key of its own, bound to its own thread", async () => {
    const frames = [spawnOrder(shop), spawnOrder(shop)];
    house.sayAtOnce(frames);
    for (const frame of frames) await house.outcome(frame);
    const keys = [0, 1].map((index) => keyIn(params("thread/start", index)["config"]));
    expect(new Set(keys).size).toBe(2);
    const bound = house.facts.flatMap((event) => (event.type === "key.bound" ? [event.data] : []));
    expect(new Set(bound.map(({ id }) => id)).size).toBe(2);
    expect(new Set(bound.map(({ sessionId }) => sessionId))).toEqual(
      new Set(frames.map((frame) => boundIn(house, frame))),
    );
  });

  it("S1-161 of a fork asks for the other thread's history, with a key of its own", async () => {
    const first = spawnOrder(shop);
    house.say(first);
    await house.outcome(first);
    const forkOf = boundIn(house, first);
    const frame = spawnOrder(shop, { forkOf });
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "spawn" }));
    expect(params("thread/fork")).toMatchObject({
      threadId: forkOf,
      threadSource: `claw:${frame.commandId}`,
    });
    expect(keyIn(params("thread/fork")["config"])).not.toBe(keyIn(params("thread/start")["config"]));
  });
});

describe("a spawn that may not be (S1-105)", () => {
  it("is refused for its folder, whatever the house chose", async () => {
    symlinkSync("/", join(shop.root, "out"));
    const cases = [
      [join(shop.root, "nothing"), "workspace_missing"],
      [folder.path, "workspace_not_allowed"],
      [join(shop.root, "out"), "workspace_not_allowed"],
    ] as const;
    for (const [workspace, code] of cases) {
      const frame = spawnOrder(shop, { workspace });
      house.say(frame);
      expect(await house.outcome(frame)).toEqual(failure(code));
    }
    expect(count()).toEqual([0, 0]);
  });

  it.each(["cordoned", "draining"] as const)("is refused where the host is %s", async (placement) => {
    house.says = { ...house.says, placement };
    await restart();
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(failure("host_not_open", { placement }));
  });

  it("S1-147 waits for the address of the MCP server, and says so when its time is over", async () => {
    house.says = {};
    await restart();
    const frame = spawnOrder(shop, {}, { remainingMs: 3_000 });
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(failure("mcp_unreachable"));
    expect(count()).toEqual([0, 0]);
  });

  it("waits for a key that the ledger holds", async () => {
    await running.stop();
    house.confirmsAll = false;
    running = await begin();
    const frame = spawnOrder(shop);
    house.say(frame);
    await until("its session", () => house.facts.some(({ lane }) => lane === laneOf(frame)));
    expect(count()).toEqual([0, 0]);
    house.confirmsAll = true;
    house.confirm();
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded"));
  });

  it("is not begun without time, text, or with the folder of a root that is gone; and its session is told first", async () => {
    const late = spawnOrder(shop, {}, { remainingMs: 0 });
    const mute = spawnOrder(shop, {}, { text: null });
    house.say(late, mute);
    for (const frame of [late, mute]) {
      expect(await house.outcome(frame)).toEqual(typed("command.expired"));
      expect(house.facts.find(({ lane }) => lane === laneOf(frame))?.type).toBe("session.observed");
    }
    rmSync(shop.root, { recursive: true });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(failure("workspace_missing"));
    mkdirSync(shop.workspace, { recursive: true });
  });
});

describe("a server that goes wrong", () => {
  it("N1-005 an answer about the thread that is lost: the thread is found by its mark", async () => {
    fake.misbehave({ method: "thread/start", act: "cut", times: 1 });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "spawn" }));
    expect(count()).toEqual([1, 1]);
    expect(house.facts.filter(({ type }) => type === "key.bound")).toHaveLength(1);
  });

  it("N1-005 an answer about the turn that is lost: the turn is found by its mark", async () => {
    fake.misbehave({ method: "turn/start", act: "cut", times: 1 });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "spawn" }));
    expect(count()).toEqual([1, 1]);
  });

  it("N1-005 a turn that never arrived was not delivered, and is not asked for again", async () => {
    fake.misbehave({ method: "turn/start", act: "lose", times: 1 });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(failure("not_delivered"));
    expect(count()).toEqual([1, 1]);
  });

  it("N1-029 overloaded: what it refused is asked again, with the same key", async () => {
    fake.misbehave({ method: "thread/start", act: "overload", times: 1 });
    fake.misbehave({ method: "turn/start", act: "overload", times: 2 });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded"));
    expect(count()).toEqual([2, 3]);
    expect(keyIn(params("thread/start", 0)["config"])).toBe(keyIn(params("thread/start", 1)["config"]));
  });

  it("a turn that is refused again and again is asked for at growing distances, until its time is over", async () => {
    fake.misbehave({ method: "turn/start", act: "overload", times: 1_000 });
    const frame = spawnOrder(shop, {}, { remainingMs: 5_000 });
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.expired"));
    expect(callsOf("turn/start").length).toBeGreaterThan(2);
    expect(callsOf("turn/start").length).toBeLessThan(20);
  });
});

describe("a house that lost what it had confirmed", () => {
  const wordsOf = (frame: ReturnType<typeof spawnOrder>) =>
    house.facts.filter(({ lane }) => lane === laneOf(frame)).map(({ type }) => type);

  /** As if the house had said so while the connector was away: it tells all of its sessions anew. */
  async function retell(change: (outbox: Outbox) => void = () => {}): Promise<void> {
    // What was not confirmed yet would be sent besides what is told anew.
    await until("all is confirmed", () => running.connector.outbox.used().rows === 0);
    await running.stop();
    const outbox = openOutbox({
      directory: join(folder.path, "connector"),
      hostId,
      redactor: "r1",
      wallMs: Date.now,
    });
    outbox.renew(true);
    change(outbox);
    outbox.close();
    house.forget();
    running = await begin();
  }

  it("DESIGN 14.16 and asks again is told which thread it became, with its key, once the thread is told", async () => {
    const frame = spawnOrder(shop);
    house.say(frame);
    await house.outcome(frame);
    const threadId = boundIn(house, frame);
    await retell();
    expect(wordsOf(frame)).toEqual([]);
    house.sayAtOnce([frame, frame]);
    await until("its thread", () => boundIn(house, frame) !== null);
    expect(wordsOf(frame)).toEqual(["session.observed", "command.succeeded", "session.bound"]);
    expect(boundIn(house, frame)).toBe(threadId);
    expect(house.facts.filter(({ type }) => type === "key.bound")).toEqual([
      typed("key.bound", { sessionId: threadId }),
    ]);
    const other = spawnOrder(shop);
    house.say(frame, other);
    await house.outcome(other);
    expect(wordsOf(frame).filter((type) => type === "session.bound")).toHaveLength(1);
    expect(count()).toEqual([2, 2]);
  });

  it("while the thread is made hears of the session before it hears its name or its end", async () => {
    fake.misbehave({ method: "thread/start", act: "hold", times: 1 });
    const frame = spawnOrder(shop);
    house.say(frame);
    await fake.nextCall((call) => call.method === "thread/start");
    await retell();
    await until("its thread", () => boundIn(house, frame) !== null);
    expect(wordsOf(frame)).toEqual(["session.observed", "session.bound"]);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "spawn" }));
  });

  it("S5 of a spawn that was said to be unknown before its thread could be looked for, finds it by its mark", async () => {
    const frame = spawnOrder(shop);
    house.say(frame);
    await house.outcome(frame);
    await retell(({ commands }) => {
      const outcome = { type: "command.unknown", reason: "endpoint_lost" } as const;
      const row = { ...rowOf(frame), phase: "unknown", outcome } as const;
      commands.write({ sessionId: row.sessionId, row, newest: null, fact: null });
    });
    const found = typed("command.succeeded", { mode: "spawn" });
    await until("the end of the search", () => outcomes(house.facts, frame.commandId).length > 1);
    expect(outcomes(house.facts, frame.commandId)).toEqual([typed("command.unknown"), found]);
    expect(count()).toEqual([1, 1]);
  });
});

describe("a connector that dies", () => {
  it.each(["thread/start", "thread/name/set", "turn/start"])(
    "N1-005 in the middle of %s finishes it when it is back, once",
    async (method) => {
      fake.misbehave({ method, act: "hold", times: 1 });
      const frame = spawnOrder(shop);
      house.say(frame);
      await fake.nextCall((call) => call.method === method);
      await restart();
      house.say(frame);
      expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "spawn" }));
      expect(count()).toEqual([1, 1]);
      expect(boundIn(house, frame)).not.toBeNull();
      const bound = house.facts.flatMap((event) =>
        event.type === "key.bound" ? [event.data.sessionId] : [],
      );
      expect(bound).toEqual([boundIn(house, frame)]);
    },
  );

  it("before the turn was asked for waits until the house says the text again, which is on no disk", async () => {
    fake.misbehave({ method: "thread/name/set", act: "hold", times: 1 });
    const frame = spawnOrder(shop);
    house.say(frame);
    await fake.nextCall((call) => call.method === "thread/name/set");
    await restart();
    const other = spawnOrder(shop);
    house.say(other);
    await house.outcome(other);
    expect(outcomes(house.facts, frame.commandId)).toEqual([]);
    house.say({ ...frame, remainingMs: 0 });
    expect(await house.outcome(frame)).toEqual(typed("command.expired"));
  });
});
