/** How turns change what is remembered of a session. */
import type { Turn } from "@claw/codex-rpc/protocol";
import { turnEnded } from "./approvals.ts";
import { turnIdOf } from "./names.ts";
import type { SessionState } from "./remembered.ts";
import { type Change, MAX_OPEN } from "./session-state.ts";
import { type Fact, fact, openEvent } from "./telling.ts";
import { isOver, type Means, turnCompleted, turnFacts, turnStarted } from "./translate/turn.ts";

export function turnBegins(state: SessionState, turn: Turn, means: Means): Change {
  return { state: opened(state, turnIdOf(turn.id)), facts: [turnStarted(turn, means)] };
}

/**
 * `isWhole` says that everything before this end was told, so that a later backfill may stop here. It may not while another turn is open: a turn that
 * was cut off ends in the history alone, and a backfill that stops behind it would never find that end (W-24).
 */
export function turnEnds(state: SessionState, turn: Turn, means: Means, isWhole: boolean): Change {
  const turnId = turnIdOf(turn.id);
  const over = turnEnded(state, turnId, means.at);
  const openTurns = over.state.openTurns.filter((open) => open !== turnId);
  const lastTurnId = isWhole && openTurns.length === 0 ? turnId : over.state.lastTurnId;
  return {
    state: { ...over.state, openTurns, lastTurnId },
    facts: [...over.facts, turnCompleted(turn, means)],
  };
}

/** Turns of a list, oldest first, told as a whole. What is known already is left out by its natural key. */
export function turnsListed(state: SessionState, turns: readonly Turn[], means: Means): Change {
  let current = state;
  const facts: Fact[] = [];
  for (const turn of turns) {
    const over = isOver(turn)
      ? turnEnded(current, turnIdOf(turn.id), means.at)
      : { state: current, facts: [] };
    facts.push(...over.facts, ...turnFacts(turn, means));
    current = listed(over.state, turn);
  }
  return { state: current, facts };
}

function listed(state: SessionState, turn: Turn): SessionState {
  const turnId = turnIdOf(turn.id);
  return isOver(turn)
    ? { ...state, openTurns: state.openTurns.filter((open) => open !== turnId) }
    : opened(state, turnId);
}

const opened = (state: SessionState, turnId: string): SessionState =>
  state.openTurns.includes(turnId)
    ? state
    : { ...state, openTurns: [...state.openTurns, turnId].slice(-MAX_OPEN) };

/** The newest turn of a list that is over: the next backfill runs down to it. */
export function toldThrough(state: SessionState, turns: readonly Turn[]): SessionState {
  const newest = turns.findLast(isOver);
  return newest === undefined ? state : { ...state, lastTurnId: turnIdOf(newest.id) };
}

/** A part of the history could not be had; what is missing is said. */
export function historyGapped(state: SessionState, reason: string, at: number): Change {
  const event = openEvent("history.gapped", at, { reason, afterTurnId: state.lastTurnId });
  return { state, facts: [fact(event, "a")] };
}
