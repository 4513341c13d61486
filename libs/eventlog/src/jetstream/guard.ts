/**
 * The guard of one stream: sees that it is still the stream that this process has seen, and stops everything when it is not.
 *
 * Numbers do not tell: after a power cut a stream can be shorter and use its sequences again (RELIABILITY E5, E10). So the guard keeps the last
 * message that this process knows to be stored, its *witness*, and asks for it again every second and at each reconnect. Until a look has
 * confirmed the stream after a loss of the wire, nobody reads or appends.
 */
import { Deferred, Effect, type Scope } from "effect";
import type { LogUnavailable } from "../faults.ts";
import type { RawMessage } from "../raw-log.ts";
import { getMessage } from "./api.ts";
import { closed, closedBy, regressed, unreachable } from "./faults.ts";
import type { NatsLink } from "./link.ts";
import { UNHEARD_MS } from "./quorum.ts";
import { findMessage, stateOf, type StreamState, subjectsOf } from "./stream-state.ts";
import type { WireChange } from "./wire.ts";

/**
 * Three looks that agree end the log, within the five seconds that are promised. They lie apart, because a leader that was deposed answers with what it had until it hears of that,
 * with its next heartbeat: mostly within a second (nats-server 2.14.0).
 */
const LOOK_EVERY_MS = 1_000;
export const LOOK_AGAIN_MS = 600;
export const LOOKS_TO_END = 3;

export interface Guard {
  /** Done when the stream may be used: at once, or after the look that follows a loss of the wire. Fails once the log has ended. */
  readonly whenWell: Effect.Effect<void, LogUnavailable>;
  readonly isWell: () => boolean;
  /** Why the log has ended, or null. */
  readonly fault: () => LogUnavailable | null;
  /** Fails when the log ends, for whatever reason. */
  readonly ending: Effect.Effect<never, LogUnavailable>;
  /** Done at once if the leader was heard a moment ago, else when it says that it speaks for the others: what was answered just before is no old answer then. */
  readonly confirm: Effect.Effect<void, LogUnavailable>;
  /** Says that this message is stored. */
  readonly saw: (message: Witness) => void;
  /** Calls at each change of `isWell` or `fault`; answers with how to stop it. */
  readonly watch: (changed: () => void) => () => void;
  /** Looks now. */
  readonly look: () => void;
  /** The highest sequence that is known to be stored. */
  readonly known: () => number;
  readonly state: () => StreamState;
  /** For how long (ms) the stream has not been found as it was, by a leader that speaks for enough of the others; or, if that is longer, what somebody else waits for. */
  readonly silentForMs: () => number;
  /** Asks as well for how long (ms) somebody who reads or writes has waited for a word of the stream; answers with how to stop it. */
  readonly alsoAsk: (waitedMs: () => number) => () => void;
}

/** A message by which a stream is known again. */
export type Witness = Pick<RawMessage, "messageId" | "data"> & { readonly sequence: number };

interface Post {
  readonly link: NatsLink;
  readonly stream: string;
  readonly subjects: readonly string[];
  readonly first: StreamState;
  readonly end: Deferred.Deferred<never, LogUnavailable>;
  readonly watchers: Set<() => void>;
  readonly waiting: Set<() => number>;
  state: StreamState;
  witness: Witness | null;
  /** The era of the wire in which the stream was last found as it was. */
  wellIn: number;
  doubts: number;
  /** Whether the last look had no answer that counts. */
  isAway: boolean;
  /** When a leader that found the stream as it was last spoke for enough of the others, by the monotonic clock. */
  heardAt: number;
  fault: LogUnavailable | null;
  wake: () => void;
}

/** Guards a stream for the time of a scope. `subjects` are those that it must keep. When the scope closes, the log has ended as `closed`. */
export const guardStream = Effect.fnUntraced(function* (
  link: NatsLink,
  stream: string,
  subjects: readonly string[],
): Effect.fn.Return<Guard, LogUnavailable, Scope.Scope> {
  const era = link.wire.era();
  const first = yield* stateOf(link, stream);
  // It was there a moment ago, and this look has nothing to compare with: a cluster may know it on one node and not yet on another.
  if (first === null) return yield* unreachable(`The stream ${stream} is not there.`);
  const post = makePost(link, stream, subjects, first, era);
  yield* Effect.acquireRelease(
    Effect.sync(() => link.wire.watch((change) => hear(post, change))),
    (unwatch) =>
      Effect.sync(() => {
        unwatch();
        end(post, closed());
      }),
  );
  const found = yield* lookOnce(post);
  if (found.kind === "doubt") return yield* regressed(found.detail);
  yield* Effect.forkScoped(Effect.forever(rounds(post)));
  return bind(post);
});

function makePost(
  link: NatsLink,
  stream: string,
  subjects: readonly string[],
  first: StreamState,
  era: number,
): Post {
  return {
    link,
    stream,
    subjects,
    first,
    end: Deferred.makeUnsafe(),
    watchers: new Set(),
    waiting: new Set(),
    state: first,
    witness: null,
    wellIn: era,
    doubts: 0,
    isAway: false,
    heardAt: performance.now(),
    fault: null,
    wake: () => {},
  };
}

