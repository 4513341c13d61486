/**
 * The fleet's state as JSON, in bytes. Between two requests few lines of 10,000 change, and most of those say no more than that their host was heard: such a line is
 * written over the bytes that it had, and what is left to do is to copy some hundred blocks (N1-046).
 */
import type { FleetSession, FleetState } from "@claw/views";

/** JSON as it is, or a list of sessions. */
export type Piece = string | readonly FleetSession[];
type Bytes = Buffer<ArrayBuffer>;

/** Keeps what it wrote last of one list, for whoever sees that list. */
export interface ListWriter {
  /** The bytes of the list, in parts. They are the writer's own, and good until it is asked again. */
  readonly partsOf: (list: readonly FleetSession[]) => readonly Bytes[];
}

/** Lines of a block: few enough that one line which grew costs little, and many enough that a whole fleet is few blocks. */
const BLOCK = 64;

/** Consecutive lines, each with a comma before it. */
interface Block {
  readonly sessions: FleetSession[];
  /** Where each line begins, and last where the block ends. */
  readonly starts: readonly number[];
  readonly bytes: Bytes;
}

/** Writes one list again and again, and what did not change only once. */
export function makeListWriter(): ListWriter {
  let blocks: readonly Block[] = [];
  return {
    partsOf: (list) => {
      if (list.length === 0) return [NONE];
      const next: Block[] = [];
      for (let from = 0; from < list.length; from += BLOCK)
        next.push(brought(blocks[next.length], list, from));
      blocks = next;
      const [first, ...rest] = next.map(({ bytes }) => bytes);
      // No comma before the first one.
      return [OPEN, first?.subarray(1) ?? NOTHING, ...rest, CLOSE];
    },
  };
}

/** The block as it was, with each line that changed written in its place; made anew where a line does not fit there. */
function brought(block: Block | undefined, list: readonly FleetSession[], from: number): Block {
  const count = Math.min(BLOCK, list.length - from);
  if (block === undefined || block.sessions.length !== count) return madeOf(list, from, count);
  for (let at = 0; at < count; at += 1) {
    const session = list[from + at];
    if (session === undefined || session === block.sessions[at]) continue;
    const line = lineOf(session);
    const start = block.starts[at] ?? 0;
    if (Buffer.byteLength(line) !== (block.starts[at + 1] ?? 0) - start) return madeOf(list, from, count);
    block.bytes.write(line, start);
    block.sessions[at] = session;
  }
  return block;
}

function madeOf(list: readonly FleetSession[], from: number, count: number): Block {
  const sessions = list.slice(from, from + count);
  const lines = sessions.map(lineOf);
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + Buffer.byteLength(line));
  return { sessions, starts, bytes: Buffer.from(lines.join("")) };
}

const lineOf = (session: FleetSession): string => `,${JSON.stringify(session)}`;

/** The sessions come last, as the specification shows them. */
export const fleetPieces = ({ sessions, ...state }: FleetState): readonly Piece[] => [
  `${JSON.stringify(state).slice(0, -1)},"sessions":`,
  sessions,
  "}",
];

const NOTHING: Bytes = Buffer.alloc(0);
const OPEN = Buffer.from("[");
const CLOSE = Buffer.from("]");
const NONE = Buffer.from("[]");

/** The parts of one document of these pieces. `writers` are of its lists, in their order: a list without one is written anew. The parts are good until a writer is asked again. */
export function partsOf(pieces: readonly Piece[], ...writers: readonly ListWriter[]): readonly Bytes[] {
  const left = [...writers];
  return pieces.flatMap((piece): readonly Bytes[] =>
    typeof piece === "string" ? [Buffer.from(piece)] : (left.shift() ?? makeListWriter()).partsOf(piece),
  );
}

/** Callers whose lists are kept at a time: each keeps a document of the size that it is answered, some megabytes of a large fleet. */
const MAX_KEPT = 4;

/** Writers by a word for who sees what and which list; those that were not asked for longest are forgotten. */
export function makeWriters(): (key: string) => ListWriter {
  const kept = new Map<string, ListWriter>();
  return (key) => {
    const writer = kept.get(key) ?? makeListWriter();
    kept.delete(key);
    kept.set(key, writer);
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    return writer;
  };
}
