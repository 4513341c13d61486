/** How an uplink begins at the host: the hello, and what follows from the welcome. */
import type { Placement } from "@claw/events";
import { type FromIngest, UPLINK_PROTOCOL } from "./frames.ts";
import { drop, end, only, report } from "./host-endings.ts";
import {
  HOST_SIDE,
  type HostSide,
  type HostSideOptions,
  type HostSideStep,
  type OutboxView,
  type Time,
} from "./host-side-state.ts";
import { more } from "./host-window.ts";

type Welcome = Extract<FromIngest, { type: "welcome" }>;

export function greet(
  state: HostSide,
  outbox: OutboxView,
  now: Time,
  options: HostSideOptions,
): HostSideStep {
  const frame = {
    type: "hello" as const,
    protocol: UPLINK_PROTOCOL,
    hostId: options.hostId,
    connectorVersion: options.connectorVersion,
    epoch: outbox.epoch,
    nextSeq: outbox.nextSeq,
    firstHeld: outbox.firstSeq,
    outboxDepth: outbox.depth,
    at: now.wallMs,
    capabilities: [...options.capabilities],
  };
  return { state: { ...state, phase: "greeting" }, commands: [{ type: "send", frame }] };
}

/** Everything from the house's own word on is sent again. */
export function welcome(
  state: HostSide,
  { confirmed, heartbeatMs, placement, mcpUrl }: Welcome,
  outbox: OutboxView,
  now: Time,
  options: HostSideOptions,
): HostSideStep {
  if (confirmed >= outbox.nextSeq) return renew(state, now, false);
  if (confirmed + 1 < outbox.firstSeq) return fellShort(state, now, options);
  const { epoch } = outbox;
  const everAcked = Math.max(confirmed, state.epoch === epoch ? state.everAcked : 0);
  const live: HostSide = {
    ...state,
    phase: "live",
    epoch,
    confirmed,
    acked: confirmed,
    sent: confirmed,
    everAcked,
    heartbeatMs,
    mcpUrl: mcpUrl ?? null,
    lastBeatAt: now.monoMs - heartbeatMs,
    heardAt: now.monoMs,
    pulse: null,
    resent: null,
    shortfalls: 0,
  };
  const placing = placement === undefined ? only(live) : placed(live, placement);
  const rest = more(placing.state, outbox);
  const told = report(rest.state, "info", "The supervisor is connected.");
  return {
    state: told.state,
    commands: [
      { type: "forget", epoch, through: confirmed },
      ...told.commands,
      ...placing.commands,
      ...rest.commands,
    ],
  };
}

/** Told on when it is news. */
export function placed(state: HostSide, placement: Placement): HostSideStep {
  if (state.placement === placement) return only(state);
  return { state: { ...state, placement }, commands: [{ type: "note_placement", placement }] };
}

/** One side's memory is older than the other's: an old copy of it was put back. */
function renew(state: HostSide, now: Time, retell: boolean): HostSideStep {
  const sentence = retell
    ? "The supervisor no longer knows what it had confirmed: everything is told anew."
    : "The supervisor knows more than this outbox: an old copy was put back. A new epoch begins.";
  const over = drop({ ...state, shortfalls: 0 }, now, sentence);
  return { state: over.state, commands: [{ type: "renew_epoch", retell }, ...over.commands] };
}

/**
 * What it lacks was forgotten here on its word, and it did not read `firstHeld`, or the outbox let go of more since. Nothing can be sent without a
 * hole, so the house gets time to remember first.
 */
function fellShort(state: HostSide, now: Time, options: HostSideOptions): HostSideStep {
  const shortfalls = state.shortfalls + 1;
  if (shortfalls >= HOST_SIDE.shortfallsBeforeRetelling) return renew(state, now, true);
  return end({ ...state, shortfalls }, "The supervisor knows less than it had confirmed.", now, options);
}
