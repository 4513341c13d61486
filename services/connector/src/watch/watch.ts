/**
 * Watches one endpoint for as long as the scope lives: connect, learn, listen; and when the connection ends, say so, wait with jitter, and begin
 * again (S1-157). Each endpoint is a bulkhead: one that hangs or garbles costs the others nothing (W-23).
 */
import { CodexFault } from "@claw/codex-rpc";
import { backoffMs } from "@claw/runtime";
import { Cause, Effect } from "effect";
import { loses } from "../domain/session-state.ts";
import { openEvent } from "../domain/telling.ts";
import { converse, type Report, type WatchOptions } from "./converse.ts";
import { tellChange, tellHost } from "./desk.ts";
import { makeFilesHeard } from "./files-heard.ts";

/** A file on this machine costs nothing to look at, and people who start their Codex want to be seen soon. */
const BACKOFF = { unix: { baseMs: 250, capMs: 3_000 }, other: { baseMs: 500, capMs: 30_000 } } as const;
/** A connection that held this long was a good one: the next waits start small again. */
const GOOD_MS = 10_000;

export const watchEndpoint = Effect.fnUntraced(function* (
  given: Omit<WatchOptions, "files">,
): Effect.fn.Return<never> {
  const options: WatchOptions = { ...given, files: makeFilesHeard() };
  const { clocks } = options.tools;
  const report = makeReport(options);
  let attempt = 0;
  report("connecting", null);
  for (;;) {
    yield* options.prepare;
    const startedAt = clocks.monoMs();
    const reason = yield* attend(options, report);
    yield* Effect.sync(() => lose(options, report, reason)).pipe(
      Effect.catchDefect((defect) => Effect.sync(() => void reasonOf(options, Cause.die(defect)))),
    );
    attempt = clocks.monoMs() - startedAt > GOOD_MS ? 0 : attempt + 1;
    yield* Effect.sleep(
      backoffMs(attempt, options.endpoint.target.kind === "unix" ? BACKOFF.unix : BACKOFF.other),
    );
  }
});

/** Tells each change of the endpoint's state once, and nobody twice the same. */
function makeReport({ tools, endpoint, health }: WatchOptions): Report {
  const { endpointId } = endpoint;
  let last = "";
  return (state, reason) => {
    const word = `${state} ${reason ?? ""}`;
    if (word === last) return;
    last = word;
    // A host without a running Codex is in good health.
    health.set(`endpoint ${endpointId}`, {
      ok: true,
      detail: reason === null ? state : `${state}: ${reason}`,
    });
    const why = reason === null ? "" : ` (${reason})`;
    const level = state === "down" ? "warn" : state === "ready" ? "info" : "debug";
    tools.diagnostics[level]({ part: `endpoint ${endpointId}`, state, reason }, `It is ${state}${why}.`);
    tellHost(tools, openEvent("endpoint.became", tools.clocks.wallMs(), { endpointId, state, reason }));
  };
}

/** One connection from its first byte to its end. Returns why it ended; never fails, whatever the server does. */
const attend = (options: WatchOptions, report: Report): Effect.Effect<string> =>
  Effect.scoped(converse(options, report)).pipe(
    Effect.catchCause((cause) => Effect.sync(() => reasonOf(options, cause))),
    Effect.ensuring(Effect.sync(() => options.attached(null))),
  );

/** A fault is the world's; anything else is ours, and is written down in full where developers look. */
function reasonOf({ tools, endpoint }: WatchOptions, cause: Cause.Cause<CodexFault>): string {
  const problem = Cause.squash(cause);
  if (problem instanceof CodexFault) return problem.code;
  const { endpointId } = endpoint;
  tools.diagnostics.error(
    { endpointId, trace: Cause.pretty(cause) },
    "The watch of an endpoint failed; it begins again.",
  );
  return "watch_failed";
}

/** What the endpoint's sessions do now is unknown until it is back. One commit for all of them. */
function lose({ tools, endpoint }: WatchOptions, report: Report, reason: string): void {
  const { outbox, clocks } = tools;
  outbox.commit(() => {
    report("down", reason);
    for (const state of outbox.sessionsOf(endpoint.endpointId))
      tellChange(
        tools,
        { sessionId: state.sessionId, isCaughtUp: false },
        loses(state, reason, clocks.wallMs()),
      );
  });
}
