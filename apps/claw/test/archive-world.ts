/** A session of a real house whose archives are looked at: what is told of it, and how long ago that was. */
import { readPart, type ObjectStore, type PartName } from "@claw/archives";
import {
  type Entry,
  Epoch,
  hostEntryId,
  HostId,
  type Json,
  type OpenEvent,
  seal,
  SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";
import { makeRedactor } from "@claw/redact";
import { type Clocks, makeHealth, makeMetrics, newId, noDiagnostics, systemClocks } from "@claw/runtime";
import type { ArchiveRow, ViewReader } from "@claw/views";
import { Effect, Schedule, Stream } from "effect";

export const DAY_MS = 86_400_000;
export const SESSION = SessionId.parse("0199-archived");
const HOST = HostId.parse("host-a");
const EPOCH = Epoch.parse("0".repeat(32));

/** Archives are looked for at once, and again soon after what failed. */
export const SOON = { roundMs: 50, baseMs: 10, capMs: 100 } as const;

/** Clocks of an archivist that looks from so far ahead. */
export function clocksAhead(): { readonly clocks: Clocks; aheadMs: number } {
  const ahead = {
    aheadMs: 0,
    clocks: { ...systemClocks, wallMs: () => systemClocks.wallMs() + ahead.aheadMs },
  };
  return ahead;
}

export const parts = () => ({
  ids: { newId },
  redactor: makeRedactor({ linkKey: "test" }),
  health: makeHealth(),
  metrics: makeMetrics(),
  diagnostics: noDiagnostics,
});

/** One fact of the session, told by its host. `seq` begins at 1 and counts on. */
export function fact(seq: number, type: string, data: Json, body?: Json, at = Date.now()): Entry {
  const open: OpenEvent = { type, v: 1, at, data, ...(body === undefined ? {} : { body }) };
  const sealed = seal(sessionLane(SESSION), null, [open], () => "00".repeat(16));
  const by = { kind: "host", hostId: HOST, epoch: EPOCH, seq } as const;
  return stampEntry(sealed, { id: hostEntryId(HOST, EPOCH, seq), by, at });
}

export const observed = (seq: number): Entry => fact(seq, "session.observed", OBSERVED, NAMED);
const NAMED = { name: "Archived", preview: null };
const OBSERVED: Json = {
  hostId: HOST,
  endpointId: "main",
  workspace: "/srv/app",
  repo: "acme/app",
  branch: "main",
  commit: null,
  source: "cli",
  threadSource: null,
  parentSessionId: null,
  rootSessionId: null,
  model: null,
  modelProvider: null,
  codexVersion: null,
  createdAt: null,
  activity: { type: "idle", flags: [] },
};

export const said = (seq: number, text: string): Entry =>
  fact(seq, "item.completed", itemOf(seq), { text, command: null, output: null, tool: null, paths: [] });
const itemOf = (seq: number): Json => ({
  turnId: "turn-1",
  itemId: `item-${seq}`,
  kind: "agentMessage",
  startedAt: null,
  completedAt: null,
  durationMs: null,
  status: "completed",
  exitCode: null,
  clientId: null,
  cutBytes: 0,
});

export const closed = (seq: number): Entry => fact(seq, "session.closed", { how: "archived" });

/** Waits until the rows say it, for 20 seconds at most. */
export const untilArchive = (
  reader: () => ViewReader,
  holds: (row: ArchiveRow) => boolean,
): Effect.Effect<ArchiveRow> =>
  Effect.suspend(() => {
    const row = reader().archive(SESSION);
    return row !== null && holds(row) ? Effect.succeed(row) : Effect.fail("not yet" as const);
  }).pipe(
    Effect.retry(Schedule.spaced("10 millis")),
    Effect.timeout("20 seconds"),
    Effect.mapError(() => new Error(`not within 20 s: ${JSON.stringify(reader().archive(SESSION))}`)),
    Effect.orDie,
  );

/** A part as text, checked against its row. */
export const textOf = (store: ObjectStore, row: ArchiveRow, part: PartName): Effect.Effect<string> =>
  Stream.runCollect(readPart(store, SESSION, row, part)).pipe(
    Effect.map((pieces) => Buffer.concat(pieces).toString("utf8")),
    Effect.orDie,
  );
