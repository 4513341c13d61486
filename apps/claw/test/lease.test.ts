/** `claw lease`: asking for the right to write, keeping it, and losing it to people. */
import { newBearer } from "@claw/runtime";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { hold, type Renewal, trustedMs } from "../src/client/hold.ts";
import { type Answer, claw, problem, startStub, type Stub } from "./stub-house.ts";

let stub: Stub | null = null;
afterEach(async () => {
  await stub?.close();
  stub = null;
});
const CLAW_TOKEN = newBearer("api").bearer;

const lease = (state: string, more: object = {}) => ({
  leaseId: "l-1",
  sessionId: "s1",
  state,
  ttlMs: 30_000,
  token: { generation: 2, counter: 7 },
  ...more,
});
const granted = (more: object = {}): Answer => ({
  body: { commandId: "l-1", decision: "accepted", lease: lease("inForce", more) },
});
const accepted: Answer = { body: { commandId: "c", decision: "accepted" } };

/** A house that answers each command by its type, and `/api/leases/…` with a lease. */
async function house(byType: Readonly<Record<string, Answer | (() => Answer)>>, ended: object = {}) {
  const started = await startStub((url) => {
    if (url.startsWith("/api/leases/")) return { body: { lease: lease("ended", ended) } };
    const { type = "" } = JSON.parse(stub?.calls.at(-1)?.body ?? "{}") as { type?: string };
    const answer = byType[type];
    return typeof answer === "function" ? answer() : answer;
  });
  stub = started;
  const stopping = new AbortController();
  const run = (...argv: string[]) =>
    claw(argv, { CLAW_URL: started.url, CLAW_TOKEN }, undefined, { stopping });
  const sent = () =>
    started.calls
      .filter(({ method }) => method === "POST")
      .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  return { run, sent, stopping, calls: started.calls };
}

describe("claw lease", () => {
  test("acquire waits until the host has fenced, and writes the lease's id", async () => {
    const { run, sent, calls } = await house({ "lease.acquire": granted() });
    const { out, err, exitCode } = await run("lease", "acquire", "s1", "--ttl", "1m");
    expect([exitCode, out]).toEqual([0, "l-1\n"]);
    expect(err).toBe("l-1 is in force on s1 for 30s, token 2.7\n");
    expect(calls[0]?.url).toContain("wait=outcome");
    expect(sent()[0]).toMatchObject({ type: "lease.acquire", target: { sessionId: "s1" }, ttlMs: 60_000 });
  });

  test("one that is only offered is none: exit 6", async () => {
    const { run } = await house({ "lease.acquire": granted({ state: "offered" }) });
    expect(await run("lease", "acquire", "s1")).toMatchObject({ exitCode: 6, out: "" });
  });

  test("whoever holds it already is told which one it is", async () => {
    const facts = { leaseId: "l-0", ttlMs: 30_000 };
    const held: Answer = { body: { commandId: "l-9", decision: "accepted", facts } };
    const { run } = await house({ "lease.acquire": held }, { leaseId: "l-0", state: "inForce" });
    expect(await run("lease", "acquire", "s1")).toMatchObject({ exitCode: 0, out: "l-0\n" });
  });

  test("N1-020: somebody else's is exit 5", async () => {
    const { run } = await house({ "lease.acquire": problem(409, "lease_held", { holder: "ann" }) });
    expect((await run("lease", "acquire", "s1")).exitCode).toBe(5);
  });

  test("renew, release and break say what they mean", async () => {
    const { run, sent } = await house({
      "lease.renew": accepted,
      "lease.release": accepted,
      "lease.break": accepted,
    });
    await run("lease", "renew", "l-1");
    await run("lease", "release", "l-1");
    await run("lease", "break", "s1", "--reason", "stuck");
    expect((await run("lease", "break", "s1")).exitCode).toBe(2);
    expect(sent()).toMatchObject([
      { type: "lease.renew", leaseId: "l-1" },
      { type: "lease.release", leaseId: "l-1" },
      { type: "lease.break", target: { sessionId: "s1" }, reason: "stuck" },
    ]);
  });
});

