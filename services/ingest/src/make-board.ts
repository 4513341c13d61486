/** Makes the board as it is before the first uplink. */
import type { Beat } from "@claw/eventlog";
import { VERSION } from "@claw/runtime";
import type { UplinkOpened } from "@claw/wire";
import { Effect, Latch, Queue } from "effect";
import { makeAttempts } from "./attempts.ts";
import type { Switchboard } from "./board.ts";
import { makeFigures } from "./figures.ts";
import type { Hole } from "./holes.ts";
import { INGEST_LIMITS } from "./limits.ts";
import type { Line } from "./line.ts";
import { hostsOf, type Register } from "./register.ts";
import type { IngestOptions } from "./options.ts";
import type { Uplink } from "./uplink.ts";
import { MAX_UPLINKS } from "./upgrade.ts";
import { beginWatch } from "./watch.ts";

/** Beats, tellings and holes that wait; the oldest are lost first. */
const MAX_WAITING = 4_096;

export const makeBoard = Effect.fnUntraced(function* (
  options: IngestOptions,
  register: Register,
): Effect.fn.Return<Switchboard> {
  const { clocks, settings, diagnostics, ids, metrics } = options;
  const limits = { ...INGEST_LIMITS, ...options.limits };
  const open = new Set<Uplink>();
  const lines = new Set<Line>();
  const figures = makeFigures(metrics, {
    uplinks: () => open.size,
    waitingFacts: () => [...lines].reduce((sum, line) => sum + line.waiting.length, 0),
    oldestWaitingMs: () =>
      Math.max(0, ...[...lines].map((line) => clocks.monoMs() - (line.waitsSince ?? Infinity))),
  });
  return {
    ingestId: options.ingestId ?? ids.newId("ingest"),
    houseVersion: VERSION,
    clocks,
    settings,
    limits,
    mcpUrl: options.mcpUrl ?? (() => null),
    diagnostics,
    register,
    figures,
    open,
    lines,
    attempts: yield* makeAttempts,
    watch: beginWatch(clocks, settings.silentAfterMs, hostsOf(register)),
    byHost: new Map(),
    elsewhere: new Map(),
    paces: new Map(),
    epochs: new Map(),
    warned: new Set(),
    welcomesOf: new Map(),
    arrived: Latch.makeUnsafe(false),
    hellos: yield* Queue.bounded<Uplink>(MAX_UPLINKS),
    beats: yield* Queue.sliding<Beat>(MAX_WAITING),
    tellings: yield* Queue.sliding<UplinkOpened>(MAX_WAITING),
    errands: yield* Queue.bounded<Uplink>(2 * MAX_UPLINKS),
    holes: yield* Queue.sliding<Hole>(MAX_WAITING),
  };
});
