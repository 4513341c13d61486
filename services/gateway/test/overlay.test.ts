/** What pulses say, and for how long it is believed. */
import { HostId, sha256 } from "@claw/events";
import type { Beat } from "@claw/eventlog";
import { Effect, Exit, Queue, Scope, Stream } from "effect";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeOverlay, type Overlay } from "../src/index.ts";
import { NOW } from "./fake-house.ts";

const h1 = HostId.parse("h1");
let clock = 0;
let scope: Scope.Closeable;
let queue: Queue.Queue<Beat>;
let overlay: Overlay;

beforeEach(async () => {
  clock = 1_000_000;
  scope = Scope.makeUnsafe();
  queue = Effect.runSync(Queue.unbounded<Beat>());
  const pulse = { follow: () => Stream.fromQueue(queue) };
  overlay = await Effect.runPromise(makeOverlay(pulse, { monoMs: () => clock }).pipe(Scope.provide(scope)));
});
afterEach(() => Effect.runPromise(Scope.close(scope, Exit.void)));

/** Publishes beats and waits until the last of them was heard. */
async function say(...beats: readonly Beat[]): Promise<void> {
  for (const beat of beats) Queue.offerUnsafe(queue, beat);
  while (Effect.runSync(Queue.size(queue)) > 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
}

const host = (id: string, value: object = {}): Beat => ({
  kind: "host",
  id,
  at: NOW,
  value: {
    ingestId: "i1",
    heardAt: NOW - 5,
    rttMs: 2,
    clockOffsetMs: -40,
    outboxDepth: 3,
    oldestUnsentAgeMs: null,
    isCatchingUp: false,
    ...value,
  },
});
const ledger = (id: string, value: object = {}): Beat => ({
  kind: "fleet",
  id,
  at: NOW,
  value: { ledgerId: id, role: "record", position: 7, chain: sha256("c"), generation: 1, lag: 0, ...value },
});

describe("hosts", () => {
  test("the last heartbeat of each, by its id", async () => {
    expect(overlay.host(h1)).toBeNull();
    await say(host("h1"), host("h2"), host("h1", { isCatchingUp: true, rttMs: null }));
    expect(overlay.host(h1)).toEqual({
      heardAt: NOW - 5,
      rttMs: null,
      clockOffsetMs: -40,
      outboxDepth: 3,
      isCatchingUp: true,
    });
    expect(overlay.host(HostId.parse("h2"))).toMatchObject({ isCatchingUp: false });
  });

  test("it is forgotten after three missed ones, by our own clock", async () => {
    await say(host("h1"));
    clock += 15_000;
    expect(overlay.host(h1)).not.toBeNull();
    clock += 1;
    expect(overlay.host(h1)).toBeNull();
    await say(host("h1"));
    expect(overlay.host(h1)).not.toBeNull();
  });

  test("what is no heartbeat is not heard, and takes nothing away", async () => {
    await say(host("h1"), host("h1", { outboxDepth: "many" }), { ...host("h1"), kind: "session" });
    await say({ ...host("h1"), value: null }, { ...host("h1"), value: [1] });
    expect(overlay.host(h1)).toMatchObject({ outboxDepth: 3 });
  });

  test("there is an end to how many are remembered; who was silent makes room", async () => {
    const many = (name: string) => Array.from({ length: 2_000 }, (_, n) => host(`${name}${n}`));
    await say(...many("a"), host("h1"));
    expect(overlay.host(h1)).toBeNull();
    clock += 15_001;
    await say(host("h1"));
    expect(overlay.host(h1)).not.toBeNull();
  });
});

describe("ledgers", () => {
  test("each that was heard lately, by id; the leader of policy is none", async () => {
    const leader: Beat = {
      kind: "fleet",
      id: "policy",
      at: NOW,
      value: { leader: "policy-1", isLeaving: false },
    };
    await say(ledger("b", { role: "replica", lag: 12 }), leader, ledger("a"));
    expect(overlay.ledgers()).toMatchObject([
      { ledgerId: "a", role: "record", position: 7, heardAt: NOW },
      { ledgerId: "b", role: "replica", lag: 12 },
    ]);
    clock += 10_000;
    await say(ledger("a"));
    clock += 5_001;
    expect(overlay.ledgers().map(({ ledgerId }) => ledgerId)).toEqual(["a"]);
  });

  test("nobody speaks for another ledger", async () => {
    await say({ ...ledger("a"), id: "b" });
    expect(overlay.ledgers()).toEqual([]);
  });
});
