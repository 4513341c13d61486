/** The ledger of record over NATS: `ledger.read`, in pages that fit into a message. */
import { decodeEntry, Lane, type Placed, type Position, position, talkSubjects, Word } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, Option, type Scope, Stream } from "effect";
import { z } from "zod";
import { HistoryUnavailable, type LedgerHistory, type LedgerRange } from "../history.ts";
import { ask, type Unanswered } from "./ask.ts";
import { serve } from "./serve.ts";
import { LARGE, mostBytes, SMALL, type Talk, talkOf, type TalkOptions } from "./talk.ts";

/** What a page holds at most. An entry alone may be larger: then it travels alone, if the server lets it. */
export const PAGE = { entries: 512, bytes: 786_432 } as const;
/** Pages in work at the same time: each is read from disk for a process that starts. */
const MAX_IN_WORK = 8;
const PAGE_MS = 10_000;
/** Room for what is around the entries. */
const FRAME_BYTES = 1_024;

const Request = z.object({
  after: z.int().min(0),
  through: z.int().min(1),
  lane: Lane.optional(),
});
type Request = z.infer<typeof Request>;

const Reply = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("page"),
    entries: z.array(z.object({ position: z.int().min(1), entry: z.unknown() })).max(PAGE.entries),
    /** False: there is more in the range. */
    isEnd: z.boolean(),
  }),
  z.object({ status: z.literal("unavailable"), reason: Word, retry: z.enum(["later", "never"]) }),
]);
type Reply = z.infer<typeof Reply>;
type Page = Extract<Reply, { status: "page" }>;

const unavailable = (reason: string, retry: "later" | "never" = "later"): Reply => ({
  status: "unavailable",
  reason,
  retry,
});

export interface ServeHistoryOptions extends TalkOptions {
  /** Where the ledger stands. A range beyond it is refused: a page that ends early would pass for the end. */
  readonly stands: () => Position | 0;
}

/** Answers for the time of a scope, which is that of being of record. `read` gives a range in order. */
export function serveHistory<E>(
  connection: NatsConnection,
  read: (range: LedgerRange) => Stream.Stream<Placed, E>,
  options: ServeHistoryOptions,
): Effect.Effect<void, never, Scope.Scope> {
  const talk = talkOf(connection, "history", options);
  return serve(talk, {
    subject: talkSubjects.ledgerRead,
    request: Request,
    limits: { request: SMALL, reply: LARGE },
    most: MAX_IN_WORK,
    excuses: {
      busy: unavailable("busy"),
      misread: unavailable("unreadable", "never"),
      tooLarge: unavailable("too_large", "never"),
      ended: unavailable("stopping"),
    },
    answer: (request) =>
      request.through > options.stands()
        ? Effect.succeed(unavailable("behind"))
        : Effect.catch(pageOf(talk, read(rangeOf(request))), () =>
            Effect.succeed(unavailable("ledger_away")),
          ),
  });
}

const rangeOf = ({ after, through, lane }: Request): LedgerRange => ({
  after: position(after),
  through: position(through),
  ...(lane === undefined ? {} : { lane }),
});

/** The beginning of a stream, as much as fits. */
const pageOf = <E>(talk: Talk, entries: Stream.Stream<Placed, E>): Effect.Effect<Page, E> =>
  Effect.suspend(() => {
    const most = Math.min(PAGE.bytes, mostBytes(talk, LARGE) - FRAME_BYTES);
    const page: Page = { status: "page", entries: [], isEnd: true };
    let bytes = 0;
    const take = (placed: Placed): boolean => {
      bytes += Buffer.byteLength(JSON.stringify(placed)) + 1;
      const { length } = page.entries;
      page.isEnd = length === 0 || (length < PAGE.entries && bytes <= most);
      if (page.isEnd) page.entries.push(placed);
      return page.isEnd;
    };
    return Effect.as(
      Stream.runForEachWhile(entries, (placed) => Effect.sync(() => take(placed))),
      page,
    );
  });

export interface AskHistoryOptions extends TalkOptions {
  readonly timeoutMs?: number;
}

/** Reads page after page from whichever ledger is of record; each page is asked for when the one before was taken. */
export function askHistory(connection: NatsConnection, options: AskHistoryOptions = {}): LedgerHistory {
  const talk = talkOf(connection, "history", options);
  const { timeoutMs = PAGE_MS } = options;
  return {
    read: (range) =>
      range.through <= range.after
        ? Stream.empty
        : Stream.paginate(range.after, (after) => askPage(talk, { ...range, after }, timeoutMs)),
  };
}

const askPage = (
  talk: Talk,
  range: LedgerRange,
  timeoutMs: number,
): Effect.Effect<readonly [readonly Placed[], Option.Option<Position | 0>], HistoryUnavailable> =>
  ask(talk, {
    subject: talkSubjects.ledgerRead,
    value: range,
    reply: Reply,
    limits: LARGE,
    timeoutMs,
  }).pipe(
    Effect.mapError(({ why }) => new HistoryUnavailable(REASONS[why])),
    Effect.flatMap((reply) => {
      if (reply.status === "unavailable")
        return Effect.fail(new HistoryUnavailable({ reason: reply.reason, retry: reply.retry }));
      const entries = readPage(reply, range);
      const last = entries?.at(-1)?.position;
      if (entries === null || (last === undefined && !reply.isEnd)) {
        talk.trouble("malformed");
        return Effect.fail(new HistoryUnavailable(REASONS.misread));
      }
      const isOver = reply.isEnd || last === undefined || last >= range.through;
      return Effect.succeed([entries, isOver ? Option.none() : Option.some(last)] as const);
    }),
  );

/** The entries of a page, or null where one is no entry, or not in its place. */
function readPage({ entries }: Page, { after, through, lane }: LedgerRange): readonly Placed[] | null {
  const placed: Placed[] = [];
  let before: number = after;
  for (const { position: at, entry: value } of entries) {
    const entry = decodeEntry(value);
    if (!entry.ok || at <= before || at > through) return null;
    if (lane !== undefined && entry.value.envelope.lane !== lane) return null;
    placed.push({ position: position(at), entry: entry.value });
    before = at;
  }
  return placed;
}

const REASONS: Readonly<
  Record<Unanswered["why"], { readonly reason: string; readonly retry: "later" | "never" }>
> = {
  nobody: { reason: "no ledger of record answers", retry: "later" },
  late: { reason: "no ledger of record answers", retry: "later" },
  away: { reason: "the server is away", retry: "later" },
  misread: { reason: "the answer was not understood", retry: "later" },
  too_large: { reason: "the question is too large", retry: "never" },
  forbidden: { reason: "this service may not read the ledger", retry: "never" },
};
