/** What one connection to one app-server works with. Everything here ends with the connection; what has to stay is in the outbox. */
import type { Connection, KnownNotification, Target } from "@claw/codex-rpc";
import {
  type Activity,
  type EndpointId,
  type HostId,
  hostLane,
  type OpenEvent,
  sessionLane,
  type SessionId,
} from "@claw/events";
import type { Clocks, Diagnostics } from "@claw/runtime";
import type { Effect, Queue } from "effect";
import { sessionIdOf } from "../domain/names.ts";
import type { Question } from "../domain/question.ts";
import type { SessionState } from "../domain/remembered.ts";
import type { Change } from "../domain/session-state.ts";
import { noSubscription, type Subscription, type SubscriptionEvent, evolve } from "../domain/subscription.ts";
import { fact } from "../domain/telling.ts";
import type { GitFacts } from "../domain/translate/thread.ts";
import type { Means } from "../domain/translate/turn.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Redaction } from "../redaction.ts";
import type { DeltaFrame } from "../uplink/uplink.ts";
import type { Deltas } from "./deltas.ts";
import type { Misread } from "./misread.ts";
import type { FilesHeard } from "./files-heard.ts";

/** What every watch of a host shares. */
export interface WatchTools {
  readonly hostId: HostId;
  readonly outbox: Outbox;
  readonly redaction: Redaction;
  readonly clocks: Clocks;
  readonly diagnostics: Diagnostics;
  readonly readGit: (workspace: string) => Effect.Effect<GitFacts | null>;
  readonly whisper: (delta: DeltaFrame) => void;
}

/** A thread that this connection has heard of. */
export interface Watched {
  readonly threadId: string;
  readonly sessionId: SessionId;
  subscription: Subscription;
  /** The thread itself has to be read: nothing is known of it yet, or it has changed. */
  needsRead: boolean;
  /** All of its history up to now was told, and all that happens from now on is heard. */
  isCaughtUp: boolean;
  isBusy: boolean;
  /** Monotonic: after a fault, not before. */
  retryAt: number;
  faults: number;
  /** The newest word about what it does, or null before the first. */
  activity: Activity | null;
  /** Counts status notifications, so that an answer that was on its way meanwhile is known to be older. */
  statusHeard: number;
  /** The turn whose listed end was not believed at first sight. */
  doubted: string | null;
  /** Live words about turns that wait until the history before them is told. */
  held: KnownNotification[];
  /** A word was lost since the last backfill began. */
  hasMissed: boolean;
  /** Questions that are open, by our name, as this connection heard them; at most `MAX_OPEN`. */
  readonly questions: Map<string, Question>;
  /** Monotonic: by then the server has repeated what is open. Null when that was looked at, or it was never subscribed to. */
  repeatedBy: number | null;
}

export interface Desk extends WatchTools {
  readonly endpointId: EndpointId;
  readonly target: Target;
  readonly connection: Connection;
  readonly threads: Map<string, Watched>;
  /** Threads that never leave the host, or that nobody can read. */
  readonly ignored: Set<string>;
  /** Offered to whenever some thread may need something. */
  readonly wake: Queue.Queue<null>;
  /** Ends the connection, so that the next one learns everything anew. */
  readonly restart: () => void;
  /** The server takes no new work and will end when it is done. */
  readonly draining: () => void;
  readonly deltas: Deltas;
  /** Outlives the connection. */
  readonly files: FilesHeard;
  readonly misread: Misread;
  /** Whether workspaces of its threads lie on this machine. */
  readonly isLocal: boolean;
}

/** Ids of threads that are kept out; the oldest gives way, and is then read once more. */
const MAX_IGNORED = 10_000;

/** The thread, new to this connection or not; null for one that is kept out. */
export function watched(desk: Desk, threadId: string): Watched | null {
  const known = desk.threads.get(threadId);
  if (known !== undefined || desk.ignored.has(threadId)) return known ?? null;
  const made: Watched = {
    threadId,
    sessionId: sessionIdOf(threadId),
    subscription: noSubscription,
    needsRead: true,
    isCaughtUp: false,
    isBusy: false,
    retryAt: 0,
    faults: 0,
    activity: null,
    statusHeard: 0,
    doubted: null,
    held: [],
    hasMissed: false,
    questions: new Map(),
    repeatedBy: null,
  };
  desk.threads.set(threadId, made);
  return made;
}

export function ignore(desk: Desk, threadId: string): void {
  desk.threads.delete(threadId);
  const [oldest] = desk.ignored;
  if (oldest !== undefined && desk.ignored.size >= MAX_IGNORED) desk.ignored.delete(oldest);
  desk.ignored.add(threadId);
}

export function subscription(desk: Desk, thread: Watched, event: SubscriptionEvent): void {
  thread.subscription = evolve(thread.subscription, event, desk.clocks.monoMs());
}

export const meansOf = ({ redaction, clocks }: WatchTools, thread: Watched, at?: number): Means => ({
  sessionId: thread.sessionId,
  scrub: redaction.scrub,
  at: at ?? clocks.wallMs(),
});

/** Applies a change to a session that was seen before, and tells it. Without room, the history is read again later. */
export function change(desk: Desk, thread: Watched, apply: (state: SessionState) => Change): void {
  const state = desk.outbox.session(thread.sessionId);
  if (state === null) {
    thread.isCaughtUp = false;
    return;
  }
  tellChange(desk, thread, apply(state));
}

export function tellChange(
  desk: WatchTools,
  thread: Pick<Watched, "sessionId" | "isCaughtUp">,
  { state, facts }: Change,
): boolean {
  const { sessionId } = thread;
  const isTold = desk.outbox.tell({ lane: sessionLane(sessionId), facts, session: { sessionId, state } });
  if (!isTold) thread.isCaughtUp = false;
  return isTold;
}

/** Says something of the host or of its endpoint. */
export function tellHost({ outbox, hostId }: Pick<WatchTools, "outbox" | "hostId">, event: OpenEvent): void {
  outbox.tell({ lane: hostLane(hostId), facts: [fact(event, "a")], session: null });
}