function bind(post: Post): Guard {
  return {
    whenWell: whenWell(post),
    isWell: () => isWell(post),
    fault: () => post.fault,
    ending: Deferred.await(post.end),
    confirm: Effect.suspend(() =>
      isWell(post) && performance.now() - post.heardAt < UNHEARD_MS
        ? Effect.void
        : Effect.asVoid(stateOf(post.link, post.stream)),
    ),
    saw: (message) => {
      if (message.sequence > (post.witness?.sequence ?? 0)) post.witness = message;
    },
    watch: (changed) => {
      post.watchers.add(changed);
      return () => void post.watchers.delete(changed);
    },
    look: () => post.wake(),
    known: () => Math.max(post.state.lastSequence, post.witness?.sequence ?? 0),
    state: () => post.state,
    silentForMs: () =>
      Math.max(performance.now() - post.heardAt, ...Array.from(post.waiting, (waitedMs) => waitedMs())),
    alsoAsk: (waitedMs) => {
      post.waiting.add(waitedMs);
      return () => void post.waiting.delete(waitedMs);
    },
  };
}

const isWell = ({ fault, doubts, wellIn, link: { wire } }: Post): boolean =>
  fault === null && doubts === 0 && wire.isUp() && wellIn === wire.era();

const whenWell = (post: Post): Effect.Effect<void, LogUnavailable> =>
  Effect.callback((resume) => {
    const look = (): void => {
      if (post.fault !== null) resume(Effect.fail(post.fault));
      else if (isWell(post)) resume(Effect.void);
      else return;
      post.watchers.delete(look);
    };
    post.watchers.add(look);
    look();
    return Effect.sync(() => post.watchers.delete(look));
  });

/** The wire broke or came back. A connection that was closed for good ends the log as what closed it. */
function hear(post: Post, change: WireChange): void {
  if (change.kind === "refused") return;
  tell(post);
  post.wake();
  if (change.kind === "closed") void closedBy(post.link.connection).then((fault) => end(post, fault));
}

function tell({ watchers }: Post): void {
  for (const watcher of Array.from(watchers)) watcher();
}

function end(post: Post, fault: LogUnavailable): void {
  if (post.fault !== null) return;
  post.fault = fault;
  Deferred.doneUnsafe(post.end, Effect.fail(fault));
  tell(post);
}

type Found = { readonly kind: "same" | "away" } | { readonly kind: "doubt"; readonly detail: string };

const doubt = (detail: string): Found => ({ kind: "doubt", detail });

const rounds = (post: Post): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* nap(post, post.doubts === 0 && !post.isAway ? LOOK_EVERY_MS : LOOK_AGAIN_MS);
    const era = post.link.wire.era();
    const found = yield* Effect.catch(lookOnce(post), () => Effect.succeed<Found>({ kind: "away" }));
    const before = isWell(post);
    judge(post, found, era);
    if (isWell(post) !== before) tell(post);
  });

/** Silence proves nothing: a server that is away leaves everything as it was. */
function judge(post: Post, found: Found, era: number): void {
  post.isAway = found.kind === "away";
  if (found.kind === "same") {
    post.doubts = 0;
    post.wellIn = era;
  }
  if (found.kind !== "doubt") return;
  post.doubts += 1;
  if (post.doubts >= LOOKS_TO_END) end(post, regressed(found.detail));
}

const nap = (post: Post, ms: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => resume(Effect.void), ms);
    // Whoever is in a hurry does not make three looks one.
    if (post.doubts > 0) return Effect.sync(() => clearTimeout(timer));
    post.wake = () => {
      clearTimeout(timer);
      resume(Effect.void);
    };
    return Effect.sync(() => {
      clearTimeout(timer);
    });
  }).pipe(Effect.ensuring(Effect.sync(() => clearWake(post))));

function clearWake(post: Post): void {
  post.wake = () => {};
}

/** One look. The witness is taken before the state is asked, because both move on meanwhile. */
const lookOnce = Effect.fnUntraced(function* (post: Post): Effect.fn.Return<Found, LogUnavailable> {
  const { link, stream, witness } = post;
  const seen = Math.max(post.state.lastSequence, witness?.sequence ?? 0);
  const askedAt = performance.now();
  const state = yield* stateOf(link, stream);
  if (state === null) return doubt(`The stream ${stream} is gone.`);
  if (state.created !== post.first.created) return doubt(`Another stream has the name ${stream}.`);
  if (!sameSubjects(subjectsOf(state), post.subjects)) return doubt(`The stream ${stream} was retired.`);
  if (state.lastSequence < seen)
    return doubt(`The stream ${stream} ends at ${state.lastSequence}; ${seen} was seen.`);
  if (witness !== null && !(yield* isThere(post, witness)))
    return doubt(`The stream ${stream} holds another message at ${witness.sequence}.`);
  post.state = state;
  post.heardAt = Math.max(post.heardAt, askedAt - state.unheardForMs);
  if (state.messages > 0 && state.lastSequence > (witness?.sequence ?? 0))
    yield* takeWitness(post, state.lastSequence);
  return { kind: "same" };
});

const isThere = ({ link, stream }: Post, witness: Witness): Effect.Effect<boolean, LogUnavailable> =>
  Effect.map(
    findMessage(link, stream, { seq: witness.sequence }),
    (message) =>
      message !== null &&
      message.messageId === witness.messageId &&
      Buffer.compare(message.data, witness.data) === 0,
  );

const takeWitness = (post: Post, sequence: number): Effect.Effect<void, LogUnavailable> =>
  Effect.map(getMessage(post.link, post.stream, { seq: sequence }), (message) => {
    if (message !== null && message.sequence > (post.witness?.sequence ?? 0)) post.witness = message;
  });

const sameSubjects = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((subject, index) => subject === other[index]);
