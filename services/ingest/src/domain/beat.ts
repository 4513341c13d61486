/** What ingest publishes of a host that is connected: true only now, for readers and for the other ingests (DESIGN 14.10, 14.15). */
import { AtMs, type Json } from "@claw/events";
import { z } from "zod";

/** The value of a pulse of kind `host`; its id is the host's. */
export const HostBeat = z.object({
  /** Who heard it. */
  ingestId: z.string().min(1).max(128),
  /** By the clock of that ingest. */
  heardAt: AtMs,
  rttMs: z.number().min(0).nullable(),
  /** How far the host's clock is ahead of the ingest's. */
  clockOffsetMs: z.number().nullable(),
  outboxDepth: z.int().min(0),
  oldestUnsentAgeMs: z.number().min(0).nullable(),
  isCatchingUp: z.boolean(),
});
export type HostBeat = z.infer<typeof HostBeat>;

/** Above this age of its oldest unsent fact, what we show of a host is behind (DESIGN 14.10). */
const CATCHING_UP_MS = 5_000;

export const isCatchingUp = (oldestUnsentAgeMs: number | null): boolean =>
  (oldestUnsentAgeMs ?? 0) > CATCHING_UP_MS;

export const hostBeat = (beat: Omit<HostBeat, "isCatchingUp">): Json => ({
  ...beat,
  isCatchingUp: isCatchingUp(beat.oldestUnsentAgeMs),
});

/** A beat as another ingest published it; null for what is none. */
export const readHostBeat = (value: Json): HostBeat | null => HostBeat.safeParse(value).data ?? null;
