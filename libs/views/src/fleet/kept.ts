/** The fleet's rows in memory, brought up to date by what changed: so that a request costs what changed since the last one (ADR 0014, F1-009). */
import { requestedSession } from "@claw/events";
import type { ApprovalRow } from "../approval-rows.ts";
import type { MuteRow } from "../command-rows.ts";
import { isHidden } from "../domain/spawned.ts";
import type { AttentionActsRow } from "../people-rows.ts";
import type { ChangedRow, FleetChanges, FleetRow } from "../reader.ts";
import type { ArchiveRow, CheckpointsRow, EgressRow, OwnerRow, RuntimeRow } from "../registry-rows.ts";
import type { EndpointRow, HostRow, SessionRow } from "../rows.ts";
import { type EgressIndex, egressIn } from "./egress.ts";

/** Rows by their keys. What is here is what was read last; nothing of it is ever changed in place, so a row that is the same object is the same. */
export interface FleetRows {
  /** Everything up to here is in. */
  position: number;
  /** Grows with each row that is taken in. */
  changes: number;
  /** Grows when anything changed by which it is said whose a line is, and what people did about it: few things do, and each may concern any line. */
  version: number;
  /** Ids whose own rows were taken in since `takeTouched`; null where it may be any line's: something of which many are made, or a line that came or went. */
  touched: Set<string> | null;
  /** Those that are in a list: none that carries on under another name. */
  readonly sessions: Map<string, SessionRow>;
  readonly hosts: Map<string, HostRow>;
  readonly endpoints: Map<string, EndpointRow>;
  /** Open ones, by session. */
  readonly questions: Map<string, readonly ApprovalRow[]>;
  readonly runtimes: Map<string, RuntimeRow>;
  readonly egress: Map<string, EgressRow>;
  readonly checkpoints: Map<string, CheckpointsRow>;
  readonly archives: Map<string, ArchiveRow>;
  readonly owners: Map<string, OwnerRow>;
  readonly acts: Map<string, AttentionActsRow>;
  /** Of sessions as origins, by session. */
  readonly mutes: Map<string, MuteRow>;
  /** First names of sessions, by which their policies may be known. */
  readonly firstNames: Map<string, string>;
  /** Made when it is asked for; null after something that it is made of changed. */
  policies: EgressIndex | null;
}

/** What is kept before anything was read. */
export const noFleetRows = (): FleetRows => ({
  position: 0,
  changes: 0,
  version: 0,
  touched: null,
  sessions: new Map(),
  hosts: new Map(),
  endpoints: new Map(),
  questions: new Map(),
  runtimes: new Map(),
  egress: new Map(),
  checkpoints: new Map(),
  archives: new Map(),
  owners: new Map(),
  acts: new Map(),
  mutes: new Map(),
  firstNames: new Map(),
  policies: null,
});

/** What the origin of a session begins with. */
const SESSION = "session/";

/** Takes in what changed. A row may come again as it was. */
export function takeIn(rows: FleetRows, changes: FleetChanges): void {
  for (const changed of changes.rows) takeRow(rows, changed);
  rows.position = changes.position;
}

/** Which lines may be others than when this was asked last; null for any of them. */
export function takeTouched(rows: FleetRows): ReadonlySet<string> | null {
  const { touched } = rows;
  rows.touched = new Set();
  return touched;
}

function takeRow(rows: FleetRows, changed: FleetRow): void {
  rows.changes += 1;
  const only = onlyOf(changed);
  if (only === null) rows.touched = null;
  else rows.touched?.add(only);
  if (changed.view === "sessions") takeSession(rows, changed.row);
  else takeOther(rows, changed);
}

/** The one line that is made of it, by its id; null where it may be several. What archives and checkpoints are called by may be a first name. */
function onlyOf({ view, row }: FleetRow): string | null {
  if (view === "sessions" || view === "approvals") return row.sessionId;
  if (view !== "rules") return null;
  return row.kind === "mute" && row.origin.startsWith(SESSION) ? row.origin.slice(SESSION.length) : "";
}

function takeOther(rows: FleetRows, { view, key, row }: Exclude<FleetRow, ChangedRow<"sessions">>): void {
  switch (view) {
    case "approvals":
      return takeQuestion(rows, row);
    case "rules":
      if (row.kind === "mute" && row.origin.startsWith(SESSION))
        rows.mutes.set(row.origin.slice(SESSION.length), row);
      return;
    case "runtimes":
      rows.policies = null;
      rows.runtimes.set(key, row);
      return;
    case "egress":
      rows.policies = null;
      rows.egress.set(key, row);
      return;
    case "hosts":
      rows.hosts.set(key, row);
      return;
    case "endpoints":
      if (rows.endpoints.get(key)?.unixUser !== row.unixUser) rows.version += 1;
      rows.endpoints.set(key, row);
      return;
    case "checkpoints":
      rows.checkpoints.set(key, row);
      return;
    case "archives":
      rows.archives.set(key, row);
      return;
    case "owners":
      rows.version += 1;
      rows.owners.set(key, row);
      return;
    case "attention":
      rows.version += 1;
      rows.acts.set(key, row);
      return;
    default:
      return view satisfies never;
  }
}

/** Policies are known by names of sessions, and owners by who asked: a session that comes, goes or gets a first name may change whose something is. */
function takeSession(rows: FleetRows, row: SessionRow): void {
  const { sessionId, spawn } = row;
  const before = rows.sessions.get(sessionId);
  const isListed = !isHidden(row);
  if (isListed) rows.sessions.set(sessionId, row);
  else rows.sessions.delete(sessionId);
  if (isListed && spawn !== null) rows.firstNames.set(requestedSession(spawn.commandId), sessionId);
  const isNamed = spawn !== null && (before === undefined || before.spawn === null);
  if (!isNamed && isListed === (before !== undefined)) return;
  rows.policies = null;
  rows.version += 1;
  rows.touched = null;
}

function takeQuestion(rows: FleetRows, row: ApprovalRow): void {
  const others = (rows.questions.get(row.sessionId) ?? []).filter(
    ({ requestId }) => requestId !== row.requestId,
  );
  const open = row.closedAt === null ? [...others, row] : others;
  if (open.length === 0) rows.questions.delete(row.sessionId);
  else rows.questions.set(row.sessionId, open);
}

/** Which policy counts for whom. */
export function policiesOf(rows: FleetRows): EgressIndex {
  rows.policies ??= egressIn([...rows.egress.values()], idsIn(rows));
  return rows.policies;
}

/** Of sessions by either name, of runtimes by id or sandbox. A session goes before a runtime of the same name: its host proved what it is. */
function idsIn({ sessions, runtimes, firstNames }: FleetRows): (name: string) => string | null {
  const sandboxes = new Map<string, string>();
  for (const { runtimeId, sandboxId } of runtimes.values())
    if (sandboxId !== null) sandboxes.set(sandboxId, runtimeId);
  return (name) => {
    if (sessions.has(name)) return name;
    return firstNames.get(name) ?? (runtimes.has(name) ? name : (sandboxes.get(name) ?? null));
  };
}
