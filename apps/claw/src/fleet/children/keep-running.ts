/** Keeps a child running: what ended is started again, ever slower, and every start and end is one line. */
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { type ChildSpec, type Ended, runChild } from "./child.ts";
import { lineOf } from "./lines.ts";
import { afterEnd, FRESH } from "./pace.ts";

/**
 * Never succeeds. Fails when the child says that its settings are wrong (exit code 2), and when it finds at its very first start that another one
 * has its place (5): starting it again would change nothing.
 */
export const keepRunning = Effect.fnUntraced(function* (
  spec: ChildSpec,
  tell: (line: string) => void,
): Effect.fn.Return<never, Stopped> {
  for (let pace = FRESH, isFirst = true; ; isFirst = false) {
    const startedAt = performance.now();
    const ended = yield* runChild(spec, tell);
    if (ended.code === EXIT.usage || (isFirst && ended.code === EXIT.conflict))
      return yield* Effect.fail(
        new Stopped({
          sentence: `${spec.name} cannot run here, for the reason above.`,
          exitCode: ended.code,
        }),
      );
    pace = afterEnd(pace, performance.now() - startedAt);
    tell(lineOf(spec.name, `${howItEnded(ended)}; started again in ${pace.pauseMs} ms`));
    yield* Effect.sleep(pace.pauseMs);
  }
});

const howItEnded = ({ code, signal }: Ended): string =>
  signal !== null ? `ended by ${signal}` : code === null ? "could not be started" : `ended with ${code}`;
