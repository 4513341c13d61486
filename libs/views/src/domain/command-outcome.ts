/**
 * What became of a command, and who may say so: the host that it was for, in the lane of the session that it was for (ADR 0012). Policy only says
 * that nobody has heard. Anybody else's word about a command is as if it had not been said.
 */
import {
  type CommandId,
  DECIDED,
  isFinalWord,
  isOutcome,
  type OutcomeEvent,
  outcomeWordOf,
} from "@claw/events";
import type { CommandRow, Outcome } from "../command-rows.ts";
import { type Fact, sessionOf } from "./projection.ts";

const NOTHING = { mode: null, turnId: null, code: null, facts: {} } as const;
/** The code of an outcome that nobody has told in time. */
const OVERDUE = "overdue";

/** True for an outcome that never changes: every one but `unknown` (DESIGN 14.26). */
export const isFinal = (outcome: Outcome | null): boolean => outcome !== null && isFinalWord(outcome.word);

/** True while a host has something to do or to say: it was accepted, and its end is not known. */
export const isOpenCommand = ({ decision, act, outcome }: CommandRow): boolean =>
  decision === "accepted" && act !== null && !isFinal(outcome);

/** The command whose outcome the fact tells, whoever says it; or null. */
export const reportedCommand = ({ event }: Fact): CommandId | null =>
  isOutcome(event) ? event.data.commandId : null;

/** The outcome that the fact gives the command, or null: it says nothing new, or nobody who may say it says it. */
export function outcomeBy(row: CommandRow | undefined, fact: Fact): Outcome | null {
  if (row === undefined || !isOpenCommand(row)) return null;
  if (fact.event.type === "command.overdue") return overdue(row, fact);
  if (!isItsHost(row, fact)) return null;
  const { event, recordedAt } = fact;
  if (!isOutcome(event)) return null;
  const word = outcomeWordOf(event);
  const isNews = isFinalWord(word) || row.outcome?.by !== "host";
  return isNews ? { ...NOTHING, ...detailOf(event), word, by: "host", at: recordedAt } : null;
}

/** After the host has spoken, policy's not having heard says nothing. */
const overdue = (row: CommandRow, { lane, recordedAt }: Fact): Outcome | null =>
  lane === DECIDED && row.outcome === null
    ? { ...NOTHING, word: "unknown", by: "policy", at: recordedAt, code: OVERDUE }
    : null;

/** True for the word of the host that the command was for, in the lane of the session that it was for. */
export const isItsHost = (row: CommandRow, fact: Fact): boolean =>
  fact.by.kind === "host" && fact.by.hostId === row.hostId && sessionOf(fact) === row.sessionId;

/** What the host says beside the word. */
function detailOf(event: OutcomeEvent): Partial<Outcome> {
  switch (event.type) {
    case "command.succeeded":
      return { mode: event.data.mode, turnId: event.data.turnId };
    case "command.failed":
      return { code: event.data.code, facts: event.data.facts };
    case "command.collided":
      return { turnId: event.data.turnId };
    case "command.expired":
      return {};
    case "command.unknown":
      return { code: event.data.reason };
    default:
      return event satisfies never;
  }
}
