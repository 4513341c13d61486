/** The moving parts of an open outbox, and the small writes that the rest is made of. All of them run inside a commit. */
import {
  type Body,
  type CommandId,
  contentDigest,
  type Epoch,
  hostLane,
  type HostId,
  type Lane,
  type OpenEvent,
  seal,
} from "@claw/events";
import { randomHex } from "@claw/runtime";
import type { Database } from "@claw/sqlite";
import type { Room } from "../domain/room.ts";
import { openEvent } from "../domain/telling.ts";
import type { EpochReason } from "./identity.ts";
import type { Statements } from "./tables.ts";

/** What found no room and was not told yet. */
export interface PendingGap {
  readonly count: number;
  readonly fromAt: number;
  readonly toAt: number;
}

/** Figures that mirror the tables; a commit that fails puts them back. */
export interface Figures {
  readonly epoch: Epoch;
  readonly nextSeq: number;
  readonly used: Room;
  readonly gap: PendingGap | null;
}

export interface Core {
  readonly db: Database;
  readonly sql: Statements;
  readonly hostId: HostId;
  readonly redactor: string;
  readonly bounds: Room;
  readonly wallMs: () => number;
  figures: Figures;
}

/** Gives an event the next sequence and stores it, sealed as it will travel. `ended` is the command whose outcome it tells. */
export function append(core: Core, lane: Lane, event: OpenEvent, ended: CommandId | null = null): void {
  const sealed = seal(lane, core.redactor, [event], () => randomHex(16));
  const body = JSON.stringify({ ...sealed, digest: contentDigest(sealed) });
  const bytes = Buffer.byteLength(body);
  const { lastInsertRowid } = core.sql.append.run(body, bytes, core.wallMs(), ended);
  const { used } = core.figures;
  core.figures = {
    ...core.figures,
    nextSeq: Number(lastInsertRowid) + 1,
    used: { rows: used.rows + 1, bytes: used.bytes + bytes },
  };
}

/** What a stored row holds besides its sequence. */
export interface StoredFact {
  readonly lane: Lane;
  readonly redactor: string | null;
  readonly events: ReturnType<typeof seal>["events"];
  readonly bodies: readonly (Body | null)[];
  readonly digest: string;
}

/** Starts a new epoch: its first fact says what came before, and what was not confirmed yet follows under new sequences. */
export function startEpoch(core: Core, reason: EpochReason): void {
  const { sql } = core;
  const prevEpoch = (sql.getMeta.get("epoch")?.value ?? null) as Epoch | null;
  const lastSeq = sql.lastSeq.get()?.seq ?? 0;
  const epoch = randomHex(16) as Epoch;
  sql.setMeta.run("epoch", epoch);
  sql.setMeta.run("epoch_at", String(core.wallMs()));
  const first = sql.firstSeq.get()?.seq ?? null;
  const carried = first === null ? 0 : lastSeq - first + 1;
  // By way of the negative numbers, so that no row meets another one on its way.
  core.db.exec("UPDATE outbox SET seq = -seq");
  core.db.exec("DELETE FROM sqlite_sequence WHERE name = 'outbox'");
  core.figures = { ...core.figures, epoch, nextSeq: 1 };
  const data = { prevEpoch, lastSeq, reason };
  append(core, hostLane(core.hostId), openEvent("epoch.started", core.wallMs(), data));
  if (first === null) return;
  // What was `first` becomes 2, because the new epoch's own fact is 1.
  core.db.prepare("UPDATE outbox SET seq = -seq - ? WHERE seq < 0").run(first - 2);
  core.db.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'outbox'").run(carried + 1);
  core.figures = { ...core.figures, nextSeq: carried + 2 };
}

export function readFigures(sql: Statements): Figures {
  const gap = sql.getMeta.get("gap")?.value;
  return {
    epoch: (sql.getMeta.get("epoch")?.value ?? "") as Epoch,
    nextSeq: (sql.lastSeq.get()?.seq ?? 0) + 1,
    used: sql.used.get() ?? { rows: 0, bytes: 0 },
    gap: gap === undefined ? null : (JSON.parse(gap) as PendingGap),
  };
}
