import { Effect } from "effect";
import { call } from "./call.ts";
import { type Core, finish } from "./core.ts";
import { fault } from "./faults.ts";

const looksPerDeadline = 3;

/**
 * Ends a connection whose server shows no sign of life for the idle deadline. After a third of it in silence the server
 * is asked for one: by a ping where the transport has it, else by the cheapest query there is.
 */
export const watchSilence = Effect.fnUntraced(function* (core: Core) {
  const { idleMs } = core.settings.deadlines;
  for (let silent = 0; silent < looksPerDeadline; silent = core.heard ? 0 : silent + 1) {
    if (silent > 0) yield* Effect.forkChild(probe(core, idleMs));
    core.heard = false;
    yield* Effect.sleep(idleMs / looksPerDeadline);
  }
  finish(core, fault("silent", { message: "the server shows no sign of life", timeoutMs: idleMs }));
});

/** Any answer will do, an error too: the frame itself is the sign of life. */
function probe(core: Core, timeoutMs: number): Effect.Effect<void> {
  core.counters.probes += 1;
  const ping = core.wire?.ping;
  return ping ? Effect.sync(ping) : Effect.ignore(call(core, "thread/loaded/list", { limit: 1 }, timeoutMs));
}
