import { EventEmitter } from "node:events";
import type { Clocks } from "@claw/runtime";
import { beforeEach, describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { makeTokens } from "../src/auth/authenticate.ts";
import { makeLiveClient, MAX_BUFFERED_BYTES } from "../src/live/client.ts";
import { makeLiveHub, PING_MS } from "../src/live/hub.ts";
import { makeFakeViews, sessionRow, tokenOf } from "./fake-house.ts";

/** A socket whose peer reads only when told to. */
class StuckSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: { type: string; position: number }[] = [];
  readonly done: (() => void)[] = [];
  pings = 0;
  isTerminated = false;

  send(text: string, done: () => void): void {
    this.sent.push(JSON.parse(text));
    this.bufferedAmount += text.length;
    this.done.push(done);
  }
  ping(): void {
    this.pings += 1;
  }
  terminate(): void {
    this.isTerminated = true;
  }
  readAll(): void {
    this.bufferedAmount = 0;
    this.done.splice(0).forEach((done) => done());
  }
}

const immediately = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const preview = "x".repeat(50_000);

describe("a client that does not read", () => {
  let now = 0;
  const clocks: Clocks = { wallMs: () => now, monoMs: () => now };
  let views = makeFakeViews();
  let socket = new StuckSocket();
  const commit = (from: number, to: number): void => {
    for (let n = from; n < to; n += 1) views.commit([["sessions", `s${n % 100}`, sessionRow(`s${n % 100}`)]]);
  };
  const start = () => {
    const caller = { tokenId: "t", principal: tokenOf("admin").row.principal };
    const ask = { caller, views: ["sessions"], sessionId: null, after: null } as const;
    const source = {
      reader: () => views.reader,
      presentFor: () => () => ({ preview }),
      seesFor: () => () => true,
      sightOf: () => "",
      clocks,
      onFrame: () => {},
    };
    return makeLiveClient(ask, socket as unknown as WebSocket, source);
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await immediately();
  };

  beforeEach(() => {
    now = 0;
    views = makeFakeViews();
    socket = new StuckSocket();
  });

  test("costs at most a mebibyte and one row, and goes on from its cursor when it reads", async () => {
    commit(0, 100);
    const client = start();
    client.wake();
    await settle();
    expect(socket.bufferedAmount).toBeLessThan(MAX_BUFFERED_BYTES + preview.length + 1_000);
    expect(client.isStopped()).toBe(true);
    const before = socket.sent.length;
    while (client.isStopped()) {
      socket.readAll();
      await settle();
    }
    expect(before).toBeLessThan(100);
    expect(socket.sent.filter(({ type }) => type === "snapshot")).toHaveLength(100);
    expect(socket.sent.at(-1)).toMatchObject({ type: "caughtUp", position: 100 });
  });

  test.each([
    ["for 31 s", 31_000, 200],
    ["through 10,001 changes", 1_000, 10_200],
  ])("and stood still %s is resynchronised from its cursor", async (_what, ms, changes) => {
    const client = start();
    client.wake();
    await settle();
    commit(0, 100);
    client.wake();
    await settle();
    expect(client.isStopped()).toBe(true);
    const cursor = socket.sent.at(-1)?.position ?? 0;
    now += ms;
    commit(100, changes);
    while (client.isStopped()) {
      socket.readAll();
      await settle();
    }
    const at = socket.sent.findIndex(({ type }) => type === "resync");
    expect(socket.sent[at]).toMatchObject({ position: cursor });
    expect(socket.sent.slice(at).filter(({ type }) => type === "change")).toHaveLength(100);
    expect(socket.sent.at(-1)).toMatchObject({ type: "caughtUp", position: changes });
  });

  test("and gives no sign of life for two pings is dropped", () => {
    const { row } = tokenOf("admin");
    views.commit([["tokens", row.tokenId, row]]);
    const reasons: string[] = [];
    const hub = makeLiveHub(
      makeTokens(
        () => views.reader,
        () => now,
      ),
      clocks,
      (why) => reasons.push(why),
    );
    const client = { ...start(), caller: { tokenId: row.tokenId, principal: row.principal } };
    hub.add(client);
    now = PING_MS;
    hub.tick();
    expect(socket.pings).toBe(1);
    socket.emit("pong");
    now = 3 * PING_MS;
    hub.tick();
    expect(socket.isTerminated).toBe(false);
    now += 1;
    hub.tick();
    expect(socket.isTerminated).toBe(true);
    expect(reasons).toEqual(["lost"]);
  });
});
