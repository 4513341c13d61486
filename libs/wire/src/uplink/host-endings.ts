/** How the host's side leaves a connection, and when it comes back. */
import { backoffMs } from "@claw/runtime";
import type { FromIngest } from "./frames.ts";
import {
  HOST_SIDE,
  type HostSide,
  type HostSideOptions,
  type HostSideStep,
  type Time,
} from "./host-side-state.ts";

type Refuse = Extract<FromIngest, { type: "refuse" }>;
/** `unknown`: nobody knows our token, at least not yet. */
type Pace = "usual" | "slow" | "unknown";

/** Refusals that only a person lifts, or that a twin with our token caused. */
const SLOW: ReadonlySet<Refuse["code"]> = new Set([
  "unauthenticated",
  "host_mismatch",
  "protocol_version",
  "superseded",
]);

export const only = (state: HostSide): HostSideStep => ({ state, commands: [] });

/** The wait lies on top of what the house asked for: hosts that were told the same moment must not come back in it. */
export function refused(
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
  const until = lost.state.until + (retryAfterMs ?? 0);
  return { state: { ...lost.state, until }, commands: lost.commands };
}

/** Ends a connection that is not to be kept, and comes back at once: nobody else was at fault. */
export function drop(state: HostSide, now: Time, sentence: string): HostSideStep {
  const told = report(
    { ...state, phase: "waiting", until: now.monoMs, pulse: null, attempt: state.attempt + 1 },
    "warn",
    sentence,
  );
  return { state: told.state, commands: [{ type: "close", reason: sentence }, ...told.commands] };
}

export function end(
  state: HostSide,
  sentence: string,
  now: Time,
  options: HostSideOptions,
  pace: Pace = "usual",
): HostSideStep {
  const lost = lose(state, sentence, now, options, pace);
  return { state: lost.state, commands: [{ type: "close", reason: sentence }, ...lost.commands] };
}

export function lose(
  state: HostSide,
  sentence: string,
  now: Time,
  options: HostSideOptions,
  pace: Pace,
): HostSideStep {
  if (state.phase === "waiting") return only(state);
  const until = now.monoMs + waitMs(state, pace, options.random);
  const unknown = pace === "unknown" ? state.unknown + 1 : 0;
  return report(
    { ...state, phase: "waiting", until, pulse: null, attempt: state.attempt + 1, unknown },
    "warn",
    sentence,
  );
}

/** What ended this connection may have ended all of them, and a host cannot tell: so even a short wait is spread over `spreadMs`. */
function waitMs({ attempt, unknown }: HostSide, pace: Pace, random: () => number): number {
  if (pace === "slow") return backoffMs(attempt, HOST_SIDE.slowBackoff, random);
  const slow = unknown - HOST_SIDE.triesUntilSlow;
  if (pace === "unknown" && slow >= 0) return backoffMs(slow, HOST_SIDE.slowBackoff, random);
  const share = random();
  return Math.max(
    Math.round(share * HOST_SIDE.spreadMs),
    backoffMs(pace === "unknown" ? unknown : attempt, HOST_SIDE.backoff, () => share),
  );
}

export function report(state: HostSide, level: "info" | "warn", sentence: string): HostSideStep {
  if (state.lastReport === sentence) return only(state);
  return { state: { ...state, lastReport: sentence }, commands: [{ type: "report", level, sentence }] };
}
