/** Finding the generation that is there, and waiting until it is open (ADR 0009). */
import {
  DECIDED,
  type Entry,
  FLEET_LANE,
  generationOf,
  logStream,
  logSubject,
  NONE,
  type Position,
  readEvent,
} from "@claw/events";
import { Effect } from "effect";
import type { LogStart } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import type { Line } from "./api.ts";
import { drifted } from "./faults.ts";
import { readMessage } from "./message.ts";
import { findMessage, ownerOf } from "./stream-state.ts";

/** A generation that is open to all. */
export interface Opened {
  readonly generation: number;
  readonly start: LogStart;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** How many messages of the fleet's lane are looked through for the opening entry. Before it stand the old lane's last entry and nothing else. */
const MOST_LOOKED_AT = 64;

/** The generation that owns the log's subjects, or null. Refuses a stream that is none of ours. */
export const currentGeneration = (line: Line): Effect.Effect<number | null, LogUnavailable> =>
  Effect.flatMap(ownerOf(line, logSubject(DECIDED)), (stream) => {
    if (stream === null) return Effect.succeed(null);
    const generation = generationOf(stream);
    return generation === null
      ? Effect.fail(drifted(`The stream ${stream} has the log's subjects.`))
      : Effect.succeed(generation);
  });

/** Waits for an open generation, however long it takes; `onWait` is told each time what is waited for. A server that is away is waited for too. */
export const waitForGeneration = Effect.fnUntraced(function* (
  line: Line,
  onWait: (why: string) => void,
): Effect.fn.Return<Opened, LogUnavailable> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
    const found = yield* Effect.catchIf(
      findOpened(line),
      ({ retry }) => retry === "later",
      ({ detail }) => Effect.succeed(detail),
    );
    if (typeof found !== "string") return found;
    onWait(found);
    yield* Effect.sleep(pauseMs);
  }
});

/** The open generation, or a sentence about what is missing. */
const findOpened = Effect.fnUntraced(function* (
  line: Line,
): Effect.fn.Return<Opened | string, LogUnavailable> {
  const generation = yield* currentGeneration(line);
  if (generation === null) return "No stream has the log's subjects yet.";
  if (generation === 1) return { generation, start: { sequence: NONE, position: NONE } };
  const opening = yield* findOpening(line, generation);
  if (opening === null) return `Generation ${generation} of the log is not open yet.`;
  return { generation, start: opening.start };
});

export interface Opening {
  readonly entry: Entry;
  readonly start: LogStart;
}

/** The entry that opened a generation, or null. The first of its kind is it, so nothing that is published later can shut or move a generation. */
export const findOpening = Effect.fnUntraced(function* (
  line: Line,
  generation: number,
): Effect.fn.Return<Opening | null, LogUnavailable> {
  const subject = logSubject(FLEET_LANE);
  let after = 0;
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += 1) {
    const message = yield* findMessage(line, logStream(generation), {
      seq: after + 1,
      next_by_subj: subject,
    });
    if (message === null) return null;
    const read = readMessage(message);
    const position = read.ok ? openingPosition(read.value, generation) : null;
    if (read.ok && position !== null)
      return { entry: read.value, start: { sequence: message.sequence, position } };
    after = message.sequence;
  }
  return null;
});

/** Where a generation begins, if this entry opens it. */
function openingPosition({ envelope, bodies }: Entry, generation: number): Position | null {
  const [sealed] = envelope.events;
  if (envelope.by.kind !== "projector" || sealed === undefined) return null;
  const read = readEvent(sealed, bodies[0] ?? null);
  if (read.status !== "known" || read.event.type !== "log.resumed") return null;
  return read.event.data.generation === generation ? (read.event.data.position as Position) : null;
}
