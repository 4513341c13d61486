/**
 * What a host tries that it may not, counted per host, kind and minute: the first is told at once, the rest as one count when the minute is over
 * (DESIGN 14.8). So whoever holds one token can fill neither the log nor a screen. Pure.
 */
import type { EvidenceCode } from "./evidence.ts";

/** Attempts that are no fact and so leave nothing in a sequence; each is the code of its evidence. */
const ATTEMPT_KINDS = [
  "host_mismatch",
  "oversized_frame",
  "bad_frame",
  "too_many_frames",
  "too_many_epochs",
  "foreign_delta",
] as const satisfies readonly EvidenceCode[];
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

const SENTENCES: Readonly<Record<AttemptKind, string>> = {
  host_mismatch: "The hello claimed the name of another host.",
  oversized_frame: "A frame announced more than an uplink takes; nothing of it was read.",
  bad_frame: "A frame could not be read, or came out of turn.",
  too_many_frames: "More frames came in a second than an uplink takes.",
  too_many_epochs: "More epochs were opened in a day than a host may have.",
  foreign_delta: "Text was streamed for the session of another host.",
};

/** One host's attempts of one kind in one minute. */
export interface Tally {
  readonly minute: number;
  readonly count: number;
}

const MINUTE_MS = 60_000;
export const minuteOf = (atMs: number): number => Math.floor(atMs / MINUTE_MS);

/** Counts one more. `isFirst` if it is the first of its minute; `before` is an earlier minute that is over with this. */
export function count(
  tally: Tally | undefined,
  minute: number,
): { readonly tally: Tally; readonly isFirst: boolean; readonly before: Tally | null } {
  if (tally !== undefined && tally.minute >= minute)
    return { tally: { ...tally, count: tally.count + 1 }, isFirst: false, before: null };
  return { tally: { minute, count: 1 }, isFirst: true, before: tally ?? null };
}

/** How many of a minute were not told yet. */
export const restOf = ({ count: all }: Tally): number => all - 1;

/** The words of one piece of evidence. `why` is the house's own sentence, where it has a better one; `more` of the same kind came in the minute. */
export function sentenceOf(kind: AttemptKind, why: string | null, more: number): string {
  return more === 0 ? (why ?? SENTENCES[kind]) : `${SENTENCES[kind]} ${more} more came in the same minute.`;
}
