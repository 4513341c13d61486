/** A gateway whose policy and projector are other processes: positions come from the ledger of its machine, ledgers from their beats. */
import {
  Command,
  DECIDED,
  type EntryId,
  LedgerId,
  position,
  type Principal,
  seal,
  sequence,
  sha256,
  stampEntry,
} from "@claw/events";
import { type Logged, LogUnavailable } from "@claw/eventlog";
import type { LedgerBeat, LedgerRow } from "@claw/views";
import type { GateVerdict } from "@claw/wire";
import { Effect, Fiber, Stream } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { Problem } from "../src/http/problem.ts";
import type { GatewayPorts } from "../src/index.ts";
import { submitAndSee } from "../src/routes/see.ts";
import { ENTRY, fakePorts, makeFakeViews, NOW, tokenOf } from "./fake-house.ts";
import { appOf, tokenChange } from "./running.ts";

const admin = tokenOf("admin");
const viewer = tokenOf("viewer");
const operator = tokenOf("operator");

const decision = (n: number): Logged => {
  const said = seal(DECIDED, null, [{ type: "policy.led", v: 1, at: NOW, data: { leader: "p" } }], () => "");
  return { sequence: sequence(n), entry: stampEntry(said, { id: ENTRY, by: { kind: "policy" }, at: NOW }) };
};

function house(submit?: (command: Command, principal: Principal) => GateVerdict) {
  const views = makeFakeViews();
  views.commit([admin, viewer, operator].map(({ row }) => tokenChange(row)));
  const entries: Logged[] = [];
  const accepted = (): GateVerdict => ({ decision: "accepted", entryId: ENTRY, position: null });
  const { ports, whisper } = fakePorts({ reader: views.reader, entries, submit: submit ?? accepted });
  return { views, entries, ports, whisper };
}

const ask = (ports: GatewayPorts, path: string, bearer = admin.bearer) =>
  appOf(ports).request(path, { headers: { authorization: `Bearer ${bearer}` } });
const post = (ports: GatewayPorts, body: object, bearer = admin.bearer) =>
  appOf(ports).request("/api/commands", {
    method: "POST",
    body: JSON.stringify({ commandId: "c1", ...body }),
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
  });
const revoke = { type: "token.revoke", tokenId: "t1", reason: "old" };
const answer = async (response: Response | Promise<Response>): Promise<unknown> => (await response).json();

describe("a verdict without a position", () => {
  test("is answered with the one that the ledger has already", async () => {
    const { ports, entries } = house();
    entries.push(decision(41));
    expect(await answer(post(ports, revoke))).toEqual({
      commandId: "c1",
      decision: "accepted",
      position: 41,
    });
  });

  test("waits for the ledger: each whisper is a reason to look again, until the views stand there", async () => {
    const { ports, entries, whisper } = house();
    const looked: number[] = [];
    const reached: number[] = [];
    const find = (id: EntryId) =>
      Effect.suspend(() => {
        looked.push(entries.length);
        // Whoever asks has subscribed before: what comes now is not missed.
        if (looked.length === 2) entries.push(decision(41));
        if (looked.length < 3) whisper();
        return ports.log.find(id);
      });
    const feed = { ...ports.feed, reached: (at: number) => Effect.sync(() => void reached.push(at)) };
    const response = post({ ...ports, feed, log: { ...ports.log, find } }, revoke);
    expect(await answer(response)).toEqual({ commandId: "c1", decision: "accepted", position: 41 });
    expect(looked).toHaveLength(2);
    expect(reached).toEqual([41]);
  });

  /** The verdict after the two seconds that the views may take. */
  const seenAfterWait = (ports: GatewayPorts) =>
    Effect.gen(function* () {
      const waiting = yield* Effect.forkChild(
        submitAndSee(ports, { command, principal: admin.row.principal, options: {} }),
      );
      yield* TestClock.adjust("2 seconds");
      return yield* Fiber.join(waiting);
    }).pipe(Effect.provide(TestClock.layer({ warningDelay: "10 minutes" })), Effect.runPromise);
  const command = Command.parse({ commandId: "c1", ...revoke });

  test("is answered without one when the ledger is too slow, or cannot be read: it was accepted all the same", async () => {
    const { ports } = house();
    const fault = new LogUnavailable({ reason: "busy", retry: "later", detail: "a test says so" });
    const broken = { ...ports, log: { ...ports.log, find: () => Effect.fail(fault) } };
    for (const one of [ports, broken])
      expect(await seenAfterWait(one)).toEqual({ decision: "accepted", entryId: ENTRY, position: null });
  });

  test("with a known position the ledger is not asked; views that are late do not hide it", async () => {
    const known = (): GateVerdict => ({ decision: "accepted", entryId: ENTRY, position: position(7) });
    const { ports } = house(known);
    const feed = { ...ports.feed, reached: () => Effect.never };
    const log = { ...ports.log, find: () => Effect.die("asked") };
    expect(await seenAfterWait({ ...ports, feed, log })).toMatchObject({ position: 7 });
  });

  test("leaves the position out of the answer", async () => {
    const gone = (): GateVerdict => ({ decision: "accepted", entryId: ENTRY, position: null });
    const { ports } = house(gone);
    const feed = { ...ports.feed, subscribe: Effect.succeed(Stream.never) };
    const clocked: GatewayPorts = { ...ports, feed };
    const timed = appOf(clocked, undefined, (effect) =>
      Effect.runPromiseExit(
        Effect.gen(function* () {
          const waiting = yield* Effect.forkChild(effect);
          yield* TestClock.adjust("2 seconds");
          return yield* Fiber.join(waiting);
        }).pipe(Effect.provide(TestClock.layer({ warningDelay: "10 minutes" }))),
      ),
    );
    const response = await timed.request("/api/commands", {
      method: "POST",
      body: JSON.stringify(command),
      headers: { authorization: `Bearer ${admin.bearer}`, "content-type": "application/json" },
    });
    expect([response.status, await response.json()]).toEqual([
      200,
      { commandId: "c1", decision: "accepted" },
    ]);
  });
});

