/** A house that commands: it welcomes a host, says what a test tells it to, and leaves every fact in the host's outbox until a test confirms them. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  type EndpointId,
  type Epoch,
  type Event,
  type Instruction,
  readEvent,
  type SessionId,
} from "@claw/events";
import {
  type CommandFrame,
  type Fact,
  type FenceFrame,
  type FromIngest,
  readFromHost,
  writeFrame,
} from "@claw/wire";
import { type WebSocket, WebSocketServer } from "ws";
import { makeRedaction } from "../src/redaction.ts";
import { hostId } from "./support.ts";
import type { Running } from "./watching.ts";

const DEADLINE_MS = 45_000;
const LOOK_MS = 5;

export class CommandingHouse {
  private readonly server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: "/uplink" });
  private socket: WebSocket | null = null;
  /** How often a host was welcomed. */
  welcomes = 0;
  capabilities: readonly string[] = [];
  /** What it was told last, and what it says that it holds. */
  private heard = { epoch: "" as Epoch, through: 0 };
  private confirmed = 0;
  /** What a welcome says besides; a test sets it before the host comes. */
  says: Partial<Pick<Extract<FromIngest, { type: "welcome" }>, "mcpUrl" | "placement">> = {};
  /** All that it was told, also what the host has forgotten since; a fact that is sent again stands once. */
  readonly facts: (Event & { readonly lane: string })[] = [];
  private readonly seen = new Set<string>();
  /** Confirms whatever it hears at once, as a house with its ledger does. */
  confirmsAll = false;

  constructor() {
    this.server.on("connection", (socket) => {
      socket.on("message", (data: Buffer) => this.hear(socket, data.toString("utf8")));
    });
  }

  static async open(): Promise<CommandingHouse> {
    const house = new CommandingHouse();
    await once(house.server, "listening");
    return house;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  say(...frames: readonly FromIngest[]): void {
    for (const frame of frames) this.socket?.send(writeFrame(frame));
  }

  /** Says it as one write, so that all of it is read before anything is done. */
  sayAtOnce(frames: readonly FromIngest[]): void {
    const stream = (this.socket as unknown as { readonly _socket: { cork(): void; uncork(): void } })._socket;
    stream.cork();
    this.say(...frames);
    stream.uncork();
  }

  private hear(socket: WebSocket, text: string): void {
    const read = readFromHost(text);
    if (!read.ok) throw new Error(read.problem.detail);
    if (read.value.type === "heartbeat")
      socket.send(writeFrame({ type: "pulse", nonce: read.value.nonce, at: Date.now() }));
    const last = read.value.type === "facts" ? read.value.entries.at(-1) : undefined;
    if (read.value.type === "facts" && last !== undefined)
      this.heard = { epoch: read.value.epoch, through: last.seq };
    if (read.value.type === "facts") this.collect(read.value.entries);
    if (this.confirmsAll && last !== undefined) this.confirm();
    if (read.value.type !== "hello") return;
    this.socket = socket;
    this.capabilities = read.value.capabilities;
    socket.send(
      writeFrame({
        type: "welcome",
        hostId,
        confirmed: this.confirmed,
        heartbeatMs: 1_000,
        silentAfterMs: 30_000,
        at: Date.now(),
        ...this.says,
      }),
    );
    this.welcomes += 1;
  }

  private collect(entries: readonly Fact[]): void {
    for (const { lane, seq, events, bodies, digest } of entries) {
      if (this.seen.has(`${seq}/${digest}`)) continue;
      this.seen.add(`${seq}/${digest}`);
      for (const [index, event] of events.entries()) {
        const read = readEvent(event, bodies[index] ?? null);
        if (read.status !== "known") throw new Error(`${event.type} is not known`);
        this.facts.push({ ...read.event, lane });
      }
    }
  }

  /** The first outcome of a command; waits for it. */
  async outcome({ commandId }: { readonly commandId: string }): Promise<Event> {
    await until(`the outcome of ${commandId}`, () => outcomes(this.facts, commandId).length > 0);
    const [first] = outcomes(this.facts, commandId);
    if (first === undefined) throw new Error("the outcome is gone");
    return first;
  }

  /** A host that begins anew says hello; the test goes on when it was welcomed. */
  async welcomed(times = 1): Promise<void> {
    await until(`welcome ${times}`, () => this.welcomes >= times);
  }

  /** Acknowledges all that it was told: it stands in the log, and the host keeps it until it is confirmed. */
  acknowledge(): void {
    this.say({ type: "ack", ...this.heard });
  }

  /** Confirms all that it was told; the host may forget it. */
  confirm(): void {
    const { epoch, through } = this.heard;
    this.confirmed = through;
    this.say({ type: "watermark", epoch, confirmed: through, missing: [] });
  }

  /** Loses its log, with all that it had confirmed. */
  forget(): void {
    this.confirmed = 0;
    this.facts.length = 0;
    this.seen.clear();
    this.cut();
  }

  /** Cuts the uplink, as a network does. */
  cut(): void {
    this.socket?.terminate();
  }

  async close(): Promise<void> {
    for (const client of this.server.clients) client.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + DEADLINE_MS; !(await holds());) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

let counter = 0;

/** A command frame; each gets a newer token than the one before, unless the test says which. */
export function command(
  sessionId: string,
  act: Instruction["act"],
  over: Partial<Omit<CommandFrame, "instruction">> &
    Partial<Pick<Instruction, "token">> & { readonly endpointId?: string } = {},
): CommandFrame {
  counter += 1;
  const { endpointId = "local", token = { generation: 1, counter }, ...frame } = over;
  return {
    type: "command",
    commandId: `c${counter}` as CommandFrame["commandId"],
    instruction: {
      sessionId: sessionId as SessionId,
      endpointId: endpointId as EndpointId,
      token,
      act,
    },
    text: act.kind === "send" || act.kind === "spawn" ? `text of c${counter}` : null,
    remainingMs: 20_000,
    ...frame,
  };
}

export const send = (expectedTurnId: string | null = null, mode: "auto" | "start" | "steer" = "auto") =>
  ({ kind: "send", mode, expectedTurnId }) as Extract<Instruction["act"], { kind: "send" }>;
export const interrupt = (expectedTurnId: string | null) =>
  ({ kind: "interrupt", expectedTurnId }) as Extract<Instruction["act"], { kind: "interrupt" }>;

export const fence = (sessionId: string, leaseId: string, counter: number): FenceFrame => ({
  type: "fence",
  leaseId: leaseId as FenceFrame["leaseId"],
  sessionId: sessionId as SessionId,
  endpointId: "local" as EndpointId,
  token: { generation: 1, counter },
  remainingMs: 10_000,
});

type Told = ReturnType<Running["told"]>;

/** What was told of a command, in order. */
export const outcomes = (told: Told, commandId: string): readonly Event[] =>
  told.filter((event) => event.type.startsWith("command.") && idIn(event) === commandId);
const idIn = ({ data }: Event): unknown => ("commandId" in data ? data.commandId : null);

/** The first word about a command; waits for it. */
export async function outcome(
  running: Running,
  { commandId }: { readonly commandId: string },
): Promise<Event> {
  await running.until(`the outcome of ${commandId}`, (told) => outcomes(told, commandId).length > 0);
  const [first] = outcomes(running.told(), commandId);
  if (first === undefined) throw new Error("the outcome is gone");
  return first;
}

/** What is carried out with where no house says anything: no keys, no address, no folders. */
export const withoutHouse = {
  hostId,
  redaction: makeRedaction("link key of the test", []),
  keys: { take: () => null, bind: () => true, tend: () => {}, renew: () => {} },
  house: () => ({ placement: null, mcpUrl: null }),
  roots: [],
};
