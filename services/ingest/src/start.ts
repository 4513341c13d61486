/** Starts ingest: the registry, the writer, the watch, and the door for connectors. */
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { HostId } from "@claw/events";
import type { EventLog, IndexedLog, LogUnavailable } from "@claw/eventlog";
import { EXIT, randomHex, Stopped } from "@claw/runtime";
import type { Pages, Receipts } from "@claw/wire";
import { Deferred, Effect, type Scope } from "effect";
import { keepAttempts } from "./attempts.ts";
import type { Switchboard } from "./board.ts";
import { hearBeats, hearUplinks, tellUplinks } from "./elsewhere.ts";
import { followWork, sendWork } from "./dispatcher.ts";
import { openEntrance } from "./entrance.ts";
import { followRegister } from "./follow-register.ts";
import { keepHoles } from "./holes.ts";
import { keepNotices } from "./keeper.ts";
import { type LocalReceipts, makeLocalReceipts } from "./ledger.ts";
import { answerHellos, passBeats, passReceipts, tickAlong } from "./loops.ts";
import { makeBoard } from "./make-board.ts";
import type { IngestOptions } from "./options.ts";
import { type ConnectedHost, connectedHosts } from "./overlay.ts";
import { makePages } from "./pages.ts";
import { hostOf, openRegister, type Register } from "./register.ts";
import { upgrade } from "./upgrade.ts";
import { writeLines, type WriterParts } from "./writer.ts";

export interface Ingest {
  /** For the `upgrade` event of the caller's HTTP server, at its path for uplinks. */
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly ingestId: string;
  readonly pages: Pages;
  /** Whether a host's uplink is here, so that its pages can be asked for here. */
  readonly holds: (hostId: HostId) => boolean;
  /** The hosts whose uplinks are here. */
  readonly connected: () => readonly ConnectedHost[];
  readonly receipts: Receipts;
  /** Waits for the fault that ends ingest: for its process to stop with. Faults that pass are not seen here. */
  readonly ended: Effect.Effect<never, Stopped>;
}

/**
 * Runs ingest for the time of a scope. Returns when it knows what the log holds. Refuses (`Stopped`) a log that waiting does not cure, and one without
 * an index where nobody else keeps receipts.
 */
export const startIngest = Effect.fnUntraced(function* (
  options: IngestOptions,
): Effect.fn.Return<Ingest, Stopped, Scope.Scope> {
  const { log, health, history } = options;
  health.set("ingest", { ok: false, detail: "reads what the log holds" });
  const register = yield* Effect.mapError(
    openRegister(log, join(options.dataDir, "ingest", "registry.db"), history),
    stopped,
  );
  const { receipts, publish } = yield* receiptsOf(options, register);
  const board = yield* makeBoard(options, register);
  const ended = yield* Deferred.make<never, LogUnavailable>();
  yield* Effect.forEach(loopsOf(options, board, receipts, publish), (loop) =>
    Effect.forkScoped(Effect.catchCause(loop, (cause) => Deferred.failCause(ended, cause))),
  );
  const entrance = yield* openEntrance(board);
  health.set("ingest", { ok: true, detail: "writes" });
  return {
    handleUpgrade: (request, socket, head) => upgrade(entrance, request, socket, head),
    ingestId: board.ingestId,
    pages: makePages(board, options.ids.newId),
    holds: (hostId) => board.byHost.has(hostId),
    connected: () => connectedHosts(board),
    receipts,
    ended: Effect.mapError(Deferred.await(ended), stopped),
  };
});

/** Those of the ledger of record; else the log's own. Where others keep receipts, an append proves nothing yet and nothing is published. */
function receiptsOf(
  { log, health, receipts }: IngestOptions,
  register: Register,
): Effect.Effect<LocalReceipts, Stopped> {
  if (receipts !== undefined) return Effect.succeed({ receipts, publish: () => {} });
  if (isIndexed(log))
    return makeLocalReceipts(log, health, (hostId, epoch) => {
      const host = hostOf(register, hostId);
      return host?.epoch === epoch ? host.lastSeq : 0;
    });
  const sentence = "Ingest has no ledger: a log without an index needs the receipts of one.";
  return Effect.fail(new Stopped({ sentence, exitCode: EXIT.fault }));
}

const isIndexed = (log: EventLog): log is EventLog & IndexedLog => "find" in log;

/** What runs beside each other as long as ingest does. */
function loopsOf(
  { log, health, clocks, ids, redactor, pulse, uplinks }: IngestOptions,
  board: Switchboard,
  receipts: Receipts,
  publish: LocalReceipts["publish"],
): readonly Effect.Effect<void, LogUnavailable>[] {
  const { register, figures, watch, lines, arrived, limits } = board;
  const cleaner = { redactor, salt: () => randomHex(16) };
  const shared = { log, health, clocks, register, figures, cleaner, limits };
  const writer: WriterParts = { ...shared, lines, arrived, publish };
  return [
    writeLines(writer),
    keepNotices({ ...writer, watch, ids }),
    keepAttempts(writer, board.attempts, board.ingestId),
    keepHoles(writer, board.holes),
    answerHellos(board, receipts, log),
    passReceipts(board, receipts),
    passBeats(board, pulse),
    tickAlong(board),
    followRegister(board),
    followWork(board),
    sendWork(board, { log, health }),
    register.rows.ended,
    ...(pulse === undefined ? [] : [hearBeats(board, pulse)]),
    ...(uplinks === undefined ? [] : [tellUplinks(board, uplinks), hearUplinks(board, uplinks)]),
  ];
}

const stopped = ({ reason, detail }: LogUnavailable): Stopped =>
  new Stopped({ sentence: `Ingest cannot use the log (${reason}): ${detail}`, exitCode: EXIT.fault });
