/**
 * One live client: a socket, its progress, and a pump that sends while the socket takes. At most about `MAX_BUFFERED_BYTES` wait in the socket
 * (RELIABILITY 8); then the pump stops, and goes on from the cursor when they have left.
 */
import type { Clocks } from "@claw/runtime";
import type { ChangedRow, ViewReader } from "@claw/views";
import type { WebSocket } from "ws";
import type { Caller } from "../auth/authenticate.ts";
import type { LiveFrame, LiveView } from "./frames.ts";
import { advance, begin, type Progress, resync, type Step, writeFrame, writeHeartbeat } from "./progress.ts";
import { isWanted } from "./wanted.ts";

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

export type Present = (row: ChangedRow) => LiveFrame["row"];

export interface LiveSource {
  readonly reader: () => Pick<ViewReader, "changedAfter" | "position">;
  /** Made anew for each page, so that what it remembers is never old. */
  readonly presentFor: (caller: Caller) => Present;
  /** Which changed rows the caller is told of, likewise. */
  readonly seesFor: (caller: Caller) => (row: ChangedRow) => boolean;
  /** What was given to the caller to see: another word than before means, begin anew. Empty for those who see everything. */
  readonly sightOf: (caller: Caller) => string;
  readonly clocks: Clocks;
  readonly onFrame: (type: LiveFrame["type"]) => void;
}

/** What lies under the socket: frames of one page leave in one write, not in one each. */
export interface Wire {
  readonly cork: () => void;
  readonly uncork: () => void;
}
const NO_WIRE: Wire = { cork: () => {}, uncork: () => {} };

export interface LiveClient {
  readonly caller: Caller;
  readonly socket: WebSocket;
  /** Something may have changed: send it when the socket takes. */
  readonly wake: () => void;
  /** Says that it is there, if nothing is kept back and the socket takes: a client that waits learns nothing by it. */
  readonly beat: () => void;
  /** Bytes wait in the socket and the pump stands still. */
  readonly isStopped: () => boolean;
}

/** All that belongs to one client. */
interface Line {
  readonly ask: LiveAsk;
  readonly socket: WebSocket;
  readonly source: LiveSource;
  readonly wire: Wire;
  progress: Progress;
  /** What the caller was given to see when it was last begun. */
  sight: string;
  isScheduled: boolean;
  stoppedAtMs: number | null;
}

export function makeLiveClient(
  ask: LiveAsk,
  socket: WebSocket,
  source: LiveSource,
  wire: Wire = NO_WIRE,
): LiveClient {
  const progress = begin(ask.after, source.reader().position());
  // Nobody knows what one who comes back was given to see when they left: unless they see everything, they begin anew.
  const sight = ask.after === null ? source.sightOf(ask.caller) : "";
  const line: Line = {
    ask,
    socket,
    source,
    wire,
    progress,
    sight,
    isScheduled: false,
    stoppedAtMs: null,
  };
  return {
    caller: ask.caller,
    socket,
    wake: () => wake(line),
    beat: () => beat(line),
    isStopped: () => line.stoppedAtMs !== null,
  };
}

/** Sends a page in a turn of its own; however often it is woken before, that is one page. */
function wake(line: Line): void {
  if (line.isScheduled || line.stoppedAtMs !== null) return;
  line.isScheduled = true;
  setImmediate(() => {
    line.isScheduled = false;
    if (line.socket.readyState !== line.socket.OPEN) return;
    line.wire.cork();
    const hasMore = pump(line);
    line.wire.uncork();
    if (hasMore) wake(line);
  });
}

function beat({ progress, socket, source, isScheduled, stoppedAtMs }: Line): void {
  if (isScheduled || stoppedAtMs !== null || !progress.isCaughtUp) return;
  socket.send(writeHeartbeat(progress.cursor, source.clocks.wallMs()));
  source.onFrame("heartbeat");
}

/** Sends one page. True if there may be more to send now. */
function pump(line: Line): boolean {
  const { ask, source, progress } = line;
  const reader = source.reader();
  const present = source.presentFor(ask.caller);
  const standing = reader.position();
  const sight = source.sightOf(ask.caller);
  if (progress.cursor > standing || sight !== line.sight) {
    line.sight = sight;
    return apply(line, resync(0, standing), present);
  }
  const sees = source.seesFor(ask.caller);
  const nowMs = source.clocks.wallMs();
  const rows = reader.changedAfter(ask.views, progress.cursor, PAGE_ROWS);
  const isLast = rows.length < PAGE_ROWS;
  const steps = advance(
    progress,
    { rows, standing, isLast },
    (row) => isWanted(row, ask.sessionId, progress, nowMs) && sees(row),
  );
  return steps.every((step) => apply(line, step, present)) && !isLast;
}

/** Sends a step and moves the cursor past it. False when the socket has enough for now. */
function apply(line: Line, step: Step, present: Present): boolean {
  const { socket, source } = line;
  for (const frame of step.frames) {
    socket.send(writeFrame(frame, present), () => resume(line));
    source.onFrame(frame.type);
  }
  line.progress = step.next;
  if (socket.bufferedAmount <= MAX_BUFFERED_BYTES) return true;
  line.stoppedAtMs = source.clocks.monoMs();
  return false;
}

/** Goes on when everything that waited has left the socket. */
function resume(line: Line): void {
  const { ask, socket, source, progress } = line;
  if (line.stoppedAtMs === null || socket.bufferedAmount > 0) return;
  const stoppedMs = source.clocks.monoMs() - line.stoppedAtMs;
  const standing = source.reader().position();
  line.stoppedAtMs = null;
  if (isTooFarBehind(progress, stoppedMs, standing))
    apply(line, resync(progress.cursor, standing), source.presentFor(ask.caller));
  wake(line);
}

const isTooFarBehind = (progress: Progress, stoppedMs: number, standing: number): boolean =>
  progress.isCaughtUp && (stoppedMs > MAX_STOPPED_MS || standing - progress.cursor > MAX_LAG_POSITIONS);
