/** Work on the log that waits while the log is away, says so, and loses nothing. */
import type { LogUnavailable } from "@claw/eventlog";
import { backoffMs, type Health } from "@claw/runtime";
import { Effect } from "effect";

/** Waits between tries (RELIABILITY 3.4). */
const WAITS = { baseMs: 100, capMs: 5_000 };
/** The least wait, so that jitter cannot spin. */
const LEAST_MS = 20;

/** Tries until it works. Fails only with a fault that waiting does not cure. */
export const patiently = <A>(
  health: Health,
  part: string,
  work: Effect.Effect<A, LogUnavailable>,
  attempt = 0,
): Effect.Effect<A, LogUnavailable> =>
  Effect.catchTag(work, "LogUnavailable", (fault) => {
    health.set(part, { ok: false, detail: `the log is away: ${fault.reason}` });
    if (fault.retry === "never") return Effect.fail(fault);
    const again = patiently(health, part, work, attempt + 1);
    return Effect.delay(again, LEAST_MS + backoffMs(attempt, WAITS));
  }).pipe(
    Effect.tap(() => Effect.sync(() => attempt === 0 || health.set(part, { ok: true, detail: "writes" }))),
  );
