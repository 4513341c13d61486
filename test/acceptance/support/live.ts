/** A client of the live stream, which keeps every frame together with the moment at which it was read. */
import { LIVE_SUBPROTOCOL, LiveFrame } from "@claw/gateway";
import WebSocket from "ws";
import type { TestHouse } from "./house.ts";

export interface HeardFrame {
  readonly frame: LiveFrame;
  /** By `performance.now()` of this process. */
  readonly at: number;
}

export interface LiveStream {
  /** Resolves with the first frame that fits, read already or still to come; fails after ten seconds. */
  readonly first: (what: string, fits: (frame: LiveFrame) => boolean) => Promise<HeardFrame>;
  /** All frames so far. */
  readonly heard: readonly HeardFrame[];
  readonly close: () => void;
}

const PATIENCE_MS = 40_000;

/** Opens the stream and waits until everything that was there before has been told. */
export async function openLive(house: TestHouse, query = ""): Promise<LiveStream> {
  const url = `${house.url.replace("http", "ws")}/api/live${query}`;
  const headers = { authorization: `Bearer ${house.token()}` };
  const socket = new WebSocket(url, [LIVE_SUBPROTOCOL], { headers });
  const heard: HeardFrame[] = [];
  const watchers = new Set<() => void>();
  socket.on("message", (data) => {
    heard.push({ frame: LiveFrame.parse(JSON.parse(String(data))), at: performance.now() });
    for (const look of watchers) look();
  });
  socket.on("error", () => socket.terminate());
  const first: LiveStream["first"] = (what, fits) =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        watchers.delete(look);
        clearTimeout(late);
        settle();
      };
      const look = (): void => {
        const found = heard.find(({ frame }) => fits(frame));
        if (found !== undefined) finish(() => resolve(found));
      };
      const late = setTimeout(
        () => finish(() => reject(new Error(`${what}: not told in ${PATIENCE_MS} ms`))),
        PATIENCE_MS,
      );
      watchers.add(look);
      look();
    });
  await first("the snapshot", ({ type }) => type === "caughtUp");
  return { first, heard, close: () => socket.terminate() };
}