describe("log.trim", () => {
  const trim = (before: number) => ({ type: "log.trim", before, reason: "70 % full" });

  test("beyond what the ledger holds is refused here, and policy is not asked", async () => {
    const asked: Command[] = [];
    const { ports, views } = house((command) => {
      asked.push(command);
      return { decision: "accepted", entryId: ENTRY, position: position(1) };
    });
    while (views.reader.position() < 20) views.commit([]);
    const refused = await post(ports, trim(21));
    expect(refused.status).toBe(409);
    const body: unknown = await refused.json();
    expect(Problem.parse(body)).toMatchObject({
      code: "not_in_the_ledger",
      facts: { before: 21, position: 20 },
    });
    expect(body).toMatchObject({ commandId: "c1", decision: "refused" });
    expect((await post(ports, trim(20))).status).toBe(200);
    expect(asked).toMatchObject([{ type: "log.trim", before: 20 }]);
  });

  test("by those who may not trim at all goes to policy, which records that", async () => {
    const forbidden = { role: "viewer", needs: "admin" };
    const verdict: GateVerdict = {
      decision: "refused",
      code: "forbidden",
      facts: forbidden,
      entryId: ENTRY,
      position: null,
    };
    const response = await post(house(() => verdict).ports, trim(2_000), viewer.bearer);
    expect([response.status, Problem.parse(await response.json()).facts]).toEqual([403, forbidden]);
  });
});

describe("GET /api/ledgers", () => {
  const beat: LedgerBeat = {
    ledgerId: "ledger-a",
    role: "record",
    position: 40,
    chain: sha256("c"),
    generation: 2,
    lag: 0,
    heardAt: NOW,
  };
  const row: LedgerRow = {
    generation: 2,
    resumedAt: NOW,
    resumedReason: "deleted",
    recordLedgerId: LedgerId.parse("ledger-a"),
    claimedAt: NOW,
    trimmedBefore: null,
    quarantinedMessages: 1,
    lastQuarantine: { code: "not_json", subject: "log.x", generation: 1, sequence: 4, position: 3, at: null },
  };

  test("shows the ledgers that were heard, and what is known of the log", async () => {
    const { ports, views } = house();
    views.commit([["ledger", "log", row]]);
    const shown = await answer(ask({ ...ports, ledgers: () => [beat] }, "/api/ledgers"));
    expect(shown).toEqual({
      ledgers: [{ ...beat, heardAt: new Date(NOW).toISOString() }],
      nextCursor: null,
      position: 2,
      log: { ...row, resumedAt: new Date(NOW).toISOString(), claimedAt: new Date(NOW).toISOString() },
    });
  });

  test("on one machine there are none: the log is its own ledger", async () => {
    const { ports } = house();
    expect(await answer(ask(ports, "/api/ledgers"))).toMatchObject({
      ledgers: [],
      log: { generation: 1, recordLedgerId: null },
    });
  });

  test("is for operators, auditors and admins", async () => {
    const { ports } = house();
    expect((await ask(ports, "/api/ledgers", operator.bearer)).status).toBe(200);
    expect((await ask(ports, "/api/ledgers", viewer.bearer)).status).toBe(403);
  });
});
