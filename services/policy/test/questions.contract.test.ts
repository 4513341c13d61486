/** The house's answers, stops and reports on the SQLite log, over restarts (S1-094, S1-166, X1-003, N1-025). */
import { type DataOf, DECIDED, isIntact, type OpenEvent, type Principal } from "@claw/events";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, it } from "vitest";
import { admin, hostAdd, principalOf, tokenRevoke } from "./given.ts";
import { ask, decided, eventsOf, logWith, looksTwice, redactor, run, send, start } from "./given-acting.ts";
import { became, H1, observed, ours, S1, said, started, T1 } from "./given-sight.ts";
import { digestOf } from "./given-spawns.ts";

const operator = principalOf("operator");
const asked = (requestId = "q1"): OpenEvent =>
  said(
    "approval.requested",
    {
      requestId,
      kind: "command",
      turnId: T1,
      itemId: null,
      availableDecisions: [],
      subjectDigest: digestOf("ls"),
    },
    undefined,
    { subject: "ls", reason: null },
  );

type Log = Effect.Success<ReturnType<typeof logWith>>["log"];
const answersIn = (log: Log) =>
  Effect.map(decided(log), (all) =>
    all.flatMap((entry) =>
      eventsOf(entry).flatMap((event) =>
        event.type === "command.accepted" && event.data.instruction?.act.kind === "answer"
          ? [{ id: entry.envelope.id, entry, event }]
          : [],
      ),
    ),
  );

/** A session in a turn that the operator's command began. */
const inTurnOfOurs = Effect.fnUntraced(function* () {
  const { log, tell } = yield* logWith(observed());
  const policy = yield* start(log);
  yield* policy.gate.submit(hostAdd(H1, "t1"), admin);
  const command = send("do it");
  yield* policy.gate.submit(command, operator);
  yield* tell(became("active"), started(T1), ours(T1, command.commandId));
  return { log, tell, policy };
});

describe("a question of a turn of ours", () => {
  it("is declined by the house itself, once, with the reason as the body; also after a restart", () =>
    run(
      Effect.gen(function* () {
        const { log, tell, policy } = yield* inTurnOfOurs();
        yield* tell(asked());
        yield* looksTwice;
        const [one, ...more] = yield* answersIn(log);
        expect(more).toEqual([]);
        expect(one?.id).toBe(`due/${one?.event.data.commandId}/answered`);
        expect(one?.event).toMatchObject({
          data: {
            commandType: "approval.decide",
            hostId: H1,
            principal: { kind: "house", name: "policy" },
            instruction: { sessionId: S1, act: { requestId: "q1", answer: "decline", by: "policy" } },
          },
          body: { text: expect.stringMatching(/No rule/) as string },
        });
        expect(one !== undefined && isIntact(one.entry) && one.entry.envelope.redactor).toBe(
          redactor.version,
        );
        yield* policy.end;
        yield* start(log);
        yield* looksTwice;
        expect(yield* answersIn(log)).toHaveLength(1);
      }),
    ));

  it("is left to people for as long as the rule says, and to whoever of them was faster", () =>
    run(
      Effect.gen(function* () {
        const { log, tell, policy } = yield* inTurnOfOurs();
        const rule = { answer: "ask", waitMs: 5_000, scope: "global", reason: "people first" };
        yield* policy.gate.submit(ask("policy.approvals", rule), admin);
        yield* tell(asked("q1"), asked("q2"));
        yield* looksTwice;
        expect(yield* answersIn(log)).toEqual([]);
        const target = { sessionId: S1, requestId: "q1" };
        expect(
          yield* policy.gate.submit(ask("approval.decide", { target, answer: "accept" }), operator),
        ).toMatchObject({ decision: "accepted", facts: { mode: "answer" } });
        policy.now.wallMs += 5_000;
        yield* TestClock.adjust("600 millis");
        const answers = (yield* answersIn(log)).map(({ event: { data } }) => data.instruction?.act);
        expect(answers).toMatchObject([
          { requestId: "q1", answer: "accept", by: "person" },
          { requestId: "q2", answer: "decline", by: "policy" },
        ]);
      }),
    ));
});

describe("a question of a host that may not join any more", () => {
  it("is answered by nobody, until the host is let in again", () =>
    run(
      Effect.gen(function* () {
        const { log, tell, policy } = yield* inTurnOfOurs();
        yield* policy.gate.submit(tokenRevoke("t1"), admin);
        yield* tell(asked());
        yield* looksTwice;
        expect(yield* answersIn(log)).toEqual([]);
        const target = { sessionId: S1, requestId: "q1" };
        expect(
          yield* policy.gate.submit(ask("approval.decide", { target, answer: "accept" }), operator),
        ).toMatchObject({ code: "approval_closed", facts: { how: "host_revoked" } });
        yield* policy.gate.submit(hostAdd(H1, "t2"), admin);
        yield* looksTwice;
        expect(yield* answersIn(log)).toHaveLength(1);
      }),
    ));
});

