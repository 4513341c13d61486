/**
 * One live client: a socket, its progress, and a pump that sends while the socket takes. At most about `MAX_BUFFERED_BYTES` wait in the socket
 * (RELIABILITY 8); then the pump stops, and goes on from the cursor when they have left.
 */
import type { Clocks } from "@claw/runtime";
import type { ChangedRow, ViewReader } from "@claw/views";
import type { WebSocket } from "ws";
import type { Caller } from "../auth/authenticate.ts";
import type { LiveFrame, LiveView } from "./frames.ts";
import { advance, begin, type Progress, resync, type Step, writeFrame } from "./progress.ts";

/** Bytes that may wait in one socket before the pump stops. */
export const MAX_BUFFERED_BYTES = 1_048_576;
/** A client that is this far behind, or was stopped for this long, is told to resynchronise. */
export const MAX_LAG_POSITIONS = 10_000;
export const MAX_STOPPED_MS = 30_000;
/** Rows read at a time, or a few more; between two pages other work gets its turn. */
const PAGE_ROWS = 200;

/** What a client asked for. */
export interface LiveAsk {
  readonly caller: Caller;
  readonly views: readonly LiveView[];
  readonly sessionId: string | null;
  readonly after: number | null;
}

export interface LiveSource {
  readonly reader: () => Pick<ViewReader, "changedAfter" | "position">;
  readonly present: (row: ChangedRow, caller: Caller) => LiveFrame["row"];
  readonly clocks: Clocks;
  readonly onFrame: (type: LiveFrame["type"]) => void;
}

export interface LiveClient {
  readonly caller: Caller;
  readonly socket: WebSocket;
  /** Something may have changed: send it when the socket takes. */
  readonly wake: () => void;
  /** Bytes wait in the socket and the pump stands still. */
  readonly isStopped: () => boolean;
}

interface State {
  progress: Progress;
  isScheduled: boolean;
  stoppedAtMs: number | null;
}

export function makeLiveClient(ask: LiveAsk, socket: WebSocket, source: LiveSource): LiveClient {
  const standing = source.reader().position();
  const state: State = { progress: begin(ask.after, standing), isScheduled: false, stoppedAtMs: null };
  const wake = (): void => {
    if (state.isScheduled || state.stoppedAtMs !== null) return;
    state.isScheduled = true;
    setImmediate(() => {
      state.isScheduled = false;
      if (socket.readyState === socket.OPEN && pump(ask, socket, source, state, resume)) wake();
    });
  };
  const resume = (): void => {
    if (state.stoppedAtMs === null || socket.bufferedAmount > 0) return;
    const stoppedMs = source.clocks.monoMs() - state.stoppedAtMs;
    state.stoppedAtMs = null;
    if (isTooFarBehind(state.progress, stoppedMs, source.reader().position()))
      apply(resync(state.progress.cursor, source.reader().position()), ask, socket, source, state, resume);
    wake();
  };
  return { caller: ask.caller, socket, wake, isStopped: () => state.stoppedAtMs !== null };
}

const isTooFarBehind = (progress: Progress, stoppedMs: number, standing: number): boolean =>
  progress.isCaughtUp && (stoppedMs > MAX_STOPPED_MS || standing - progress.cursor > MAX_LAG_POSITIONS);

/** Sends one page. True if there may be more to send now. */
function pump(
  ask: LiveAsk,
  socket: WebSocket,
  source: LiveSource,
  state: State,
  resume: () => void,
): boolean {
  const reader = source.reader();
  if (state.progress.cursor > reader.position())
    return apply(resync(0, reader.position()), ask, socket, source, state, resume);
  const standing = reader.position();
  const rows = reader.changedAfter(ask.views, state.progress.cursor, PAGE_ROWS);
  const isLast = rows.length < PAGE_ROWS;
  const steps = advance(state.progress, { rows, standing, isLast }, (row) => isOfSession(row, ask.sessionId));
  const isTaken = steps.every((step) => apply(step, ask, socket, source, state, resume));
  return isTaken && !isLast;
}

/** Turns and items of other sessions are not what the client asked for. */
function isOfSession(row: ChangedRow, sessionId: string | null): boolean {
  return sessionId === null || !("sessionId" in row.row) || row.row.sessionId === sessionId;
}

/** Sends a step and moves the cursor past it. False when the socket has enough for now. */
function apply(
  step: Step,
  ask: LiveAsk,
  socket: WebSocket,
  source: LiveSource,
  state: State,
  resume: () => void,
): boolean {
  for (const frame of step.frames) {
    socket.send(
      writeFrame(frame, (row) => source.present(row, ask.caller)),
      resume,
    );
    source.onFrame(frame.type);
  }
  state.progress = step.next;
  if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) return true;
  state.stoppedAtMs = source.clocks.monoMs();
  return false;
}
