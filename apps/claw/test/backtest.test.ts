/** What the back-test reads from a house, and what it says. */
import { type LimitName, limits as kinds, limitNames } from "@claw/events";
import { backTest } from "@claw/policy/backtest";
import { describe, expect, test } from "vitest";
import { costIn, decisionIn, sessionIn } from "../src/backtest/past.ts";
import { reportOf } from "../src/backtest/report.ts";

const iso = "2026-11-21T12:00:00.000Z";
const row = {
  commandId: "c1",
  type: "session.send",
  decision: "accepted",
  decidedAt: iso,
  position: 7,
  principal: { kind: "session", name: "a-bearer", role: "session", group: null },
  sessionId: "b",
  hostId: "h",
  endpointId: "main",
  origin: { rootIds: ["r"], hop: 2, path: ["z", "a"] },
  act: { kind: "send", mode: "auto", expectedTurnId: null },
  token: { generation: 1, counter: 3 },
  deadlineAt: "2026-11-21T12:00:30.000Z",
  refusal: null,
};
const refusal = { code: "rate_limited", rule: "rate", facts: { limit: "pair_rate", value: 4 } };
const refused = {
  ...row,
  decision: "refused",
  act: null,
  token: null,
  hostId: null,
  endpointId: null,
  refusal,
};

describe("rows of the API as the entries that they were made from", () => {
  test("an accepted send, with what its host had to do and what caused it", () => {
    const read = decisionIn(row);
    expect(read).toMatchObject({ position: 7, lane: "decided", by: { kind: "policy" } });
    expect(read?.event).toMatchObject({
      type: "command.accepted",
      at: Date.parse(iso),
      data: {
        commandId: "c1",
        commandType: "session.send",
        principal: row.principal,
        hostId: "h",
        origin: row.origin,
        instruction: { sessionId: "b", endpointId: "main", token: row.token, act: row.act },
        deadlineAt: Date.parse(row.deadlineAt),
      },
    });
  });

  test("a refusal, with its rule and what that saw", () => {
    expect(decisionIn(refused)?.event).toMatchObject({
      type: "command.refused",
      data: { sessionId: "b", origin: row.origin, ...refusal },
    });
  });

  test("a lease that was asked for names no session", () => {
    const lease = { ...row, type: "lease.acquire", act: null, token: null, origin: null, deadlineAt: null };
    const data = decisionIn(lease)?.event.data ?? {};
    expect(Object.keys(data).toSorted()).toEqual(["commandId", "commandType", "digest", "principal"]);
  });

  test("what has another shape is left out", () => {
    expect(decisionIn({ commandId: "c1" })).toBeNull();
    expect(decisionIn({ ...row, principal: "me" })).toBeNull();
    expect(decisionIn({ ...row, decidedAt: "lately" })).toBeNull();
    expect(sessionIn({ sessionId: "b" })).toBeNull();
    expect(
      costIn(
        { position: 1, by: "ingest", at: iso, type: "usage.reported", data: {} },
        "b" as never,
        "h" as never,
      ),
    ).toBeNull();
  });
});

/** Read from the API as the whole house shows it: two sends that a pair may have at once, and two that it may not. */
describe("a back-test over such rows", () => {
  const at = (n: number): string => new Date(Date.parse(iso) + n * 1_000).toISOString();
  const origin = (n: number) => ({ rootIds: [`r${n}`], hop: 1, path: ["a"] });
  const rows = [0, 1, 2, 3].map((n) => ({
    ...(n < 2 ? row : refused),
    commandId: `c${n}`,
    decidedAt: at(n),
    position: n + 1,
    origin: origin(n),
  }));
  const recorded = [
    { sessionId: "a", hostId: "h", endpointId: "main" },
    { sessionId: "b", hostId: "h", endpointId: "main" },
  ]
    .map(sessionIn)
    .concat(rows.map(decisionIn))
    .filter((one) => one !== null);
  const usual = Object.fromEntries(limitNames.map((name) => [name, kinds[name].default])) as Record<
    LimitName,
    number
  >;
  const now = { limits: new Map(limitNames.map((name) => [name, usual[name]])) };
  const given = { isCut: false, limitChanges: 0 };
  const tried = (then: Partial<Record<LimitName, number>>) =>
    backTest(recorded, new Map(Object.entries(then) as [LimitName, number][]), now, 0);

  test("with unchanged limits all of them are explained, and none is turned round", () => {
    expect(tried({})).toEqual({
      counted: 4,
      accepted: 2,
      nowRefused: [],
      nowAccepted: [],
      unexplained: 0,
      unwritten: 0,
    });
  });

  test("the report names what was tried and what bites, counts, and says what it leaves out", () => {
    const then = { ...usual, pair_burst: 1, human_quiet_ms: 1 };
    const report = reportOf(tried(then), usual, then, { isCut: true, limitChanges: 2 });
    expect(report.limits).toEqual([
      { limit: "pair_burst", value: 2, tried: 1, nowRefused: 0, nowAccepted: 0 },
      {
        limit: "human_quiet_ms",
        value: kinds.human_quiet_ms.default,
        tried: 1,
        nowRefused: 0,
        nowAccepted: 0,
      },
      { limit: "pair_rate", value: 4, tried: 4, nowRefused: 1, nowAccepted: 0 },
    ]);
    expect(report.sentence).toContain("of 2 accepted ones 1 would have been refused");
    expect(report.leftOut).toEqual([
      expect.stringContaining("human_quiet_ms cannot be tried"),
      expect.stringContaining("changed 2 times"),
      expect.stringContaining("older commands"),
    ]);
    expect(
      reportOf(tried({ pair_burst: 4 }), usual, { ...usual, pair_burst: 4 }, given).nowAccepted,
    ).toHaveLength(1);
  });

  test("model tokens, where the lanes were read", () => {
    const cause = { rootIds: ["r"], hop: 1, path: ["a"] };
    const two = rows.slice(0, 2).map((one, n) => decisionIn({ ...one, position: n * 10 + 1, origin: cause }));
    const events = [
      { type: "command.succeeded", data: { commandId: "c0", fence: row.token, mode: "start", turnId: "T" } },
      { type: "usage.reported", data: { turnId: "T", ...usage(500) } },
      { type: "session.named", data: { name: "n" } },
    ].map((event, n) =>
      costIn({ ...event, position: n + 2, by: "host", at: at(0) }, "b" as never, "h" as never),
    );
    expect(events.map((one) => one?.event.type ?? null)).toEqual([
      "command.succeeded",
      "usage.reported",
      null,
    ]);
    const past = [...recorded.slice(0, 2), two[0] ?? null, ...events, two[1] ?? null].filter(
      (one) => one !== null,
    );
    const { nowRefused } = backTest(past, new Map([["root_tokens", 500]]), now, 0);
    expect(nowRefused).toEqual([expect.objectContaining({ commandId: "c1", limit: "root_tokens" })]);
  });
});

const usage = (totalTokens: number) => {
  const of = {
    totalTokens,
    inputTokens: totalTokens,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningOutputTokens: 0,
  };
  return { total: of, last: of, contextWindow: null };
};
