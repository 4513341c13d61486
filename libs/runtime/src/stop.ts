/** How a service says why it does not start or go on: one sentence that names the way out, and an exit code. */
import { Data } from "effect";

/** Exit codes of every command (DESIGN 3). */
export const EXIT = {
  ok: 0,
  fault: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  conflict: 5,
  unknownOutcome: 6,
  unreachable: 7,
} as const;

/** The process cannot do its work. `sentence` is for people: what is wrong and what to do. */
export class Stopped extends Data.TaggedError("Stopped")<{
  readonly sentence: string;
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT];
}> {}
