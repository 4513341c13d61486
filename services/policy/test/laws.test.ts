/** What holds whatever was decided, whatever is observed, and whoever asks (DESIGN §12). */
import {
  Answer,
  type Command,
  type CommandOf,
  compareTokens,
  type Event,
  isRefusalCode,
  kindOf,
  limitNames,
  MAX_DECIDED_EVENTS,
  outcomeWords,
  type Principal,
  Role,
  sha256,
  type TokenId,
} from "@claw/events";
import { decidedEvent, hostIds, sessionIds } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../src/domain/decide.ts";
import { leaseOf } from "../src/domain/lease-clock.ts";
import { emptyHouse, type House } from "../src/domain/house.ts";
import type { Question } from "../src/domain/question.ts";
import { rules } from "../src/domain/rules/index.ts";
import type { SessionSight, Sight, TurnSight } from "../src/domain/sight.ts";
import { isSameCaller } from "../src/domain/writer.ts";
import { noIndex } from "../src/domain/sight-fold.ts";
import { AT, fold, hostAdd, logTrim, question, retry, tokenCreate, tokenRevoke } from "./given.ts";
import {
  acquire,
  breakLease,
  cid,
  grant,
  hostSight,
  interrupt,
  release,
  renew,
  send,
  session,
  setLimit,
  setSwitch,
  sid,
  tid,
} from "./given-writes.ts";
import { attempt, asks, decideOn, fork, report, resume, ruling, spawn, stop } from "./given-spawns.ts";
import { scaled } from "./scale.ts";

const ids = [...sessionIds, sid("thread-9")];
const aSession = fc.constantFrom(...ids);
const aTurn = fc.constantFrom("T1", "T2", "T3").map(tid);
const maybeTurn = fc.option(aTurn, { freq: 3 });
/** Mostly none is named. */
const rarelyATurn = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, aTurn);
const aCommand = fc.constantFrom("command-1", "command-2", "command-9").map(cid);

const turnSight: fc.Arbitrary<TurnSight> = fc.record({
  turnId: aTurn,
  commandIds: fc.uniqueArray(aCommand, { maxLength: 2 }),
  hasPerson: fc.boolean(),
  tokens: fc.nat(3_000_000),
  isOver: fc.boolean(),
});
const outcome = fc.record({
  commandId: aCommand,
  outcome: fc.constantFrom(...outcomeWords),
  turnId: maybeTurn,
});
const question_ = fc
  .record({ kind: fc.constantFrom("command", "userInput") })
  .map(({ kind }) => asks("ls", { kind }));
const sessionSight: fc.Arbitrary<SessionSight> = fc
  .record({
    id: fc.constantFrom(...sessionIds),
    hostId: fc.constantFrom(...hostIds),
    activity: fc.constantFrom("idle", "active", "notLoaded", "systemError", "later"),
    activeTurnId: maybeTurn,
    isClosed: fc.boolean(),
    isLost: fc.boolean(),
    turns: fc.array(turnSight, { maxLength: 3 }),
    outcomes: fc.array(outcome, { maxLength: 2 }),
    workspace: fc.constantFrom(null, "/srv/a"),
    spawnId: fc.option(aCommand, { freq: 3 }),
    questions: fc.array(question_, { maxLength: 1 }),
    personAt: fc.option(fc.integer({ min: AT - 90_000, max: AT + 90_000 })),
  })
  .map(({ id, ...given }) => session(id, given));
const strange = fc.oneof(fc.constant(null), fc.record({ isSilent: fc.boolean(), isBehind: fc.boolean() }));
/** Mostly what can be written to, in a turn of ours, a person's or none, so that much is accepted. */
const calm = fc
  .tuple(fc.constantFrom(...sessionIds), fc.option(turnSight), fc.boolean())
  .map(([id, row, isOpen]) =>
    row === null
      ? session(id, { hostId: hostIds[0] as never })
      : session(id, {
          hostId: hostIds[0] as never,
          turns: [row],
          questions: [asks("ls", { turnId: row.turnId })],
          ...(isOpen ? { activity: "active", activeTurnId: row.turnId } : {}),
        }),
  );
const sight: fc.Arbitrary<Sight> = fc
  .record({
    rows: fc.array(fc.oneof(sessionSight, { weight: 4, arbitrary: calm }), { minLength: 3, maxLength: 9 }),
    host: fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, strange),
  })
  .map(({ rows, host: seen }) => ({
    ...noIndex,
    session: (id) => rows.find(({ sessionId }) => sessionId === id) ?? null,
    host: (id) => (seen === null ? null : hostSight(id, seen)),
  }));

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 9 }),
);
const mode = fc.constantFrom("auto" as const, "auto" as const, "start" as const, "steer" as const);
const deadlineMs = fc.integer({ min: 1_000, max: 600_000 });
const scope = fc.constantFrom("session", "root", "group", "host", "global") as fc.Arbitrary<
  CommandOf<"switch.set">["scope"]
