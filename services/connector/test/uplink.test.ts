/** The uplink over real sockets: a house that goes away, refuses, and asks for pages. */
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { EndpointId, SessionId } from "@claw/events";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { type FromHost, type FromIngest, readFromHost, UPLINK_SUBPROTOCOL, writeFrame } from "@claw/wire";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { uplinkUrl } from "../src/uplink/socket.ts";
import { type Folder, hostId, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

/** A house of one socket: it keeps what it is sent, and confirms when told to. */
class House {
  readonly server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/uplink" });
  readonly heard: FromHost[] = [];
  readonly tokens: (string | undefined)[] = [];
  readonly kept = new Map<number, string>();
  socket: WebSocket | null = null;
  confirms = true;
  refusal: FromIngest | null = null;
  private readonly waiting = new Set<() => void>();

  constructor() {
    this.server.on("connection", (socket, request) => {
      this.socket = socket;
      this.tokens.push(request.headers.authorization);
      socket.on("message", (data: Buffer) => this.hear(data.toString("utf8")));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  say(frame: FromIngest): void {
    this.socket?.send(writeFrame(frame));
  }

  hear(text: string): void {
    const read = readFromHost(text);
    if (!read.ok) throw new Error(read.problem.detail);
    this.heard.push(read.value);
    this.answer(read.value);
    for (const wake of this.waiting) wake();
  }

  answer(frame: FromHost): void {
    if (frame.type === "hello" && this.refusal !== null) return this.say(this.refusal);
    if (frame.type === "hello")
      this.say({
        type: "welcome",
        hostId,
        confirmed: this.kept.size,
        heartbeatMs: 100,
        silentAfterMs: 30_000,
        at: Date.now(),
      });
    if (frame.type === "heartbeat") this.say({ type: "pulse", nonce: frame.nonce, at: Date.now() });
    if (frame.type !== "facts") return;
    for (const { seq, digest } of frame.entries) {
      expect(this.kept.get(seq) ?? digest).toBe(digest);
      if (this.confirms) this.kept.set(seq, digest);
    }
    if (this.confirms)
      this.say({ type: "watermark", epoch: frame.epoch, confirmed: this.kept.size, missing: [] });
  }

  /** The first frame, past or to come, that fits. */
  async frame<Type extends FromHost["type"]>(
    type: Type,
    fits: (frame: Extract<FromHost, { type: Type }>) => boolean = () => true,
  ) {
    for (;;) {
      const found = this.heard.find(
        (frame): frame is Extract<FromHost, { type: Type }> => frame.type === type && fits(frame as never),
      );
      if (found !== undefined) return found;
      await this.change();
    }
  }

  async until(fits: () => boolean): Promise<void> {
    while (!fits()) await this.change();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.waiting.delete(wake);
        resolve();
      };
      this.waiting.add(wake);
    });
  }

  close(): Promise<void> {
    this.socket?.terminate();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

let folder: Folder;
let house: House;
let fake: FakeAppServer;
let running: Running | null = null;
const token = `clw_host_${"t".padEnd(13, "0")}_${"ab".repeat(32)}`;

beforeEach(async () => {
  folder = makeFolder();
  house = new House();
  fake = await startFakeAppServer();
  writeFileSync(join(folder.path, "token"), `${token}\n`);
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await house.close();
  await fake.stop();
  folder.remove();
});

const watch = async (): Promise<Running> => {
  running = await run(folder, [{ endpointId: "local" as EndpointId, target: fake.target }], {
    url: house.url,
  });
  return running;
};

describe("the uplink", () => {
  it("says hello with its token and empties the outbox (S1-113, S1-151)", async () => {
    const { connector } = await watch();
    const hello = await house.frame("hello");
    expect(hello).toMatchObject({ hostId, protocol: 1 });
    expect(house.tokens).toEqual([`Bearer ${token}`]);
    expect(house.socket?.protocol).toBe(UPLINK_SUBPROTOCOL);
    fake.runTurn(fake.createThread(), "hello");
    await house.until(() => house.kept.size >= 8);
    await house.until(() => connector.outbox.used().rows === 0);
    await house.frame("heartbeat", ({ rttMs, outboxDepth }) => rttMs !== null && outboxDepth === 0);
  });

  it("keeps everything for a house that acknowledges nothing, and sends it again to one that comes back (S1-157)", async () => {
    house.confirms = false;
    const { connector } = await watch();
    const id = fake.createThread();
    fake.runTurn(id, "hello");
    await house.frame("facts", ({ entries }) =>
      entries.some(({ events }) => events[0]?.type === "turn.completed"),
    );
    const depth = connector.outbox.used().rows;
    house.confirms = true;
    house.socket?.terminate();
    await house.until(() => house.kept.size >= depth);
    expect([...house.kept.keys()]).toEqual([...house.kept.keys()].toSorted((a, b) => a - b));
  });

  it("whispers text as it streams", async () => {
    await watch();
    const id = fake.createThread();
    fake.runTurn(id, "WAIT gate");
    await house.frame("facts", ({ entries }) =>
      entries.some(({ events }) => events[0]?.type === "item.completed"),
    );
    fake.release("gate");
    expect(await house.frame("delta")).toMatchObject({
      sessionId: id,
      text: expect.stringContaining("waiting"),
    });
  });

  it("answers for older pages, and refuses what it never reported", async () => {
    await watch();
    const id = fake.createThread();
    fake.runTurn(id, "one");
    await house.frame("facts", ({ entries }) =>
      entries.some(({ events }) => events[0]?.type === "turn.completed"),
    );
    const ask = { type: "page.read", endpointId: "local" as EndpointId, cursor: null, limit: 5 } as const;
    house.say({ ...ask, requestId: "r1", sessionId: id as SessionId });
    house.say({ ...ask, requestId: "r2", sessionId: "unheard-of" as SessionId });
    house.say({ ...ask, requestId: "r3", sessionId: id as SessionId, endpointId: "other" as EndpointId });
    const page = await house.frame("page", ({ requestId }) => requestId === "r1");
    expect(page.failure).toBeNull();
    expect(page.events.map(({ type }) => type)).toEqual([
      "turn.started",
      "item.completed",
      "item.completed",
      "turn.completed",
    ]);
    expect(await house.frame("page", ({ requestId }) => requestId === "r2")).toMatchObject({
      failure: "session_unknown",
    });
    expect(await house.frame("page", ({ requestId }) => requestId === "r3")).toMatchObject({
      failure: "endpoint_down",
    });
  });

  it("goes on watching while it is refused", async () => {
    house.refusal = {
      type: "refuse",
      code: "host_mismatch",
      sentence: "The token is another host's.",
      retryAfterMs: null,
    };
    const { until, connector } = await watch();
    await house.frame("hello");
    fake.runTurn(fake.createThread(), "hello");
    await until("the turn", (told) => told.some(({ type }) => type === "turn.completed"));
    expect(connector.uplink()?.phase).toBe("waiting");
  });

  it.each([
    ["http://127.0.0.1:1", "ws://127.0.0.1:1/uplink"],
    ["https://house.invalid/", "wss://house.invalid/uplink"],
    ["wss://house.invalid/uplink", "wss://house.invalid/uplink"],
  ])("finds the door of %s", (url, door) => expect(uplinkUrl(url)).toBe(door));
});
