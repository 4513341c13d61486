/**
 * How a thread's history is read again. Sans-I/O: it says which page to ask for, and what of each page to tell, oldest turn first.
 *
 * First sight takes the newest 20 turns; after a gap the reading goes down to the last turn that was told, without bound (DESIGN 14.17). Pages
 * come newest first, but a lane is told oldest first, so a long gap is searched without items, by its cursors alone, and then told page by page
 * from its far end: memory holds one page and the cursors. A page behind a cursor stays what it is while new turns arrive in front, except the
 * first one, which is therefore kept.
 */
import type { Turn } from "@claw/codex-rpc/protocol";
import { turnIdOf } from "./names.ts";

export const FIRST_TURNS = 20;
/** 200,000 turns. A list that goes on after that is taken for a loop of a kind that the guard does not see (W-18). */
const MAX_PAGES = 10_000;

export interface Ask {
  readonly cursor: string | null;
  readonly limit: number;
  readonly itemsView: "full" | "notLoaded";
}

export interface Page {
  /** Newest first. */
  readonly data: readonly Turn[];
  readonly nextCursor: string | null;
}

export interface Backfill {
  readonly phase: "first" | "searching" | "telling";
  readonly knownTurnId: string | null;
  readonly newest: readonly Turn[];
  /** Of the pages behind the first one, nearest first. */
  readonly cursors: readonly string[];
}

export interface Step {
  /** What to ask for, and the state to hand the answer to; null at the end. */
  readonly next: { readonly ask: Ask; readonly state: Backfill } | null;
  /** Oldest first. */
  readonly tell: readonly Turn[];
  /** Why a part of the history cannot be had. */
  readonly gap: "cursor_loop" | "too_long" | null;
}

export const beginBackfill = (knownTurnId: string | null): Step =>
  asking({ phase: "first", knownTurnId, newest: [], cursors: [] }, null, "full");

export function continueBackfill(state: Backfill, page: Page): Step {
  if (state.phase === "telling") return tellNext(state, state.cursors.slice(0, -1), page);
  if (state.phase === "searching") return search(state, page);
  const { knownTurnId } = state;
  // A page without turns that promises more is no page.
  if (page.data.length === 0 && page.nextCursor !== null) return { next: null, tell: [], gap: "cursor_loop" };
  const isEnough = knownTurnId === null || page.nextCursor === null || holds(page, knownTurnId);
  if (isEnough) return { next: null, tell: oldestFirst(page, knownTurnId), gap: null };
  return search({ ...state, phase: "searching", newest: page.data }, { ...page, data: [] });
}

function search(state: Backfill, page: Page): Step {
  const { cursors, knownTurnId } = state;
  const { nextCursor } = page;
  if (nextCursor === null || (knownTurnId !== null && holds(page, knownTurnId))) return tellAll(state, null);
  if (cursors.includes(nextCursor)) return tellAll(state, "cursor_loop");
  if (cursors.length >= MAX_PAGES) return tellAll(state, "too_long");
  return asking({ ...state, cursors: [...cursors, nextCursor] }, nextCursor, "notLoaded");
}

function tellAll(state: Backfill, gap: Step["gap"]): Step {
  return { ...tellNext({ ...state, phase: "telling" }, state.cursors, { data: [], nextCursor: null }), gap };
}

/** Tells a page and asks for the one in front of it; behind the last cursor comes the first page, which is here already. */
function tellNext(state: Backfill, cursors: readonly string[], page: Page): Step {
  const tell = oldestFirst(page, state.knownTurnId);
  const cursor = cursors.at(-1);
  if (cursor === undefined) return { next: null, tell: [...tell, ...state.newest.toReversed()], gap: null };
  return { ...asking({ ...state, cursors }, cursor, "full"), tell };
}

const asking = (state: Backfill, cursor: string | null, itemsView: Ask["itemsView"]): Step => ({
  next: { ask: { cursor, limit: FIRST_TURNS, itemsView }, state },
  tell: [],
  gap: null,
});

const holds = (page: Page, turnId: string): boolean => page.data.some((turn) => turnIdOf(turn.id) === turnId);

/** The known turn is told again with the rest: one of its items may have ended after it. */
function oldestFirst({ data }: Page, knownTurnId: string | null): readonly Turn[] {
  const known = data.findIndex((turn) => turnIdOf(turn.id) === knownTurnId);
  return (known < 0 ? data : data.slice(0, known + 1)).toReversed();
}
