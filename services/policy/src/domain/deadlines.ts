/**
 * The leader's memory of the commands that may still become overdue, by their deadlines: so that a look costs what is due, and not what is kept. The house
 * cannot know which they are, because outcomes are observed and not decided; like the lease clock it is no part of the house, and grows back from it.
 */
import type { CommandId } from "@claw/events";
import { OVERDUE_AFTER_MS, isOverdue } from "./due.ts";
import type { Sight } from "./sight.ts";
import type { House, KnownCommand } from "./state.ts";

export interface Deadlines {
  /** The commands of the house that this was made from. */
  readonly commands: House["commands"];
  /** Not said to be overdue, and not seen to have ended after their deadline; the earliest deadline first. */
  readonly waiting: readonly KnownCommand[];
}

export const noDeadlines = ({ commands }: House): Deadlines => ({ commands, waiting: [] });

/**
 * The memory for this house and sight. What was accepted since is taken in; what is past its deadline and need not be said is let go, because an outcome that was
 * seen stays seen. Who accepts a command anew makes it a new one; until the sight has read that too, an outcome in it may be of the one before, and shows nothing.
 * `isSeen`: the sight holds all that the house was folded from.
 *
 * What the house swept out is kept until it is said or seen to have ended: after a sleep the first decision sweeps before anybody looks at what is due.
 */
export function watched(
  before: Deadlines,
  { commands }: House,
  sight: Sight,
  at: number,
  isSeen: boolean,
): Deadlines {
  const waiting = commands === before.commands ? before.waiting : withNew(before, commands);
  const past = pastOf(waiting, at);
  const kept = waiting
    .slice(0, past)
    .filter((one) => isLast(one, commands) && (!isSeen || isOverdue(one, sight, at)));
  const isSame = kept.length === past;
  if (isSame && waiting === before.waiting && commands === before.commands) return before;
  return { commands, waiting: isSame ? waiting : [...kept, ...waiting.slice(past)] };
}

/** True unless it was accepted anew, or said to be overdue. */
function isLast(one: KnownCommand, commands: House["commands"]): boolean {
  const now = commands.get(one.commandId);
  return now === undefined || now === one;
}

/** It was said to be overdue, by whoever led. */
export const withoutSaid = (before: Deadlines, commandId: CommandId): Deadlines =>
  before.waiting.some((one) => one.commandId === commandId)
    ? { ...before, waiting: before.waiting.filter((one) => one.commandId !== commandId) }
    : before;

function withNew(before: Deadlines, commands: House["commands"]): readonly KnownCommand[] {
  const fresh = [...commands.newSince(before.commands)].filter(({ isOverdue }) => !isOverdue);
  if (fresh.length === 0) return before.waiting;
  // Who was accepted anew is one command: the one before must not be said as well, should the house sweep out both.
  const anew = new Set(fresh.map(({ commandId }) => commandId));
  const others = before.waiting.filter(({ commandId }) => !anew.has(commandId));
  return [...others, ...fresh].toSorted((one, other) => one.deadlineAt - other.deadlineAt);
}

/** The commands that it may be said of now. */
export const pastDeadline = ({ waiting }: Deadlines, at: number): readonly KnownCommand[] =>
  waiting.slice(0, pastOf(waiting, at));

/** How many of them are so far past their deadline that they are overdue without an outcome. */
function pastOf(waiting: readonly KnownCommand[], at: number): number {
  let [low, high] = [0, waiting.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = waiting[middle];
    if (one !== undefined && at >= one.deadlineAt + OVERDUE_AFTER_MS) low = middle + 1;
    else high = middle;
  }
  return low;
}
