/** The registry through the gate: what is told again, and what never comes into the log (F1-092, S1-137, DESIGN 14.8). */
import { randomUUID } from "node:crypto";
import type { Command } from "@claw/events";
import { openSqliteLog } from "@claw/eventlog";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newId, noDiagnostics } from "@claw/runtime";
import { Effect, type Scope, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { startPolicy } from "../src/index.ts";
import { admin, AT } from "./given.ts";
import {
  assign,
  checkpointRegister,
  egressRegister,
  ownerMap,
  runtimeRegister,
  runtimeUpdate,
  share,
  snooze,
} from "./given-registry.ts";

const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

const start = Effect.gen(function* () {
  const log = yield* openSqliteLog({ path: ":memory:" });
  const { gate } = yield* startPolicy({
    log,
    clocks: { wallMs: () => AT, monoMs: () => 0 },
    ids: { newId },
    redactor: makeRedactor({ linkKey: "test" }),
    health: makeHealth(),
    metrics: makeMetrics(),
    diagnostics: noDiagnostics,
  });
  return { log, gate };
});

describe("through the gate", () => {
  it("a runtime's revision is told with its verdict, and again with a repeat; a dry run changes nothing", () =>
    run(
      Effect.gen(function* () {
        const { gate } = yield* start;
        const register = runtimeRegister("run-1", { leaseId: randomUUID(), sandboxId: randomUUID() });
        const first = yield* gate.submit(register, admin);
        expect(first).toMatchObject({ decision: "accepted", facts: { revision: 1 } });
        const change = runtimeUpdate("run-1", 1, { status: "stopped" });
        const tried = yield* gate.submit(change, admin, { isDryRun: true });
        expect(tried).toMatchObject({ decision: "accepted", position: null, facts: { revision: 2 } });
        const changed = yield* gate.submit(change, admin);
        expect(changed).toMatchObject({ decision: "accepted", facts: { revision: 2 } });
        expect(yield* gate.submit(register, admin)).toEqual(first);
        expect(yield* gate.submit(change, admin)).toEqual(changed);
        expect(yield* gate.submit(runtimeUpdate("run-1", 2), admin)).toMatchObject({ code: "runtime_over" });
      }),
    ));

  it("F1-092…F1-109 no field of it takes a secret into the log", () =>
    run(
      Effect.gen(function* () {
        const { log, gate } = yield* start;
        const secret = `${"gh"}p_${"0aB1cD2eF3".repeat(4).slice(0, 36)}`;
        const holding: readonly Command[] = [
          runtimeRegister("run-1", { backing: secret }),
          runtimeRegister("run-1", { owner: secret }),
          runtimeRegister("run-1", { branch: secret }),
          runtimeRegister("run-1", { leaseId: secret }),
          runtimeRegister("run-1", { repo: `acme/${secret}` }),
          runtimeRegister("run-1", { attachUrl: `https://runs.example.invalid/${secret}` }),
          runtimeUpdate("run-1", 1, { sandboxId: secret }),
          egressRegister({ sandboxId: secret }),
          egressRegister({ aliases: ["one", secret] }),
          egressRegister({ owner: secret }),
          checkpointRegister("s1", { checkpointId: secret }),
          checkpointRegister("s1", { kind: secret }),
          ownerMap("h1", secret, null),
          ownerMap("h1", "svc", secret),
          share(secret, { scope: "owner" }),
          share("alice", { scope: "owner", to: secret }),
          snooze("waiting/s1/q1", { reason: secret }),
          snooze(`waiting/s1/${secret}`),
          assign("waiting/s1/q1", secret),
        ];
        for (const command of holding)
          expect(yield* gate.submit(command, admin), JSON.stringify(command)).toMatchObject({
            code: "secret_in_text",
          });
        expect(JSON.stringify(yield* Stream.runCollect(log.read({ after: 0 })))).not.toContain(secret);
      }),
    ));

  it("ids and digests of machines are none", () =>
    run(
      Effect.gen(function* () {
        const { gate } = yield* start;
        for (const command of [
          runtimeRegister(randomUUID(), { leaseId: `cbx_${randomUUID()}`, hostId: "h1" as never }),
          egressRegister({ sandboxId: randomUUID(), aliases: [randomUUID(), `sandbox:${randomUUID()}`] }),
          snooze(`waiting/${randomUUID()}/${randomUUID()}`),
        ])
          expect((yield* gate.submit(command, admin)).decision, command.type).toBe("accepted");
      }),
    ));
});
