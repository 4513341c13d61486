/** The log of a fleet: one generation of it, a JetStream stream, as an `EventLog`. */
import { type Lane, LOG_SUBJECTS, logStream, logSubject, NONE, sequence, type Sequence } from "@claw/events";
import { Effect, Schedule, type Scope, Stream } from "effect";
import type { EventLog, Logged, LogStart, Range } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import type { RawLog, RawMessage } from "../raw-log.ts";
import type { Which } from "./api.ts";
import { append } from "./append.ts";
import { type Guard, guardStream } from "./guard.ts";
import type { Appender } from "./judge.ts";
import type { NatsLink } from "./link.ts";
import { readMessage } from "./message.ts";
import { waitForGeneration } from "./opening.ts";
import { openPublisher } from "./publisher.ts";
import { followMessages, readMessages, type Source } from "./reading.ts";
import { findMessage, stateOf } from "./stream-state.ts";
import type { Sign, Trust } from "./trust.ts";

export interface JetStreamLogOptions {
  /** Told each time that the log is still not there, with what is waited for. */
  readonly onWait?: (why: string) => void;
  readonly sign?: Sign;
  readonly trust?: Trust;
}

export interface JetStreamLog extends EventLog {
  /** The same stream as messages, also those that are no entries. */
  readonly raw: RawLog;
  /** Fails once this generation is over (`regressed`), or its connection for good. A process ends then and starts again (ADR 0009). */
  readonly ended: Effect.Effect<never, LogUnavailable>;
  readonly stats: Effect.Effect<LogStats>;
}

/** As of at most about a second ago, while the server answers. */
export interface LogStats {
  readonly bytes: number;
  /** What the stream may hold; null where only the disk says no. Health asks for a trim at 70 % of it. */
  readonly maxBytes: number | null;
  readonly lastSequence: number;
  /** Messages that readers of this process passed over, because they are no intact entries. */
  readonly skipped: number;
  /** False while the server is away or the stream is in doubt. */
  readonly isWell: boolean;
  /**
   * For how long (ms) no leader of the stream that speaks for enough of its nodes has found it as it was, no consumer that is waited for has said a word, or what was to be
   * appended has waited; whichever is longest. About two seconds at most while all is well: the leader is asked every second, and hears the others every second.
   */
  readonly silentForMs: number;
}

const RETRY_MS = 500;

interface Parts extends Appender {
  readonly start: LogStart;
  readonly generation: number;
  /** How far the tail was searched for its last entry, and what was found. */
  tail: { readonly through: number; readonly entry: number };
  skipped: number;
}

/**
 * Opens the generation that is there for the time of a scope; waits for one that is open, and never makes one. Fails as `regressed` if the stream
 * is retired while it is opened, `forbidden` where the key may not read it, `drifted` where another stream has the log's subjects.
 */
export const openJetStreamLog = Effect.fnUntraced(function* (
  link: NatsLink,
  { onWait = () => {}, sign, trust }: JetStreamLogOptions = {},
): Effect.fn.Return<JetStreamLog, LogUnavailable, Scope.Scope> {
  const { appender, generation, start } = yield* Effect.retry(openFound(link, onWait), {
    while: (fault) => {
      if (fault.retry === "later") onWait(fault.detail);
      return fault.retry === "later";
    },
    schedule: Schedule.spaced(RETRY_MS),
  });
  const signing = { ...(sign !== undefined && { sign }), ...(trust !== undefined && { trust }) };
  return bind({ ...appender, ...signing, generation, start, tail: { through: 0, entry: 0 }, skipped: 0 });
});

/** The generation that is there, opened. One that goes meanwhile is waited for as if it had never been there. */
const openFound = (link: NatsLink, onWait: (why: string) => void) =>
  Effect.flatMap(waitForGeneration(link, onWait), (found) =>
    Effect.map(openAppender(link, logStream(found.generation), LOG_SUBJECTS), (appender) => ({
      ...found,
      appender,
    })),
  );

/** A stream to append to, guarded. */
export const openAppender = Effect.fnUntraced(function* (
  link: NatsLink,
  stream: string,
  subjects: readonly string[],
): Effect.fn.Return<Appender, LogUnavailable, Scope.Scope> {
  const guard = yield* guardStream(link, stream, subjects);
  const publisher = yield* openPublisher(link, stream, guard);
  return { link, stream, guard, publisher, reissued: new Map() };
});

function bind(parts: Parts): JetStreamLog {
  const { guard, generation, start } = parts;
  return {
    append: (drafts) => append(parts, drafts),
    read: (range) =>
      Stream.unwrap(Effect.map(boundsOf(parts, range), (bounds) => readEntries(parts, bounds))),
    follow: (after) => entriesIn(parts, followMessages(parts, after)),
    at: (at) =>
      whileOpen(
        guard,
        Effect.map(messageAt(parts, at), (message) => entryIn(parts, message)),
      ),
    head: (lane) => whileOpen(guard, headOf(parts, lane)),
    last: whileOpen(guard, lastEntry(parts)),
    generation,
    start,
    raw: rawLog(parts, generation),
    ended: Effect.catchIf(
      guard.ending,
      ({ reason }) => reason === "closed",
      () => Effect.never,
    ),
    stats: Effect.sync(() => {
      const { bytes, maxBytes } = guard.state();
      return {
        bytes,
        maxBytes,
        lastSequence: guard.known(),
        skipped: parts.skipped,
        isWell: guard.isWell(),
        silentForMs: guard.silentForMs(),
      };
    }),
  };
}

