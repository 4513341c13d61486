/**
 * Spawns that Codex refuses, whose folder is swapped under them, or that a host forgot: one thread, one key for each wish to have it, and nothing outside the
 * roots.
 */
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import type { CommandFrame } from "@claw/wire";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outbox } from "../src/outbox/outbox.ts";
import { command, CommandingHouse, send, until } from "./acting.ts";
import { expectNoAnswer } from "./discretion.ts";
import {
  beginIn,
  boundIn,
  failure,
  furnish,
  keyIn,
  resumeOrder,
  spawnOrder,
  typed,
  type Workshop,
} from "./spawning.ts";
import { type Folder, makeFolder } from "./support.ts";
import type { Running } from "./watching.ts";

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
  house.says = { mcpUrl: "http://127.0.0.1:7420/mcp" };
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
const callsOf = (method: string) => fake.calls.filter((call) => call.method === method);
const count = () => [callsOf("thread/start").length, callsOf("turn/start").length];

/** Spawns, and waits until its turn is over; the thread. */
async function spawned(frame: CommandFrame): Promise<string> {
  house.say(frame);
  await house.outcome(frame);
  const threadId = boundIn(house, frame) ?? "";
  await until("its turn's end", () =>
    house.facts.some(({ type, lane }) => type === "turn.completed" && lane === `session/${threadId}`),
  );
  return threadId;
}

describe("what Codex refuses for good", () => {
  it("N1-005 the first turn: the spawn has failed, and is not asked for until its time is over", async () => {
    fake.misbehave({ method: "turn/start", act: "refuse", times: 1_000 });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(failure("codex_refused", { method: "turn/start" }));
    expect(count()).toEqual([1, 1]);
    expect(boundIn(house, frame)).not.toBeNull();
    await running.stop();
    running = await begin();
    house.say(frame);
    const next = spawnOrder(shop);
    house.say(next);
    expect(await house.outcome(next)).toEqual(failure("codex_refused"));
    expect(count()).toEqual([2, 2]);
  });

  it("the name without which nobody may attach", async () => {
    fake.misbehave({ method: "thread/name/set", act: "refuse", times: 1 });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(failure("codex_refused", { method: "thread/name/set" }));
    expect(count()).toEqual([1, 0]);
  });
});

describe("a host that lost its outbox, on a server that was started again", () => {
  const forgetAll = async (...threadIds: readonly string[]): Promise<void> => {
    await running.stop();
    rmSync(join(folder.path, "connector"), { recursive: true });
    for (const threadId of threadIds) fake.unload(threadId);
    house.forget();
    running = await begin();
  };

  it("N1-005 S1-161 finds its thread among the stored ones, and makes no second one", async () => {
    const frame = spawnOrder(shop);
    const threadId = await spawned(frame);
    await forgetAll(threadId);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "spawn" }));
    expect(boundIn(house, frame)).toBe(threadId);
    const next = spawnOrder(shop);
    house.say(next);
    expect(await house.outcome(next)).toEqual(typed("command.succeeded"));
    expect(count()).toEqual([2, 2]);
  });

  it("finds none where there is none, and makes one", async () => {
    const other = await spawned(spawnOrder(shop));
    await forgetAll(other);
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded"));
    expect(boundIn(house, frame)).not.toBe(other);
    expect(count()).toEqual([2, 2]);
  });
});

