/**
 * Appends: publishes all drafts in a window, then judges the few whose answer is no proof, and publishes anew those of them that must be.
 *
 * What goes out anew goes out together and in the order of the drafts, but behind drafts of the same append that were stored at once: nothing that is
 * stored can be taken back.
 */
import { randomBytes } from "node:crypto";
import { Effect } from "effect";
import { type Draft, MAX_DRAFTS, type Outcome } from "../event-log.ts";
import { LogUnavailable } from "../faults.ts";
import type { Fate } from "./ack.ts";
import { failedAt } from "./faults.ts";
import { type Appender, type Item, judge, type Judgement, remember } from "./judge.ts";
import type { NatsLink } from "./link.ts";
import { MAX_MESSAGE_BYTES, messageIdAgain, messageOf } from "./message.ts";
import type { Sign } from "./trust.ts";

/** Questions of one append that are asked at the same time. */
const CONCURRENCY = 32;
/** Room for the headers of a message: an entry's id and what is expected. */
const HEADER_BYTES = 1_024;
/** How often one draft is published anew because of what was found. */
const MOST_ROUNDS = 8;
/** What is on its way to a majority is stored or given up meanwhile: 5 ms and twice as long each time, 1.3 s in all. Four rounds without a pause were over before a busy cluster had stored it. */
const FIRST_PAUSE_MS = 5;

export const append = (
  appender: Appender,
  drafts: readonly Draft[],
): Effect.Effect<readonly Outcome[], LogUnavailable> =>
  Effect.suspend(() => {
    if (drafts.length > MAX_DRAFTS) throw new RangeError(`An append has at most ${MAX_DRAFTS} drafts.`);
    const items = drafts.map((draft) => itemOf(draft, appender.sign));
    const tooLarge = items.find(({ message }) => message.data.length > roomIn(appender.link));
    return tooLarge === undefined
      ? settle(appender, items, MOST_ROUNDS)
      : Effect.fail(tooLargeFault(tooLarge.message.data.length));
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

const settle = Effect.fnUntraced(function* (
  appender: Appender,
  items: readonly Item[],
  rounds: number,
): Effect.fn.Return<readonly Outcome[], LogUnavailable> {
  const fates = yield* publishAll(appender, items);
  const judgements = yield* Effect.forEach(items, (item, index) => judge(appender, item, fates[index]), {
    concurrency: CONCURRENCY,
  });
  const open = judgements.filter((judgement) => judgement.kind !== "settled");
  if (open.length > 0 && rounds === 0) return yield* failedAt("The stream's answers contradict each other.");
  if (open.some(({ kind }) => kind === "in_flight"))
    yield* Effect.sleep(FIRST_PAUSE_MS * 2 ** (MOST_ROUNDS - rounds));
  const again = open.length === 0 ? [] : yield* settle(appender, anew(items, judgements), rounds - 1);
  const later = again.values();
  return judgements.map((judgement) => (judgement.kind === "settled" ? judgement.outcome : taken(later)));
});

/** The items that go out again. A spoilt message id is replaced, by one for each entry: one that is drafted twice is so still stored once. */
function anew(items: readonly Item[], judgements: readonly Judgement[]): readonly Item[] {
  const messageIds = new Map<string, string>();
  return items.flatMap((item, index) => {
    const kind = judgements[index]?.kind;
    if (kind === "in_flight") return [item];
    return kind === "spoilt" ? [underAnotherId(item, messageIds)] : [];
  });
}

function underAnotherId({ entry, message }: Item, messageIds: Map<string, string>): Item {
  const { id } = entry.envelope;
  const messageId = messageIds.get(id) ?? messageIdAgain(id, randomBytes(8).toString("hex"));
  messageIds.set(id, messageId);
  return { entry, message: { ...message, messageId } };
}

function taken(outcomes: Iterator<Outcome>): Outcome {
  const next = outcomes.next();
  if (next.done === true) throw new Error("an append has an outcome for each draft");
  return next.value;
}

/** What was stored is remembered before anything is judged: a fault of one draft must not hide where another lies. The guard goes by what was stored last. */
const publishAll = (
  appender: Appender,
  items: readonly Item[],
): Effect.Effect<readonly Fate[], LogUnavailable> =>
  Effect.map(appender.publisher.publish(items.map(({ message }) => message)), (fates) => {
    items.forEach((item, index) => {
      const fate = fates[index];
      if (fate?.kind === "stored") remember(appender, item, fate.sequence);
    });
    const last = fates.findLastIndex((fate) => fate.kind === "stored" && !fate.isRepeat);
    const [fate, item] = [fates[last], items[last]];
    if (fate?.kind === "stored" && item !== undefined)
      appender.guard.saw({ ...item.message, sequence: fate.sequence });
    return fates;
  });