/** A guarded stream as messages. */
export function rawLog(source: Source, generation: number): RawLog {
  const { guard } = source;
  const last = whileOpen(guard, lastMessage(source));
  return {
    generation,
    follow: (after) => followMessages(source, after),
    read: (after) => Stream.unwrap(Effect.map(last, (through) => readMessages(source, after, through))),
    at: (at) => whileOpen(guard, messageAt(source, at)),
    last,
  };
}

/** Answers as long as the log lives, and fails as it ended from then on, also in the middle of a question. */
const whileOpen = <A>(
  guard: Pick<Guard, "fault" | "ending">,
  question: Effect.Effect<A, LogUnavailable>,
): Effect.Effect<A, LogUnavailable> =>
  Effect.suspend(() => {
    const fault = guard.fault();
    return fault === null ? Effect.raceFirst(question, guard.ending) : Effect.fail(fault);
  });

const messageAt = (source: Source, at: number): Effect.Effect<RawMessage | null, LogUnavailable> =>
  at < 1 ? Effect.succeed(null) : seen(source, { seq: at });

/** Whatever this process has seen, the stream has to answer for from then on. */
const seen = ({ link, stream, guard }: Source, which: Which) =>
  Effect.tap(findMessage(link, stream, which), (message) =>
    Effect.sync(() => {
      if (message !== null) guard.saw(message);
    }),
  );

/** What lies up to a generation's opening the keeper repeats from the ledger, which believed it once and keeps no signatures. */
function entryIn({ start, trust }: Parts, message: RawMessage | null): Logged | null {
  if (message === null) return null;
  const read = readMessage(message, message.sequence > start.sequence ? trust : undefined);
  return read.ok ? { sequence: message.sequence, entry: read.value } : null;
}

/** What `expectedHead` is compared with: the number of the last message on the lane's subject, whatever that message is. */
const headOf = (parts: Parts, lane: Lane): Effect.Effect<Sequence | 0, LogUnavailable> =>
  Effect.map(
    Effect.tap(seen(parts, { last_by_subj: logSubject(lane) }), parts.guard.confirm),
    (message) => message?.sequence ?? NONE,
  );

const lastMessage = ({ link, stream }: Source): Effect.Effect<Sequence | 0, LogUnavailable> =>
  Effect.map(stateOf(link, stream), (state) =>
    state === null || state.messages === 0 ? NONE : sequence(state.lastSequence),
  );

/**
 * The last message that is an entry: a reader of entries comes as far as this and no farther, so whoever waits for a reader waits for this. Looks
 * at each message of the tail once.
 */
const lastEntry = Effect.fnUntraced(function* (parts: Parts): Effect.fn.Return<Sequence | 0, LogUnavailable> {
  const through = yield* lastMessage(parts);
  for (let at: number = through; at > parts.tail.through; at -= 1) {
    if (entryIn(parts, yield* messageAt(parts, at)) === null) continue;
    parts.tail = { through, entry: at };
    break;
  }
  if (through > parts.tail.through) parts.tail = { through, entry: parts.tail.entry };
  return sequence(parts.tail.entry);
});

interface Bounds {
  readonly after: Sequence | 0;
  readonly through: Sequence | 0;
  /** The message at which the server's answer is known to be complete; at or behind `through`. */
  readonly until: Sequence | 0;
  readonly subject: string | null;
}

/** A lane's reading ends at its head: what is asked of one subject has no other end that can be seen. */
const boundsOf = (parts: Parts, { after, through, lane }: Range): Effect.Effect<Bounds, LogUnavailable> =>
  whileOpen(
    parts.guard,
    Effect.gen(function* () {
      const last = yield* lane === undefined ? lastMessage(parts) : headOf(parts, lane);
      const end = through === undefined || through > last ? last : through;
      const until = lane === undefined ? end : last;
      return { after, through: end, until, subject: lane === undefined ? null : logSubject(lane) };
    }),
  );

const readEntries = (parts: Parts, { after, through, until, subject }: Bounds) =>
  through <= after
    ? Stream.empty
    : entriesIn(parts, readMessages(parts, after, until, subject)).pipe(
        Stream.takeWhile(({ sequence: at }) => at <= through),
      );

const entriesIn = (
  parts: Parts,
  messages: Stream.Stream<RawMessage, LogUnavailable>,
): Stream.Stream<Logged, LogUnavailable> =>
  messages.pipe(
    Stream.map((message) => {
      const logged = entryIn(parts, message);
      if (logged === null) parts.skipped += 1;
      return logged;
    }),
    Stream.filter((logged) => logged !== null),
  );
