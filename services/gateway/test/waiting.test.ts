/** DESIGN 14.19: whoever asks for something may wait for what becomes of it; the row says so itself, and nobody asks again and again. */
import { type Command, position, type Principal, TurnId } from "@claw/events";
import type { CommandRow, LeaseRow } from "@claw/views";
import type { GateOptions, GateVerdict } from "@claw/wire";
import { Effect } from "effect";
import { describe, expect, test } from "vitest";
import { CommandAnswer } from "../src/routes/command-answer.ts";
import { makeWaiters, MAX_PER_TOKEN, type Waiters } from "../src/waiting/waiters.ts";
import {
  commandRow,
  ENTRY,
  fakePorts,
  leaseRow,
  makeFakeViews,
  outcomeOf,
  sessionRow,
  tokenOf,
} from "./fake-house.ts";
import { appOf, running, tokenChange } from "./running.ts";

const operator = tokenOf("operator");
const T1 = TurnId.parse("T1");
const send = { type: "session.send", commandId: "c1", target: { sessionId: "s1" }, text: "go on" };
const acquire = { type: "lease.acquire", commandId: "l1", target: { sessionId: "s1" } };
const accepted: GateVerdict = { decision: "accepted", entryId: ENTRY, position: position(7) };

type Asked = readonly [command: Command, principal: Principal, options: GateOptions | undefined];

/** A house whose policy accepts, and whose views change when a test says so. */
function house(verdict: (times: number) => GateVerdict = () => accepted) {
  const views = makeFakeViews();
  views.commit([tokenChange(operator.row), ["sessions", "s1", sessionRow("s1")]]);
  const heard: Asked[] = [];
  const { ports } = fakePorts({
    reader: views.reader,
    submit: (command, principal, options) => {
      heard.push([command, principal, options]);
      return verdict(heard.length);
    },
  });
  const waiters = makeWaiters(ports.reader);
  const app = appOf(ports, ports.clocks, undefined, waiters);
  const move = (changed: Parameters<typeof views.commit>[0]): void => {
    views.commit(changed);
    waiters.wake();
  };
  return { views, ports, app, waiters, heard, move };
}
type House = ReturnType<typeof house>;

const post = (on: House, query: string, body: object = send, init: RequestInit = {}) =>
  on.app.request(`/api/commands${query}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${operator.bearer}`, "content-type": "application/json" },
    ...init,
  });

/** Resolves when as many callers wait, in the turn of the loop in which they do. */
async function waiting(waiters: Waiters, count: number): Promise<void> {
  while (waiters.size() !== count) await new Promise((resolve) => setImmediate(resolve));
}
const asCommand = (more: Partial<CommandRow>) => ["commands", "c1", commandRow("c1", more)] as const;
const asLease = (more: Partial<LeaseRow>) => ["leases", "l1", leaseRow("l1", more)] as const;
const bodyOf = async (response: Response | Promise<Response>) => {
  const settled = await response;
  return CommandAnswer.strict().parse(await settled.json());
};

const started = { outcome: outcomeOf("succeeded", { mode: "start", turnId: T1 }), turnStatus: "inProgress" };
const c1 = { commandId: "c1", decision: "accepted", position: 7 };

