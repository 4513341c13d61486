/** The words for what became of an accepted command, and the facts that say them: one list for whoever tells, folds or shows outcomes (ADR 0012). */
import type { Event } from "./catalog.ts";

/** Every word but `unknown` is final (DESIGN 14.26). */
export const outcomeWords = ["succeeded", "failed", "collided", "expired", "unknown"] as const;
export type OutcomeWord = (typeof outcomeWords)[number];

export type OutcomeType = `command.${OutcomeWord}`;
export type OutcomeEvent = Extract<Event, { readonly type: OutcomeType }>;

/** The kinds of facts that are outcomes. */
export const outcomeTypes: readonly OutcomeType[] = outcomeWords.map((word) => `command.${word}` as const);
const TYPES: ReadonlySet<string> = new Set(outcomeTypes);

/** True for the name of a kind that is an outcome; a name of a later version is none. */
export const isOutcomeType = (type: string): type is OutcomeType => TYPES.has(type);

/** True where a fact tells what became of a command (`data.commandId`). Whether it was that host's to say, the caller looks. */
export const isOutcome = (event: Event): event is OutcomeEvent => isOutcomeType(event.type);

export const outcomeWordOf = ({ type }: { readonly type: OutcomeType }): OutcomeWord =>
  type.slice("command.".length) as OutcomeWord;

/** True for a word that never changes: every one but `unknown`, which its host resolves at most once. */
export const isFinalWord = (word: OutcomeWord): boolean => word !== "unknown";
