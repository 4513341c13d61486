/** The uplink to a fleet: houses that acknowledge and lose, tokens that rotate, machines that are drained (ADR 0009). */
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { EndpointId, Placement } from "@claw/events";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { type FromHost, type FromIngest, readFromHost, writeFrame } from "@claw/wire";
import { type Health, makeHealth } from "@claw/runtime";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { standingOf } from "../src/uplink/standing.ts";
import { type Folder, hostId, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

/** An ingest that acknowledges all it hears. What it heard is a generation of the log; the ledger is what was confirmed. */
class Ingest {
  readonly server: WebSocketServer;
  readonly stored = new Map<number, string>();
  readonly tokens: string[] = [];
  readonly hellos: Extract<FromHost, { type: "hello" }>[] = [];
  confirmed = 0;
  confirms = false;
  placement: Placement = "open";
  socket: WebSocket | null = null;

  constructor(port = 0) {
    this.server = new WebSocketServer({ port, host: "127.0.0.1", path: "/uplink" });
    this.server.on("connection", (socket, request) => {
      this.socket = socket;
      this.tokens.push(request.headers.authorization ?? "");
      socket.on("message", (data: Buffer) => this.hear(data.toString("utf8")));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  say(frame: FromIngest): void {
    this.socket?.send(writeFrame(frame));
  }

  hear(text: string): void {
    const read = readFromHost(text);
    if (!read.ok) throw new Error(read.problem.detail);
    const frame = read.value;
    const at = Date.now();
    const { confirmed, placement } = this;
    if (frame.type === "hello") {
      this.hellos.push(frame);
      this.say({
        type: "welcome",
        hostId,
        confirmed,
        heartbeatMs: 100,
        silentAfterMs: 30_000,
        at,
        placement,
      });
    }
    if (frame.type === "heartbeat") this.say({ type: "pulse", nonce: frame.nonce, at });
    if (frame.type !== "facts") return;
    for (const { seq, digest } of frame.entries) {
      expect(this.stored.get(seq) ?? digest).toBe(digest);
      this.stored.set(seq, digest);
    }
    this.say({ type: "ack", epoch: frame.epoch, through: Math.max(...this.stored.keys()) });
    if (this.confirms) this.confirm(Math.max(...this.stored.keys()));
  }

  confirm(through: number): void {
    this.confirmed = through;
    const epoch = this.hellos.at(-1)?.epoch;
    if (epoch !== undefined) this.say({ type: "watermark", epoch, confirmed: through, missing: [] });
  }

  close(): Promise<void> {
    for (const socket of this.server.clients) socket.terminate();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

let folder: Folder;
let house: Ingest;
let fake: FakeAppServer;
let health: Health;
let running: Running | null = null;
const token = (n: number): string => `clw_host_${String(n).padStart(13, "t")}_${"ab".repeat(32)}`;
const keep = (n: number): void => writeFileSync(join(folder.path, "token"), `${token(n)}\n`);

beforeEach(async () => {
  folder = makeFolder();
  house = new Ingest();
  fake = await startFakeAppServer();
  health = makeHealth();
  keep(1);
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await house.close();
  await fake.stop();
  folder.remove();
});

/** Comes back without a wait: how long connectors wait is tested with the machine. */
async function watch(): Promise<Running> {
  running = await run(folder, [{ endpointId: "local" as EndpointId, target: fake.target }], {
    url: `http://127.0.0.1:${house.port}`,
    random: () => 0,
    health,
  });
  return running;
}

const DEADLINE_MS = 45_000;
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !isSo();) {
    if (Date.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const standing = (): string => health.parts()["uplink"]?.detail ?? "";

it("what was acknowledged and not confirmed is kept, and told again to a log that lost it (S1-157)", async () => {
  const { connector } = await watch();
  fake.runTurn(fake.createThread(), "hello");
  await until("the turn", () => house.stored.size >= 8);
  await until("all acknowledged", () => connector.uplink()?.acked === connector.outbox.nextSeq() - 1);
  house.confirm(3);
  await until("forgotten below the watermark", () => connector.outbox.read(0, ALL)[0]?.seq === 4);
  const told = new Map(house.stored);
  const { port } = house;
  await house.close();
  // The next generation of the log: it has nothing, and the ledger has what it confirmed.
  house = new Ingest(port);
  house.confirmed = 3;
  await until("told again", () => house.stored.size >= told.size - 3);
  for (const [seq, digest] of told) if (seq > 3) expect(house.stored.get(seq)).toBe(digest);
  expect(Math.min(...house.stored.keys())).toBe(4);
  expect(house.hellos[0]).toMatchObject({ firstHeld: 4 });
  house.confirms = true;
  house.confirm(Math.max(...house.stored.keys()));
  await until("an empty outbox", () => connector.outbox.used().rows === 0);
});
const ALL = { rows: 1_000_000, bytes: 1e9 };

it("a new token is taken at the next connect, without a restart", async () => {
  await watch();
  await until("a hello", () => house.hellos.length === 1);
  keep(2);
  house.socket?.terminate();
  await until("another hello", () => house.hellos.length === 2);
  expect(house.tokens).toEqual([`Bearer ${token(1)}`, `Bearer ${token(2)}`]);
});

it("a machine that is drained says when it may be stopped, and not before", async () => {
  house.placement = "cordoned";
  const { connector } = await watch();
  await until("a cordon", () => standing().includes("cordoned"));
  fake.runTurn(fake.createThread(), "hello");
  await until("facts", () => house.stored.size >= 8);
  house.say({ type: "placement", placement: "draining" });
  await until("a drain", () => /^draining: \d+ facts wait/.test(standing()));
  house.confirms = true;
  house.confirm(connector.outbox.nextSeq() - 1);
  await until("nothing waits", () => standing() === "draining: nothing waits, this machine may be stopped");
  expect(connector.outbox.used().rows).toBe(0);
  expect(health.parts()["uplink"]?.ok).toBe(true);
  house.say({ type: "placement", placement: "open" });
  await until("open again", () => standing() === "live");
});

it("tells how it stands in one phrase", () => {
  const stands = (
    phase: "waiting" | "live",
    placement: Placement | null,
    lastReport: string,
    waiting: number,
  ) => standingOf({ phase, placement, lastReport }, waiting).detail;
  expect(stands("waiting", null, "", 3)).toBe("waiting");
  expect(stands("waiting", "draining", "The supervisor no longer answers.", 0)).toBe(
    "waiting: The supervisor no longer answers.",
  );
  expect(stands("live", null, "", 3)).toBe("live");
  expect(stands("live", "draining", "", 1)).toBe("draining: 1 fact waits to be confirmed");
});
