/** Command ids: whoever is refused one has not taken it from anybody else, and is told the same again (DESIGN 14.8). */
import { type Command, DECIDED, type Principal } from "@claw/events";
import { type EventLog, openSqliteLog } from "@claw/eventlog";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newId, noDiagnostics } from "@claw/runtime";
import { Effect, type Scope, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { startPolicy } from "../src/index.ts";
import { admin, AT, hostAdd, principalOf, tokenCreate } from "./given.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

const gateOver = (log: EventLog) =>
  Effect.map(
    startPolicy({
      log,
      clocks: { wallMs: () => AT, monoMs: () => 0 },
      ids: { newId },
      redactor: makeRedactor({ linkKey: "test" }),
      health: makeHealth(),
      metrics: makeMetrics(),
      diagnostics: noDiagnostics,
    }),
    ({ gate }) => gate,
  );

const idsIn = (log: EventLog) =>
  Effect.map(Stream.runCollect(log.read({ after: 0, lane: DECIDED })), (entries) =>
    entries.map(({ entry }) => entry.envelope.id),
  );

const squatter = principalOf("viewer");
const owned = hostAdd("h1", "t1");
const { commandId } = owned;

describe("an id that somebody was refused", () => {
  it("is free for whoever may do it, and both are told the same again, also after a restart", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const first = yield* Effect.scoped(
          Effect.gen(function* () {
            const gate = yield* gateOver(log);
            const refused = yield* gate.submit(owned, squatter);
            expect(refused).toMatchObject({ code: "forbidden", rule: "scope" });
            const accepted = yield* gate.submit(owned, admin);
            expect(accepted).toMatchObject({ decision: "accepted", entryId: `decision/${commandId}` });
            expect(yield* gate.submit(owned, squatter)).toEqual(refused);
            return { refused, accepted };
          }),
        );
        const gate = yield* gateOver(log);
        expect(yield* gate.submit(owned, admin)).toEqual(first.accepted);
        expect(yield* gate.submit(owned, squatter)).toEqual(first.refused);
        const ids = (yield* idsIn(log)).filter((id) => !id.startsWith("led/"));
        expect(ids).toEqual([first.refused.entryId, first.accepted.entryId]);
      }),
    ));

  it("by any rule, of whatever role, and for another command", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const gate = yield* gateOver(log);
        yield* gate.submit(hostAdd("h9", "t9"), admin);
        const other: Principal = { ...admin, name: "another admin" };
        const taken: Command = { ...hostAdd("h9", "t8"), commandId } as Command;
        expect(yield* gate.submit(taken, other)).toMatchObject({ code: "host_exists" });
        expect(yield* gate.submit(owned, admin)).toMatchObject({ decision: "accepted" });
      }),
    ));

  it("stays one command for whoever was refused it", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const gate = yield* gateOver(log);
        const refused = yield* gate.submit(owned, squatter);
        const changed: Command = { ...tokenCreate("t7"), commandId } as Command;
        expect(yield* gate.submit(changed, squatter)).toMatchObject({ code: "command_id_reused" });
        expect(yield* gate.submit(owned, squatter)).toEqual(refused);
      }),
    ));

  it("is nobody else's once it was accepted", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: ":memory:" });
        const gate = yield* gateOver(log);
        const accepted = yield* gate.submit(owned, admin);
        for (const late of [squatter, { ...admin, name: "another admin" }])
          expect(yield* gate.submit(owned, late)).toMatchObject({ code: "command_id_reused" });
        expect(yield* gate.submit(owned, admin)).toEqual(accepted);
      }),
    ));
});
