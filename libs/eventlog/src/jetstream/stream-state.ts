/** What the server says of a stream. */
import { RECEIPT_STREAM } from "@claw/events";
import { Effect } from "effect";
import type { LogUnavailable } from "../faults.ts";
import type { RawMessage } from "../raw-log.ts";
import { ask, faultFor, getMessage, type Line, mustAsk, type Which } from "./api.ts";
import { type Answer, asObject, numberIn } from "./answer.ts";
import { API, unreachable } from "./faults.ts";
import { hasQuorum, unheardForMs } from "./quorum.ts";

export interface StreamState {
  /** When it was made: another stream of the same name has another time. */
  readonly created: string;
  readonly config: Answer;
  /** The number of the last message, also of one that is gone; 0 or the number before the first in an empty stream. */
  readonly lastSequence: number;
  readonly messages: number;
  readonly bytes: number;
  /** The most bytes that it takes, or null where only the disk says no. */
  readonly maxBytes: number | null;
  /** How long (ms) before this answer its leader last heard enough of the others to go on. */
  readonly unheardForMs: number;
}

/**
 * A stream's state as its leader knows it, or null where there is no such stream. Fails as `unreachable` where it answers who does not lead or has lost
 * the others: a node that is cut off tells what it had, and whoever has seen more would take that for a log that lost its tail, or for one that is gone.
 */
export const stateOf = (line: Line, stream: string): Effect.Effect<StreamState | null, LogUnavailable> =>
  Effect.flatMap(ask(line, `STREAM.INFO.${stream}`), (asked) => {
    if (asked.ok)
      return hasQuorum(asked.answer)
        ? Effect.succeed(readState(asked.answer))
        : Effect.fail(unreachable(`No leader speaks for the nodes of ${stream}.`));
    return asked.refused.code === API.noStream
      ? noneThere(line, stream)
      : Effect.fail(faultFor(asked.refused));
  });

/**
 * A node that is cut off knows nothing of streams that were made since. Receipts are in every fleet, on as many servers as the log: so it is believed if it can tell of them as their leader, or
 * knows none either, as before a fleet's first start.
 */
const noneThere = (line: Line, stream: string): Effect.Effect<null, LogUnavailable> =>
  Effect.flatMap(ask(line, `STREAM.INFO.${RECEIPT_STREAM}`), (asked) => {
    if (asked.ok ? hasQuorum(asked.answer) : asked.refused.code === API.noStream) return Effect.succeed(null);
    return Effect.fail(unreachable(`Who knows no ${stream} speaks for no other node.`));
  });

/** A stored message, or null where a leader that speaks for the others says that there is none. */
export const findMessage = (
  line: Line,
  stream: string,
  which: Which,
): Effect.Effect<RawMessage | null, LogUnavailable> =>
  Effect.flatMap(getMessage(line, stream, which), (message) =>
    message === null ? Effect.as(stateOf(line, stream), null) : Effect.succeed(message),
  );

export function readState(answer: Answer): StreamState {
  const config = asObject(answer["config"]) ?? {};
  const state = asObject(answer["state"]);
  const maxBytes = numberIn(config, "max_bytes") ?? -1;
  return {
    created: String(answer["created"]),
    config,
    lastSequence: numberIn(state, "last_seq") ?? 0,
    messages: numberIn(state, "messages") ?? 0,
    bytes: numberIn(state, "bytes") ?? 0,
    maxBytes: maxBytes > 0 ? maxBytes : null,
    unheardForMs: unheardForMs(answer),
  };
}

/** The stream that takes what is published on a subject, or null. */
export const ownerOf = (line: Line, subject: string): Effect.Effect<string | null, LogUnavailable> =>
  Effect.map(namesFrom(line, subject, 0), ({ names }) => names[0] ?? null);

/** All streams that take what is published on one of these subjects. */
export const streamsOn = Effect.fnUntraced(function* (
  line: Line,
  subjects: string,
): Effect.fn.Return<readonly string[], LogUnavailable> {
  const found: string[] = [];
  for (;;) {
    const { names, total } = yield* namesFrom(line, subjects, found.length);
    found.push(...names);
    if (names.length === 0 || found.length >= total) return found;
  }
});

/** One page of names: the server tells a thousand or so at once. */
const namesFrom = (line: Line, subject: string, offset: number) =>
  Effect.map(mustAsk(line, "STREAM.NAMES", { subject, offset }), (answer) => {
    const names = answer["streams"];
    return {
      names: Array.isArray(names) ? names.filter((name) => typeof name === "string") : [],
      total: numberIn(answer, "total") ?? 0,
    };
  });

export const subjectsOf = ({ config }: StreamState): readonly string[] => {
  const subjects = config["subjects"];
  return Array.isArray(subjects) ? subjects.map(String) : [];
};
