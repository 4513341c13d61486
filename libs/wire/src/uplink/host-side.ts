/**
 * The host's side of the uplink, sans-I/O: data and time in, commands out. It owns when to connect, what may be on the way, when to resend, and
 * when a connection is not worth keeping. It never sees a fact, only sequences; the shell reads facts from the outbox when told to.
 *
 * Its promises, whatever gets lost: facts are sent in order from the house's own word on; nothing is forgotten that the house has not confirmed;
 * a house that is away, slow or wrong costs nothing but time (S1-157, S1-158, DESIGN 14.9).
 */
import { backoffMs } from "@claw/runtime";
import { type FromIngest, MAX_FACTS, UPLINK_PROTOCOL, WINDOW } from "./frames.ts";
import {
  HOST_SIDE,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  type HostSideOptions,
  type HostSideStep,
  type OutboxView,
  type Time,
} from "./host-side-state.ts";

type Welcome = Extract<FromIngest, { type: "welcome" }>;
type Refuse = Extract<FromIngest, { type: "refuse" }>;

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
      return lose(state, event.reason, now, options, event.isUnauthenticated ? "slow" : "usual");
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

const only = (state: HostSide): HostSideStep => ({ state, commands: [] });

function tick(
  state: HostSide,
  oldestUnackedAt: number | null,
  outbox: OutboxView,
  now: Time,
  options: HostSideOptions,
): HostSideStep {
  const paused = hasPaused(state.lastTick, now);
  const ticked = { ...state, lastTick: now };
  if (state.phase === "waiting") {
    if (now.monoMs < state.until) return only(ticked);
    const until = now.monoMs + HOST_SIDE.greetingMs;
    return { state: { ...ticked, phase: "connecting", until }, commands: [{ type: "connect" }] };
  }
  if (paused) return drop(ticked, now, "This machine was paused; the uplink starts anew.");
  if (state.phase !== "live")
    return now.monoMs < state.until
      ? only(ticked)
      : end(ticked, "The supervisor did not greet in time.", now, options);
  const silence = now.monoMs - state.heardAt;
  if (silence > state.heartbeatMs * HOST_SIDE.unansweredBeats)
    return drop(ticked, now, "The supervisor no longer answers.");
  const due = now.monoMs - state.lastBeatAt >= state.heartbeatMs;
  const beaten = due ? beat(ticked, oldestUnackedAt, outbox, now) : only(ticked);
  const rest = more(beaten.state, outbox);
  return { state: rest.state, commands: [...beaten.commands, ...rest.commands] };
}

function hasPaused(before: Time | null, now: Time): boolean {
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

function greet(state: HostSide, outbox: OutboxView, now: Time, options: HostSideOptions): HostSideStep {
  const frame = {
    type: "hello" as const,
    protocol: UPLINK_PROTOCOL,
    hostId: options.hostId,
    connectorVersion: options.connectorVersion,
    epoch: outbox.epoch,
    nextSeq: outbox.nextSeq,
    outboxDepth: outbox.depth,
    at: now.wallMs,
    capabilities: [...options.capabilities],
  };
  return { state: { ...state, phase: "greeting" }, commands: [{ type: "send", frame }] };
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
  }
}

/** Everything from the house's own word on is sent again. */
function welcome(
  state: HostSide,
  { confirmed, heartbeatMs }: Welcome,
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
    lastBeatAt: now.monoMs - heartbeatMs,
    heardAt: now.monoMs,
    pulse: null,
    resent: null,
    shortfalls: 0,
  };
  const rest = more(live, outbox);
  const told = report(rest.state, "info", "The supervisor is connected.");
  return {
    state: told.state,
    commands: [{ type: "forget", epoch, through: confirmed }, ...told.commands, ...rest.commands],
  };
}

/** One side's memory is older than the other's: an old copy of it was put back. */
function renew(state: HostSide, now: Time, retell: boolean): HostSideStep {
  const sentence = retell
    ? "The supervisor no longer knows what it had confirmed: everything is told anew."
    : "The supervisor knows more than this outbox: an old copy was put back. A new epoch begins.";
  const over = drop({ ...state, shortfalls: 0 }, now, sentence);
  return { state: over.state, commands: [{ type: "renew_epoch", retell }, ...over.commands] };
}

