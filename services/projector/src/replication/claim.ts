/** The first ledger claims that it is of record, through the gate like any command (ADR 0009). */
import { CommandId, type Principal } from "@claw/events";
import { backoffMs, newId } from "@claw/runtime";
import { Effect, Stream, SubscriptionRef } from "effect";
import type { ReplicationHouse } from "./house.ts";

const PROJECTOR: Principal = { kind: "house", name: "projector", role: "admin" };

/** Claims while nobody has, and only if this ledger may. What became of it is read in the log, not from the answer. */
export const claimWhileUnclaimed = (house: ReplicationHouse): Effect.Effect<void> =>
  house.options.role === "replica"
    ? Effect.void
    : Stream.runDrain(
        Stream.switchMap(SubscriptionRef.changes(house.role), (role) =>
          role === "unclaimed" ? Stream.fromEffect(claim(house)) : Stream.empty,
        ),
      );

/** Before asking again after an answer: a refusal is an entry of the log, so it is not asked for often. */
const ANSWERED_MS = 60_000;

const claim = Effect.fnUntraced(function* (house: ReplicationHouse): Effect.fn.Return<never> {
  let commandId = newCommandId();
  for (let tries = 0; ; tries += 1) {
    const answer = yield* Effect.result(submit(house, commandId));
    if (answer._tag === "Failure") {
      yield* Effect.sleep(Math.max(answer.failure.retryAfterMs, backoffMs(tries, house.patience)));
      continue;
    }
    const { decision } = answer.success;
    house.options.diagnostics.info({ decision }, "this ledger asked to be of record");
    commandId = newCommandId();
    yield* Effect.sleep(ANSWERED_MS);
  }
});

const submit = ({ options: { gate, ledger } }: ReplicationHouse, commandId: CommandId) =>
  gate.submit(
    { type: "ledger.promote", commandId, ledgerId: ledger.ledgerId, reason: "first ledger" },
    PROJECTOR,
  );

const newCommandId = (): CommandId => CommandId.parse(newId("cmd"));
