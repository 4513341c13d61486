/** Waits for the views to reach the end of the log, and says what they are at when that takes long. */
import { type Position, position } from "@claw/events";
import type { SqliteLog } from "@claw/eventlog";
import { EXIT, type Health, Stopped } from "@claw/runtime";
import type { Feed } from "@claw/wire";
import { Effect, Schedule } from "effect";

/** How long people wait before they want to know for what. */
const QUIET = "2 seconds";

/** Completes when every entry that is in the log now is in the views. */
export const settled = (log: SqliteLog, feed: Feed, health: Health): Effect.Effect<void, Stopped> =>
  Effect.flatMap(lastOf(log), (last) => Effect.raceFirst(feed.reached(last), tellProgress(health)));

const lastOf = (log: SqliteLog): Effect.Effect<Position, Stopped> =>
  log.last.pipe(
    Effect.map(position),
    Effect.mapError(
      ({ detail }) => new Stopped({ sentence: `The log cannot be read: ${detail}`, exitCode: EXIT.fault }),
    ),
  );

/** What is not ready, once every two seconds, for as long as it lasts. */
const tellProgress = (health: Health): Effect.Effect<never> =>
  Effect.andThen(
    Effect.sleep(QUIET),
    Effect.andThen(
      Effect.repeat(
        Effect.sync(() => void process.stderr.write(`Not ready yet: ${waitingFor(health)}.\n`)),
        Schedule.spaced(QUIET),
      ),
      Effect.never,
    ),
  );

function waitingFor(health: Health): string {
  const parts = Object.entries(health.parts()).filter(([, part]) => !part.ok);
  return parts.length === 0
    ? "the views are catching up"
    : parts.map(([name, { detail }]) => `${name} (${detail})`).join(", ");
}
