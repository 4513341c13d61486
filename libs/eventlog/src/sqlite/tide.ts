/** Where the log ends now, and how readers at its end are woken. In process: one process owns a SQLite log. */
import type { Sequence } from "@claw/events";
import { Effect } from "effect";
import type { LogUnavailable } from "../faults.ts";
import { closedFault } from "./fault-of.ts";

export interface Tide {
  readonly last: () => Sequence | 0;
  /** Says that entries up to here are durable. */
  readonly rise: (last: Sequence) => void;
  /** Waits until the log ends beyond a sequence. Fails as `closed` once the log is. */
  readonly beyond: (after: Sequence | 0) => Effect.Effect<void, LogUnavailable>;
  readonly close: () => void;
}

export function makeTide(start: Sequence | 0): Tide {
  let last = start;
  let closed = false;
  const sleepers = new Set<() => void>();
  const wake = (): void => {
    const woken = [...sleepers];
    sleepers.clear();
    for (const sleeper of woken) sleeper();
  };
  const beyond = (after: Sequence | 0): Effect.Effect<void, LogUnavailable> =>
    Effect.callback((resume) => {
      // Looking and lying down happen in one turn of the event loop: no append can fall between them.
      const look = (): void => {
        if (closed) resume(Effect.fail(closedFault()));
        else if (last > after) resume(Effect.void);
        else sleepers.add(look);
      };
      look();
      return Effect.sync(() => sleepers.delete(look));
    });
  return {
    last: () => last,
    rise: (to) => {
      last = to;
      wake();
    },
    beyond,
    close: () => {
      closed = true;
      wake();
    },
  };
}
