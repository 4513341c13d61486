/**
 * Appends: publishes all drafts in a window, then settles the few whose answer is no proof.
 *
 * Two answers are none. `duplicate` says that a message with this id is stored, not which: it is read. A moved head may have been moved by this very
 * entry, because the server compares the head before it knows the id (DESIGN 8): the message behind the expectation is read.
 */
import { randomBytes } from "node:crypto";
import { type Entry, sequence } from "@claw/events";
import { Effect } from "effect";
import { type Draft, MAX_DRAFTS, type Outcome } from "../event-log.ts";
import { LogUnavailable } from "../faults.ts";
import type { Fate } from "./ack.ts";
import { getMessage } from "./api.ts";
import { failedAt } from "./faults.ts";
import type { Guard } from "./guard.ts";
import type { NatsLink } from "./link.ts";
import { MAX_MESSAGE_BYTES, messageIdAgain, messageOf } from "./message.ts";
import type { Publisher } from "./publisher.ts";
import { appended, recognise } from "./verdict.ts";
import type { Sign, Trust } from "./trust.ts";
import type { ToPublish } from "./window.ts";

export interface Appender {
  readonly link: NatsLink;
  readonly stream: string;
  readonly guard: Guard;
  readonly publisher: Publisher;
  /** Where entries lie whose own message id was spoilt, by id: so that a repeat finds them. Bounded; the oldest are forgotten. */
  readonly reissued: Map<string, number>;
  /** Of policy: how its decisions are signed. */
  readonly sign?: Sign;
  /** Whose decisions are believed; without it everybody's, as on a server of one's own. */
  readonly trust?: Trust;
}

/** Questions of one append that are asked at the same time. */
const CONCURRENCY = 32;
const MAX_REISSUED = 4_096;
/** Room for the headers of a message: an entry's id and what is expected. */
const HEADER_BYTES = 1_024;
/** How often one draft is published anew because of what was found. */
const MOST_ROUNDS = 8;
/** What is on its way to a majority is stored or given up meanwhile: 5 ms and twice as long each time, 1.3 s in all. Four rounds without a pause were over before a busy cluster had stored it. */
const FIRST_PAUSE_MS = 5;

interface Item {
  readonly entry: Entry;
  readonly message: ToPublish;
}

export const append = (
  appender: Appender,
  drafts: readonly Draft[],
): Effect.Effect<readonly Outcome[], LogUnavailable> =>
  Effect.suspend(() => {
    if (drafts.length > MAX_DRAFTS) throw new RangeError(`An append has at most ${MAX_DRAFTS} drafts.`);
    const items = drafts.map((draft) => itemOf(draft, appender.sign));
    const tooLarge = items.find(({ message }) => message.data.length > roomIn(appender.link));
    if (tooLarge !== undefined) return Effect.fail(tooLargeFault(tooLarge.message.data.length));
    return Effect.flatMap(publishAll(appender, items), (fates) =>
      Effect.forEach(items, (item, index) => settle(appender, item, fates[index], MOST_ROUNDS), {
        concurrency: CONCURRENCY,
      }),
    );
  });

const itemOf = ({ entry, expectedHead }: Draft, sign: Sign | undefined): Item => ({
  entry,
  message: { ...messageOf(entry, sign), expectedHead },
});

const roomIn = ({ server }: NatsLink): number =>
  Math.min(MAX_MESSAGE_BYTES, server.maxPayloadBytes) - HEADER_BYTES;

const tooLargeFault = (bytes: number): LogUnavailable =>
  new LogUnavailable({
    reason: "io",
    retry: "never",
    detail: `A message of ${bytes} bytes is larger than the server takes.`,
  });

