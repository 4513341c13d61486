/** What a projector says of its ledger while it lives, so that gateways can list ledgers and compare them at a position. */
import { Effect, SubscriptionRef } from "effect";
import { behind, endOf, type ReplicationHouse, sawMessage } from "./house.ts";
import type { OpenedLog } from "./ports.ts";
import { tellStanding } from "./take.ts";

/** Looks how far the log is, and beats. A look that fails is the follower's to tell. */
export const beatWhileFollowing = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  { raw }: OpenedLog,
): Effect.fn.Return<never> {
  for (;;) {
    yield* Effect.ignore(Effect.map(raw.last, (last) => sawMessage(house, last)));
    const role = SubscriptionRef.getUnsafe(house.role);
    if (house.isFollowing) tellStanding(house, role);
    yield* Effect.ignore(beat(house));
    yield* Effect.sleep(house.patience.beatMs);
  }
});

const beat = Effect.fnUntraced(function* (house: ReplicationHouse) {
  const { ledger, pulse, clocks } = house.options;
  const { position, chain } = yield* endOf(ledger);
  const role = SubscriptionRef.getUnsafe(house.role);
  const { generation } = house;
  const value = { ledgerId: ledger.ledgerId, role, position, chain, generation, lag: behind(house) };
  yield* pulse.publish({ kind: "fleet", id: ledger.ledgerId, at: clocks.wallMs(), value });
});
