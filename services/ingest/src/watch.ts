/** The watch over hosts: their vigils, and what was noticed and is not written yet. */
import type { HostId } from "@claw/events";
import type { Clocks } from "@claw/runtime";
import { Latch } from "effect";
import {
  awake,
  beginVigil,
  connect,
  disconnect,
  heal,
  hear,
  hearElsewhere,
  type Moment,
  type Notice,
  postpone,
  rest,
  tick,
  type Vigil,
} from "./domain/liveness.ts";
import { measure } from "./domain/lag.ts";
import type { HostRow } from "./domain/registry.ts";

/** A host's figures at the moment of a notice. */
export interface HostFigures {
  readonly rttMs: number | null;
  readonly clockOffsetMs: number | null;
  readonly outboxDepth: number;
}

export interface Noticed {
  readonly hostId: HostId;
  readonly notice: Notice;
  readonly figures: HostFigures;
}

export interface Watch {
  readonly clocks: Clocks;
  readonly silentAfterMs: number;
  readonly vigils: Map<HostId, Vigil>;
  /** In order. Bounded by the hosts: while the log is away nobody is welcomed, so each can leave and fall silent once. */
  readonly noticed: Noticed[];
  readonly woken: Latch.Latch;
  lastTickMonoMs: number;
}

/** Ticks farther apart than this mean that we did not run, and heard nobody (as DESIGN 14.9 has it for connectors): two seconds, or half of a shorter patience. A house that is
 * so slow at every look notices no silence. */
const PAUSE_MS = 2_000;
const NO_FIGURES: HostFigures = { rttMs: null, clockOffsetMs: null, outboxDepth: 0 };

/** Begins to watch all known hosts with a full budget. Silences that last are noticed again, in case their sessions were not all told. */
export function beginWatch(clocks: Clocks, silentAfterMs: number, hosts: readonly HostRow[]): Watch {
  const now = clocks.monoMs();
  const known = hosts.filter(({ epoch }) => epoch !== null);
  const vigils = new Map(
    known.map((host) => [host.hostId, beginVigil(now, host.lastHeardAt, host.silent !== null)] as const),
  );
  const noticed = known.flatMap(({ hostId, silent }): Noticed[] =>
    silent === null
      ? []
      : [{ hostId, notice: { kind: "silent", lastHeardAt: silent.lastHeardAt }, figures: NO_FIGURES }],
  );
  return { clocks, silentAfterMs, vigils, noticed, woken: Latch.makeUnsafe(true), lastTickMonoMs: now };
}

const momentOf = ({ clocks }: Watch): Moment => ({ monoMs: clocks.monoMs(), wallMs: clocks.wallMs() });

export function heardOf(watch: Watch, hostId: HostId, figures: HostFigures): void {
  settle(watch, hostId, hear(vigilOf(watch, hostId), momentOf(watch)), figures);
}

/** A host said hello and waits for its welcome, perhaps while the log is away: it is alive. That it returned is said with the welcome. */
export function knocked(watch: Watch, hostId: HostId): void {
  const vigil = watch.vigils.get(hostId);
  if (vigil !== undefined && !vigil.isSilent) watch.vigils.set(hostId, hear(vigil, momentOf(watch))[0]);
}

export function connected(watch: Watch, hostId: HostId, figures: HostFigures): void {
  settle(watch, hostId, connect(vigilOf(watch, hostId), momentOf(watch)), figures);
}

/**
 * A host that is connected here said how old its oldest unsent fact is; `isBehind` is what the log says. Nothing is noticed while something else of it waits for
 * the log: it says so again soon, and what waits stays bounded.
 */
export function measured(
  watch: Watch,
  hostId: HostId,
  isBehind: boolean,
  oldestUnsentAgeMs: number | null,
  figures: HostFigures,
): void {
  const step = measure(vigilOf(watch, hostId), isBehind, oldestUnsentAgeMs, watch.clocks.monoMs());
  if (step[1] === null || watch.noticed.some((noticed) => noticed.hostId === hostId)) return;
  settle(watch, hostId, step, figures);
}

export function disconnected(watch: Watch, hostId: HostId, figures: HostFigures): void {
  settle(watch, hostId, disconnect(vigilOf(watch, hostId), watch.clocks.monoMs()), figures);
}

/** Another ingest heard a host, or has its uplink now. `heardAt` is by its clock. */
export function heardElsewhere(watch: Watch, hostId: HostId, heardAt: number): void {
  watch.vigils.set(hostId, hearElsewhere(vigilOf(watch, hostId), watch.clocks.monoMs(), heardAt));
}

/** The log says of a host that is connected here that it is silent, and nobody is about to say otherwise. */
export function healed(watch: Watch, hostId: HostId, figures: HostFigures): void {
  if (watch.noticed.some((noticed) => noticed.hostId === hostId)) return;
  settle(watch, hostId, heal(vigilOf(watch, hostId), watch.clocks.monoMs()), figures);
}

/** We stop or go on reading a host's socket. */
export function attend(watch: Watch, hostId: HostId, isResting: boolean): void {
  const vigil = vigilOf(watch, hostId);
  watch.vigils.set(hostId, isResting ? rest(vigil) : awake(vigil, watch.clocks.monoMs()));
}

/** Lets time pass for all vigils. */
export function passTime(watch: Watch, figuresOf: (hostId: HostId) => HostFigures | undefined): void {
  const now = watch.clocks.monoMs();
  const gap = now - watch.lastTickMonoMs;
  watch.lastTickMonoMs = now;
  const didPause = gap > Math.min(PAUSE_MS, watch.silentAfterMs / 2);
  for (const [hostId, vigil] of watch.vigils) {
    const patient = didPause ? postpone(vigil, gap) : vigil;
    settle(watch, hostId, tick(patient, now, watch.silentAfterMs), figuresOf(hostId) ?? NO_FIGURES);
  }
}

function vigilOf(watch: Watch, hostId: HostId): Vigil {
  const { monoMs, wallMs } = momentOf(watch);
  return watch.vigils.get(hostId) ?? beginVigil(monoMs, wallMs, false);
}

function settle(
  watch: Watch,
  hostId: HostId,
  [vigil, notice]: readonly [Vigil, Notice | null],
  figures: HostFigures,
): void {
  watch.vigils.set(hostId, vigil);
  if (notice === null) return;
  watch.noticed.push({ hostId, notice, figures });
  watch.woken.openUnsafe();
}
