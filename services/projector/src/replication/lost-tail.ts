/**
 * What a replica saw of the log and the ledger of record did not, because it lagged when the log was set back: the one says so, the other looks for it and begins the next
 * generation. Without that it would follow a log for ever that everybody else refuses to use (DESIGN 14.5).
 */
import { isLost, type LostTail, lostTailOf, tellLostTail } from "@claw/eventlog";
import { sequence } from "@claw/events";
import { Effect, Result, SubscriptionRef } from "effect";
import { GenerationOver } from "./faults.ts";
import { type ReplicationHouse, sawMessage } from "./house.ts";
import type { OpenedLog } from "./ports.ts";

/** As many looks as the log's own guard takes before it ends: an election may answer with less than there is. */
const LOOKS_TO_END = 3;

/** Says where this ledger stood in a log that ended. Whether that is lost is for the ledger of record to find. */
export const tellLoss = ({ options }: ReplicationHouse): Effect.Effect<void> =>
  Effect.ignore(
    Effect.flatMap(options.ledger.cursor, (cursor) =>
      cursor === null ? Effect.void : tellLostTail(options.pulse, cursor, options.clocks.wallMs()),
    ),
  );

/** Fails as over when, of record, the log does not hold what somebody said to have read of this generation. */
export const overWhenTold = Effect.fnUntraced(function* (
  house: ReplicationHouse,
  log: OpenedLog,
): Effect.fn.Return<never, GenerationOver> {
  for (let looks = 0; ;) {
    yield* Effect.sleep(house.patience.beatMs);
    const lost = yield* findLost(house, log);
    looks = lost === null ? 0 : looks + 1;
    if (lost === null || looks < LOOKS_TO_END) continue;
    // The next generation has numbers that nobody has seen.
    sawMessage(house, sequence(lost.sequence));
    return yield* new GenerationOver({
      reason: "regressed",
      detail: `the log does not hold the message that another service read at ${lost.sequence}`,
      retry: "never",
    });
  }
});

/** A server that is away proves nothing. */
const findLost = Effect.fnUntraced(function* (
  { options, role }: ReplicationHouse,
  { raw }: OpenedLog,
): Effect.fn.Return<LostTail | null> {
  if (SubscriptionRef.getUnsafe(role) !== "record") return null;
  const told = yield* lostTailOf(options.pulse);
  if (told?.generation !== raw.generation) return null;
  const found = yield* Effect.result(raw.at(sequence(told.sequence)));
  return Result.isSuccess(found) && isLost(found.success, told) ? told : null;
});
