/**
 * What an answer of the stream means for the draft that was published.
 *
 * Two answers are no proof. `duplicate` says that a message with this id is stored, not which: it is read. A moved head may have been moved by this very
 * entry, because the server compares the head before it knows the id (DESIGN 8): the message behind the expectation is read.
 */
import { type Entry, sequence } from "@claw/events";
import { Effect } from "effect";
import type { Outcome } from "../event-log.ts";
import type { LogUnavailable } from "../faults.ts";
import type { Fate } from "./ack.ts";
import type { Guard } from "./guard.ts";
import type { NatsLink } from "./link.ts";
import type { Publisher } from "./publisher.ts";
import type { Sign, Trust } from "./trust.ts";
import { findMessage } from "./stream-state.ts";
import { appended, recognise } from "./verdict.ts";
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

/** A draft as it is published. */
export interface Item {
  readonly entry: Entry;
  readonly message: ToPublish;
}

/**
 * `spoilt`: somebody's message has this id and is no entry of it, so the entry goes out under another message id. `in_flight`: something else on its way
 * had the lane when this was judged and did not get it, so the entry goes out again.
 */
export type Judgement =
  | { readonly kind: "settled"; readonly outcome: Outcome }
  | { readonly kind: "spoilt" | "in_flight" };

const MAX_REISSUED = 4_096;

export function judge(
  appender: Appender,
  item: Item,
  fate: Fate | undefined,
): Effect.Effect<Judgement, LogUnavailable> {
  if (fate === undefined) return Effect.die("a publication without a fate");
  if (fate.kind === "fault") return Effect.fail(fate.fault);
  if (fate.kind === "moved") return judgeMoved(appender, item, fate.head);
  return fate.isRepeat
    ? judgeRepeat(appender, item, fate.sequence)
    : Effect.succeed(settled(appended(fate.sequence)));
}

const settled = (outcome: Outcome): Judgement => ({ kind: "settled", outcome });

/** Keeps where an entry lies that was stored under another message id than its own. */
export function remember({ reissued }: Appender, { entry, message }: Item, at: number): void {
  const { id } = entry.envelope;
  if (message.messageId === id) return;
  reissued.set(id, at);
  for (const oldest of reissued.keys()) {
    if (reissued.size <= MAX_REISSUED) return;
    reissued.delete(oldest);
  }
}

const judgeRepeat = Effect.fnUntraced(function* (
  appender: Appender,
  item: Item,
  at: number,
): Effect.fn.Return<Judgement, LogUnavailable> {
  const { entry } = item;
  const known = recognise(entry, yield* messageAt(appender, at), appender.trust);
  if (known !== null) return settled(known);
  const before = appender.reissued.get(entry.envelope.id);
  const reissued = before === undefined ? yield* lastOf(appender, item) : yield* messageAt(appender, before);
  const again = recognise(entry, reissued, appender.trust);
  return again === null ? { kind: "spoilt" } : settled(again);
});

/** `named` is where the server found the head when it judged; later messages are not this draft's affair. */
const judgeMoved = Effect.fnUntraced(function* (
  appender: Appender,
  item: Item,
  named: number | null,
): Effect.fn.Return<Judgement, LogUnavailable> {
  const { entry, message } = item;
  const expected = message.expectedHead ?? 0;
  const head = named ?? (yield* lastOf(appender, item))?.sequence ?? 0;
  if (head === expected) return { kind: "in_flight" };
  const conflict = settled({ status: "lane_conflict", head: sequence(head) });
  if (head < expected) return conflict;
  const next = yield* nextAfter(appender, item, expected);
  const known = recognise(entry, next, appender.trust);
  if (known !== null) return settled(known);
  if (next?.sequence === head) return conflict;
  const last = recognise(entry, yield* messageAt(appender, head), appender.trust);
  return last === null ? conflict : settled(last);
});

const messageAt = ({ link, stream }: Appender, seq: number) => findMessage(link, stream, { seq });

const lastOf = ({ link, stream }: Appender, { message: { subject } }: Item) =>
  findMessage(link, stream, { last_by_subj: subject });

const nextAfter = ({ link, stream }: Appender, { message: { subject } }: Item, after: number) =>
  findMessage(link, stream, { seq: after + 1, next_by_subj: subject });
