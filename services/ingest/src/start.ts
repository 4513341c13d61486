/** Starts ingest: the registry, the writer, the watch, and the door for connectors. */
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { HostId } from "@claw/events";
import type { Beat, EventLog, LogUnavailable, Pulse } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import {
  type Clocks,
  type Diagnostics,
  EXIT,
  type Health,
  type Metrics,
  randomHex,
  Stopped,
} from "@claw/runtime";
import { MAX_FRAME_BYTES, type Pages, type Receipts, UPLINK_SUBPROTOCOL } from "@claw/wire";
import { Deferred, Effect, Latch, Queue, type Scope } from "effect";
import { WebSocketServer } from "ws";
import { makeFigures } from "./figures.ts";
import { keepNotices } from "./keeper.ts";
import { type LocalReceipts, makeLocalReceipts } from "./ledger.ts";
import type { Line } from "./line.ts";
import { answerHellos, keepMismatches, passBeats, passReceipts, tickAlong } from "./loops.ts";
import { type ConnectedHost, connectedHosts } from "./overlay.ts";
import { makePages } from "./pages.ts";
import { hostsOf, openRegister, type Register } from "./register.ts";
import type { IngestSettings } from "./settings.ts";
import { refuse, type Switchboard } from "./switchboard.ts";
import type { Uplink } from "./uplink.ts";
import { type Entrance, MAX_UPLINKS, upgrade } from "./upgrade.ts";
import { beginWatch } from "./watch.ts";
import { writeLines, type WriterParts } from "./writer.ts";

export interface IngestOptions {
  readonly log: EventLog;
  /** The registry's cache is kept in it, under `ingest/`. */
  readonly dataDir: string;
  readonly redactor: Redactor;
  /** Where heartbeats and deltas go; without it they are dropped. */
  readonly pulse?: Pulse;
  /** What the ledger of record holds. Without it the log is the ledger. */
  readonly receipts?: Receipts;
  readonly clocks: Clocks;
  readonly ids: { readonly newId: (prefix: string) => string };
  readonly settings: IngestSettings;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly diagnostics: Diagnostics;
}

export interface Ingest {
  /** For the `upgrade` event of the caller's HTTP server, at its path for uplinks. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly pages: Pages;
  readonly connected: () => readonly ConnectedHost[];
  readonly receipts: Receipts;
  /** Waits for the fault that ends ingest: for its process to stop with. Faults that pass are not seen here. */
  readonly ended: Effect.Effect<never, Stopped>;
}

/** Beats and mismatches that wait; the oldest are lost first. */
const MAX_BEATS = 4_096;
const MAX_MISMATCHES = 64;
/** How long sockets have to close at the end, in ms. */
const FAREWELL_MS = 500;

/** Runs ingest for the time of a scope. Returns when it knows what the log holds. Refuses (`Stopped`) a log that waiting does not cure. */
export const startIngest = Effect.fnUntraced(function* (
  options: IngestOptions,
): Effect.fn.Return<Ingest, Stopped, Scope.Scope> {
  const { log, health } = options;
  const register = yield* Effect.mapError(
    openRegister(log, join(options.dataDir, "ingest", "registry.db")),
    stopped,
  );
  const local = yield* makeLocalReceipts(log, health);
  const board = yield* makeBoard(options, register);
  const receipts = options.receipts ?? local.receipts;
  const ended = yield* Deferred.make<never, LogUnavailable>();
  yield* Effect.forEach(loopsOf(options, board, receipts, local), (loop) =>
    Effect.forkScoped(Effect.catchCause(loop, (cause) => Deferred.failCause(ended, cause))),
  );
  const entrance = yield* openEntrance(board);
  health.set("ingest", { ok: true, detail: "writes" });
  return {
    handleUpgrade: (request, socket, head) => upgrade(entrance, request, socket, head),
    pages: makePages(board, options.ids.newId),
    connected: () => connectedHosts(board),
    receipts,
    ended: Effect.mapError(Deferred.await(ended), stopped),
  };
});

const makeBoard = Effect.fnUntraced(function* (
  { clocks, settings, metrics }: IngestOptions,
  register: Register,
): Effect.fn.Return<Switchboard> {
  const open = new Set<Uplink>();
  const lines = new Set<Line>();
  const figures = makeFigures(metrics, {
    uplinks: () => open.size,
    waitingFacts: () => [...lines].reduce((sum, line) => sum + line.waiting.length, 0),
    oldestWaitingMs: () =>
      Math.max(0, ...[...lines].map((line) => clocks.monoMs() - (line.waitsSince ?? Infinity))),
  });
  return {
    clocks,
    settings,
    register,
    figures,
    open,
    lines,
    watch: beginWatch(clocks, settings.silentAfterMs, hostsOf(register)),
    byHost: new Map(),
    arrived: Latch.makeUnsafe(false),
    hellos: yield* Queue.bounded<Uplink>(MAX_UPLINKS),
    beats: yield* Queue.sliding<Beat>(MAX_BEATS),
    mismatches: yield* Queue.sliding<HostId>(MAX_MISMATCHES),
  };
});

/** What runs beside each other as long as ingest does. */
function loopsOf(
  { log, health, clocks, ids, redactor, pulse }: IngestOptions,
  board: Switchboard,
  receipts: Receipts,
  local: LocalReceipts,
): readonly Effect.Effect<void, LogUnavailable>[] {
  const { register, figures, watch, lines, arrived } = board;
  const cleaner = { redactor, salt: () => randomHex(16) };
  const { publish } = local;
  const writer: WriterParts = { log, health, clocks, register, figures, cleaner, lines, arrived, publish };
  return [
    writeLines(writer),
    keepNotices({ ...writer, watch, ids }),
    keepMismatches(writer, board),
    answerHellos(board, receipts),
    passReceipts(board, receipts),
    passBeats(board, pulse),
    tickAlong(board),
    register.rows.ended,
  ];
}

const openEntrance = (board: Switchboard): Effect.Effect<Entrance, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): Entrance => {
      const handleProtocols = (): string => UPLINK_SUBPROTOCOL;
      const limits = { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false };
      return {
        board,
        isOpen: true,
        server: new WebSocketServer({ noServer: true, handleProtocols, ...limits }),
      };
    }),
    (entrance) => sayFarewell(entrance),
  );

const sayFarewell = (entrance: Entrance): Effect.Effect<void> =>
  Effect.suspend(() => {
    entrance.isOpen = false;
    const open = [...entrance.board.open];
    for (const uplink of open) refuse(entrance.board, uplink, "stopping", "The house is stopping.", 1_000);
    const closings = Effect.forEach(open, closingOf, { concurrency: "unbounded", discard: true });
    return Effect.timeoutOrElse(closings, {
      duration: FAREWELL_MS,
      orElse: () => Effect.sync(() => open.forEach(({ socket }) => socket.terminate())),
    });
  });

const closingOf = ({ socket }: Uplink): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (socket.readyState === socket.CLOSED) resume(Effect.void);
    else socket.once("close", () => resume(Effect.void));
  });

const stopped = ({ reason, detail }: LogUnavailable): Stopped =>
  new Stopped({ sentence: `Ingest cannot use the log (${reason}): ${detail}`, exitCode: EXIT.fault });