describe("wait=outcome", () => {
  test("S1-089 answers 200 when the host has said what it did, and not before", async () => {
    const on = house();
    const answer = post(on, "?wait=outcome");
    await waiting(on.waiters, 1);
    on.move([asCommand({})]);
    on.move([["commands", "c2", commandRow("c2", started)]]);
    on.move([asCommand(started)]);
    const response = await answer;
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({
      ...c1,
      outcome: "succeeded",
      mode: "start",
      turnId: "T1",
      turnStatus: "inProgress",
    });
    expect(on.waiters.size()).toBe(0);
  });

  test("what somebody else was refused under its id is not its end", async () => {
    const on = house();
    on.move([asCommand({ decision: "refused", code: "forbidden", act: null })]);
    const answer = post(on, "?wait=outcome");
    await waiting(on.waiters, 1);
    on.move([asCommand({})]);
    on.move([asCommand(started)]);
    const response = await answer;
    expect([response.status, (await bodyOf(response)).outcome]).toEqual([200, "succeeded"]);
  });

  test.each([
    ["failed", { code: "stale_token", facts: { newest: 7 } }],
    ["collided", { turnId: T1 }],
    ["expired", {}],
  ] as const)("%s is final too: 200", async (word, more) => {
    const on = house();
    const answer = post(on, "?wait=outcome");
    await waiting(on.waiters, 1);
    on.move([asCommand({ outcome: outcomeOf(word, more) })]);
    const response = await answer;
    expect(response.status).toBe(200);
    const body = await bodyOf(response);
    expect(body.outcome).toBe(word);
    if (word === "failed") expect(body.failure).toMatchObject({ code: "stale_token", facts: { newest: 7 } });
  });

  test("the place is taken before policy is asked: what comes in between is not missed", async () => {
    const on = house();
    const ports = {
      ...on.ports,
      gate: {
        submit: () =>
          Effect.sync(() => {
            expect(on.waiters.size()).toBe(1);
            on.move([asCommand(started)]);
            return accepted;
          }),
      },
    };
    const app = appOf(ports, ports.clocks, undefined, on.waiters);
    const response = await post({ ...on, app }, "?wait=outcome");
    expect([response.status, (await bodyOf(response)).outcome]).toEqual([200, "succeeded"]);
  });

  test("without an end in time it is 202, with where to look and what is known", async () => {
    const on = house();
    on.move([asCommand({ outcome: outcomeOf("unknown", { by: "policy", code: "overdue" }) })]);
    for (const waitMs of [0, 20]) {
      const response = await post(on, `?wait=outcome&waitMs=${waitMs}`);
      expect([response.status, response.headers.get("location")]).toEqual([202, "/api/commands/c1"]);
      expect(await bodyOf(response)).toMatchObject({
        ...c1,
        outcome: "unknown",
        failure: { code: "overdue" },
      });
    }
    expect(on.waiters.size()).toBe(0);
  });

  test("a row that is not there yet is 202 with the verdict alone", async () => {
    const response = await post(house(), "?wait=outcome&waitMs=0");
    expect([response.status, await bodyOf(response)]).toEqual([202, c1]);
  });

  test("a host that has looked and does not know is not waited for: 202 at once", async () => {
    const on = house();
    const answer = post(on, "?wait=outcome&waitMs=120000");
    await waiting(on.waiters, 1);
    on.move([asCommand({ outcome: outcomeOf("unknown", { code: "restarted" }) })]);
    const response = await answer;
    expect([response.status, (await bodyOf(response)).outcome]).toEqual([202, "unknown"]);
  });

  test("what no host has to carry out has its end in the decision", async () => {
    const on = house();
    on.move([asCommand({ commandType: "token.revoke", act: null })]);
    const revoke = { type: "token.revoke", commandId: "c1", tokenId: "t1", reason: "old" };
    const response = await post(on, "?wait=outcome", revoke);
    expect([response.status, await bodyOf(response)]).toEqual([200, c1]);
  });

  test("what is not recorded is answered at once, with what policy says of it", async () => {
    const on = house(() => ({
      decision: "accepted",
      entryId: null,
      position: null,
      facts: { remainingMs: 30_000 },
    }));
    const renew = { type: "lease.renew", commandId: "c1", leaseId: "l1" };
    const log = { ...on.ports.log, find: () => Effect.die("looked for") };
    const app = appOf({ ...on.ports, log }, on.ports.clocks, undefined, on.waiters);
    for (const query of ["", "?wait=outcome"]) {
      const response = await post({ ...on, app }, query, renew);
      expect(response.status).toBe(200);
      expect(await bodyOf(response)).toEqual({
        commandId: "c1",
        decision: "accepted",
        facts: { remainingMs: 30_000 },
      });
    }
  });
});

