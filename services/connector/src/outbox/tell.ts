/** Admits tellings: only what is new, and only what has room. */
import { hostLane, sessionLane } from "@claw/events";
import type { SessionState } from "../domain/remembered.ts";
import { hasRelief, hasRoom } from "../domain/room.ts";
import { type Fact, openEvent, type Telling } from "../domain/telling.ts";
import { retellCommands } from "./commands.ts";
import { append, type Core, type PendingGap } from "./core.ts";

/** Turns per session whose natural keys are kept. A backfill runs down to the last turn that was told, so older ones are not asked for. */
const KEPT_TURNS = 64;

/**
 * Stores a telling, or false when it found no room: then nothing of it is stored, not even the state, so that the next look at the session
 * finds the same news again. Facts of the least importance are left out alone.
 */
export function tell(core: Core, telling: Telling): boolean {
  const fresh = telling.facts.filter((fact) => isNews(core, fact));
  const admitted = fresh.filter(({ importance }) => hasRoom(importance, core.figures.used, core.bounds));
  const isRefused = fresh.some((fact) => fact.importance !== "c" && !admitted.includes(fact));
  const refused = isRefused ? fresh.length : fresh.length - admitted.length;
  if (refused > 0) widenGap(core, refused);
  if (isRefused) {
    if (telling.session !== null) markGapped(core, telling.session.sessionId);
    return false;
  }
  for (const fact of admitted) store(core, telling, fact);
  if (telling.session === null) return true;
  const isFirstSight = core.sql.getSession.get(telling.session.sessionId) === undefined;
  saveSession(core, telling.session.state);
  if (isFirstSight) retellCommands(core, telling.session.sessionId);
  return true;
}

function isNews({ sql }: Core, { key }: Fact): boolean {
  if (key === null) return true;
  const known = sql.getFact.get(key.key)?.content;
  return known === undefined || (key.content !== null && known !== key.content);
}

function store(core: Core, { lane, session }: Telling, { event, key }: Fact): void {
  append(core, lane, event);
  if (key === null || session === null) return;
  const isTurnEnd = event.type === "turn.completed";
  core.sql.putFact.run(key.key, session.sessionId, key.content ?? "", isTurnEnd ? 1 : 0);
  if (isTurnEnd) core.sql.pruneFacts.run(session.sessionId, session.sessionId, KEPT_TURNS);
}

function saveSession({ sql }: Core, state: SessionState): void {
  sql.putSession.run(state.sessionId, state.endpointId, JSON.stringify(state));
}

export function readSession({ sql }: Core, sessionId: string): SessionState | null {
  const row = sql.getSession.get(sessionId);
  return row === undefined ? null : (JSON.parse(row.state) as SessionState);
}

function markGapped(core: Core, sessionId: string): void {
  const known = readSession(core, sessionId);
  if (known !== null && !known.isGapped) saveSession(core, { ...known, isGapped: true });
}

function widenGap(core: Core, count: number): void {
  const now = core.wallMs();
  const { gap } = core.figures;
  const wider: PendingGap = { count: (gap?.count ?? 0) + count, fromAt: gap?.fromAt ?? now, toAt: now };
  core.figures = { ...core.figures, gap: wider };
  core.sql.setMeta.run("gap", JSON.stringify(wider));
}

/** Once there is room again: says in sequence what was left out, and of which sessions. True if there was something to say. */
export function reportGap(core: Core): boolean {
  const { gap, used } = core.figures;
  if (gap === null || !hasRelief(used, core.bounds)) return false;
  const at = core.wallMs();
  append(core, hostLane(core.hostId), openEvent("outbox.gapped", at, { ...gap, reason: "full" }));
  for (const { state } of core.sql.allSessions.all()) {
    const session = JSON.parse(state) as SessionState;
    if (!session.isGapped) continue;
    const data = { reason: "outbox_full", afterTurnId: session.lastTurnId };
    append(core, sessionLane(session.sessionId), openEvent("history.gapped", at, data));
  }
  core.sql.dropMeta.run("gap");
  core.figures = { ...core.figures, gap: null };
  return true;
}
