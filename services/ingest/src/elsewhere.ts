/** The other ingests of a fleet: which uplinks they have, and which hosts they hear (ADR 0009). */
import { HostId } from "@claw/events";
import type { Beat, Pulse } from "@claw/eventlog";
import type { UplinkOpened, Uplinks } from "@claw/wire";
import { Effect, Queue, Stream } from "effect";
import type { Switchboard } from "./board.ts";
import { readHostBeat } from "./domain/beat.ts";
import { isNewer } from "./domain/precedence.ts";
import { figuresOf } from "./switchboard.ts";
import { disconnected, heardElsewhere } from "./watch.ts";
import { supersede } from "./welcome.ts";

/** Tells the others of each uplink that was welcomed here. */
export const tellUplinks = ({ tellings }: Switchboard, uplinks: Uplinks): Effect.Effect<never> =>
  Effect.forever(Effect.flatMap(Queue.take(tellings), uplinks.tell));

export const hearUplinks = (board: Switchboard, uplinks: Uplinks): Effect.Effect<void> =>
  Stream.runForEach(uplinks.follow, (opened) => Effect.sync(() => hearOpened(board, opened)));

/**
 * Another ingest welcomed a host: an older uplink of it is let go here. A newer one stays, and nothing is said back: the host has one connector, so
 * the older of the two is on its way out, and an answer could only close the one that lives.
 */
function hearOpened(board: Switchboard, opened: UplinkOpened): void {
  const { ingestId, byHost, elsewhere, clocks, watch } = board;
  const { hostId } = opened;
  if (opened.ingestId === ingestId) return;
  const known = elsewhere.get(hostId);
  if (known === undefined || isNewer(opened, known.opened))
    elsewhere.set(hostId, { opened, heardMonoMs: clocks.monoMs() });
  const own = byHost.get(hostId);
  if (own !== undefined && isNewer(own.opened, opened)) return;
  heardElsewhere(watch, hostId, clocks.wallMs());
  if (own === undefined) return;
  supersede(board, own);
  disconnected(watch, hostId, figuresOf(own));
}

export const hearBeats = (board: Switchboard, pulse: Pulse): Effect.Effect<void> =>
  Stream.runForEach(pulse.follow(), (beat) => Effect.sync(() => hearBeat(board, beat)));

/** A beat of a host that another ingest heard. Of our own we know already. */
function hearBeat({ ingestId, watch }: Switchboard, { kind, id, value }: Beat): void {
  if (kind !== "host") return;
  const beat = readHostBeat(value);
  const hostId = HostId.safeParse(id);
  if (beat === null || !hostId.success || beat.ingestId === ingestId) return;
  heardElsewhere(watch, hostId.data, beat.heardAt);
}
