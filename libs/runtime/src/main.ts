/** The one place where effects are run: a program, its signals, and its exit. */
import { Cause, Effect, Exit, Fiber } from "effect";
import { EXIT, Stopped } from "./stop.ts";
import { onStopSignals } from "./stop-signals.ts";

/** How long a program may take to end when it is told to. */
const PATIENCE_MS = 8_000;

/**
 * Runs a program until it ends or the process is told to stop (SIGINT, SIGTERM, SIGHUP), then exits: with the number that it gave, if it gave
 * one. A `Stopped` prints its sentence; any other failure is a defect and prints its trace. A second signal exits at once, and so does the end
 * of patience: nothing here needs a tidy end, because everything outlives a SIGKILL.
 */
export function runMain(program: Effect.Effect<number | void, Stopped>): void {
  const fiber = Effect.runFork(program);
  const exitNow = (): never => process.exit(EXIT.fault);
  onStopSignals(() => {
    setTimeout(exitNow, PATIENCE_MS).unref();
    Effect.runFork(Fiber.interrupt(fiber));
  }, exitNow);
  fiber.addObserver((exit) => process.exit(exitCodeOf(exit)));
}

function exitCodeOf(exit: Exit.Exit<number | void, Stopped>): number {
  if (Exit.isSuccess(exit)) return exit.value ?? EXIT.ok;
  const stopped = Cause.squash(exit.cause);
  if (stopped instanceof Stopped) {
    process.stderr.write(`${stopped.sentence}\n`);
    return stopped.exitCode;
  }
  if (Cause.hasInterruptsOnly(exit.cause)) return EXIT.ok;
  process.stderr.write(`${Cause.pretty(exit.cause)}\n`);
  return EXIT.fault;
}
