/**
 * What policy or a replica read of the log and the ledger of record did not, because it lagged and was away when the log was set back: the others say so, and it looks for that and
 * begins the next generation. Else it would follow a log for ever that everybody else refuses to use (DESIGN 14.5).
 */
import { isLost, type LostTail, lostTailOf, tellLostTail } from "@claw/eventlog";
import { sequence } from "@claw/events";
import { Effect, Result } from "effect";
import { GenerationOver } from "./faults.ts";
import { LOOKS_TO_END, mayDecide, type ReplicationHouse, sawMessage } from "./house.ts";
import type { OpenedLog } from "./ports.ts";

/** As many messages as nobody loses: a word of more is no word of this log, and numbers that high would be the next generation's for good. */
const MOST_LOST = 2 ** 32;

/** Says what this ledger has read and the log does not hold. */
export const tellLoss = (
  { options: { pulse, clocks } }: ReplicationHouse,
  { lost }: GenerationOver,
): Effect.Effect<void> => (lost === undefined ? Effect.void : tellLostTail(pulse, lost, clocks.wallMs()));

/** Fails as over where this ledger decides and the log does not hold what somebody said to have read of this generation. */
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
  house: ReplicationHouse,
  { raw }: OpenedLog,
): Effect.fn.Return<LostTail | null> {
  if (!house.isCaughtUp || !mayDecide(house)) return null;
  const told = yield* lostTailOf(house.options.pulse);
  if (told?.generation !== raw.generation || told.sequence > house.highestSeen + MOST_LOST) return null;
  const found = yield* Effect.result(raw.at(sequence(told.sequence)));
  return Result.isSuccess(found) && isLost(found.success, told) ? told : null;
});
