/** One uplink at work: its socket, its machine, and what its host said of itself. */
import type { RawData, WebSocket } from "ws";
import { type HouseInput, type HouseOutput, type HouseSide, stepHouseSide, writeFrame } from "@claw/wire";
import type { FromHost, FromIngest, Hello } from "@claw/wire";
import type { Placement } from "@claw/events";
import type { Opened } from "./domain/precedence.ts";
import type { Work } from "./domain/work.ts";
import type { Guest } from "./door.ts";
import type { Line } from "./line.ts";

/** Why a socket is not read now: its facts wait for the log, or its host has sent all that it may in a minute. */
export type RestReason = "in_flight" | "pace";

export interface Uplink {
  readonly guest: Guest;
  readonly socket: WebSocket;
  readonly connectedAt: number;
  /** Of two uplinks of a host the later one stays, in all ingests. */
  readonly opened: Opened;
  readonly openedMonoMs: number;
  side: HouseSide;
  hello: Hello | null;
  /** Set with the welcome. */
  line: Line | null;
  figures: UplinkFigures;
  /** What its host was told last; as in the log when it was welcomed. */
  placement: Placement;
  readonly rests: Set<RestReason>;
  readonly asks: Map<string, (page: Extract<FromHost, { type: "page" }> | null) => void>;
  /** What it is to be asked. */
  readonly dispatch: Dispatch;
}

/** What one uplink is to be asked and was not yet. References to the worklist, so it is bounded by that. */
export interface Dispatch {
  readonly waiting: Waiting[];
  /** Whose text is being read in the log right now: it is not sent yet. */
  inHand: Work | null;
  /** In the queue, or somebody works at it. */
  isQueued: boolean;
  /** Since when its socket takes no more, by monotonic time. */
  blockedSinceMonoMs: number | null;
}

export interface Waiting {
  readonly work: Work;
  readonly sinceMonoMs: number;
}

export const newDispatch = (): Dispatch => ({
  waiting: [],
  inHand: null,
  isQueued: false,
  blockedSinceMonoMs: null,
});

export interface UplinkFigures {
  readonly rttMs: number | null;
  /** How far the host's clock is ahead of ours. */
  readonly clockOffsetMs: number | null;
  readonly outboxDepth: number;
  readonly oldestUnsentAgeMs: number | null;
}

/** Bytes that may wait to be sent; a host that reads this slowly is let go and comes back. */
const MAX_BUFFERED_BYTES = 8 * 1_024 * 1_024;
/** WebSocket close code for a refusal; the frame before it says which. */
const CLOSE_REFUSED = 4_400;

export type Perform = (uplink: Uplink, output: HouseOutput) => void;

/** One step of the machine, and what follows from it. Outputs may drive the same uplink again, so the state is set first. */
export function drive(uplink: Uplink, input: HouseInput, perform: Perform): void {
  const [side, outputs] = stepHouseSide(uplink.side, input);
  uplink.side = side;
  for (const output of outputs) perform(uplink, output);
}

export function sendTo({ socket }: Uplink, frame: FromIngest): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
  else socket.send(writeFrame(frame));
}

/** A socket that rests could not hear the answer to its close. */
export function closeSocket({ socket }: Uplink): void {
  socket.resume();
  socket.close(CLOSE_REFUSED);
}

/** Frames are text; anything else reads as no JSON. */
export const textOf = (data: RawData, isBinary: boolean): string =>
  isBinary || !Buffer.isBuffer(data) ? "" : data.toString("utf8");

export const bytesOf = (data: RawData): number =>
  Array.isArray(data) ? data.reduce((sum, part) => sum + part.byteLength, 0) : data.byteLength;