describe("wait=turn", () => {
  test("answers when the turn has ended, not when it began", async () => {
    const on = house();
    const answer = post(on, "?wait=turn");
    await waiting(on.waiters, 1);
    on.move([asCommand(started)]);
    on.move([asCommand({ ...started, turnStatus: "completed", turnEndedAt: 1_790_000_000_000 })]);
    const response = await answer;
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toMatchObject({
      outcome: "succeeded",
      turnStatus: "completed",
      turnEndedAt: "2026-09-21T14:13:20.000Z",
    });
  });

  test("a turn that goes on is 202; a command that did not get into one has nothing to wait for", async () => {
    const on = house();
    on.move([asCommand(started)]);
    expect((await post(on, "?wait=turn&waitMs=20")).status).toBe(202);
    for (const word of ["failed", "collided", "expired"] as const) {
      on.move([asCommand({ ...started, outcome: outcomeOf(word, { turnId: T1 }) })]);
      expect((await post(on, "?wait=turn&waitMs=120000")).status).toBe(200);
    }
  });
});

describe("a lease", () => {
  const l1 = { leaseId: "l1", token: { generation: 1, counter: 2 }, ttlMs: 30_000 };

  test("N1-013 wait=outcome waits until it is in force", async () => {
    const on = house();
    const answer = post(on, "?wait=outcome", acquire);
    await waiting(on.waiters, 1);
    on.move([asLease({})]);
    on.move([["commands", "l1", commandRow("l1", { act: null })]]);
    on.move([asLease({ state: "inForce" })]);
    const response = await answer;
    expect([response.status, (await bodyOf(response)).lease]).toEqual([200, { ...l1, state: "inForce" }]);
  });

  test("wait=decision shows the offer; without a grant in time it is 202", async () => {
    const on = house();
    on.move([asLease({})]);
    const decided = await post(on, "", acquire);
    expect([decided.status, (await bodyOf(decided)).lease]).toEqual([200, { ...l1, state: "offered" }]);
    const late = await post(on, "?wait=outcome&waitMs=20", acquire);
    expect([late.status, late.headers.get("location")]).toEqual([202, "/api/commands/l1"]);
  });

  test.each([
    ["lapsed", 503, "host_silent"],
    ["yielded", 409, "human_at_work"],
    ["broken", 404, "lease_unknown"],
    ["released", 404, "lease_unknown"],
    ["expired", 404, "lease_unknown"],
  ] as const)("that %s is no lease: %i %s, and the answer says how it ended", async (how, status, code) => {
    const on = house();
    const answer = post(on, "?wait=outcome", acquire);
    await waiting(on.waiters, 1);
    on.move([asLease({ state: "ended", how })]);
    const response = await answer;
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      code,
      commandId: "l1",
      decision: "accepted",
      lease: { state: "ended" },
      facts: { leaseId: "l1", how },
    });
  });
});