describe("claw lease acquire --hold", () => {
  test("renews until it is told to stop, then gives the lease back", async () => {
    let renewals = 0;
    const { run, sent, stopping } = await house({
      "lease.acquire": granted({ ttlMs: 600 }),
      "lease.renew": () => {
        renewals += 1;
        if (renewals === 2) stopping.abort();
        return accepted;
      },
      "lease.release": accepted,
    });
    const { exitCode, err } = await run("lease", "acquire", "s1", "--hold");
    expect([exitCode, err.includes("l-1 is released")]).toEqual([0, true]);
    expect(sent().map(({ type }) => type)).toEqual([
      "lease.acquire",
      "lease.renew",
      "lease.renew",
      "lease.release",
    ]);
    expect(new Set(sent().map(({ commandId }) => commandId)).size).toBe(4);
  });

  test.each([
    ["yielded", "a message", "A person took over, and people come first: l-1 on s1 (a message)."],
    ["broken", "stuck", "An operator broke the lease: l-1 on s1 (person/ann: stuck)."],
    ["expired", null, "The lease expired: no renewal arrived in time: l-1 on s1."],
  ])("N1-020: says when it was %s, exit 5", async (how, reason, sentence) => {
    const gone = { "lease.acquire": granted({ ttlMs: 300 }), "lease.renew": problem(404, "lease_unknown") };
    const endedBy = how === "broken" ? { kind: "person", name: "ann" } : null;
    const { run } = await house(gone, { how, reason, endedBy });
    const { exitCode, err } = await run("lease", "acquire", "s1", "--hold");
    expect([exitCode, err.split("\n").at(-2)]).toEqual([5, sentence]);
  });

  test("Ctrl-C after somebody else ended it says who did", async () => {
    const answers = {
      "lease.acquire": granted({ ttlMs: 30_000 }),
      "lease.release": problem(404, "lease_unknown"),
    };
    const { run, stopping } = await house(answers, { how: "yielded", reason: "human_at_work" });
    stopping.abort();
    const { exitCode, err } = await run("lease", "acquire", "s1", "--hold");
    expect([exitCode, err.split("\n").at(-2)]).toEqual([
      0,
      "A person took over, and people come first: l-1 on s1 (human_at_work).",
    ]);
  });

  test("a token that ended meanwhile is no silence: exit 4", async () => {
    const { run } = await house({
      "lease.acquire": granted({ ttlMs: 300 }),
      "lease.renew": problem(401, "unauthenticated"),
    });
    expect((await run("lease", "acquire", "s1", "--hold")).exitCode).toBe(4);
  });
});

/** A hold over a made-up clock: each renewal takes some ms and ends as told. */
async function held(ttlMs: number, renewals: readonly (readonly [tookMs: number, Renewal])[]) {
  const stopping = new AbortController();
  let monoMs = 0;
  let next = 0;
  let silences = 0;
  const sentAt: number[] = [];
  const end = await hold(ttlMs, 0, {
    renew: async () => {
      const [tookMs, renewal] = renewals[next] ?? [0, "renewed" as const];
      sentAt.push(monoMs);
      monoMs += tookMs;
      next += 1;
      if (next > renewals.length) stopping.abort();
      return renewal;
    },
    pause: async (ms) => void (monoMs += ms),
    monoMs: () => monoMs,
    onSilence: () => void (silences += 1),
    stop: stopping.signal,
  });
  return { end, monoMs, silences, sentAt };
}

describe("RELIABILITY §4.4: how long a holder trusts its lease", () => {
  test("renewals come every third of the TTL; one that fails is tried again sooner, and told once", async () => {
    const { end, sentAt, silences } = await held(30_000, [
      [0, "renewed"],
      [0, "silent"],
      [0, "silent"],
      [0, "renewed"],
    ]);
    expect(sentAt.map(Math.round)).toEqual([10_000, 20_000, 23_333, 26_667, 36_667]);
    expect([end, silences]).toEqual(["stopped", 1]);
  });

  test("it ends with the time since the last good renewal was sent, less the margin, whatever the answers took", async () => {
    const silent = Array.from({ length: 50 }, () => [1_000, "silent"] as const);
    const { end, monoMs } = await held(30_000, [[5_000, "renewed"], ...silent]);
    expect(end).toBe("silent");
    expect(monoMs).toBeGreaterThanOrEqual(10_000 + trustedMs(30_000));
    expect(monoMs).toBeLessThan(10_000 + 30_000 + 5_000);
  });

  test("property: nothing is ever sent as a holder after the trusted time", async () => {
    const renewal = fc.tuple(
      fc.integer({ min: 0, max: 4_000 }),
      fc.constantFrom<Renewal>("renewed", "silent", "over"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5_000, max: 300_000 }),
        fc.array(renewal, { maxLength: 30 }),
        async (ttlMs, renewals) => {
          const { sentAt, end } = await held(ttlMs, renewals);
          let trustedUntil = trustedMs(ttlMs);
          for (const [index, at] of sentAt.entries()) {
            const [tookMs, word] = renewals[index] ?? [0, "renewed"];
            const isLast = index === sentAt.length - 1;
            if (word === "renewed") trustedUntil = at + trustedMs(ttlMs);
            if (word === "silent" && at + tookMs >= trustedUntil)
              expect([isLast, end]).toEqual([true, "silent"]);
            if (word === "over") expect([isLast, end]).toEqual([true, "over"]);
          }
        },
      ),
    );
  });
});