/** What it lacks was forgotten here on its word. Nothing can be sent without a hole, so the house gets time to remember first. */
function fellShort(state: HostSide, now: Time, options: HostSideOptions): HostSideStep {
  const shortfalls = state.shortfalls + 1;
  if (shortfalls >= HOST_SIDE.shortfallsBeforeRetelling) return renew(state, now, true);
  return end({ ...state, shortfalls }, "The supervisor knows less than it had confirmed.", now, options);
}

function acknowledged(state: HostSide, through: number, outbox: OutboxView): HostSideStep {
  const acked = Math.max(state.acked, Math.min(through, state.sent));
  return more({ ...state, acked, everAcked: Math.max(state.everAcked, acked) }, outbox);
}

function watermark(
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

function pulsed(state: HostSide, nonce: number, now: Time): HostSide {
  if (state.pulse?.nonce !== nonce) return state;
  // A whole round trip is the proof that connecting was worth it.
  return { ...state, pulse: null, rttMs: Math.max(0, now.monoMs - state.pulse.sentAt), attempt: 0 };
}

/** The next frame of facts, if there is one and the window has room. One at a time: the shell answers with `sent`. */
function more(state: HostSide, outbox: OutboxView): HostSideStep {
  if (state.phase !== "live" || outbox.epoch !== state.epoch) return only(state);
  const ahead = outbox.nextSeq - 1 - state.sent;
  const count = Math.min(ahead, WINDOW - (state.sent - state.acked), MAX_FACTS);
  return count <= 0 ? only(state) : { state, commands: [{ type: "send_facts", after: state.sent, count }] };
}

const SLOW: ReadonlySet<Refuse["code"]> = new Set([
  "unauthenticated",
  "host_mismatch",
  "protocol_version",
  "superseded",
]);

function refused(
  state: HostSide,
  { code, sentence, retryAfterMs }: Refuse,
  now: Time,
  options: HostSideOptions,
): HostSideStep {
  const lost = end(
    state,
    `The supervisor refuses this host (${code}): ${sentence}`,
    now,
    options,
    SLOW.has(code) ? "slow" : "usual",
  );
  const until = Math.max(lost.state.until, now.monoMs + (retryAfterMs ?? 0));
  return { state: { ...lost.state, until }, commands: lost.commands };
}

/** Ends a connection that is not to be kept, and comes back at once: nobody else was at fault. */
function drop(state: HostSide, now: Time, sentence: string): HostSideStep {
  const told = report(
    { ...state, phase: "waiting", until: now.monoMs, pulse: null, attempt: state.attempt + 1 },
    "warn",
    sentence,
  );
  return { state: told.state, commands: [{ type: "close", reason: sentence }, ...told.commands] };
}

function end(
  state: HostSide,
  sentence: string,
  now: Time,
  options: HostSideOptions,
  pace: "usual" | "slow" = "usual",
): HostSideStep {
  const lost = lose(state, sentence, now, options, pace);
  return { state: lost.state, commands: [{ type: "close", reason: sentence }, ...lost.commands] };
}

function lose(
  state: HostSide,
  sentence: string,
  now: Time,
  options: HostSideOptions,
  pace: "usual" | "slow",
): HostSideStep {
  if (state.phase === "waiting") return only(state);
  const limits = pace === "slow" ? HOST_SIDE.slowBackoff : HOST_SIDE.backoff;
  const until = now.monoMs + backoffMs(state.attempt, limits, options.random);
  return report(
    { ...state, phase: "waiting", until, pulse: null, attempt: state.attempt + 1 },
    "warn",
    sentence,
  );
}

function report(state: HostSide, level: "info" | "warn", sentence: string): HostSideStep {
  if (state.lastReport === sentence) return only(state);
  return { state: { ...state, lastReport: sentence }, commands: [{ type: "report", level, sentence }] };
}
