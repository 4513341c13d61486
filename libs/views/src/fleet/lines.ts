/**
 * The fleet line by line, for one request after another: every session and every registered runtime with its summary, whose it is, and why it needs somebody. What
 * was made for the last request is used again where the rows behind it are the same objects and no time that it hangs on is over (ADR 0014).
 */
import { ownerKey, type SessionId } from "@claw/events";
import { endpointKey } from "../domain/keys.ts";
import type { ViewReader } from "../reader.ts";
import type { RuntimeRow } from "../registry-rows.ts";
import type { SessionRow } from "../rows.ts";
import type { AttentionLimits } from "./attention.ts";
import type { EgressIndex } from "./egress.ts";
import { byAge } from "./fleet-state.ts";
import { type FleetRows, noFleetRows, policiesOf, takeIn, takeTouched } from "./kept.ts";
import type { Attached } from "./lifecycle.ts";
import {
  type Around,
  type FleetLine,
  isOfRuntime,
  isOfSession,
  type MadeLine,
  runtimeLine,
  sessionLine,
  type Sources,
  sourcesOfRuntime,
  sourcesOfSession,
} from "./line.ts";
import type { OwnerLookup } from "./ownership.ts";
import { lastSeenAt } from "./summary.ts";

/** What only the moment says. */
export interface FleetAsk {
  readonly nowMs: number;
  readonly limits: AttentionLimits;
  /** The newest heartbeat of a host, in epoch ms; null if none is known. */
  readonly heardAt: (hostId: string) => number | null;
  /** Whether a person's terminal is attached; nobody knows if left out. */
  readonly attachedTo?: (sessionId: SessionId) => Attached;
}

interface Made extends MadeLine {
  readonly sources: Sources;
  /** Epoch ms. Before that, nothing is known of it: clocks are set back. */
  readonly fromMs: number;
  readonly heardAt: number | null;
}

/** The last answer, and what it was the answer to. */
interface Last {
  readonly lines: readonly FleetLine[];
  readonly changes: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** The newest heartbeat of each host that a line hangs on. */
  readonly heard: ReadonlyMap<string, number | null>;
  /** Where each line stands, by its id, and the ids of each host's. */
  readonly places: ReadonlyMap<string, number>;
  readonly ofHost: ReadonlyMap<string, readonly string[]>;
}

/** The fleet as one reader of views keeps it. One for each process: it is a cache, and may be thrown away at any time. */
export interface Fleet {
  rows: FleetRows;
  /** By id of session or runtime. */
  made: Map<string, Made>;
  /** By which the lines were made; others make other lines. */
  limits: AttentionLimits | null;
  last: Last | null;
}

/** A fleet of which nothing was read yet. */
export const makeFleet = (): Fleet => ({ rows: noFleetRows(), made: new Map(), limits: null, last: null });

/** Reads what changed. Views that stand further back than what is kept are other views: then everything is read again. */
export function refresh(fleet: Fleet, reader: Pick<ViewReader, "position" | "fleetChanges">): void {
  const position = reader.position();
  if (position < fleet.rows.position) Object.assign(fleet, makeFleet());
  if (position > fleet.rows.position) takeIn(fleet.rows, reader.fleetChanges(fleet.rows.position));
}

/** Policies that count, one for each session. */
export const fleetPolicies = ({ rows }: Fleet): EgressIndex => policiesOf(rows);

/**
 * Every line of the fleet as of `nowMs`, as good as in the order of `fleetState`; the same array as the last time where nothing changed. Sessions that are closed are among them; of a session
 * and a runtime of one id, the session.
 */
export function linesOf(fleet: Fleet, ask: FleetAsk): readonly FleetLine[] {
  if (!isSameLimits(fleet.limits, ask.limits)) Object.assign(fleet, { made: new Map(), last: null });
  fleet.limits = ask.limits;
  if (fleet.last !== null && isStill(fleet.last, fleet.rows, ask)) return fleet.last.lines;
  const touched = takeTouched(fleet.rows);
  const { last } = fleet;
  return touched !== null && last !== null && isInTime(last, ask)
    ? mendLines(fleet, last, touched, ask)
    : makeLines(fleet, ask);
}

const isSameLimits = (before: AttentionLimits | null, now: AttentionLimits): boolean =>
  before !== null && before.silentTurnMs === now.silentTurnMs && before.refusedMs === now.refusedMs;

function isStill(last: Last, rows: FleetRows, ask: FleetAsk): boolean {
  if (last.changes !== rows.changes || !isInTime(last, ask)) return false;
  for (const [hostId, at] of last.heard) if (ask.heardAt(hostId) !== at) return false;
  return true;
}

/** Who is attached may change without a word in any row: then nothing is the same unseen. */
const isInTime = ({ fromMs, untilMs }: Last, { nowMs, attachedTo }: FleetAsk): boolean =>
  attachedTo === undefined && nowMs >= fromMs && nowMs < untilMs;

const aroundNow = ({ rows }: Fleet, { nowMs, limits }: FleetAsk): Around => ({
  rows,
  policies: policiesOf(rows),
  lookup: lookupIn(rows),
  limits,
  nowMs,
});

