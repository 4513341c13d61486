/** What is known of a host, what is not, and what happens next, from its row alone (DESIGN-NOTES, "Unknown is a state"). Pure; now is an input. */
import type { EndpointView, HostView } from "../../../api/types/host.ts";
import type { SessionView } from "../../../api/types/session.ts";
import { ageOf, clockOf, msOf } from "../../../words/age.ts";
import { counted, figure } from "../../../words/figures.ts";

/** A clock that is off by more than this is said to be off, in ms. */
export const SKEW_MS = 1_000;

export const isSkewed = ({ clockOffsetMs, freshness }: HostView): boolean =>
  freshness.state === "live" && clockOffsetMs !== null && Math.abs(clockOffsetMs) > SKEW_MS;

/** The name that people know it by. */
export const nameOf = ({ hostname, hostId }: Pick<HostView, "hostname" | "hostId">): string =>
  hostname ?? hostId;

export interface Knowledge {
  readonly known: readonly string[];
  readonly unknown: readonly string[];
  readonly next: readonly string[];
}

export interface Around {
  /** Sessions of this host that are not put away. */
  readonly sessions: readonly SessionView[];
  readonly endpoints: readonly EndpointView[];
}

export function knowledgeOf(host: HostView, around: Around, nowMs: number): Knowledge {
  const active = around.sessions.filter(({ activity }) => activity.type === "active").length;
  return host.freshness.state === "live"
    ? whileLive(host, around, active)
    : whileSilent(host, around, active, nowMs);
}

function whileLive(host: HostView, { sessions, endpoints }: Around, active: number): Knowledge {
  const down = endpoints.filter(({ state }) => state === "down");
  return {
    known: [
      `${counted(sessions.length, "session")} on ${counted(endpoints.length, "app-server")}; ${active} at work.`,
      host.outboxDepth === null ? null : `Its outbox holds ${counted(host.outboxDepth, "fact")}.`,
      host.catchingUp === true ? "It is catching up: what is shown of it is older than it says." : null,
      ...down.map(
        ({ endpointId, reason }) =>
          `App-server ${endpointId} cannot be reached${reason === null ? "." : `: ${reason}.`}`,
      ),
      ...troubles(host),
    ].filter(isSaid),
    unknown: [
      host.rttMs === null ? "How long a heartbeat takes." : null,
      host.clockOffsetMs === null ? "How far its clock is from ours." : null,
      sessions.some(({ humanAttached }) => humanAttached === null)
        ? "Whether people are attached to its sessions."
        : null,
    ].filter(isSaid),
    next: nextOf(host),
  };
}

/** What went wrong in its lives so far; nothing where nothing did. */
const troubles = ({ lostFacts, forks, attempts, evidenceKept }: HostView): readonly (string | null)[] => [
  lostFacts > 0 ? `Its outbox had to let ${counted(lostFacts, "fact")} go.` : null,
  forks > 0 ? `${counted(forks, "time")} two facts claimed one place: a clone may be at work.` : null,
  attempts > 0 ? `${counted(attempts, "call")} with keys that were not theirs.` : null,
  evidenceKept > 0 ? `${counted(evidenceKept, "message")} that were no facts are kept.` : null,
];

function nextOf({ placement, placementReason }: HostView): readonly string[] {
  if (placement === "open") return ["New sessions may be placed on it."];
  const why = placementReason === null ? "" : ` “${placementReason}”`;
  return placement === "draining"
    ? [`No new session is placed on it, and it is about to be taken away.${why}`]
    : [`No new session is placed on it.${why}`];
}

function whileSilent(host: HostView, { sessions }: Around, active: number, nowMs: number): Knowledge {
  const heardAt = msOf(host.lastHeardAt);
  const waiting = sessions.filter(
    ({ lastCommand }) => lastCommand !== null && lastCommand.outcome === null,
  ).length;
  return {
    known: [
      heardAt === null
        ? "It was never heard."
        : `It was last heard at ${clockOf(heardAt)}, ${ageOf(nowMs - heardAt)} ago${because(host)}.`,
      active > 0
        ? `${counted(active, "session")} were at work then.`
        : "None of its sessions was at work then.",
      host.outboxDepth === null ? null : `Its outbox held ${counted(host.outboxDepth, "fact")} then.`,
      ...troubles(host),
    ].filter(isSaid),
    unknown: [
      active > 0 ? "Whether these turns still run." : "Whether anything was begun there since.",
      "Whether people are attached to its sessions.",
      waiting > 0 ? `Whether it performed ${counted(waiting, "command")} that it was sent.` : null,
    ].filter(isSaid),
    next: [
      "Writes to its sessions are refused until it is heard.",
      "A lease on one of them is given to nobody else before the host has confirmed its fence.",
      "When it returns, it sends what it kept, in order.",
    ],
  };
}

const because = ({ freshness }: HostView): string =>
  freshness.reason === null ? "" : ` (${freshness.reason})`;
const isSaid = (words: string | null): words is string => words !== null;

/** `+2 ms`, `−4 ms`, `+1.8 s`; a dash where it is not known. */
export function skewOf(ms: number | null): string {
  if (ms === null) return "—";
  const sign = ms < 0 ? "−" : "+";
  const size = Math.abs(ms);
  return size < 1_000
    ? `${sign}${figure(Math.round(size))}\u00a0ms`
    : `${sign}${(size / 1_000).toFixed(1)}\u00a0s`;
}
