/** How policy names its entries. The name of a first verdict follows from the command id, so the lane itself remembers what was decided. */
import {
  canonical,
  type CommandId,
  type EntryId,
  type Json,
  type Principal,
  sha256,
  type Verdict,
} from "@claw/events";
import type { Question } from "./question.ts";

/** The acceptance of a command id, whoever asked. There is at most one, because an entry id is one entry for ever. */
export const decisionId = (commandId: CommandId): EntryId => `decision/${commandId}` as EntryId;

/**
 * The first refusal of a command id to one principal. It takes the id from nobody else: whoever may not do a thing would else keep those from it who may, by
 * using their ids before them. The first versions named it like an acceptance.
 */
export const refusalId = (commandId: CommandId, principal: Principal): EntryId =>
  `decision/${commandId}/${sha256(canonical(principal satisfies Json)).slice(0, 32)}` as EntryId;

/** Where the first verdict on a command id may stand that this principal has to be told of: its own refusal goes before another's acceptance. */
export const firstVerdictIds = (commandId: CommandId, principal: Principal): readonly EntryId[] => [
  refusalId(commandId, principal),
  decisionId(commandId),
];

export const isDecisionId = (id: EntryId): boolean => id.startsWith("decision/");

/** A later refusal under an id that has its verdict. `unique` is new each time. */
export const reuseId = (commandId: CommandId, unique: string): EntryId =>
  `reuse/${commandId}/${unique}` as EntryId;

/** Under which name a decision is recorded: an acceptance takes the command's id, a refusal takes it only for whoever was refused. */
export function verdictId(
  { command: { commandId }, principal, earlier }: Pick<Question, "command" | "principal" | "earlier">,
  { decision }: Verdict,
  unique: () => string,
): EntryId {
  if (earlier !== null) return reuseId(commandId, unique());
  return decision === "accepted" ? decisionId(commandId) : refusalId(commandId, principal);
}

export const leadId = (leader: string): EntryId => `led/${leader}` as EntryId;

/** A count of refusals that were not written. `unique` is new each time. */
export const mutedId = (unique: string): EntryId => `muted/${unique}` as EntryId;