>;
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(aSession, fc.record({ text, mode, expectedTurnId: rarelyATurn, deadlineMs }))
      .map(([to, given]) => send(to, given)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(aSession, rarelyATurn)
      .map(([to, expectedTurnId]) => interrupt(to, { expectedTurnId })),
  },
  { weight: 3, arbitrary: aSession.map((to) => acquire(to)) },
  { weight: 3, arbitrary: fc.record({ text, workspace: fc.constantFrom("/srv/a", "/etc") }).map(spawn) },
  aSession.map((of) => fork(of)),
  aSession.map(resume),
  { weight: 2, arbitrary: aSession.map((of) => stop(of)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(aSession, fc.constantFrom("q1", "q9"), fc.constantFrom(...Answer.options))
      .map(([of, requestId, answer]) => decideOn(of, requestId, { answer })),
  },
  text.map((said) => report({ text: said })),
  fc.constantFrom(
    attempt(),
    grant("send"),
    grant("spawn", { scope: "host", id: "host-a" }),
    grant("interrupt", { state: null }),
    ruling({ answer: "accept", pattern: "*" }),
    ruling({ answer: "ask" }),
  ),
  aCommand.map(renew),
  aCommand.map(release),
  aSession.map(breakLease),
  fc
    .tuple(
      scope,
      fc.option(fc.oneof(aSession, fc.string({ minLength: 1, maxLength: 128 }))),
      fc.constantFrom("halted" as const, "running" as const),
    )
    .map(([of, id, state]) => setSwitch(of, id, state)),
  fc
    .tuple(
      fc.oneof(fc.constantFrom(...limitNames), fc.constantFrom("__proto__", "nothing")),
      fc.option(fc.nat(2_000_000_000)),
    )
    .map(([name, value]) => setLimit(name, value)),
  fc.constantFrom(
    hostAdd("host-a", "token-1"),
    tokenCreate("token-2"),
    tokenRevoke("token-1"),
    retry(),
    logTrim(9),
  ),
);
const principal: fc.Arbitrary<Principal> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      "person" as const,
      "claw" as const,
      "session" as const,
      "host" as const,
      "house" as const,
    ),
    name: fc.constantFrom("dora", "emil", "thread-1"),
    role: fc.constantFrom(...Role.options),
  }),
  { weight: 3, arbitrary: fc.constant({ kind: "claw", name: "dora", role: "claw" } as const) },
  { weight: 4, arbitrary: fc.constant({ kind: "person", name: "boss", role: "operator" } as const) },
);
const asked = fc
  .record({
    command,
    who: fc.oneof(
      principal.map((one) => ({ principal: one, via: null })),
      fc.tuple(aSession, maybeTurn).map(([sessionId, turnId]) => ({
        principal: { kind: "session", name: sessionId, role: "session" } as const,
        via: { sessionId, turnId },
      })),
    ),
    gap: fc.nat(30_000),
    generation: fc.integer({ min: 0, max: 2 }),
    sight,
    secret: fc.oneof({ weight: 30, arbitrary: fc.constant(null) }, fc.constant({ kind: "token", offset: 0 })),
  })
  .map(({ who, ...rest }) => ({ ...rest, ...who }));

/** A house of any decided events, and then of what these questions decide in it. */
const history = fc.record({
  events: fc.oneof(fc.constant([]), fc.array(decidedEvent, { maxLength: 20 })),
  questions: fc.array(asked, { minLength: 1, maxLength: 25 }),
});

/** Sessions may do what they ask for, so that more than that rule speaks. */
const granted: readonly Event[] = (["send", "interrupt", "spawn"] as const).map((right) => ({
  type: "policy.granted",
  at: AT,
  data: { right, scope: "global", id: null, state: "open", until: null, reason: "open" },
  body: null,
}));

/** Their hosts may join, or all that they ask would be over. */
const joined: readonly Event[] = hostIds.map((hostId, index) => ({
  type: "host.added",
  at: AT,
  data: {
    hostId,
    tokenId: `joined-${index}` as TokenId,
    tokenDigest: sha256(hostId),
    until: null,
  },
  body: null,
}));

function forEachDecision(
  check: (house: House, question: Question, decision: ReturnType<typeof decide>) => void,
): void {
  fc.assert(
    fc.property(history, ({ events, questions }) => {
      let house = fold([...granted, ...joined, ...events], emptyHouse);
      let at = AT;
      for (const { gap, command: given, ...rest } of questions) {
        at += gap;
        const one = question(given, { ...rest, at });
        const decision = decide(house, one);
        check(house, one, decision);
        house = fold(decision.events, house);
      }
    }),
    { numRuns: scaled(5_000) },
  );
}

const targetOf = ({ command: asks }: Question) => ("target" in asks ? asks.target.sessionId : null);

