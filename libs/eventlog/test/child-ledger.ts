/**
 * A process that takes the same messages into a ledger, batch by batch from its cursor on, until it has them all or is killed. Run as
 * `node child-ledger.ts <path> <batch> <count>`. Every seventh message is a repeat, a fork or no entry; the pairs 3, 4 and 13, 14, … come crossed.
 */
import { Effect } from "effect";
import { openLedger } from "../src/index.ts";
import { theMessages } from "./ledger-messages.ts";

const [, , path = "", batch = "1", count = "1"] = process.argv;

const program = Effect.gen(function* () {
  const ledger = yield* openLedger({ path });
  const cursor = yield* ledger.cursor;
  const messages = theMessages(Number(count)).slice(cursor?.sequence ?? 0);
  for (let from = 0; from < messages.length; from += Number(batch))
    yield* ledger.take(1, messages.slice(from, from + Number(batch)));
});

await Effect.runPromise(Effect.scoped(program));
