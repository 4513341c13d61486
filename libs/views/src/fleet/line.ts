/** One line of the fleet, made of rows; and until when it says what it says, if none of them changes (ADR 0014). Pure. */
import type { SessionId } from "@claw/events";
import type { ApprovalRow } from "../approval-rows.ts";
import type { MuteRow } from "../command-rows.ts";
import { joined } from "../domain/checkpoints.ts";
import { endpointKey } from "../domain/keys.ts";
import { firstNameOf } from "../domain/spawned.ts";
import type { Belonging } from "../domain/visibility.ts";
import type { AttentionActsRow } from "../people-rows.ts";
import type { ArchiveRow, CheckpointsRow, EgressRow, RuntimeRow } from "../registry-rows.ts";
import type { EndpointRow, HostRow, SessionRow, Usage } from "../rows.ts";
import {
  type AttentionItem,
  type AttentionLimits,
  attentionOf,
  attentionOfRuntime,
  attentionUntil,
  nextOf,
  ranked,
} from "./attention.ts";
import type { EgressIndex } from "./egress.ts";
import type { FleetRows } from "./kept.ts";
import type { Attached } from "./lifecycle.ts";
import { belongingOf, belongingOfRuntime, type OwnerLookup, ownerOf } from "./ownership.ts";
import type { FleetSession } from "./shapes.ts";
import { runtimeSummary, sessionSummary } from "./summary.ts";

/** An item of attention with what people did about it. */
export interface AttentionEntry extends AttentionItem {
  readonly acts: AttentionActsRow | null;
  /** Put off for now: it is not among the words of its line. */
  readonly isSnoozed: boolean;
}

export interface FleetLine {
  readonly session: FleetSession;
  /** What its sight is decided by. */
  readonly belonging: Belonging;
  /** Ranked; those that are put off are among them. */
  readonly attention: readonly AttentionEntry[];
  /** Tokens of its thread as Codex said last; null where nobody reported any, and of registered runtimes (N1-036). */
  readonly usage: Usage | null;
}

/** Every row that one line hangs on, as it is now: the same objects make the same line, but for time and heartbeats. */
export interface Sources {
  readonly row: SessionRow | RuntimeRow;
  readonly host: HostRow | undefined;
  readonly endpoint: EndpointRow | undefined;
  readonly questions: readonly ApprovalRow[] | undefined;
  readonly mute: MuteRow | undefined;
  readonly egress: EgressRow | null;
  readonly archive: ArchiveRow | undefined;
  readonly checkpoints: CheckpointsRow | undefined;
  /** Those of its first name. */
  readonly earlier: CheckpointsRow | undefined;
  readonly attached: Attached;
  /** Stands for the rows that say whose it is, and for what people did. */
  readonly version: number;
}

/** What lines are made with besides their own rows. */
export interface Around {
  readonly rows: FleetRows;
  readonly policies: EgressIndex;
  readonly lookup: OwnerLookup;
  readonly limits: AttentionLimits;
  readonly nowMs: number;
}

export interface MadeLine {
  readonly line: FleetLine;
  /** Epoch ms: from then on time alone may make another line of the same rows. `Infinity` where it never does. */
  readonly untilMs: number;
}

/** What is here is asked of every line at every request, so nothing is made for it. */
export function isOfSession(made: Sources, around: Around, row: SessionRow, attached: Attached): boolean {
  const { rows, policies } = around;
  const { sessionId, hostId, endpointId } = row;
  if (made.row !== row || made.version !== rows.version || made.attached !== attached) return false;
  const first = firstNameOf(row);
  return (
    made.host === rows.hosts.get(hostId) &&
    made.endpoint === rows.endpoints.get(endpointKey(hostId, endpointId)) &&
    made.questions === rows.questions.get(sessionId) &&
    made.mute === rows.mutes.get(sessionId) &&
    made.egress === policies.of(sessionId) &&
    made.archive === archiveOf(rows, sessionId, first) &&
    made.checkpoints === rows.checkpoints.get(sessionId) &&
    made.earlier === (first === null ? undefined : rows.checkpoints.get(first))
  );
}

/** True if the runtime's line would be made of the same rows again. */
export const isOfRuntime = (made: Sources, { rows, policies }: Around, row: RuntimeRow): boolean =>
  made.row === row &&
  made.version === rows.version &&
  made.host === (row.hostId === null ? undefined : rows.hosts.get(row.hostId)) &&
  made.egress === policies.of(row.runtimeId) &&
  made.archive === rows.archives.get(row.runtimeId) &&
  made.checkpoints === rows.checkpoints.get(row.runtimeId);