describe("N1-026: what would be answered", () => {
  it("is said over the gate, by a dry run or not, and leaves no entry", () =>
    run(
      Effect.gen(function* () {
        const { log, policy } = yield* inTurnOfOurs();
        const rule = { answer: "accept", pattern: "npm *", scope: "host", id: H1, reason: "tests" };
        yield* policy.gate.submit(ask("policy.approvals", rule), admin);
        const before = (yield* decided(log)).length;
        for (const isDryRun of [true, false])
          for (const [text, answer] of [
            ["npm test", "accept"],
            ["rm -rf /", "decline"],
          ] as const) {
            const command = ask("approval.test", { target: { sessionId: S1 }, text });
            expect(yield* policy.gate.submit(command, operator, { isDryRun })).toMatchObject({
              decision: "accepted",
              entryId: null,
              facts: { answer, ruling: "accept", scope: "host", id: H1, pattern: "npm *" },
            });
          }
        expect((yield* decided(log)).length).toBe(before);
      }),
    ));
});

describe("X1-003: a stop", () => {
  it("is one entry, and has the same answer again after a restart", () =>
    run(
      Effect.gen(function* () {
        const { log, policy } = yield* inTurnOfOurs();
        const command = ask("session.stop", { target: { sessionId: S1 }, reason: "enough" });
        const first = yield* policy.gate.submit(command, operator);
        expect(first).toMatchObject({ decision: "accepted", facts: { halted: 1, interrupts: 1 } });
        const last = (yield* decided(log)).at(-1);
        expect(last?.envelope.lane).toBe(DECIDED);
        expect(last === undefined ? [] : eventsOf(last).map(({ type }) => type)).toEqual([
          "command.accepted",
          "switch.set",
          "command.accepted",
        ]);
        yield* policy.end;
        const two = yield* start(log);
        expect(yield* two.gate.submit(command, operator)).toEqual(first);
        expect(yield* two.gate.submit(send("more"), operator)).toMatchObject({ code: "halted" });
      }),
    ));
});

describe("S1-166: a report", () => {
  const session: Principal = { kind: "session", name: S1, role: "session" };
  const via = { sessionId: S1, turnId: T1 };
  it("is recorded with what it says as a body, and limited by a rate of its own", () =>
    run(
      Effect.gen(function* () {
        const { log, policy } = yield* inTurnOfOurs();
        const report = () => ask("progress.report", { state: "working", text: "half way", percent: 50 });
        const verdicts = [];
        for (let n = 0; n < 11; n += 1) verdicts.push(yield* policy.gate.submit(report(), session, { via }));
        expect(verdicts.filter(({ decision }) => decision === "accepted")).toHaveLength(10);
        expect(verdicts.at(-1)).toMatchObject({ code: "rate_limited", facts: { limit: "progress_rate" } });
        const said_ = (yield* decided(log))
          .flatMap(eventsOf)
          .filter(({ type }) => type === "progress.reported");
        expect(said_[0]).toMatchObject({
          data: { sessionId: S1, state: "working", percent: 50 } satisfies Partial<
            DataOf<"progress.reported">
          >,
          body: { note: "half way", purpose: null },
        });
      }),
    ));
});

describe("S1-137: a secret in what is asked of spawns, rules and reports", () => {
  it("is found wherever words of a caller stand, and is nowhere in the log", () =>
    run(
      Effect.gen(function* () {
        const { log } = yield* logWith(observed());
        const { gate } = yield* start(log);
        const secret = `${"gh"}p_${"0aB1cD2eF3".repeat(4).slice(0, 36)}`;
        const target = { sessionId: S1 };
        const spawn = { workspace: "/srv/a", text: "go" };
        const rule = { scope: "global", answer: "accept", pattern: "ls", reason: "why" };
        const all = [
          ask("session.spawn", { ...spawn, text: secret }),
          ask("session.spawn", { ...spawn, purpose: `for ${secret}` }),
          ask("session.spawn", { ...spawn, workspace: `/srv/${secret}` }),
          ask("session.spawn", { ...spawn, settings: { model: secret } }),
          ask("session.fork", { target, text: "go", purpose: secret }),
          ask("session.stop", { target, reason: secret }),
          ask("approval.decide", { target: { ...target, requestId: "q1" }, answer: "decline", text: secret }),
          ask("approval.decide", { target: { ...target, requestId: secret }, answer: "decline" }),
          ask("policy.grant", { right: "send", state: "open", scope: "session", id: secret, reason: "why" }),
          ask("policy.approvals", { ...rule, pattern: secret }),
          ask("policy.approvals", { ...rule, reason: secret }),
        ];
        for (const command of all)
          expect(yield* gate.submit(command, admin), command.type).toMatchObject({ code: "secret_in_text" });
        const report = ask("progress.report", { state: "done", text: "t", phase: secret });
        const via = { sessionId: S1, turnId: null };
        const session: Principal = { kind: "session", name: S1, role: "session" };
        expect(yield* gate.submit(report, session, { via })).toMatchObject({ code: "secret_in_text" });
        expect(JSON.stringify(yield* decided(log))).not.toContain(secret);
      }),
    ));
});
