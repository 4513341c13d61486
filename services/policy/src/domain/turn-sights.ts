/** The turns of a session as policy sees them: few, in the order in which they began, and the same however often a fact is told. */
import type { CommandId, DataOf, TurnId } from "@claw/events";
import { MAX_TURNS, type TurnSight } from "./sight.ts";

/** A turn with what it takes to place it and to count its tokens. */
export interface TurnRow extends TurnSight {
  /** As Codex says; null where nobody said it yet. */
  readonly startedAt: number | null;
  /** The thread's own count before this turn's first call, and after its last: tokens told twice are counted once. Null before the first. */
  readonly used: { readonly from: number; readonly to: number } | null;
}

/** Turns without a command of ours that are kept: a host may say late that a command went into one of them. */
export const MAX_PLAIN_TURNS = 4;
/** Commands of one turn. A root may have 50, a turn eight roots at most. */
export const MAX_COMMANDS = 64;

const emptyTurn = (turnId: TurnId, startedAt: number | null): TurnRow => ({
  turnId,
  commandIds: [],
  hasPerson: false,
  tokens: 0,
  isOver: false,
  startedAt,
  used: null,
});

/**
 * The turns with one of them changed. One that was not known is placed by when it began (last, where nobody says), if `mayAdd`; what is told again of a
 * turn that was let go since must not bring it back.
 */
export function withTurn(
  turns: readonly TurnRow[],
  turnId: TurnId,
  mayAdd: boolean,
  change: (turn: TurnRow) => TurnRow,
  startedAt: number | null = null,
): readonly TurnRow[] {
  const index = turns.findIndex((turn) => turn.turnId === turnId);
  const before = turns[index];
  if (before !== undefined) {
    const after = change(before);
    return after === before ? turns : turns.with(index, after);
  }
  if (!mayAdd) return turns;
  const place = turns.findLastIndex((turn) => !isLater(turn, startedAt)) + 1;
  return bounded(turns.toSpliced(place, 0, change(emptyTurn(turnId, startedAt))));
}

const isLater = (turn: TurnRow, startedAt: number | null): boolean =>
  turn.startedAt !== null && startedAt !== null && turn.startedAt > startedAt;

/** Lets go of the oldest: of those without a command of ours but a few, and of all beyond `MAX_TURNS`. */
function bounded(turns: readonly TurnRow[]): readonly TurnRow[] {
  const isPlain = ({ commandIds }: TurnRow): boolean => commandIds.length === 0;
  let extra = turns.filter(isPlain).length - MAX_PLAIN_TURNS;
  return turns
    .filter((turn) => {
      if (extra <= 0 || !isPlain(turn)) return true;
      extra -= 1;
      return false;
    })
    .slice(-MAX_TURNS);
}

/** A command's text went into the turn. */
export const withCommand =
  (commandId: CommandId) =>
  (turn: TurnRow): TurnRow =>
    turn.commandIds.includes(commandId) || turn.commandIds.length >= MAX_COMMANDS
      ? turn
      : { ...turn, commandIds: [...turn.commandIds, commandId] };

export const withPerson = (turn: TurnRow): TurnRow => (turn.hasPerson ? turn : { ...turn, hasPerson: true });

export const over = (turn: TurnRow): TurnRow => (turn.isOver ? turn : { ...turn, isOver: true });

/**
 * Counts a model call. `total` is the thread's own count and grows; `last` is this call's part of it. A turn has used what lies between the count before
 * its first call and that after its last, so that no order and no repeat of the facts changes it.
 */
export const withUsage =
  ({ total, last }: Pick<DataOf<"usage.reported">, "total" | "last">) =>
  (turn: TurnRow): TurnRow => {
    const to = Math.max(total.totalTokens, turn.used?.to ?? 0);
    const before = Math.max(0, total.totalTokens - last.totalTokens);
    const from = Math.min(before, turn.used?.from ?? before);
    const isSame = turn.used?.from === from && turn.used.to === to;
    return isSame ? turn : { ...turn, used: { from, to }, tokens: to - from };
  };
