/**
 * The outbox: what this host has seen and the house has not yet confirmed, on disk, in order (N1-037).
 *
 * A commit survives a power cut, and one commit holds a fact, its sequence and the state that it reports; there is no moment at which one is
 * known without the others. Facts leave only below the watermark of the ledger. Two connectors on one directory are refused.
 */
import { join } from "node:path";
import { type EndpointId, type Epoch, type HostId, isRequested, type SessionId } from "@claw/events";
import { type Lock, lockDirectory, openDatabase, OpenRefused } from "@claw/sqlite";
import type { Fact } from "@claw/wire";
import { OUTBOX_BOUNDS, type Room } from "../domain/room.ts";
import type { SessionState } from "../domain/remembered.ts";
import type { Telling } from "../domain/telling.ts";
import { type CommandStore, commandStore, untellCommands } from "./commands.ts";
import { type Core, readFigures, startEpoch, type StoredFact } from "./core.ts";
import { judge, readMachineId, settle, type Surface } from "./identity.ts";
import { migrate, prepare, SCHEMA_VERSION } from "./tables.ts";
import { readSession, reportGap, tell } from "./tell.ts";

export interface OutboxOptions {
  /** A directory of its own; it is made, for the owner only. */
  readonly directory: string;
  readonly hostId: HostId;
  /** The version of the redactor that all text has passed. */
  readonly redactor: string;
  readonly wallMs: () => number;
  readonly bounds?: Room;
  readonly machineId?: string;
}

export interface Outbox {
  readonly epoch: () => Epoch;
  /** The sequence that the next fact will get. */
  readonly nextSeq: () => number;
  /** The oldest sequence that is still there; the next one when there is none. */
  readonly firstSeq: () => number;
  readonly used: () => Room;
  /** Runs `work` as one durable commit, or leaves no trace of it when it throws. */
  readonly commit: <Value>(work: () => Value) => Value;
  /** Stores a telling; false when there was no room. A commit of its own unless one is open. */
  readonly tell: (telling: Telling) => boolean;
  readonly session: (sessionId: SessionId) => SessionState | null;
  /** Those of threads; a session that was only asked for has none. */
  readonly sessionsOf: (endpointId: EndpointId) => readonly SessionState[];
  /** Facts after a sequence, in order: at least one if there is any, else within the limits. */
  readonly read: (
    after: number,
    limits: { readonly rows: number; readonly bytes: number },
  ) => readonly Fact[];
  /** When the oldest fact after a sequence was stored, or null. */
  readonly oldestAfter: (seq: number) => number | null;
  /** Deletes what the ledger holds. Another epoch's watermark changes nothing. */
  readonly forget: (epoch: Epoch, through: number) => void;
  readonly commands: CommandStore;
  /** Starts a new epoch. With `retell`, what was told is forgotten too, so that all of it is news again. */
  readonly renew: (retell: boolean) => void;
  /** Hears of what the listener names. */
  readonly listen: (listener: OutboxListener) => () => void;
  readonly close: () => void;
}

export interface OutboxListener {
  readonly grew?: () => void;
  readonly relieved?: () => void;
  /** Nothing counts as told any more. */
  readonly untold?: () => void;
}

