/** What is said of a command of which nothing can be found out, and when. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { noDiagnostics } from "@claw/runtime";
import { Effect, Fiber } from "effect";
import { TestClock } from "effect/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { claim } from "../src/domain/fence.ts";
import { INVESTIGATION, investigate } from "../src/perform/investigate.ts";
import { command, outcomes, send, withoutHouse } from "./acting.ts";
import { events, type Folder, makeFolder, NOW, open } from "./support.ts";

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder.path, "token"), "token of the test");
});
afterEach(() => folder.remove());

it("N1-005 the host does not answer for what it cannot see: unknown after half a minute, once, and its lane goes on", async () => {
  const outbox = open(folder);
  let monoMs = 0;
  const tools = {
    outbox,
    desks: new Map(),
    clocks: { monoMs: () => monoMs, wallMs: () => NOW },
    diagnostics: noDiagnostics,
    ...withoutHouse,
  };
  const frame = command("s1", send());
  const { row } = claim({ newest: null }, frame, { mode: "start", turnId: null, after: null });
  outbox.commands.write({ sessionId: row.sessionId, row, newest: null, fact: null });
  let said = 0;
  const work = Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(investigate(tools, row, null, () => void (said += 1)));
    const pass = (ms: number) =>
      Effect.gen(function* () {
        for (let passed = 0; passed < ms; passed += 500) {
          monoMs += 500;
          yield* TestClock.adjust(500);
        }
      });
    yield* pass(INVESTIGATION.unknownAfterMs - 1_000);
    expect([said, outcomes(events(outbox), frame.commandId)]).toEqual([0, []]);
    yield* pass(3_000);
    expect(said).toBe(1);
    yield* pass(10 * INVESTIGATION.unknownAfterMs);
    yield* Fiber.interrupt(fiber);
  });
  await Effect.runPromise(Effect.provide(Effect.scoped(work), TestClock.layer()));
  expect(outcomes(events(outbox), frame.commandId)).toMatchObject([
    { type: "command.unknown", data: { reason: "endpoint_lost" } },
  ]);
  expect(outbox.commands.open()).toMatchObject([{ phase: "unknown" }]);
  outbox.close();
});
