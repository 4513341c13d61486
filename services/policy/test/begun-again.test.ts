/** Policy on a log that begins where the ledger of record has the rest. */
import {
  type Command,
  DECIDED,
  type Entry,
  type EntryId,
  FLEET_LANE,
  type Json,
  kindOf,
  position,
  type Principal,
  seal,
  sequence,
  sha256,
  stampEntry,
} from "@claw/events";
import type { History } from "@claw/eventlog";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { Effect, Fiber, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { decide } from "../src/domain/decide.ts";
import { emptyHouse } from "../src/domain/house.ts";
import { admin, AT, fold, hostAdd, hostCordon, question } from "./given.ts";

import { fault, pass, run, start, streamOf } from "./given-fleet.ts";

describe("a log that was begun again (DESIGN 14.3, 14.5)", () => {
  /** What was decided before, as the ledger of record holds it: each command's entry at an even position. */
  function before(commands: readonly Command[], principal: Principal = admin) {
    let state = emptyHouse;
    return commands.map((command, index) => {
      const { events } = decide(state, question(command, { principal }));
      state = fold(events, state);
      const opened = events.map(({ type, at, data }) => ({
        type,
        v: kindOf(type)?.version ?? 1,
        at,
        data: data as Json,
      }));
      const said = seal(DECIDED, null, opened, () => "");
      const id = `decision/${command.commandId}` as EntryId;
      return {
        position: position(2 * index + 2),
        entry: stampEntry(said, { id, by: { kind: "policy" }, at: AT }),
      };
    });
  }
  const historyOf = (
    placed: readonly { readonly position: ReturnType<typeof position>; readonly entry: Entry }[],
  ) => {
    const state = { isAway: false, reads: 0, entries: placed };
    const history: History = {
      read: ({ after, through, lane }) =>
        Stream.suspend(() => {
          if (lane === DECIDED) state.reads += 1;
          return state.isAway
            ? Stream.fail(fault("unreachable", "later"))
            : Stream.fromIterable(
                state.entries.filter((one) => one.position > after && one.position <= through),
              );
        }),
    };
    return { history, state };
  };

  const added = hostAdd("h1", "t1");
  const refused = hostAdd("h1", "t2");
  const cordoned = hostCordon("h1");
  const past = before([added, refused, cordoned]);

  /** The new generation repeats the lane's last entry under its old id, and then says that it begins. */
  const begunAgain = Effect.gen(function* () {
    const data = { generation: 2, position: 6, chain: sha256("chain"), reason: "deleted" };
    const said = seal(FLEET_LANE, null, [{ type: "log.resumed", v: 1, at: AT, data }], () => "");
    const opening = stampEntry(said, { id: "resumed/2" as EntryId, by: { kind: "projector" }, at: AT });
    const log = yield* openMemoryLog([...past.slice(-1).map(({ entry }) => entry), opening]);
    return streamOf(log, { sequence: sequence(2), position: position(6) }).stream;
  });

  it("is folded from the ledger of record, then from the log; the next entry follows the repeated tail", () =>
    run(
      Effect.gen(function* () {
        const { history, state } = historyOf(past);
        const { gate, isLeading } = yield* start(yield* begunAgain, { history });
        expect(isLeading()).toBe(true);
        expect(yield* gate.submit(hostAdd("h1", "t3"), admin)).toMatchObject({ code: "host_exists" });
        expect(yield* gate.submit(hostCordon("h1", "open"), admin)).toMatchObject({ decision: "accepted" });
        expect(state.reads).toBe(1);
      }),
    ));

  it("X1-007 repeats of what was decided then get the first verdict", () =>
    run(
      Effect.gen(function* () {
        const { history } = historyOf(past);
        const { gate } = yield* start(yield* begunAgain, { history });
        expect(yield* gate.submit(added, admin)).toEqual({
          decision: "accepted",
          entryId: `decision/${added.commandId}`,
          position: null,
        });
        expect(yield* gate.submit(refused, admin)).toMatchObject({
          code: "host_exists",
          entryId: `decision/${refused.commandId}`,
        });
        expect(yield* gate.submit(cordoned, admin)).toMatchObject({ decision: "accepted" });
        const changed = { ...added, until: AT + 9 } as Command;
        expect(yield* gate.submit(changed, admin)).toMatchObject({ code: "command_id_reused" });
      }),
    ));

  it("a history that is behind is not taken for a whole one", () =>
    run(
      Effect.gen(function* () {
        const { history, state } = historyOf(past.slice(0, 2));
        const starting = yield* Effect.forkScoped(start(yield* begunAgain, { history }));
        yield* pass(20);
        expect(starting.pollUnsafe()).toBeUndefined();
        state.entries = past;
        yield* pass(6);
        const { gate } = yield* Fiber.join(starting);
        expect(yield* gate.submit(cordoned, admin)).toMatchObject({ decision: "accepted" });
      }),
    ));

  it("what a history said that did not reach the log is not believed", () =>
    run(
      Effect.gen(function* () {
        const other = hostAdd("h7", "t7");
        const { history, state } = historyOf(before([other]));
        const starting = yield* Effect.forkScoped(start(yield* begunAgain, { history }));
        yield* pass(5);
        state.entries = past;
        yield* pass(6);
        const { gate } = yield* Fiber.join(starting);
        expect(yield* gate.submit(hostCordon("h7"), admin)).toMatchObject({ code: "host_unknown" });
        expect(yield* gate.submit({ ...other, until: AT + 99_000 } as Command, admin)).toMatchObject({
          decision: "accepted",
        });
      }),
    ));

  it("waits while no ledger of record answers, and leads when one does", () =>
    run(
      Effect.gen(function* () {
        const { history, state } = historyOf(past);
        state.isAway = true;
        const starting = yield* Effect.forkScoped(start(yield* begunAgain, { history }));
        yield* pass(20);
        state.isAway = false;
        yield* pass(6);
        const { isLeading } = yield* Fiber.join(starting);
        expect(isLeading()).toBe(true);
      }),
    ));
});