/** What was stored first is what the guard goes by, so it is told of the last one at once. */
const publishAll = (
  { publisher, guard }: Appender,
  items: readonly Item[],
): Effect.Effect<readonly Fate[], LogUnavailable> =>
  Effect.map(publisher.publish(items.map(({ message }) => message)), (fates) => {
    const last = fates.findLastIndex((fate) => fate.kind === "stored" && !fate.isRepeat);
    const [fate, item] = [fates[last], items[last]];
    if (fate?.kind === "stored" && item !== undefined)
      guard.saw({ ...item.message, sequence: fate.sequence });
    return fates;
  });

function settle(
  appender: Appender,
  item: Item,
  fate: Fate | undefined,
  rounds: number,
): Effect.Effect<Outcome, LogUnavailable> {
  if (fate === undefined) return Effect.die("a publication without a fate");
  if (fate.kind === "fault") return Effect.fail(fate.fault);
  if (fate.kind === "stored" && !fate.isRepeat) return Effect.succeed(appended(fate.sequence));
  if (rounds === 0) return Effect.fail(failedAt("The stream's answers contradict each other."));
  if (fate.kind === "moved") return settleMoved(appender, item, fate.head, rounds);
  return settleRepeat(appender, item, fate.sequence, rounds);
}

/** Somebody's message has this id. If it is not an entry of this id, the id is spoilt, and the entry goes out under another message id. */
const settleRepeat = Effect.fnUntraced(function* (
  appender: Appender,
  item: Item,
  at: number,
  rounds: number,
): Effect.fn.Return<Outcome, LogUnavailable> {
  const { entry, message } = item;
  const known = recognise(entry, yield* messageAt(appender, at), appender.trust);
  if (known !== null) return known;
  const { id } = entry.envelope;
  const before = appender.reissued.get(id);
  const reissued = before === undefined ? yield* lastOf(appender, item) : yield* messageAt(appender, before);
  const again = recognise(entry, reissued, appender.trust);
  if (again !== null) return again;
  const messageId = messageIdAgain(id, randomBytes(8).toString("hex"));
  const fates = yield* publishAll(appender, [{ entry, message: { ...message, messageId } }]);
  const outcome = yield* settle(appender, item, fates[0], rounds - 1);
  if (outcome.status === "appended") remember(appender.reissued, id, outcome.sequence);
  return outcome;
});

/** The lane is not where it was expected. `head` is where the server found it when it judged; later messages are not this draft's affair. */
const settleMoved = Effect.fnUntraced(function* (
  appender: Appender,
  item: Item,
  named: number | null,
  rounds: number,
): Effect.fn.Return<Outcome, LogUnavailable> {
  const { entry, message } = item;
  const expected = message.expectedHead ?? 0;
  const head = named ?? (yield* lastOf(appender, item))?.sequence ?? 0;
  if (head === expected) {
    // Something else on its way had the lane when this was judged, and did not get it.
    yield* Effect.sleep(FIRST_PAUSE_MS * 2 ** (MOST_ROUNDS - rounds));
    const fates = yield* publishAll(appender, [item]);
    return yield* settle(appender, item, fates[0], rounds - 1);
  }
  const conflict: Outcome = { status: "lane_conflict", head: sequence(head) };
  if (head < expected) return conflict;
  const next = yield* nextAfter(appender, item, expected);
  const known = recognise(entry, next, appender.trust);
  if (known !== null) return known;
  if (next?.sequence === head) return conflict;
  return recognise(entry, yield* messageAt(appender, head), appender.trust) ?? conflict;
});

const messageAt = ({ link, stream }: Appender, seq: number) => getMessage(link, stream, { seq });

const lastOf = ({ link, stream }: Appender, { message: { subject } }: Item) =>
  getMessage(link, stream, { last_by_subj: subject });

const nextAfter = ({ link, stream }: Appender, { message: { subject } }: Item, after: number) =>
  getMessage(link, stream, { seq: after + 1, next_by_subj: subject });

function remember(reissued: Map<string, number>, id: string, at: number): void {
  reissued.set(id, at);
  for (const oldest of reissued.keys()) {
    if (reissued.size <= MAX_REISSUED) return;
    reissued.delete(oldest);
  }
}