describe("decide", () => {
  it("is total; its events are of the catalogue and fit into an entry; every refusal names its rule", () => {
    const names = new Set(rules.map(([name]) => name));
    const seen = new Map<string, number>();
    forEachDecision((_house, { command: asks }, { verdict, events }) => {
      const word = verdict.decision === "accepted" ? `accepted ${asks.type}` : verdict.code;
      seen.set(word, (seen.get(word) ?? 0) + 1);
      expect(events.length).toBeLessThanOrEqual(MAX_DECIDED_EVENTS);
      for (const { type, data, body } of events) {
        expect(kindOf(type)?.data.safeParse(data).success).toBe(true);
        if (body !== null) expect(kindOf(type)?.body?.safeParse(body).success).toBe(true);
      }
      if (verdict.decision === "accepted") return;
      expect(isRefusalCode(verdict.code)).toBe(true);
      expect(names.has(verdict.rule ?? "")).toBe(true);
      expect(events).toMatchObject([
        { type: "command.refused", data: { code: verdict.code, rule: verdict.rule } },
      ]);
    });
    // A law of nothing would hold as well: much is accepted, and many rules speak.
    for (const word of [
      "accepted session.send",
      "accepted session.interrupt",
      "accepted lease.acquire",
      "accepted session.spawn",
      "accepted session.resume",
      "accepted session.stop",
      "accepted approval.decide",
      "accepted progress.report",
    ])
      expect(seen.get(word) ?? 0, word).toBeGreaterThan(0);
    expect(seen.size).toBeGreaterThan(15);
  });

  it("accepts no write while another's lease is offered or in force", () =>
    forEachDecision((house, asks, { verdict }) => {
      const target = targetOf(asks);
      const isWrite = asks.command.type === "session.send" || asks.command.type === "lease.acquire";
      if (verdict.decision === "refused" || target === null || !isWrite) return;
      const lease = house.desks.get(target)?.lease ?? null;
      expect(lease === null || isSameCaller(lease.holder, asks.principal)).toBe(true);
    }));

  it("gives tokens that only grow, one to a single write, and the lease's to all writes under it", () =>
    forEachDecision((house, asks, { events }) => {
      for (const event of events) {
        const given =
          event.type === "lease.offered"
            ? { sessionId: event.data.sessionId, token: event.data.token }
            : event.type === "command.accepted"
              ? event.data.instruction
              : undefined;
        if (given === undefined) continue;
        const desk = house.desks.get(given.sessionId);
        const newest = desk?.token ?? null;
        const lease = desk?.lease ?? null;
        const order = newest === null ? 1 : compareTokens(given.token, newest);
        const isQuiet = "act" in given && (given.act.kind === "answer" || given.act.kind === "resume");
        // One of a generation of the log that is over would be older than what its host may have seen in the tail that was lost (`tokenOfNow`).
        const isPast = newest !== null && lease === null && newest.generation < asks.generation;
        if (isQuiet && isPast) expect(given.token.generation).toBe(asks.generation);
        else if (isQuiet) expect(newest === null ? 0 : order).toBe(0);
        else if (lease === null) expect(order).toBeGreaterThan(0);
        else if (isSameCaller(lease.holder, asks.principal)) expect(given.token).toEqual(lease.token);
        else expect(order).toBe(0);
      }
    }));

  it("accepts nothing whose target is in its own chain, and no turn that starts beside another", () =>
    forEachDecision((house, asks, { events }) => {
      for (const event of events) {
        if (event.type !== "command.accepted" || event.data.instruction === undefined) continue;
        const { sessionId, act } = event.data.instruction;
        const row = asks.sight.session(sessionId);
        if (act.kind !== "send" && act.kind !== "interrupt") continue;
        if (act.kind === "send") expect(event.data.origin?.path).not.toContain(sessionId);
        if (act.expectedTurnId !== null) {
          expect(act.expectedTurnId).toBe(row?.activeTurnId);
          continue;
        }
        expect(act.kind).toBe("send");
        expect(row?.activeTurnId).toBeNull();
        const before = house.commands.get(house.desks.get(sessionId)?.startingCommandId ?? cid(""));
        const isDone = row?.outcomes.some(({ commandId }) => commandId === before?.commandId) === true;
        const isLate = before !== undefined && (before.isOverdue || asks.at >= before.deadlineAt + 5_000);
        expect(before === undefined || isDone || isLate).toBe(true);
      }
    }));

  it("answers a renewal or the holder's second asking without an event, and nothing else", () =>
    forEachDecision((house, { command: asks }, { verdict, events }) => {
      if (events.length > 0) return;
      expect(verdict.decision).toBe("accepted");
      expect(["lease.renew", "lease.acquire"]).toContain(asks.type);
      const facts = verdict.decision === "accepted" ? verdict.facts : undefined;
      expect(leaseOf(house, (facts?.["leaseId"] ?? "") as never)).not.toBeNull();
    }));
});