/** The last lines but for those that were touched, and those of hosts that were heard since: of a fleet at work few lines are others than a moment ago. */
function mendLines(
  fleet: Fleet,
  last: Last,
  touched: ReadonlySet<string>,
  ask: FleetAsk,
): readonly FleetLine[] {
  const { rows, made } = fleet;
  const around = aroundNow(fleet, ask);
  const lines = [...last.lines];
  const heard = new Map(last.heard);
  const old = new Set(touched);
  for (const [hostId, at] of last.heard) {
    const heardAt = ask.heardAt(hostId);
    if (heardAt === at) continue;
    heard.set(hostId, heardAt);
    for (const id of last.ofHost.get(hostId) ?? []) old.add(id);
  }
  let { untilMs } = last;
  for (const id of old) {
    const place = last.places.get(id);
    const row = rows.sessions.get(id);
    if (place === undefined || row === undefined) continue;
    // A session that another host tells of now is looked for under that one.
    if (!heard.has(row.hostId) || lines[place]?.session.hostId !== row.hostId) return makeLines(fleet, ask);
    const moment = { before: made.get(id), attached: "unknown", heardAt: ask.heardAt(row.hostId) } as const;
    const one = sessionNow(around, row, moment);
    made.set(id, one);
    lines[place] = one.line;
    untilMs = Math.min(untilMs, one.untilMs);
  }
  fleet.last = { ...last, lines, changes: rows.changes, fromMs: ask.nowMs, untilMs, heard };
  return lines;
}

function makeLines(fleet: Fleet, ask: FleetAsk): readonly FleetLine[] {
  const { rows, made } = fleet;
  const { nowMs } = ask;
  const around = aroundNow(fleet, ask);
  takeTouched(rows);
  const heard = new Map<string, number | null>();
  const lines: FleetLine[] = [];
  let untilMs = Number.POSITIVE_INFINITY;
  const keep = (id: string, one: Made, before: Made | undefined): void => {
    if (one !== before) made.set(id, one);
    lines.push(one.line);
    untilMs = Math.min(untilMs, one.untilMs);
  };
  for (const [id, row] of rows.sessions) {
    const before = made.get(id);
    const heardAt = ask.heardAt(row.hostId);
    heard.set(row.hostId, heardAt);
    const attached = ask.attachedTo?.(row.sessionId) ?? "unknown";
    keep(id, sessionNow(around, row, { before, attached, heardAt }), before);
  }
  for (const [id, row] of rows.runtimes) {
    if (rows.sessions.has(id)) continue;
    const before = made.get(id);
    keep(id, runtimeNow(around, row, before), before);
  }
  if (made.size > lines.length) forgetGone(fleet);
  lines.sort((a, b) => byAge(a.session, b.session));
  const fixed = { lines, ...placesOf(lines) };
  fleet.last = { ...fixed, changes: rows.changes, fromMs: nowMs, untilMs, heard };
  return lines;
}

function placesOf(lines: readonly FleetLine[]): Pick<Last, "places" | "ofHost"> {
  const places = new Map<string, number>();
  const ofHost = new Map<string, string[]>();
  for (const [place, { session }] of lines.entries()) {
    places.set(session.id, place);
    if (session.hostId === null) continue;
    const ids = ofHost.get(session.hostId);
    if (ids === undefined) ofHost.set(session.hostId, [session.id]);
    else ids.push(session.id);
  }
  return { places, ofHost };
}

/** A session that carries on under another name has no line any more. */
function forgetGone({ made, rows }: Fleet): void {
  for (const id of made.keys()) if (!rows.sessions.has(id) && !rows.runtimes.has(id)) made.delete(id);
}

interface Moment {
  readonly before: Made | undefined;
  readonly attached: Attached;
  readonly heardAt: number | null;
}

function sessionNow(around: Around, row: SessionRow, { before, attached, heardAt }: Moment): Made {
  if (before !== undefined && isNow(before, around) && isOfSession(before.sources, around, row, attached))
    return heardAgain(before, row, heardAt);
  const sources = sourcesOfSession(around, row, attached);
  return { ...sessionLine(around, row, sources, heardAt), sources, fromMs: around.nowMs, heardAt };
}

function runtimeNow(around: Around, row: RuntimeRow, before: Made | undefined): Made {
  if (before !== undefined && isNow(before, around) && isOfRuntime(before.sources, around, row))
    return before;
  const sources = sourcesOfRuntime(around, row);
  return { ...runtimeLine(around, row, sources), sources, fromMs: around.nowMs, heardAt: null };
}

const isNow = ({ fromMs, untilMs }: Made, { nowMs }: Around): boolean => nowMs >= fromMs && nowMs < untilMs;

/** The same line but for when it was seen last: hosts say that they live far oftener than anything else is said. */
function heardAgain(made: Made, row: SessionRow, heardAt: number | null): Made {
  if (made.heardAt === heardAt) return made;
  const { line } = made;
  const seenAt = lastSeenAt(row, heardAt);
  if (line.session.lastSeenAt === seenAt) return { ...made, heardAt };
  return { ...made, heardAt, line: { ...line, session: { ...line.session, lastSeenAt: seenAt } } };
}

const lookupIn = ({ sessions, endpoints, owners }: FleetRows): OwnerLookup => ({
  session: (id) => sessions.get(id) ?? null,
  unixUser: (hostId, endpointId) => endpoints.get(endpointKey(hostId, endpointId))?.unixUser ?? null,
  mapped: (hostId, unixUser) => owners.get(ownerKey(hostId, unixUser))?.owner ?? null,
});
