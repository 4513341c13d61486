/** What of the outbox may be on the way: the next frame of facts, what was taken, what may be forgotten, what is sent again. */
import { MAX_FACTS, WINDOW } from "./frames.ts";
import { only } from "./host-endings.ts";
import {
  HOST_SIDE,
  type HostSide,
  type HostSideCommand,
  type HostSideStep,
  type OutboxView,
  type Time,
} from "./host-side-state.ts";

/** The next frame of facts, if there is one and the window has room. One at a time: the shell answers with `sent`. */
export function more(state: HostSide, outbox: OutboxView): HostSideStep {
  if (state.phase !== "live" || outbox.epoch !== state.epoch) return only(state);
  const ahead = outbox.nextSeq - 1 - state.sent;
  const count = Math.min(ahead, WINDOW - (state.sent - state.acked), MAX_FACTS);
  return count <= 0 ? only(state) : { state, commands: [{ type: "send_facts", after: state.sent, count }] };
}

export function acknowledged(state: HostSide, through: number, outbox: OutboxView): HostSideStep {
  const acked = Math.max(state.acked, Math.min(through, state.sent));
  return more({ ...state, acked, everAcked: Math.max(state.everAcked, acked) }, outbox);
}

export function watermark(
  state: HostSide,
  through: number,
  missing: readonly (readonly [number, number])[],
  outbox: OutboxView,
  now: Time,
): HostSideStep {
  const confirmed = Math.max(state.confirmed, Math.min(through, outbox.nextSeq - 1));
  const acked = Math.max(state.acked, confirmed);
  const sent = Math.max(state.sent, confirmed);
  const seen: HostSide = {
    ...state,
    confirmed,
    acked,
    sent,
    everAcked: Math.max(state.everAcked, confirmed),
  };
  const commands: HostSideCommand[] =
    confirmed > state.confirmed && state.epoch !== null
      ? [{ type: "forget", epoch: state.epoch, through: confirmed }]
      : [];
  const from = missing.map(([first]) => first).find((first) => first > confirmed && first <= sent);
  const rest = more(from === undefined ? seen : goBack(seen, from, now), outbox);
  return { state: rest.state, commands: [...commands, ...rest.commands] };
}

function goBack(state: HostSide, from: number, now: Time): HostSide {
  const { resent } = state;
  if (resent?.from === from && now.monoMs - resent.at < HOST_SIDE.resendMs) return state;
  const before = from - 1;
  return { ...state, sent: before, acked: Math.min(state.acked, before), resent: { from, at: now.monoMs } };
}
