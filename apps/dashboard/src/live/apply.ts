/**
 * What is known by the live stream, and how frames change it. Pure. Rows are whole, so that a frame that comes twice changes nothing; a batch of frames copies each
 * table that it touches once, whatever it holds.
 */
import { LIVE_KINDS, type LiveFrame, type LiveKind } from "../api/types/live.ts";

export type LiveTable = ReadonlyMap<string, unknown>;

export interface LiveState {
  readonly tables: Readonly<Record<LiveKind, LiveTable>>;
  /** Where to resume: the position of the last frame that was read; null before the first. */
  readonly position: number | null;
  /** All that was there when the stream was opened has been told. */
  readonly isCaughtUp: boolean;
  /** The tables once held all there was, and every change since: a stream that ends may be resumed. */
  readonly isWhole: boolean;
  /** Grows with each resynchronisation, so that a page can say that it happened. */
  readonly resyncs: number;
}

const NO_ROWS: LiveTable = new Map();
const noTables = (): LiveState["tables"] =>
  Object.fromEntries(LIVE_KINDS.map((kind) => [kind, NO_ROWS])) as Record<LiveKind, LiveTable>;

export const NOTHING_YET: LiveState = {
  tables: noTables(),
  position: null,
  isCaughtUp: false,
  isWhole: false,
  resyncs: 0,
};

/** The state as a stream is opened anew: what was whole is kept and resumed, what was not begins again. */
export const begun = (state: LiveState): LiveState =>
  state.isWhole ? { ...state, isCaughtUp: false } : { ...NOTHING_YET, resyncs: state.resyncs };

/** The state after these frames, in their order; the same object where they change nothing. */
export function applyFrames(state: LiveState, frames: readonly LiveFrame[]): LiveState {
  if (frames.length === 0) return state;
  const batch = new Batch(state);
  for (const frame of frames) batch.take(frame);
  return batch.done();
}

/** One batch: tables are copied when they are first written to. */
class Batch {
  #state: LiveState;
  readonly #fresh = new Map<LiveKind, Map<string, unknown>>();

  constructor(state: LiveState) {
    this.#state = state;
  }

  take(frame: LiveFrame): void {
    if (frame.kind !== null) this.#write(frame.kind, frame.key, frame.row);
    else if (frame.type === "resync") this.#resync(frame.position);
    else if (frame.type === "caughtUp") this.#state = { ...this.#state, isCaughtUp: true, isWhole: true };
    this.#state = { ...this.#state, position: frame.position };
  }

  /** A position that goes back means that the house's views began anew: what was known may be no more, and all of it is told again. */
  #resync(position: number): void {
    const goesBack = this.#state.position !== null && position < this.#state.position;
    if (goesBack) this.#fresh.clear();
    this.#state = {
      ...this.#state,
      ...(goesBack && { tables: noTables(), isWhole: false }),
      isCaughtUp: false,
      resyncs: this.#state.resyncs + 1,
    };
  }

  #write(kind: LiveKind, key: string, row: unknown): void {
    const table = this.#fresh.get(kind) ?? new Map(this.#state.tables[kind]);
    this.#fresh.set(kind, table);
    if (row === null) table.delete(key);
    else table.set(key, row);
  }

  done(): LiveState {
    return { ...this.#state, tables: { ...this.#state.tables, ...Object.fromEntries(this.#fresh) } };
  }
}

/** One text frame; null for what is none, which is left out and counted by nobody: the next row says the same again. */
export function frameIn(text: string): LiveFrame | null {
  try {
    const frame: unknown = JSON.parse(text);
    return isFrame(frame) ? frame : null;
  } catch {
    return null;
  }
}

const TYPES: ReadonlySet<unknown> = new Set(["snapshot", "change", "caughtUp", "resync", "heartbeat"]);
const KINDS: ReadonlySet<unknown> = new Set(LIVE_KINDS);

function isFrame(frame: unknown): frame is LiveFrame {
  if (typeof frame !== "object" || frame === null) return false;
  const { type, position, kind, key, at } = frame as Readonly<Record<string, unknown>>;
  if (!TYPES.has(type) || typeof position !== "number") return false;
  if (type === "heartbeat") return typeof at === "number";
  return type === "caughtUp" || type === "resync" || (KINDS.has(kind) && typeof key === "string");
}
