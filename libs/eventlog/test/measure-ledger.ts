/**
 * How fast a ledger takes a stream on this machine's disk. Run as `npx node libs/eventlog/test/measure-ledger.ts [folder] [turns]`; prints messages
 * per second, in batches of 500. The messages are those of plain working days: about 18 entries a turn.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sequence } from "@claw/events";
import { Effect } from "effect";
import { goldenMix } from "@claw/testkit/arbitraries";
import { openLedger, type RawMessage } from "../src/index.ts";
import { messageOf } from "../src/jetstream/message.ts";

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), "claw-measure-"));
const turns = Number(process.argv[3] ?? 3_000);
const BATCH = 500;

const messages: readonly RawMessage[] = [...goldenMix(turns)].map((entry, index) => ({
  ...messageOf(entry),
  sequence: sequence(index + 1),
}));
const bytes = messages.reduce((sum, { data }) => sum + data.length, 0);

const program = Effect.gen(function* () {
  const ledger = yield* openLedger({ path: join(folder, "ledger.db") });
  const say = (what: string, from: number): void => {
    const rate = Math.round((messages.length / (performance.now() - from)) * 1_000);
    process.stdout.write(`${what.padEnd(40)} ${rate.toLocaleString("en").padStart(9)}/s\n`);
  };
  const takeAll = Effect.gen(function* () {
    for (let from = 0; from < messages.length; from += BATCH)
      yield* ledger.takeAgain(1, messages.slice(from, from + BATCH));
  });
  process.stdout.write(`${messages.length} messages, ${Math.round(bytes / messages.length)} bytes each\n`);
  const start = performance.now();
  yield* takeAll;
  say("take, all new", start);
  const again = performance.now();
  yield* takeAll;
  say("take, all known", again);
});

try {
  await Effect.runPromise(Effect.scoped(program));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
