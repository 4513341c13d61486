/** What a ledger holds of hosts, counted from its file: the proof that nothing was lost and nothing came twice. */
import { join } from "node:path";
import { openLedgerReader } from "@claw/eventlog";
import { Effect, Stream } from "effect";

export interface Counted {
  /** Facts of hosts. */
  readonly facts: number;
  /** Those among them that are of one host, epoch and sequence each. */
  readonly distinct: number;
}

/** Counts the facts in the ledger of a data directory, while its projector may write on. */
export const countFacts = (dataDir: string): Promise<Counted> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const ledger = yield* openLedgerReader(join(dataDir, "ledger.db"));
        const places = new Set<string>();
        let facts = 0;
        yield* Stream.runForEach(ledger.read({ after: 0 }), ({ entry: { envelope } }) =>
          Effect.sync(() => {
            if (envelope.by.kind !== "host") return;
            facts += 1;
            places.add(`${envelope.by.hostId}/${envelope.by.epoch}/${envelope.by.seq}`);
          }),
        );
        return { facts, distinct: places.size };
      }),
    ),
  );