describe("a thread that is not in memory (S1-162)", () => {
  async function putAway(): Promise<string> {
    const threadId = await spawned(spawnOrder(shop));
    fake.unload(threadId);
    return threadId;
  }

  it("is resumed with a new key, bound before it is used; again, it is there already", async () => {
    const threadId = await putAway();
    const frame = resumeOrder(threadId);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "resume", turnId: null }));
    const resumes = callsOf("thread/resume").filter(({ params: asked }) => "config" in (asked as object));
    expect(resumes).toHaveLength(1);
    const keys = house.facts.flatMap((event) => (event.type === "key.bound" ? [event.data] : []));
    expect(keys.map(({ sessionId }) => sessionId)).toEqual([threadId, threadId]);
    const again = resumeOrder(threadId);
    house.say(again);
    expect(await house.outcome(again)).toEqual(typed("command.succeeded", { mode: "resume" }));
    expect(
      callsOf("thread/resume").filter(({ params: asked }) => "config" in (asked as object)),
    ).toHaveLength(1);
  });

  it("gets its MCP server back before a send as well", async () => {
    const threadId = await putAway();
    const frame = command(threadId, send());
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded", { mode: "start" }));
    const config = callsOf("thread/resume").map(
      ({ params: asked }) => (asked as { config?: unknown }).config,
    );
    expect(config.filter((one) => one !== undefined)).toHaveLength(1);
  });

  it("law 7: a person's is resumed as it is", async () => {
    const threadId = fake.createThread({ threadSource: "user" });
    fake.runTurn(threadId, "before");
    await until("its turn's end", () =>
      house.facts.some(({ type, lane }) => type === "turn.completed" && lane === `session/${threadId}`),
    );
    fake.unload(threadId);
    for (const frame of [resumeOrder(threadId), command(threadId, send())]) {
      house.say(frame);
      expect(await house.outcome(frame)).toEqual(typed("command.succeeded"));
      fake.unload(threadId);
    }
    expect(callsOf("thread/resume").some(({ params: asked }) => "config" in (asked as object))).toBe(false);
    expect(house.facts.some(({ type }) => type === "key.bound")).toBe(false);
  });
});

describe("a key for a thread that is put back into memory", () => {
  const resumes = () =>
    callsOf("thread/resume").flatMap(({ params }) => {
      const { config } = params as { readonly config?: unknown };
      return config === undefined ? [] : [keyIn(config)];
    });
  const bound = (threadId: string) =>
    house.facts.filter((event) => event.type === "key.bound" && event.data.sessionId === threadId);

  it.each([
    ["a resume", resumeOrder],
    ["a send", (threadId: string) => command(threadId, send())],
  ])("is one for %s, however often Codex has to be asked", async (_name, order) => {
    const threadId = await spawned(spawnOrder(shop));
    fake.unload(threadId);
    fake.misbehave({ method: "thread/resume", act: "writer", times: 3 });
    const frame = order(threadId);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(typed("command.succeeded"));
    expect(resumes().length).toBeGreaterThan(2);
    expect(new Set(resumes()).size).toBe(1);
    await until("its key", () => bound(threadId).length > 1);
    expect(bound(threadId)).toHaveLength(2);
    fake.unload(threadId);
    const next = order(threadId);
    house.say(next);
    expect(await house.outcome(next)).toEqual(typed("command.succeeded"));
    expect(new Set(resumes()).size).toBe(2);
  });
});

describe("a folder that changes while a spawn is begun (S1-105)", () => {
  /** Does something in the moment in which the spawn is written down, after its folder was looked at. */
  function afterTheLook(act: () => void): void {
    const { commands } = running.connector.outbox as Outbox;
    const { write } = commands;
    const isFirst = new Set([true]);
    Object.assign(commands, {
      write: (writes: Parameters<typeof write>[0]) => {
        if (writes.row?.phase === "performing" && isFirst.delete(true)) act();
        write(writes);
      },
    });
  }

  it("into a link that leads out of the roots is not worked in", async () => {
    const outside = join(folder.path, "outside");
    mkdirSync(outside);
    afterTheLook(() => {
      rmSync(shop.workspace, { recursive: true });
      symlinkSync(outside, shop.workspace);
    });
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(failure("workspace_not_allowed"));
    expect(count()).toEqual([0, 0]);
  });

  it("into a link within the roots is worked in by its real path", async () => {
    const moved = join(shop.root, "moved");
    afterTheLook(() => {
      renameSync(shop.workspace, moved);
      symlinkSync(moved, shop.workspace);
    });
    const frame = spawnOrder(shop);
    house.say(frame);
    await until("its thread", () => callsOf("thread/start").length > 0);
    expect(callsOf("thread/start")[0]?.params).toMatchObject({ cwd: moved });
  });
});
