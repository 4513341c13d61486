/**
 * Following the live stream: resumes where it was after each disconnect, and says on the way what happened. Changes of one position
 * are handed over together, when it is known that they are all there, so none comes twice (N1-006).
 */
import { backoffMs, EXIT } from "@claw/runtime";
import WebSocket from "ws";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { addressOf, failureOf, type Params, unreachable } from "./http.ts";
import { Thing } from "./pages.ts";
import type { Target } from "./target.ts";

const MAX_FRAME_BYTES = 4 * 1_048_576;
const HANDSHAKE_MS = 10_000;
/** Longer than two of the server's pings: a socket this quiet is dead. */
const SILENCE_MS = 50_000;
const RETRY = { baseMs: 500, capMs: 15_000 };
const TOKEN_ENDED = 4401;

export const Frame = z.object({
  type: z.enum(["snapshot", "change", "caughtUp", "resync", "heartbeat"]),
  position: z.number(),
  kind: z.string().nullable(),
  key: z.string().nullable(),
  row: Thing.nullable(),
});
export type Frame = z.infer<typeof Frame>;

export interface Following {
  readonly params: Params;
  readonly after: number | null;
  readonly onFrame: (frame: Frame) => void;
  /** What happens to the connection, for people. */
  readonly onTalk: (line: string) => void;
  readonly stop: AbortSignal;
}

/** Follows until told to stop. Fails only if the first connection does, or if the house says no. A long outage is told once. */
export async function follow(target: Target, following: Following): Promise<void> {
  const held = makeHold(following);
  let isLost = false;
  for (let attempt = 0; !following.stop.aborted; attempt += 1) {
    const startedAt = held.position();
    const ending = await connectOnce(target, following, held);
    if (ending.failure !== null && (ending.isFinal || held.position() === null)) throw ending.failure;
    if (following.stop.aborted) return;
    if (held.position() !== startedAt) {
      attempt = 0;
      isLost = false;
    }
    held.dropUnfinished();
    if (!isLost) following.onTalk(`connection lost at position ${held.position() ?? 0}; resuming`);
    isLost = true;
    await pause(backoffMs(attempt, RETRY), following.stop);
  }
}

interface Hold {
  readonly take: (frame: Frame) => void;
  /** Everything up to here was handed over; null before the first frame. */
  readonly position: () => number | null;
  readonly dropUnfinished: () => void;
}

/** Keeps the frames of a position until its last one is there: the one that carries the position itself. */
function makeHold({ after, onFrame, onTalk }: Following): Hold {
  let position = after;
  let waiting: Frame[] = [];
  return {
    take: (frame) => {
      // It says that the house is there, which the socket has noticed.
      if (frame.type === "heartbeat") return;
      if (frame.type === "resync") {
        onTalk(`the server starts again after position ${frame.position}; states in between were skipped`);
        waiting = [];
        position = frame.position;
        return onFrame(frame);
      }
      waiting.push(frame);
      if (frame.position <= (position ?? 0) && frame.type !== "caughtUp") return;
      position = frame.position;
      const complete = waiting;
      waiting = [];
      complete.forEach(onFrame);
    },
    position: () => position,
    dropUnfinished: () => {
      waiting = [];
    },
  };
}

interface Ending {
  readonly failure: CommandFailed | null;
  readonly isFinal: boolean;
}

function connectOnce(target: Target, { params, stop }: Following, held: Hold): Promise<Ending> {
  const address = addressOf(target, "/api/live", { ...params, after: held.position() ?? undefined });
  address.protocol = target.url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address, ["claw.v1"], {
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
    followRedirects: false,
    ...(target.token !== null && { headers: { authorization: `Bearer ${target.token}` } }),
  });
  return new Promise((resolve) => {
    let failure: CommandFailed | null = null;
    let isFinal = false;
    const hush = setTimeout(() => socket.terminate(), SILENCE_MS);
    const end = (): void => socket.terminate();
    stop.addEventListener("abort", end, { once: true });
    socket.on("ping", () => hush.refresh());
    socket.on("message", (data) => {
      hush.refresh();
      const frame = readFrame(String(data));
      if (frame === null) socket.terminate();
      else held.take(frame);
    });
    socket.on("unexpected-response", (_request, response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.length < 64 && chunks.push(chunk.subarray(0, 1_024)));
      response.on("close", () => {
        const status = response.statusCode ?? 0;
        failure = failureOf(target, status, parseJson(Buffer.concat(chunks).toString("utf8")));
        isFinal = status < 500 && status !== 429;
        socket.terminate();
      });
    });
    socket.on("error", (error) => {
      failure ??= unreachable(target, error);
    });
    socket.on("close", (code) => {
      clearTimeout(hush);
      stop.removeEventListener("abort", end);
      if (code === TOKEN_ENDED)
        resolve({
          failure: new CommandFailed(EXIT.refused, "The token is no longer good: ask for another one."),
          isFinal: true,
        });
      else resolve({ failure: stop.aborted ? null : failure, isFinal });
    });
  });
}

function readFrame(text: string): Frame | null {
  const parsed = Frame.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
