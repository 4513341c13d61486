import { join } from "node:path";
import { type EntryId, sequence } from "@claw/events";
import { Effect } from "effect";
import { expect, it } from "vitest";
import type { Checkpoint, FoldSpec } from "../src/index.ts";
import { openStore } from "../src/fold/store.ts";
import { temporaryFolder } from "./temporary.ts";

const spec: FoldSpec<unknown> = { name: "any", version: 1, key: () => null, evolve: () => undefined };
const at = (n: number): Checkpoint => ({
  generation: 1,
  past: 0,
  sequence: sequence(n),
  entryId: `test/${n}` as EntryId,
  skipped: { unknown: n, poison: 0 },
});

it("rows and checkpoint are stored together or not at all: no crash can fall between them (N1-005)", async () => {
  const path = join(temporaryFolder(), "fold.db");
  const stored = Effect.scoped(
    Effect.map(
      openStore(path, spec, 1, () => Effect.succeed(true)),
      ({ loaded }) => loaded,
    ),
  );
  const saved = Effect.gen(function* () {
    const { save } = yield* openStore(path, spec, 1, () => Effect.succeed(true));
    yield* save({ touched: new Map([["a", 1]]), checkpoint: at(1) });
    const fails = {
      touched: new Map<string, unknown>([
        ["a", 2],
        ["b", 2n],
      ]),
      checkpoint: at(2),
    };
    const exit = yield* Effect.exit(save(fails));
    expect(exit._tag).toBe("Failure");
  });
  await Effect.runPromise(Effect.scoped(saved));
  const { rows, checkpoint } = await Effect.runPromise(stored);
  expect({ rows: [...rows], checkpoint }).toEqual({ rows: [["a", 1]], checkpoint: at(1) });
});
