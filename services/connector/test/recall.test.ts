/** A kill switch takes back what the host already holds: its frame comes again with nothing left and no text, and whatever did not begin never does (N1-028). */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EndpointId, Event } from "@claw/events";
import { openDatabase } from "@claw/sqlite";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import type { CommandFrame } from "@claw/wire";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command, CommandingHouse, outcome, outcomes, send, until } from "./acting.ts";
import { type Folder, makeFolder } from "./support.ts";
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
  await begin();
});
afterEach(async () => {
  await running.stop();
  await house.close();
  await fake.stop();
  folder.remove();
});

async function begin(): Promise<void> {
  const before = house.welcomes;
  const endpoint = { endpointId: "local" as EndpointId, target: fake.target };
  running = await run(folder, [endpoint], { url: house.url });
  await house.welcomed(before + 1);
}

/** The outbox is so old that it cannot have forgotten a command: else each is searched for before it is said to have expired. */
async function grownOld(): Promise<void> {
  await running.stop();
  const path = join(folder.path, "connector", "outbox.db");
  const raw = openDatabase({ path, durability: "full", schemaVersion: 3, migrate: () => {} });
  raw.exec("UPDATE meta SET value = '0' WHERE key = 'epoch_at'");
  raw.close();
  await begin();
}

async function thread(): Promise<string> {
  const id = fake.createThread();
  fake.runTurn(id, "before");
  await running.until("the thread", (told) =>
    told.some(({ type, lane }) => type === "turn.completed" && lane === `session/${id}`),
  );
  return id;
}

const recalled = (frame: CommandFrame): CommandFrame => ({ ...frame, text: null, remainingMs: 0 });
const calls = (method: string): number => fake.calls.filter((call) => call.method === method).length;
const starts = (): number => calls("turn/start");
const words = ({ commandId }: CommandFrame): readonly Event["type"][] =>
  outcomes(running.told(), commandId).map(({ type }) => type);

/** What its look at the thread was answered is held back; resolves when it is. The look asks for one turn, and for the thread. */
async function looking(frame: CommandFrame): Promise<void> {
  fake.misbehave({ method: "thread/read", act: "hold" });
  const before = fake.calls.length;
  house.say(frame);
  await until("the look at the thread", () => {
    const since = fake.calls.slice(before);
    const list = since.findIndex(({ method, params }) => method === "thread/turns/list" && isForOne(params));
    return list >= 0 && since.slice(list).some(({ method }) => method === "thread/read");
  });
  fake.behave();
}
const isForOne = (params: unknown): boolean => (params as { readonly limit?: number }).limit === 1;

describe("N1-028 a send that is taken back", () => {
  it.each([
    ["of which the host knows", true],
    ["which it may have forgotten, once that was looked up", false],
  ])("behind another one never begins, %s", async (_, isOld) => {
    if (isOld) await grownOld();
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "hold", times: 1 });
    const first = command(threadId, send());
    const second = command(threadId, send());
    house.say(first, second);
    await until("the first's call", () => starts() === 1);
    house.say(recalled(second));
    // The first still holds the lane: what is taken back waits for nobody.
    if (isOld) expect((await outcome(running, second)).type).toBe("command.expired");
    expect(words(first)).toEqual([]);
    fake.letGo();
    expect((await outcome(running, first)).type).toBe("command.succeeded");
    expect((await outcome(running, second)).type).toBe("command.expired");
    expect(starts()).toBe(1);
    expect(words(second)).toEqual(["command.expired"]);
  });

  it.each([true, false])("while its server is busy is called no more (old outbox: %s)", async (isOld) => {
    if (isOld) await grownOld();
    const threadId = await thread();
    fake.misbehave({ method: "thread/read", act: "overload" });
    const frame = command(threadId, send(), { remainingMs: 600_000 });
    const before = fake.calls.length;
    house.say(frame);
    await until("it waits", () => fake.calls.length > before + 2);
    house.say(recalled(frame));
    expect((await outcome(running, frame)).type).toBe("command.expired");
    fake.behave();
    const next = command(threadId, send());
    house.say(next);
    expect((await outcome(running, next)).type).toBe("command.succeeded");
    expect(starts()).toBe(1);
    expect(words(frame)).toEqual(["command.expired"]);
  });

  it("is called no more, although it was called before and Codex had no time", async () => {
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "overload" });
    const frame = command(threadId, send(), { remainingMs: 600_000 });
    house.say(frame);
    await until("a second call", () => starts() > 1);
    house.say(recalled(frame));
    expect((await outcome(running, frame)).type).toBe("command.expired");
    const called = starts();
    fake.behave();
    const next = command(threadId, send());
    house.say(next);
    expect((await outcome(running, next)).type).toBe("command.succeeded");
    expect(starts()).toBe(called + 1);
  });

  it("while its server is away has expired, and did not fail", async () => {
    await grownOld();
    const threadId = await thread();
    await fake.die();
    await running.until("that it is gone", (told) =>
      told.some((event) => event.type === "endpoint.became" && event.data.state === "down"),
    );
    const frame = command(threadId, send());
    house.say(frame, recalled(frame));
    expect((await outcome(running, frame)).type).toBe("command.expired");
    await fake.comeBack();
    expect(starts()).toBe(0);
  });

  it.each(["the recall", "Codex's answer"])(
    "when both lie in their sockets does not begin, and %s was there first",
    async (first) => {
      const threadId = await thread();
      const frame = command(threadId, send());
      await looking(frame);
      if (first === "the recall") house.say(recalled(frame));
      fake.letGo();
      if (first !== "the recall") house.say(recalled(frame));
      expect((await outcome(running, frame)).type).toBe("command.expired");
      expect(starts()).toBe(0);
    },
  );

  it("while it is looked into is told of once, whatever the look says", async () => {
    await grownOld();
    const threadId = await thread();
    const frame = command(threadId, send("another-turn"));
    await looking(frame);
    house.say(recalled(frame));
    expect((await outcome(running, frame)).type).toBe("command.expired");
    fake.letGo();
    const next = command(threadId, send());
    house.say(next);
    await outcome(running, next);
    expect(words(frame)).toEqual(["command.expired"]);
  });

  it("after Codex was called is its host's: no turn is ended", async () => {
    const threadId = await thread();
    fake.misbehave({ method: "turn/start", act: "hold", times: 1 });
    const frame = command(threadId, send());
    house.say(frame);
    await until("the call", () => starts() === 1);
    house.say(recalled(frame));
    fake.letGo();
    expect((await outcome(running, frame)).type).toBe("command.succeeded");
    expect([starts(), calls("turn/interrupt")]).toEqual([1, 0]);
  });
});