const archiveOf = ({ archives }: FleetRows, id: SessionId, first: SessionId | null): ArchiveRow | undefined =>
  archives.get(id) ?? (first === null ? undefined : archives.get(first));

/** The rows that a session's line is made of, as they are now. */
export function sourcesOfSession({ rows, policies }: Around, row: SessionRow, attached: Attached): Sources {
  const { sessionId, hostId, endpointId } = row;
  const first = firstNameOf(row);
  return {
    row,
    host: rows.hosts.get(hostId),
    endpoint: rows.endpoints.get(endpointKey(hostId, endpointId)),
    questions: rows.questions.get(sessionId),
    mute: rows.mutes.get(sessionId),
    egress: policies.of(sessionId),
    archive: archiveOf(rows, sessionId, first),
    checkpoints: rows.checkpoints.get(sessionId),
    earlier: first === null ? undefined : rows.checkpoints.get(first),
    attached,
    version: rows.version,
  };
}

/** The rows that a registered runtime's line is made of, as they are now. */
export function sourcesOfRuntime({ rows, policies }: Around, row: RuntimeRow): Sources {
  const { runtimeId, hostId } = row;
  return {
    row,
    host: hostId === null ? undefined : rows.hosts.get(hostId),
    endpoint: undefined,
    questions: undefined,
    mute: undefined,
    egress: policies.of(runtimeId),
    archive: rows.archives.get(runtimeId),
    checkpoints: rows.checkpoints.get(runtimeId),
    earlier: undefined,
    attached: "unknown",
    version: rows.version,
  };
}

/** `hostHeardAt` is the newest heartbeat of its host in epoch ms. */
export function sessionLine(
  around: Around,
  row: SessionRow,
  sources: Sources,
  hostHeardAt: number | null,
): MadeLine {
  const { lookup, limits, nowMs } = around;
  const { host = null, endpoint = null, attached, questions = [], mute = null } = sources;
  const owner = ownerOf(row, lookup);
  const input = { row, approvals: questions, mute, limits, nowMs };
  const attention = entriesOf(around, attentionOf(input));
  const belonging = belongingOf(row, owner, host?.group);
  const session = sessionSummary({
    row,
    host,
    endpoint,
    attached,
    owner,
    hostHeardAt,
    ...besideOf(belonging, sources, attention),
  });
  return {
    line: { session, belonging, attention, usage: row.usage },
    untilMs: Math.min(attentionUntil(input), snoozedUntil(attention, nowMs)),
  };
}

/** The line of a registered runtime. */
export function runtimeLine(around: Around, row: RuntimeRow, sources: Sources): MadeLine {
  const { nowMs } = around;
  const attention = entriesOf(around, attentionOfRuntime(row, nowMs));
  const belonging = belongingOfRuntime(row, sources.host?.group);
  const session = runtimeSummary({ row, nowMs, ...besideOf(belonging, sources, attention) });
  return {
    line: { session, belonging, attention, usage: null },
    untilMs: Math.min(nextOf(row.leaseUntil, nowMs), snoozedUntil(attention, nowMs)),
  };
}

function entriesOf({ rows, nowMs }: Around, items: readonly AttentionItem[]): readonly AttentionEntry[] {
  if (items.length === 0) return NOTHING;
  return ranked(items).map((item) => {
    const done = rows.acts.get(item.key) ?? null;
    return { ...item, acts: done, isSnoozed: (done?.snoozedUntil ?? 0) > nowMs };
  });
}

const NOTHING: readonly AttentionEntry[] = [];

const snoozedUntil = (attention: readonly AttentionEntry[], nowMs: number): number =>
  attention.reduce(
    (until, { acts }) => Math.min(until, nextOf(acts?.snoozedUntil, nowMs)),
    Number.POSITIVE_INFINITY,
  );

const besideOf = (
  { sessionId, group }: Belonging,
  { egress, archive, checkpoints, earlier }: Sources,
  attention: readonly AttentionEntry[],
) => ({
  egress,
  archive: archive ?? null,
  checkpoints: joined(sessionId, [checkpoints, earlier])?.count ?? 0,
  attention: wordsOf(attention),
  group,
});

/** The words of the items that are not put off, each once, the most urgent first (F1, N1-033). */
const wordsOf = (entries: readonly AttentionEntry[]): readonly string[] => [
  ...new Set(entries.flatMap(({ kind, isSnoozed }) => (isSnoozed ? [] : [kind]))),
];
