/** Attempts at work: counted as they come, told to the log once a minute per host and kind, with the rest as one figure (DESIGN 14.8). */
import { type HostId, sha256 } from "@claw/events";
import type { LogUnavailable } from "@claw/eventlog";
import { Effect, Queue } from "effect";
import { type AttemptKind, count, minuteOf, restOf, sentenceOf, type Tally } from "./domain/attempts.ts";
import { kept } from "./domain/notices.ts";
import { appendNotations, type WriterParts } from "./writer.ts";

/** One piece of evidence that is to be written. */
export interface Attempt {
  readonly hostId: HostId;
  readonly kind: AttemptKind;
  readonly minute: number;
  readonly why: string | null;
  /** 0 for the first of its minute, else how many more there were. */
  readonly more: number;
}

interface Counted {
  readonly hostId: HostId;
  readonly kind: AttemptKind;
  readonly tally: Tally;
}

export interface Attempts {
  /** By host and kind: bounded by both, and emptied when a minute is over. */
  readonly counted: Map<string, Counted>;
  /** Sliding: while the log is away the oldest are lost, and the figures still have them. */
  readonly toTell: Queue.Queue<Attempt>;
}

/** Evidence that waits for the log. */
const MAX_WAITING = 1_024;

export const makeAttempts: Effect.Effect<Attempts> = Effect.map(
  Queue.sliding<Attempt>(MAX_WAITING),
  (toTell) => ({ counted: new Map(), toTell }),
);

/** A host tried something. `why` is one sentence of ours about it, without a word of the host's. */
export function noteAttempt(
  { counted, toTell }: Attempts,
  hostId: HostId,
  kind: AttemptKind,
  atMs: number,
  why: string | null = null,
): void {
  const key = `${hostId} ${kind}`;
  const minute = minuteOf(atMs);
  const { tally, isFirst, before } = count(counted.get(key)?.tally, minute);
  counted.set(key, { hostId, kind, tally });
  if (before !== null) tellRest(toTell, hostId, kind, before);
  if (isFirst) Queue.offerUnsafe(toTell, { hostId, kind, minute, why, more: 0 });
}

/** Minutes that are over are told, where more came than the first. */
export function closeMinutes({ counted, toTell }: Attempts, atMs: number): void {
  const minute = minuteOf(atMs);
  for (const [key, { hostId, kind, tally }] of counted) {
    if (tally.minute >= minute) continue;
    counted.delete(key);
    tellRest(toTell, hostId, kind, tally);
  }
}

function tellRest(toTell: Attempts["toTell"], hostId: HostId, kind: AttemptKind, tally: Tally): void {
  const more = restOf(tally);
  if (more > 0) Queue.offerUnsafe(toTell, { hostId, kind, minute: tally.minute, why: null, more });
}

/** Writes them until the log fails for good. Of several ingests the first names the minute; each has a figure of its own for the rest. */
export const keepAttempts = (
  parts: WriterParts,
  { toTell }: Attempts,
  ingestId: string,
): Effect.Effect<never, LogUnavailable> =>
  Effect.forever(
    Effect.flatMap(Queue.take(toTell), ({ hostId, kind, minute, why, more }) => {
      const text = sentenceOf(kind, why, more);
      const unique = more === 0 ? `${kind}-${minute}` : `${kind}-${minute}-${ingestId}`;
      const suspect = { code: kind, digest: sha256(text), text } as const;
      return appendNotations(parts, [kept(hostId, unique, suspect, parts.clocks.wallMs(), parts.cleaner)]);
    }),
  );
