/** What the server says of a stream. */
import { Effect } from "effect";
import type { LogUnavailable } from "../faults.ts";
import { ask, faultFor, type Line, mustAsk } from "./api.ts";
import { type Answer, asObject, numberIn } from "./answer.ts";
import { API } from "./faults.ts";
import { unheardForMs } from "./quorum.ts";

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

/** A stream's state as its leader knows it, or null where there is no such stream. */
export const stateOf = (line: Line, stream: string): Effect.Effect<StreamState | null, LogUnavailable> =>
  Effect.flatMap(ask(line, `STREAM.INFO.${stream}`), (asked) => {
    if (asked.ok) return Effect.succeed(readState(asked.answer));
    return asked.refused.code === API.noStream ? Effect.succeed(null) : Effect.fail(faultFor(asked.refused));
  });

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
  Effect.map(mustAsk(line, "STREAM.NAMES", { subject }), (answer) => {
    const names = answer["streams"];
    const name: unknown = Array.isArray(names) ? names[0] : null;
    return typeof name === "string" ? name : null;
  });

export const subjectsOf = ({ config }: StreamState): readonly string[] => {
  const subjects = config["subjects"];
  return Array.isArray(subjects) ? subjects.map(String) : [];
};
