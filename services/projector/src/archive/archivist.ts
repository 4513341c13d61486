/** The archivist: looks at all sessions every few minutes and archives what is due (ADR 0014). Of several projectors only the one of record runs it. */
import { backoffMs } from "@claw/runtime";
import { Effect } from "effect";
import { type ArchiveHouse, type ArchivistOptions, makeArchiveHouse } from "./house.ts";
import { archiveRound, type RoundFault, sweepObjects } from "./round.ts";

/**
 * Made once, run as often as this ledger becomes of record. Never ends by itself: what is away is waited for, because a session is due for long. For
 * `Replication.whileOfRecord`, or beside the house of one machine.
 */
export function makeArchivist(options: ArchivistOptions): Effect.Effect<never> {
  const house = makeArchiveHouse(options);
  return Effect.suspend(() => {
    // Who was of record meanwhile may have archived other things: only rows and objects count.
    house.asked.clear();
    house.tried.clear();
    return archiveForever(house);
  });
}

/** A defect ends one round and not archiving: else the first odd session would be the end of all archives, and nobody would hear of it. */
const DEFECT = { _tag: "Defect", reason: "defect" } as const;

/** Of so many rounds one begins with a look at all objects, the first one too: about once an hour. */
const SWEEP_EVERY = 12;

const archiveForever = Effect.fnUntraced(function* (house: ArchiveHouse): Effect.fn.Return<never> {
  for (let rounds = 0, tries = 0; ;) {
    const sweep: Effect.Effect<ReadonlySet<string> | null, RoundFault> =
      rounds % SWEEP_EVERY === 0 ? sweepObjects(house) : Effect.succeed(null);
    const present = Effect.andThen(house.caughtUp, sweep);
    const round = Effect.flatMap(present, (keys) => archiveRound(house, keys));
    const result = yield* Effect.result(Effect.catchDefect(round, () => Effect.fail(DEFECT)));
    if (result._tag === "Success") {
      [rounds, tries] = [rounds + 1, 0];
      yield* Effect.sleep(house.waits.roundMs);
    } else {
      tellFault(house, result.failure);
      yield* Effect.sleep(backoffMs((tries += 1), house.waits));
    }
  }
});

/** Codes alone: what a session is called, and what is in it, is nobody's business here. */
function tellFault({ outcomes, diagnostics }: ArchiveHouse, fault: RoundFault | typeof DEFECT): void {
  outcomes.add({ outcome: "failed" });
  if (fault === DEFECT) return diagnostics.error("a defect ended a round of archiving; it is tried again");
  const reason = fault._tag === "ViewsUnavailable" ? fault.code : fault.reason;
  diagnostics.warn({ fault: fault._tag, reason }, "archiving waits for what is away");
}
