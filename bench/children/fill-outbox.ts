/**
 * Fills a real outbox as a host does whose house is away: `fill-outbox.ts <directory> <count>`. Prints facts a second, one commit a fact, as the
 * watcher makes them.
 */
import { openOutbox } from "@claw/connector";
import { sessionLane } from "@claw/events";
import { REDACTOR_VERSION } from "@claw/redact";
import { BENCH_HOST, benchSession, openFacts } from "../mix.ts";

/** Facts that are told one by one, to know what that costs; the rest goes in by large commits. */
const TOLD_ALONE = 2_000;

const [directory = "", count = "0"] = process.argv.slice(2);
const outbox = openOutbox({ directory, hostId: BENCH_HOST, redactor: REDACTOR_VERSION, wallMs: Date.now });
const facts = openFacts(Number(count), 50);

function tellNext(): void {
  const next = facts.next();
  if (next.done === true) return;
  const { session, event } = next.value;
  const fact = { event, importance: "a", key: null } as const;
  outbox.tell({ lane: sessionLane(benchSession(session)), facts: [fact], session: null });
}

const startedAt = performance.now();
for (let n = 0; n < TOLD_ALONE; n += 1) tellNext();
const rate = (TOLD_ALONE * 1_000) / (performance.now() - startedAt);
outbox.commit(() => {
  for (let n = TOLD_ALONE; n < Number(count); n += 1) tellNext();
});
outbox.close();
process.stdout.write(`${rate}\n`);