describe("what is asked", () => {
  test("a lost reply: the same commandId again gives the first verdict, and what became of it meanwhile", async () => {
    const on = house();
    const first = await bodyOf(post(on, ""));
    on.move([asCommand(started)]);
    expect(await bodyOf(post(on, ""))).toEqual(first);
    expect(await bodyOf(post(on, "?wait=outcome"))).toMatchObject({ ...first, outcome: "succeeded" });
    expect(new Set(on.heard.map(([command]) => JSON.stringify(command))).size).toBe(1);
  });

  test("a refusal says its rule at once, however long somebody would wait", async () => {
    const on = house(() => ({
      decision: "refused",
      code: "lease_held",
      rule: "lease",
      facts: { holder: "claw-2" },
      entryId: ENTRY,
      position: position(9),
    }));
    const response = await post(on, "?wait=turn&waitMs=120000");
    expect([response.status, on.waiters.size()]).toEqual([409, 0]);
    expect(await response.json()).toMatchObject({
      code: "lease_held",
      commandId: "c1",
      decision: "refused",
      rule: "lease",
      refusal: { code: "lease_held", rule: "lease", facts: { holder: "claw-2" } },
      position: 9,
    });
  });

  test("dryRun asks policy for a verdict alone, and waits for nothing", async () => {
    const on = house(() => ({ decision: "accepted", entryId: null, position: null }));
    const body = await bodyOf(post(on, "?dryRun=true&wait=turn"));
    expect(body).toEqual({ commandId: "c1", decision: "accepted", dryRun: true });
    await post(on, "");
    expect(on.heard.map(([, , options]) => options)).toEqual([
      { via: null, isDryRun: true },
      { via: null, isDryRun: false },
    ]);
  });

  test("a Claw's group is part of who asks", async () => {
    const on = house();
    const group = "night" as NonNullable<Principal["group"]>;
    const principal = { kind: "claw", name: "claw-1", role: "claw", group } as const;
    const claw = tokenOf("claw", { principal });
    on.views.commit([tokenChange(claw.row)]);
    await post(on, "", send, {
      headers: { authorization: `Bearer ${claw.bearer}`, "content-type": "application/json" },
    });
    expect(on.heard[0]?.[1]).toEqual(principal);
  });

  test.each([
    ["?wait=forever", "query.wait"],
    ["?waitMs=120001", "query.waitMs"],
    ["?waitMs=-1", "query.waitMs"],
    ["?waitMs=1e3", "query.waitMs"],
    ["?dryRun=maybe", "query.dryRun"],
  ])("%s is 400", async (query, where) => {
    const on = house();
    const response = await post(on, query);
    expect([response.status, await response.json()]).toMatchObject([400, { facts: { where } }]);
    expect(on.heard).toEqual([]);
  });

  const text = (value: string) => ({ ...send, text: value });
  test.each([
    ["64 KiB of text", text("x".repeat(65_536)), 200],
    ["a letter more", text("x".repeat(65_537)), 400],
    ["64 KiB in letters of two bytes", text("é".repeat(32_768)), 200],
    ["more bytes than that in fewer letters", text("é".repeat(32_769)), 400],
    ["no text", text(""), 400],
    ["another session's claim", { ...send, principal: { role: "admin" } }, 400],
    ["a forged origin", { ...send, origin: { rootIds: ["c0"], hop: 0, path: [] } }, 400],
    ["a forged origin in the target", { ...send, target: { sessionId: "s1", via: "s2" } }, 400],
    ["a session that is none", { ...send, target: { sessionId: "../s1" } }, 400],
    ["a constructor", '{"type":"session.send","constructor":{"prototype":{"x":1}}}', 400],
    ["a depth of 10,000", `{"type":${"[".repeat(10_000)}${"]".repeat(10_000)}}`, 400],
  ])("%s is %i", async (_what, body, status) => {
    const on = house();
    const response = await post(on, "", {}, { body: typeof body === "string" ? body : JSON.stringify(body) });
    expect(response.status).toBe(status);
    expect(on.heard).toHaveLength(status === 200 ? 1 : 0);
    if (status === 400) expect(await response.json()).toMatchObject({ code: "bad_request" });
  });
});

describe("N1-035 places to wait are counted", () => {
  test("who finds none is told so before policy is asked: 429", async () => {
    const on = house();
    for (let n = 0; n < MAX_PER_TOKEN; n += 1) on.waiters.take(operator.row.tokenId, "commands", `x${n}`);
    const response = await post(on, "?wait=outcome");
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "1"]);
    expect(on.heard).toEqual([]);
    expect((await post(on, "")).status).toBe(200);
  });
});

describe("over a socket", () => {
  test("a caller who goes away is let go of, and what it asked for goes on", async () => {
    const on = house();
    const gateway = await running(on.ports);
    const waitersNow = async () =>
      /^claw_waiting_callers (\d+)$/m.exec(await on.ports.metrics.metrics())?.[1];
    const until = async (count: string) => {
      while ((await waitersNow()) !== count) await new Promise((resolve) => setImmediate(resolve));
    };
    const leaving = new AbortController();
    const asking = fetch(`${gateway.url}/api/commands?wait=outcome&waitMs=120000`, {
      method: "POST",
      body: JSON.stringify(send),
      headers: { authorization: `Bearer ${operator.bearer}`, "content-type": "application/json" },
      signal: leaving.signal,
    });
    await until("1");
    leaving.abort();
    await expect(asking).rejects.toThrow("aborted");
    await until("0");
    expect(on.heard).toHaveLength(1);
    await gateway.stop();
  });
});
