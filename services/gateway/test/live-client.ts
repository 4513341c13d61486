/** A live client that applies what it has whenever the position grows, as the frames' docstring says. */
import WebSocket from "ws";
import { LiveFrame } from "../src/index.ts";

export interface LiveReader {
  readonly socket: WebSocket;
  readonly frames: LiveFrame[];
  /** Resolves when a frame makes this true; fails when the socket closes first. */
  readonly until: (isThere: (frames: readonly LiveFrame[]) => boolean) => Promise<void>;
  readonly closed: Promise<{ readonly code: number }>;
}

export function openLive(
  port: number,
  query: string,
  headers: Record<string, string>,
  protocols = ["claw.v1"],
): LiveReader {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/live${query}`, protocols, { headers });
  const frames: LiveFrame[] = [];
  const waiters = new Set<() => void>();
  socket.on("message", (data) => {
    frames.push(LiveFrame.parse(JSON.parse(String(data))));
    waiters.forEach((check) => check());
  });
  const closed = new Promise<{ readonly code: number }>((resolve) =>
    socket.on("close", (code) => resolve({ code })),
  );
  socket.on("error", () => socket.terminate());
  const until = (isThere: (frames: readonly LiveFrame[]) => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!isThere(frames)) return;
        waiters.delete(check);
        resolve();
      };
      waiters.add(check);
      void closed.then(() => reject(new Error("the socket closed first")));
      check();
    });
  return { socket, frames, until, closed };
}

export const isCaughtUp = (frames: readonly LiveFrame[]): boolean =>
  frames.some(({ type }) => type === "caughtUp");

/** What a client knows after the frames it read over several connections. */
export interface Known {
  readonly rows: Map<string, unknown>;
  readonly applied: string[];
  position: number | null;
}

/** Applies frames by whole positions. What is unfinished at the end of a connection is dropped: it comes again. */
export function applyFrames(known: Known, frames: readonly LiveFrame[]): void {
  let waiting: LiveFrame[] = [];
  for (const frame of frames) {
    waiting.push(frame);
    if (frame.position <= (known.position ?? 0) && frame.type !== "caughtUp") continue;
    known.position = frame.position;
    for (const { kind, key, row } of waiting)
      if (key !== null) {
        known.rows.set(`${kind}/${key}`, row);
        known.applied.push(`${kind}/${key}@${JSON.stringify(row)}`);
      }
    waiting = [];
  }
}
