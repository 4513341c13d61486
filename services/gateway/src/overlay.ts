/**
 * What is true only now, as pulses tell it: each host's last heartbeat, and how far each ledger is. A pulse may be lost, so what was not said again
 * for three beats is forgotten; ages are by our own clock, because the others' need not agree with it.
 */
import { AtMs, Digest, type HostId, type Json, LedgerId } from "@claw/events";
import type { Beat, Pulse } from "@claw/eventlog";
import type { Clocks } from "@claw/runtime";
import { type HostBeat, type LedgerBeat, LedgerView } from "@claw/views";
import { Effect, type Scope, Stream } from "effect";
import { z } from "zod";

export interface Overlay {
  /** The last heartbeat of a host, or null if none was heard lately. */
  readonly host: (hostId: HostId) => HostBeat | null;
  /** The ledgers that were heard lately, by id. */
  readonly ledgers: () => readonly LedgerBeat[];
}

/** How often hosts and ledgers beat (DESIGN 14.15). */
const BEAT_MS = 5_000;
/** Beats that may be missed before a thing is forgotten. */
const MISSED = 3;
/** Hosts and ledgers remembered at a time: twice the 1,000 hosts of N1-046, and more ledgers than anybody runs. Beyond it new ones are not heard. */
const MAX_HOSTS = 2_000;
const MAX_LEDGERS = 100;

const HostValue = z.object({
  heardAt: AtMs.optional(),
  rttMs: z.number().nullable(),
  clockOffsetMs: z.number().nullable(),
  outboxDepth: z.int().min(0),
  isCatchingUp: z.boolean(),
});
const LedgerValue = z.object({
  ledgerId: LedgerId,
  role: LedgerView.shape.role,
  position: z.int().min(0),
  chain: Digest,
  generation: z.int().min(0),
  lag: z.int().min(0).nullable().default(null),
});

interface Heard<Said> {
  readonly said: Said;
  readonly monoMs: number;
}

interface Ear<Said> {
  readonly heard: Map<string, Heard<Said>>;
  readonly most: number;
  readonly read: (beat: Beat) => Said | null;
}

/** Follows the pulse for the time of a scope. `beatMs` is CLAW_HEARTBEAT_MS where that is longer than ours. */
export const makeOverlay = Effect.fnUntraced(function* (
  pulse: Pick<Pulse, "follow">,
  clocks: Pick<Clocks, "monoMs">,
  beatMs: number = BEAT_MS,
): Effect.fn.Return<Overlay, never, Scope.Scope> {
  const hosts: Ear<HostBeat> = { heard: new Map(), most: MAX_HOSTS, read: readHost };
  const ledgers: Ear<LedgerBeat> = { heard: new Map(), most: MAX_LEDGERS, read: readLedger };
  const oldestMs = (): number => clocks.monoMs() - MISSED * Math.max(beatMs, BEAT_MS);
  yield* Effect.forkScoped(
    Stream.runForEach(pulse.follow(), (beat) =>
      Effect.sync(() => {
        const ear = beat.kind === "host" ? hosts : beat.kind === "fleet" ? ledgers : null;
        if (ear !== null) hear(ear as Ear<unknown>, beat, clocks.monoMs(), oldestMs());
      }),
    ),
  );
  return {
    host: (hostId) => {
      const last = hosts.heard.get(hostId);
      return last === undefined || last.monoMs < oldestMs() ? null : last.said;
    },
    ledgers: () => {
      forget(ledgers, oldestMs());
      return [...ledgers.heard.values()]
        .map(({ said }) => said)
        .sort((one, other) => (one.ledgerId < other.ledgerId ? -1 : 1));
    },
  };
});

function hear<Said>(ear: Ear<Said>, beat: Beat, nowMs: number, oldestMs: number): void {
  const said = ear.read(beat);
  if (said === null) return;
  if (!ear.heard.has(beat.id) && ear.heard.size >= ear.most) forget(ear, oldestMs);
  if (!ear.heard.has(beat.id) && ear.heard.size >= ear.most) return;
  // Put in again, so that the map's order is that of hearing.
  ear.heard.delete(beat.id);
  ear.heard.set(beat.id, { said, monoMs: nowMs });
}

function forget<Said>({ heard }: Ear<Said>, oldestMs: number): void {
  for (const [id, { monoMs }] of heard) {
    if (monoMs >= oldestMs) return;
    heard.delete(id);
  }
}

/** A beat of an ingest. What it does not say itself of its time is when it was published. */
function readHost({ at, value }: Beat): HostBeat | null {
  const read = HostValue.safeParse(value);
  return read.success ? { ...read.data, heardAt: read.data.heardAt ?? at } : null;
}

/** A beat of a projector, under its own ledger's id. The fleet's other beats are none. */
function readLedger({
  id,
  at,
  value,
}: {
  readonly id: string;
  readonly at: number;
  readonly value: Json;
}): LedgerBeat | null {
  const read = LedgerValue.safeParse(value);
  return read.success && read.data.ledgerId === id ? { ...read.data, heardAt: at } : null;
}
