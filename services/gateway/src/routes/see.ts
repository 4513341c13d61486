/**
 * From a verdict to the views. In a fleet policy cannot know the position of what it recorded: the ledger of this machine gives it, and is asked
 * again whenever the views have moved.
 */
import { type Command, type EntryId, type Position, position, type Principal } from "@claw/events";
import type { GateOptions, GateVerdict } from "@claw/wire";
import { Effect, Option, Stream } from "effect";
import type { House } from "../ports.ts";

/** How long an accepted command may wait for the views. */
const VIEWS_WAIT_MS = 2_000;

/** What somebody asks for. */
export interface Submission {
  readonly command: Command;
  /** As the channel proved it. */
  readonly principal: Principal;
  /** The session and turn that ask, and whether it is only a question. */
  readonly options: GateOptions;
}

type Sight = Pick<House, "gate" | "feed" | "log">;

/** The verdict, once the views show what was accepted or the wait is over; then its position may be unknown. What is not recorded is not waited for. */
export const submitAndSee = Effect.fnUntraced(function* (
  house: Sight,
  { command, principal, options }: Submission,
) {
  const verdict = yield* house.gate.submit(command, principal, options);
  if (verdict.decision === "refused" || verdict.entryId === null) return verdict;
  let seen: GateVerdict = verdict;
  yield* placeOf(house, verdict.entryId, verdict.position).pipe(
    Effect.tap((at) => Effect.sync(() => void (seen = { ...verdict, position: at }))),
    Effect.andThen((at) => house.feed.reached(at)),
    Effect.timeoutOption(VIEWS_WAIT_MS),
  );
  return seen;
});

/** Where an entry stands: as policy said, or as soon as the ledger has it. */
const placeOf = (house: Sight, entryId: EntryId, known: Position | null): Effect.Effect<Position> =>
  known !== null
    ? Effect.succeed(known)
    : Effect.scoped(
        Effect.gen(function* () {
          const whispers = yield* house.feed.subscribe;
          const looks = Stream.concat(Stream.succeed(null), whispers).pipe(
            Stream.mapEffect(() => find(house, entryId)),
            Stream.filter((at) => at !== null),
          );
          return Option.getOrNull(yield* Stream.runHead(looks)) ?? (yield* Effect.never);
        }),
      );

/** A ledger that cannot be read now is asked again with the next whisper. */
const find = ({ log }: Sight, entryId: EntryId): Effect.Effect<Position | null> =>
  log.find(entryId).pipe(
    Effect.map((logged) => (logged === null ? null : position(logged.sequence))),
    Effect.catchTag("LogUnavailable", () => Effect.succeed(null)),
  );
