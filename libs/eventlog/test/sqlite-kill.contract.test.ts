import { join } from "node:path";
import { Effect, Stream } from "effect";
import { expect, it } from "vitest";
import { openSqliteLog } from "../src/index.ts";
import { startChildLog } from "./child.ts";
import { temporaryFolder, testScale } from "./temporary.ts";

const KILLS = 4 * testScale;
/** How many acks a process may give before it is killed, at most. The place in a commit at which it dies is the kernel's choice. */
const MOST_ACKS = 3_000;

const readLog = (path: string) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path });
        return yield* Stream.runCollect(log.read({ after: 0 }));
      }),
    ),
  );

it(
  `after each of ${KILLS} kill -9 under load, every acked entry is there exactly once and sequences have no hole (N1-001, N1-005)`,
  { timeout: 60_000 + KILLS * 30_000 },
  async () => {
    const path = join(temporaryFolder(), "log.db");
    const acked: string[] = [];
    for (let run = 0; run < KILLS; run += 1) {
      const child = startChildLog(path, String(run));
      await child.until(2 + Math.floor(Math.random() * MOST_ACKS));
      await child.kill();
      const [first, ...ids] = child.said();
      expect(first).toBe("open");
      acked.push(...ids);
      const stored = await readLog(path);
      const storedIds = stored.map(({ entry }) => entry.envelope.id as string);
      const distinct = new Set(storedIds);
      expect(distinct.size).toBe(storedIds.length);
      expect(acked.filter((id) => !distinct.has(id))).toEqual([]);
      expect(stored.map(({ sequence }) => sequence)).toEqual(storedIds.map((_, index) => index + 1));
    }
    expect(acked.length).toBeGreaterThan(KILLS);
  },
);
