/**
 * The host's side of the uplink, sans-I/O: data and time in, commands out. It owns when to connect, what may be on the way, when to resend, and
 * when a connection is not worth keeping. It never sees a fact, only sequences; the shell reads facts from the outbox when told to.
 *
 * Its promises, whatever gets lost: facts are sent in order from the house's own word on; nothing is forgotten that the house has not confirmed;
 * a house that is away, slow or wrong costs nothing but time (S1-157, S1-158, DESIGN 14.9).
 */
import type { FromIngest } from "./frames.ts";
import { drop, end, lose, only, refused } from "./host-endings.ts";
import { greet, placed, welcome } from "./host-greeting.ts";
import {
  HOST_SIDE,
  type HostSide,
  type HostSideEvent,
  type HostSideOptions,
  type HostSideStep,
  type OutboxView,
  type Time,
} from "./host-side-state.ts";
import { acknowledged, more, watermark } from "./host-window.ts";

export function stepHostSide(
  state: HostSide,
  event: HostSideEvent,
  outbox: OutboxView,
  now: Time,
  options: HostSideOptions,
): HostSideStep {
  switch (event.type) {
    case "tick":
      return tick(state, event.oldestUnackedAt, outbox, now, options);
    case "opened":
      return state.phase === "connecting" ? greet(state, outbox, now, options) : only(state);
    case "closed":
      return lose(state, event.reason, now, options, event.isUnauthenticated ? "unknown" : "usual");
    case "frame":
      return hear({ ...state, heardAt: now.monoMs }, event.frame, outbox, now, options);
    case "unreadable":
      return end(state, `The supervisor sent a frame that cannot be read (${event.code}).`, now, options);
    case "grew":
      return more(state, outbox);
    case "sent":
      return more({ ...state, sent: Math.max(state.sent, event.through) }, outbox);
  }
}

function tick(
  state: HostSide,
  oldestUnackedAt: number | null,
  outbox: OutboxView,
  now: Time,
  options: HostSideOptions,
): HostSideStep {
  const paused = wasPaused(state, now);
  const ticked = { ...state, lastTick: now };
  if (state.phase === "waiting") {
    if (now.monoMs < state.until) return only(ticked);
    const until = now.monoMs + HOST_SIDE.greetingMs;
    return { state: { ...ticked, phase: "connecting", until }, commands: [{ type: "connect" }] };
  }
  if (paused) return drop(ticked, now, PAUSED);
  if (state.phase !== "live")
    return now.monoMs < state.until
      ? only(ticked)
      : end(ticked, "The supervisor did not greet in time.", now, options);
  const silence = now.monoMs - state.heardAt;
  if (silence > Math.max(state.heartbeatMs * HOST_SIDE.unansweredBeats, HOST_SIDE.pauseMs))
    return drop(ticked, now, "The supervisor no longer answers.");
  const due = now.monoMs - state.lastBeatAt >= state.heartbeatMs;
  const beaten = due ? beat(ticked, oldestUnackedAt, outbox, now) : only(ticked);
  const rest = more(beaten.state, outbox);
  return { state: rest.state, commands: [...beaten.commands, ...rest.commands] };
}

const PAUSED = "This machine was paused; the uplink starts anew.";

/**
 * Time has passed, or was set, in which no tick came: whatever was read or begun before may be old (DESIGN 14.9). Asked for each command, because
 * after a pause a frame may be read before the tick that would have dropped the uplink.
 */
export function wasPaused({ lastTick: before }: Pick<HostSide, "lastTick">, now: Time): boolean {
  if (before === null) return false;
  const mono = now.monoMs - before.monoMs;
  const wall = now.wallMs - before.wallMs;
  return mono > HOST_SIDE.pauseMs || Math.abs(wall - mono) > HOST_SIDE.pauseMs;
}

function beat(state: HostSide, oldestUnackedAt: number | null, outbox: OutboxView, now: Time): HostSideStep {
  const nonce = Math.floor(now.monoMs);
  const oldestUnsentAgeMs = oldestUnackedAt === null ? null : Math.max(0, now.wallMs - oldestUnackedAt);
  const { rttMs } = state;
  const frame = {
    type: "heartbeat",
    nonce,
    at: now.wallMs,
    outboxDepth: outbox.depth,
    oldestUnsentAgeMs,
    rttMs,
  } as const;
  const pulse = { nonce, sentAt: now.monoMs };
  return { state: { ...state, lastBeatAt: now.monoMs, pulse }, commands: [{ type: "send", frame }] };
}

function hear(
  state: HostSide,
  frame: FromIngest,
  outbox: OutboxView,
  now: Time,
  options: HostSideOptions,
): HostSideStep {
  if (frame.type === "refuse") return refused(state, frame, now, options);
  if (frame.type === "welcome")
    return state.phase === "greeting" ? welcome(state, frame, outbox, now, options) : only(state);
  if (state.phase !== "live") return only(state);
  switch (frame.type) {
    case "ack":
      return frame.epoch === state.epoch ? acknowledged(state, frame.through, outbox) : only(state);
    case "watermark":
      return frame.epoch === state.epoch
        ? watermark(state, frame.confirmed, frame.missing, outbox, now)
        : only(state);
    case "pulse":
      return only(pulsed(state, frame.nonce, now));
    case "page.read":
      return { state, commands: [{ type: "answer_page", request: frame }] };
    case "placement":
      return placed(state, frame.placement);
    case "command":
    case "fence":
      return wasPaused(state, now)
        ? drop(state, now, PAUSED)
        : { state, commands: [{ type: "carry_out", frame }] };
  }
}

function pulsed(state: HostSide, nonce: number, now: Time): HostSide {
  if (state.pulse?.nonce !== nonce) return state;
  // A whole round trip is the proof that connecting was worth it.
  return { ...state, pulse: null, rttMs: Math.max(0, now.monoMs - state.pulse.sentAt), attempt: 0 };
}
