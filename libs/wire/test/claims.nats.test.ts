/** What a projector may ask of policy: to be of record, and what became of archives, as the house; whatever else comes on its subject is not understood (RELIABILITY E18). */
import { PATIENT } from "@claw/testkit/nats";
import {
  Command,
  CommandId,
  type CommandType,
  LedgerId,
  type Principal,
  sha256,
  talkSubjects,
} from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect } from "effect";
import { afterAll, beforeAll, expect, it } from "vitest";
import { askClaims, type Gate, type GateVerdict, serveClaims } from "../src/index.ts";
import { openWorld, run, type TalkWorld, troubles } from "./talk-world.ts";

const admin: Principal = { kind: "person", name: "ada", role: "admin" };
const house: Principal = { kind: "house", name: "projector", role: "admin" };
const claim: Command = {
  type: "ledger.promote",
  commandId: CommandId.parse("c-1"),
  ledgerId: LedgerId.parse("l-1"),
  reason: "first ledger",
};
const halt = Command.parse({
  type: "switch.set",
  commandId: "c-2",
  scope: "global",
  state: "running",
  reason: "forged",
});
const part = { bytes: 10, digest: sha256("a part") };
const archive = Command.parse({
  type: "record.archive",
  commandId: "c-3",
  sessionId: "s-1",
  version: 1,
  position: 7,
  events: 3,
  status: "stopped",
  failure: null,
  isFinal: true,
  parts: { events: part, transcript: part, summary: part },
});
const deleted = Command.parse({
  type: "record.archive_deleted",
  commandId: "c-4",
  sessionId: "s-1",
  version: 1,
  reason: "kept long enough",
});
const yes: GateVerdict = { decision: "accepted", entryId: null, position: null };

let world: TalkWorld;
let policy: NatsConnection;
let projector: NatsConnection;
beforeAll(async () => {
  world = await openWorld();
  [policy, projector] = [await world.connection(), await world.connection()];
});
afterAll(() => world.end());

/** A policy that accepts, and remembers what it was asked. */
function hearing(): { readonly gate: Gate; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return { asked, gate: { submit: (...all) => Effect.sync(() => (asked.push(all), yes)) } };
}

it("a claim is asked by the house, whoever is said to ask", async () => {
  const { gate, asked } = hearing();
  const asking = askClaims(projector);
  const verdicts = await run(
    Effect.andThen(
      serveClaims(policy, gate),
      Effect.all([asking.submit(claim, house), asking.submit(claim, admin)]),
    ),
  );
  expect(verdicts).toEqual([yes, yes]);
  expect(asked).toEqual([
    [claim, house],
    [claim, house],
  ]);
});

it("X1-036 X1-037 what became of archives is said as the house too", async () => {
  const { gate, asked } = hearing();
  const asking = askClaims(projector);
  await run(
    Effect.andThen(
      serveClaims(policy, gate),
      Effect.all([asking.submit(archive, admin), asking.submit(deleted, admin)]),
    ),
  );
  expect(asked).toEqual([
    [archive, house],
    [deleted, house],
  ]);
});

it("no other command is understood, nor a principal, a session that asks, or a dry run", async () => {
  const { gate, asked } = hearing();
  const { all, onTrouble } = troubles();
  const told = [
    { command: halt },
    { command: { ...archive, type: "record.signin" } },
    { command: { ...archive, secret: "x" } },
    { command: claim, principal: admin },
    { asked: { command: claim, principal: admin, via: null, isDryRun: false } },
    { command: claim, via: { sessionId: "s-1", turnId: null } },
    { command: claim, isDryRun: true },
  ];
  await run(
    Effect.gen(function* () {
      yield* serveClaims(policy, gate, { onTrouble });
      for (const value of told) {
        const reply = yield* Effect.promise(() =>
          projector.request(talkSubjects.claim, JSON.stringify(value), PATIENT),
        );
        expect(reply.json()).toMatchObject({ decision: "closed", reason: "the request was not understood" });
      }
    }),
  );
  expect(asked).toEqual([]);
  expect(all).toEqual(told.map(() => "gate/malformed"));
});

const CLAIMS: ReadonlySet<string> = new Set(["ledger.promote", "record.archive", "record.archive_deleted"]);
const others = Command.options.flatMap(({ shape }) =>
  CLAIMS.has(shape.type.value) ? [] : [shape.type.value as CommandType],
);
it.each(others)("what is no claim is not sent: %s", async (type) => {
  const asking = askClaims(projector).submit({ ...halt, type } as Command, house);
  expect(await run(Effect.flip(asking))).toMatchObject({ reason: "a projector may only claim" });
});
it("nor is what a projector does not ask so", async () => {
  expect(others.length).toBeGreaterThan(30);
  const asking = askClaims(projector);
  for (const given of [asking.submit(halt, house), asking.submit(claim, house, { isDryRun: true })])
    expect(await run(Effect.flip(given))).toMatchObject({ reason: "a projector may only claim" });
});
