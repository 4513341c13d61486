import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { openLedger } from "../src/index.ts";
import { cut, run, seen, visit } from "./ledger-given.ts";
import { theMessages } from "./ledger-messages.ts";
import { temporaryFolder, testScale } from "./temporary.ts";

const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const DIE_INSIDE = fileOf("../../../test/acceptance/support/die-inside.mjs");
const BATCH = 4;
const PLACES = ["begin", "middle", "commit", "after"] as const;
const ROUNDS = 2 * testScale;
/** More than all lives together take: one that finds nothing left is not killed. */
const COUNT = 36 * ROUNDS;

/** Takes what is left, and dies in its n-th transaction; answers how it ended. */
const takeAndDie = (path: string, nth: number, where: string) =>
  spawnSync(
    process.execPath,
    ["--import", DIE_INSIDE, fileOf("child-ledger.ts"), path, String(BATCH), String(COUNT)],
    { env: { ...process.env, DIE_INSIDE: `${nth}:${where}:ledger.db` }, encoding: "utf8" },
  );

it(
  "a projector that is killed inside its transactions loses nothing and doubles nothing: positions, chains and cursor are those of one that lived (N1-001, N1-037)",
  { timeout: 180_000 * testScale },
  async () => {
    const path = join(temporaryFolder(), "ledger.db");
    const messages = theMessages(COUNT);
    let kills = 0;
    for (let round = 0; round < ROUNDS; round += 1)
      for (const where of PLACES) {
        const { signal, status, stderr } = takeAndDie(path, 2, where);
        if (signal === "SIGKILL") kills += 1;
        else expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
        const { cursor, ...now } = await run(visit(path, seen));
        const through = cursor?.sequence ?? 0;
        expect(through % BATCH).toBe(0);
        const { cursor: _, ...expected } = await run(
          Effect.gen(function* () {
            const ledger = yield* openLedger({ path: ":memory:" });
            for (const batch of cut(messages.slice(0, through), [3])) yield* ledger.take(1, batch);
            return yield* seen(ledger);
          }),
        );
        expect(now).toEqual(expected);
      }
    expect(kills).toBe(ROUNDS * PLACES.length);
  },
);
