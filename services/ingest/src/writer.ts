/**
 * The writer: facts of all uplinks into the log, in batches, acknowledged only after they are durable.
 *
 * While the log is away it keeps its batch and tries again; the lines fill, the sockets rest, the hosts keep their outboxes. Nothing is lost.
 */
import type { Sequence } from "@claw/events";
import type { EventLog, LogUnavailable, Outcome } from "@claw/eventlog";
import type { Health } from "@claw/runtime";
import type { Receipt } from "@claw/wire";
import { Effect, type Latch } from "effect";
import { type BatchParts, claimOf, fillBatch, type Item, stamp } from "./batch.ts";
import { isSameFact } from "./domain/conflict.ts";
import { forked, type Notation } from "./domain/notices.ts";
import { sessionKey } from "./domain/registry.ts";
import { type Figures, timed } from "./figures.ts";
import type { Line } from "./line.ts";
import { releaseClaim } from "./register.ts";
import { patiently } from "./patience.ts";

export interface WriterParts extends BatchParts {
  readonly log: EventLog;
  readonly health: Health;
  readonly figures: Figures;
  /** The lines of all uplinks that are open. */
  readonly lines: ReadonlySet<Line>;
  /** Opened when a line got something. */
  readonly arrived: Latch.Latch;
  /** Takes what the log holds now; a receipt only where the log is the ledger. */
  readonly publish: (receipt: Receipt) => void;
}

/** Writes until the log fails for good. */
export const writeLines = (parts: WriterParts, turn = 0): Effect.Effect<never, LogUnavailable> =>
  Effect.suspend(() => {
    const items = timed(parts.figures, "admit", () => fillBatch(parts, parts.lines, turn));
    if (items.length > 0) return writeBatch(parts, items);
    parts.arrived.closeUnsafe();
    return parts.arrived.await;
  }).pipe(Effect.andThen(Effect.suspend(() => writeLines(parts, turn + 1))));

/** Interrupted after the append, it has stored what nobody was told of: the hosts send it again, and the log knows it. */
const writeBatch = Effect.fnUntraced(function* (
  parts: WriterParts,
  items: readonly Item[],
): Effect.fn.Return<void, LogUnavailable> {
  const { log, health, figures, clocks } = parts;
  const from = clocks.monoMs();
  const outcomes = yield* patiently(health, "ingest", log.append(items.map(({ draft }) => draft)));
  figures.phases.observe({ phase: "append" }, (clocks.monoMs() - from) / 1_000);
  const forks: Notation[] = [];
  for (const [index, item] of items.entries()) {
    const outcome = outcomes[index];
    if (outcome?.status === "appended") noteAppended(parts, item, outcome.sequence);
    else if (outcome?.status === "duplicate") figures.facts.add({ outcome: "duplicate" });
    else if (outcome?.status === "lane_conflict") yield* refuseClaim(parts, item, outcome.head);
    else if (outcome?.status === "id_conflict") forks.push(...(yield* resolveConflict(parts, item, outcome)));
  }
  if (forks.length > 0) yield* appendNotations(parts, forks);
  timed(figures, "settle", () => tellLines(parts, items, outcomes));
});

function noteAppended({ figures, register }: WriterParts, { admission }: Item, sequence: Sequence): void {
  register.lastAppended = sequence;
  if (admission.kind === "fact") {
    figures.facts.add({ outcome: "appended" });
    if (admission.canaryHits > 0) figures.canary.add({}, admission.canaryHits);
    return;
  }
  figures.facts.add({ outcome: "evidence" });
  figures.evidence.add({ code: admission.code });
}

/** Another entry has the place: the same fact in the form in which we stored it, or a fork, which is noted once per place. */
const resolveConflict = Effect.fnUntraced(function* (
  parts: WriterParts,
  item: Item,
  { sequence, knownDigest }: Extract<Outcome, { status: "id_conflict" }>,
): Effect.fn.Return<readonly Notation[], LogUnavailable> {
  const { hostId, epoch } = item.line.channel;
  const { delivery } = item;
  dropClaim(parts, item);
  const stored = yield* patiently(parts.health, "ingest", parts.log.at(sequence));
  const digest = delivery.kind === "fact" ? delivery.fact.digest : delivery.digest;
  if (stored !== null && isSameFact(stored.entry, digest, delivery.kind === "fact" ? delivery.fact : null)) {
    parts.figures.facts.add({ outcome: "duplicate" });
    return [];
  }
  parts.figures.facts.add({ outcome: "forked" });
  const text = delivery.kind === "fact" ? JSON.stringify(delivery.fact) : delivery.text;
  const fork = { hostId, epoch, seq: delivery.seq, digest, knownDigest, text };
  return [forked(fork, parts.clocks.wallMs(), parts.cleaner)];
});

/**
 * The lane was not empty: whoever claimed the session first has it. Looked at again once the registry knows; after that it is evidence. What the lane
 * ends with may be no entry, and the registry never comes to a message behind the log's last one.
 */
const refuseClaim = Effect.fnUntraced(function* (
  parts: WriterParts,
  item: Item,
  head: Parameters<WriterParts["register"]["rows"]["caughtUp"]>[0],
): Effect.fn.Return<void, LogUnavailable> {
  dropClaim(parts, item);
  item.line.waiting.unshift(item.delivery);
  item.line.waitsSince ??= parts.clocks.monoMs();
  item.line.refusedClaim = null;
  const last = yield* patiently(parts.health, "ingest", parts.log.last);
  yield* parts.register.rows.caughtUp(last < head ? last : head);
  const claim = claimOf(item);
  if (claim !== null && parts.register.rows.get(sessionKey(claim.sessionId)) === undefined)
    item.line.refusedClaim = item.delivery.seq;
});

function dropClaim({ register }: WriterParts, item: Item): void {
  const claim = claimOf(item);
  if (claim !== null) releaseClaim(register, claim);
}

/** Tells each line what of it is durable. A claim that the log refused waits again, and counts as nothing. */
function tellLines({ publish }: WriterParts, items: readonly Item[], outcomes: readonly Outcome[]): void {
  const stored = new Map<Line, { facts: number; bytes: number; through: number }>();
  for (const [index, { line, delivery }] of items.entries()) {
    if (outcomes[index]?.status === "lane_conflict") continue;
    const sum = stored.get(line) ?? { facts: 0, bytes: 0, through: 0 };
    sum.facts += 1;
    sum.bytes += delivery.bytes;
    sum.through = Math.max(sum.through, delivery.seq);
    stored.set(line, sum);
  }
  for (const [line, sum] of stored) {
    line.stored(sum);
    const { hostId, epoch } = line.channel;
    publish({ hostId, epoch, confirmed: sum.through, missing: [] });
  }
}

export type NotePart = Pick<WriterParts, "log" | "health" | "clocks" | "register">;

/** Appends what ingest itself noticed. An entry that is there already was noticed before. */
export const appendNotations = (
  parts: NotePart,
  notations: readonly Notation[],
): Effect.Effect<void, LogUnavailable> =>
  Effect.suspend(() => {
    const at = parts.clocks.wallMs();
    const drafts = notations.map(({ id, said }) => ({ entry: stamp(id, { kind: "ingest" }, said, at) }));
    return patiently(parts.health, "ingest", parts.log.append(drafts));
  }).pipe(
    Effect.map((outcomes) => {
      const last = outcomes.findLast(({ status }) => status === "appended");
      if (last?.status === "appended") parts.register.lastAppended = last.sequence;
    }),
  );
