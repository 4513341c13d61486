/** An uplink by hand: a host that says what it likes. What a connector would never send can be sent here. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { contentDigest, Epoch, type Json, type Lane, type OpenEvent, seal } from "@claw/events";
import { VERSION } from "@claw/runtime";
import { type FromIngest, readFromIngest, UPLINK_PROTOCOL, UPLINK_SUBPROTOCOL } from "@claw/wire";
import { WebSocket } from "ws";

type FrameOf<Type extends FromIngest["type"]> = Extract<FromIngest, { type: Type }>;

export interface RawUplink {
  /** Anything: an object as JSON, text and bytes as they are. */
  readonly say: (frame: object | string | Buffer) => void;
  /** The next frame of a type that fits, among all that came or will come. */
  readonly take: <Type extends FromIngest["type"]>(
    type: Type,
    fits?: (frame: FrameOf<Type>) => boolean,
  ) => Promise<FrameOf<Type>>;
  readonly closed: Promise<number>;
  readonly close: () => Promise<void>;
}

const PATIENCE_MS = 40_000;

/** Connects with a host's token. Rejects when the door turns it away. */
export async function rawUplink(url: string, token: string): Promise<RawUplink> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/uplink`, [UPLINK_SUBPROTOCOL], {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  const heard: FromIngest[] = [];
  const listeners = new Set<() => void>();
  socket.on("message", (data: Buffer) => {
    const read = readFromIngest(data.toString("utf8"));
    if (read.ok) heard.push(read.value);
    for (const listener of listeners) listener();
  });
  const closed = once(socket, "close").then(([code]) => code as number);
  socket.on("error", () => {});
  await Promise.race([once(socket, "open"), closed.then(() => Promise.reject(new Error("turned away")))]);
  const take: RawUplink["take"] = (type, fits = () => true) =>
    waitFor(listeners, () => takeOut(heard, type, fits), type);
  return {
    say: (frame) =>
      socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    take,
    closed,
    close: async () => {
      socket.close();
      await closed;
    },
  };
}

function takeOut<Type extends FromIngest["type"]>(
  heard: FromIngest[],
  type: Type,
  fits: (frame: FrameOf<Type>) => boolean,
): FrameOf<Type> | null {
  const index = heard.findIndex((frame) => frame.type === type && fits(frame as FrameOf<Type>));
  return index === -1 ? null : (heard.splice(index, 1)[0] as FrameOf<Type>);
}

function waitFor<Value>(listeners: Set<() => void>, look: () => Value | null, what: string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${what} came`)), PATIENCE_MS);
    const listen = (): void => {
      const value = look();
      if (value === null) return;
      listeners.delete(listen);
      clearTimeout(late);
      resolve(value);
    };
    listeners.add(listen);
    listen();
  });
}

export const newEpoch = (): Epoch => Epoch.parse(randomBytes(16).toString("hex"));

export const helloOf = (hostId: string, epoch: string, more: object = {}) => ({
  type: "hello",
  protocol: UPLINK_PROTOCOL,
  hostId,
  connectorVersion: VERSION,
  epoch,
  nextSeq: 1,
  outboxDepth: 0,
  at: Date.now(),
  capabilities: [],
  ...more,
});

/** A fact as an outbox makes it, whatever it says. */
export function rawFact(seq: number, lane: string, events: readonly OpenEvent[]) {
  const sealed = seal(lane as Lane, null, events, () => randomBytes(16).toString("hex"));
  return { seq, ...sealed, digest: contentDigest(sealed) };
}

export const rawFacts = (epoch: string, ...entries: readonly object[]) => ({ type: "facts", epoch, entries });

export const rawEvent = (type: string, data: Json, body?: Json): OpenEvent => ({
  type,
  v: 1,
  at: Date.now(),
  data,
  ...(body === undefined ? {} : { body }),
});

export const observedBy = (hostId: string, endpointId = "main"): OpenEvent =>
  rawEvent(
    "session.observed",
    {
      hostId,
      endpointId,
      workspace: null,
      repo: null,
      branch: null,
      commit: null,
      source: "cli",
      threadSource: null,
      parentSessionId: null,
      rootSessionId: null,
      model: null,
      modelProvider: null,
      codexVersion: null,
      createdAt: null,
      activity: { type: "idle", flags: [] },
    },
    { name: null, preview: null },
  );
