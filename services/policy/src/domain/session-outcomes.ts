/** What became of commands, as a session's row remembers it. */
import { type Event, isFinalWord, type OutcomeEvent, outcomeWordOf, type Recorded } from "@claw/events";
import { withExplained } from "./marks.ts";
import type { SessionRow } from "./session-row.ts";
import { MAX_OUTCOMES, type OutcomeSight } from "./sight.ts";
import { withCommand, withTurn } from "./turn-sights.ts";

/** What became of a command; where its text went into a turn, the turn bears it. */
export function withEnd(
  row: SessionRow,
  event: OutcomeEvent,
  recorded: Recorded,
  isNews: boolean,
): SessionRow {
  const { commandId } = event.data;
  const turnId = "turnId" in event.data ? event.data.turnId : null;
  const turns =
    turnId !== null && isInput(event)
      ? withTurn(row.turns, turnId, isNews, withCommand(commandId))
      : row.turns;
  const outcome = outcomeWordOf(event);
  const known = outcome === "succeeded" || outcome === "collided" ? withExplained(row, commandId) : row;
  const after = turns === row.turns ? known : { ...known, turns };
  return withOutcome(after, { commandId, outcome, turnId }, recorded, isNews);
}

/** An interrupt says nothing, and the reason of an answer, if there is one, is a message of its own. */
const isInput = (event: Event): boolean =>
  event.type === "command.collided" || (event.type === "command.succeeded" && INPUT.has(event.data.mode));
const INPUT: ReadonlySet<string> = new Set(["start", "steer", "spawn"]);

/** The first word is the last one, but for `unknown`, which is resolved at most once (DESIGN 14.26). */
function withOutcome(
  row: SessionRow,
  outcome: OutcomeSight,
  { recordedAt }: Recorded,
  isNews: boolean,
): SessionRow {
  const index = row.outcomes.findIndex(({ commandId }) => commandId === outcome.commandId);
  const before = row.outcomes[index];
  if (before !== undefined) {
    const isResolved = !isFinalWord(before.outcome) && isFinalWord(outcome.outcome);
    const { isOfEarlier, ...same } = before;
    if (!isResolved && isOfEarlier !== true) return row;
    return { ...row, outcomes: row.outcomes.with(index, isResolved ? outcome : same) };
  }
  // What was let go must not come back in the place of a newer one.
  if (!isNews && row.outcomesForgottenAt !== undefined) return row;
  const outcomes = [...row.outcomes, outcome].slice(-MAX_OUTCOMES);
  return row.outcomes.length < MAX_OUTCOMES
    ? { ...row, outcomes }
    : { ...row, outcomes, outcomesForgottenAt: Math.max(recordedAt, row.outcomesForgottenAt ?? 0) };
}
