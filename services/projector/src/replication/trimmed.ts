/** What a trim leaves behind: the streams of the generations before it, which nobody reads any more (ADR 0010). */
import type { LogUnavailable } from "@claw/eventlog";
import { backoffMs } from "@claw/runtime";
import { Effect, Stream, SubscriptionRef } from "effect";
import type { ReplicationHouse } from "./house.ts";

/** Whenever this ledger is of record in the generation that a trim began, deletes the streams before it. What fails is told, and tried again. */
export const deleteTrimmed = (house: ReplicationHouse): Effect.Effect<void> =>
  Stream.runDrain(
    Stream.switchMap(SubscriptionRef.changes(house.role), (role) =>
      role === "record" ? Stream.fromEffect(deletePatiently(house)) : Stream.empty,
    ),
  );

const deletePatiently = Effect.fnUntraced(function* (house: ReplicationHouse): Effect.fn.Return<void> {
  for (let tries = 0; ; tries += 1) {
    const done = yield* Effect.result(deleteOlder(house));
    if (done._tag === "Success") return;
    const { reason, retry } = done.failure;
    house.options.diagnostics.warn({ reason, retry }, "a trimmed generation could not be deleted");
    if (retry === "never") return;
    yield* Effect.sleep(backoffMs(tries, house.patience));
  }
});

const deleteOlder = Effect.fnUntraced(function* ({
  options: { keeper, diagnostics },
  standing: { trimmed },
  generation,
}: ReplicationHouse): Effect.fn.Return<void, LogUnavailable> {
  if (trimmed?.generation !== generation) return;
  for (let old = trimmed.since; old < generation; old += 1) {
    if ((yield* keeper.retired(old)) === null) continue;
    yield* keeper.remove(old);
    diagnostics.info({ generation: old }, "the stream of a trimmed generation was deleted");
  }
});
