/** A host that is nothing but an uplink: it sends facts that were made before, as fast as its window allows or at a pace. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Epoch } from "@claw/events";
import {
  type Fact,
  type FromHost,
  MAX_FACTS,
  readFromIngest,
  UPLINK_PROTOCOL,
  UPLINK_SUBPROTOCOL,
  WINDOW,
  writeFrame,
} from "@claw/wire";
import { WebSocket } from "ws";
import { BENCH_HOST } from "../mix.ts";
import type { Uplinked } from "./house.ts";

export interface SimulatedHost {
  /** Sends one frame now. The caller minds the window. */
  readonly send: (facts: readonly Fact[]) => void;
  /** Encodes first; the function that it answers sends all, and resolves with the last acknowledgement. */
  readonly prepare: (facts: readonly Fact[]) => () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Frame {
  readonly text: string;
  readonly through: number;
}

/** Connects and is welcomed. */
export async function startSimulatedHost({ url, hostToken }: Uplinked): Promise<SimulatedHost> {
  const epoch = Epoch.parse(randomBytes(16).toString("hex"));
  const socket = new WebSocket(`${url.replace("http", "ws")}/uplink`, [UPLINK_SUBPROTOCOL], {
    headers: { authorization: `Bearer ${hostToken}` },
    perMessageDeflate: false,
  });
  await once(socket, "open");
  socket.send(writeFrame(helloOf(epoch)));
  await once(socket, "message");
  const encode = (facts: readonly Fact[]): string =>
    writeFrame({ type: "facts", epoch, entries: [...facts] });
  return {
    send: (facts) => socket.send(encode(facts)),
    prepare: (facts) => {
      const frames = framesOf(facts).map((part) => ({ text: encode(part), through: part.at(-1)?.seq ?? 0 }));
      return () => sendAll(socket, frames, (facts[0]?.seq ?? 1) - 1);
    },
    close: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

const helloOf = (epoch: Epoch): FromHost => ({
  type: "hello",
  protocol: UPLINK_PROTOCOL,
  hostId: BENCH_HOST,
  connectorVersion: "bench",
  epoch,
  nextSeq: 1,
  outboxDepth: 0,
  at: Date.now(),
  capabilities: [],
});

const framesOf = (facts: readonly Fact[]): readonly (readonly Fact[])[] =>
  Array.from({ length: Math.ceil(facts.length / MAX_FACTS) }, (_, n) =>
    facts.slice(n * MAX_FACTS, (n + 1) * MAX_FACTS),
  );

/** At most a window unacknowledged, as the protocol has it. */
function sendAll(socket: WebSocket, frames: readonly Frame[], confirmed: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiting = [...frames];
  let acked = confirmed;
  const last = frames.at(-1)?.through ?? confirmed;
  const pump = (): void => {
    for (let next = waiting[0]; next !== undefined && next.through - acked <= WINDOW; next = waiting[0]) {
      socket.send(next.text);
      waiting.shift();
    }
  };
  const hear = (data: Buffer): void => {
    const read = readFromIngest(data.toString("utf8"));
    if (!read.ok || read.value.type === "refuse") return reject(new Error("the house refused the bench"));
    if (read.value.type !== "ack") return;
    acked = Math.max(acked, read.value.through);
    if (acked >= last) resolve();
    else pump();
  };
  socket.on("message", hear);
  pump();
  return promise.finally(() => socket.off("message", hear));
}