/** Opens it. Throws `OpenRefused`: in use by another process, written by a newer version, unwritable, corrupt, or another host's. */
export function openOutbox(options: OutboxOptions): Outbox {
  const lock = lockDirectory(options.directory);
  try {
    return bind(openCore(options), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openCore(options: OutboxOptions): Core {
  const surface: Surface = {
    databasePath: join(options.directory, "outbox.db"),
    markerPath: join(options.directory, "outbox.marker"),
    machineId: options.machineId ?? readMachineId(),
  };
  const db = openDatabase({
    path: surface.databasePath,
    durability: "full",
    schemaVersion: SCHEMA_VERSION,
    migrate,
  });
  const sql = prepare(db);
  const { hostId, redactor, wallMs, bounds = OUTBOX_BOUNDS } = options;
  const core: Core = { db, sql, hostId, redactor, bounds, wallMs, figures: readFigures(sql) };
  try {
    claim(core, surface);
    return core;
  } catch (error) {
    db.close();
    throw error;
  }
}

function claim(core: Core, surface: Surface): void {
  const owner = core.sql.getMeta.get("host")?.value ?? core.hostId;
  if (owner !== core.hostId)
    throw new OpenRefused(
      "locked",
      surface.databasePath,
      `it is the outbox of host ${owner}, not of ${core.hostId}`,
    );
  const reason = judge(core.sql, surface);
  core.db
    .transaction(() => {
      core.sql.setMeta.run("host", core.hostId);
      if (reason !== null) startEpoch(core, reason);
    })
    .immediate();
  settle(core.sql, surface);
}

function bind(core: Core, lock: Lock): Outbox {
  const listeners = new Set<OutboxListener>();
  const commit = <Value>(work: () => Value): Value => commitAndSay(core, listeners, work);
  return {
    epoch: () => core.figures.epoch,
    nextSeq: () => core.figures.nextSeq,
    firstSeq: () => core.figures.nextSeq - core.figures.used.rows,
    used: () => core.figures.used,
    commit,
    tell: (telling) => commit(() => tell(core, telling)),
    session: (sessionId) => readSession(core, sessionId),
    sessionsOf: (endpointId) =>
      core.sql.sessionsOf
        .all(endpointId)
        .map(({ state }) => JSON.parse(state) as SessionState)
        .filter(({ sessionId }) => !isRequested(sessionId)),
    read: (after, limits) => readFacts(core, after, limits),
    oldestAfter: (seq) => core.sql.oldestAfter.get(seq)?.at ?? null,
    commands: commandStore(core, commit),
    forget: (epoch, through) => forget(core, listeners, epoch, through),
    renew: (retell) => {
      commit(() => renew(core, retell));
      if (retell) for (const listener of listeners) listener.untold?.();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      core.db.close();
      lock.release();
    },
  };
}

/** A commit inside a commit is a part of it. Listeners hear of it when it is on disk. */
function commitAndSay<Value>(core: Core, listeners: ReadonlySet<OutboxListener>, work: () => Value): Value {
  if (core.db.inTransaction) return work();
  const before = core.figures;
  try {
    const value = core.db.transaction(work).immediate();
    if (core.figures.nextSeq !== before.nextSeq) for (const listener of listeners) listener.grew?.();
    return value;
  } catch (error) {
    core.figures = before;
    throw error;
  }
}

function renew(core: Core, retell: boolean): void {
  startEpoch(core, "restored");
  if (!retell) return;
  core.db.exec("DELETE FROM facts; DELETE FROM sessions");
  untellCommands(core);
}

function readFacts(
  core: Core,
  after: number,
  limits: { readonly rows: number; readonly bytes: number },
): readonly Fact[] {
  const facts: Fact[] = [];
  let bytes = 0;
  for (const row of core.sql.rowsAfter.iterate(after, limits.rows)) {
    bytes += row.bytes;
    if (facts.length > 0 && bytes > limits.bytes) break;
    const { lane, redactor, events, bodies, digest } = JSON.parse(row.body) as StoredFact;
    facts.push({ seq: row.seq, lane, redactor, events: [...events], bodies: [...bodies], digest });
  }
  return facts;
}

function forget(core: Core, listeners: ReadonlySet<OutboxListener>, epoch: Epoch, through: number): void {
  if (epoch !== core.figures.epoch) return;
  let isRelieved = false;
  commitAndSay(core, listeners, () => {
    const gone = core.sql.usedThrough.get(through) ?? { rows: 0, bytes: 0 };
    if (gone.rows > 0) core.sql.forget.run(through);
    const { used } = core.figures;
    core.figures = { ...core.figures, used: { rows: used.rows - gone.rows, bytes: used.bytes - gone.bytes } };
    isRelieved = reportGap(core);
  });
  if (isRelieved) for (const listener of listeners) listener.relieved?.();
}
