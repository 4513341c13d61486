/** What is due by itself, from a house, a sight and two clocks. */
import type { CommandId, HostId, LeaseId, Principal, SessionId } from "@claw/events";
import { describe, expect, it } from "vitest";
import { due, dueOfLeases, type LeaseClock, OFFER_MS, OVERDUE_AFTER_MS } from "../src/domain/due.ts";
import { leaseOf, noLeases, renewed, tended } from "../src/domain/lease-clock.ts";
import type { SessionSight, Sight } from "../src/domain/sight.ts";
import { noIndex } from "../src/domain/sight-fold.ts";
import { emptyHouse, type House, type KnownCommand, type Lease } from "../src/domain/state.ts";
import { AT, H1, S1, tokenOf } from "./given-sight.ts";

const L1 = "l1" as LeaseId;
const C1 = "c1" as CommandId;
const holder: Principal = { kind: "claw", name: "dora", role: "claw" };
const TTL = 30_000;
const OFFERED_AT = AT;

const offered: Lease = {
  leaseId: L1,
  sessionId: S1,
  hostId: H1 as HostId,
  holder,
  token: tokenOf(7),
  ttlMs: TTL,
  state: "offered",
  offerUntil: OFFERED_AT + OFFER_MS,
  grantedAt: null,
};
const inForce: Lease = { ...offered, state: "inForce", grantedAt: AT + 100 };

function withLease(lease: Lease, house: House = emptyHouse): House {
  const desk = { token: lease.token, lease, startingCommandId: null, recent: [], at: AT };
  return {
    ...house,
    desks: house.desks.set(lease.sessionId, desk),
    leases: house.leases.set(lease.leaseId, lease.sessionId),
  };
}

const command: KnownCommand = {
  commandId: C1,
  sessionId: S1,
  hostId: H1,
  origin: { rootIds: [C1], hop: 0, path: [] },
  kind: "send",
  token: tokenOf(1),
  at: AT,
  deadlineAt: AT + 30_000,
  isOverdue: false,
};
const withCommand = (one: KnownCommand): House => ({
  ...emptyHouse,
  commands: emptyHouse.commands.set(one.commandId, one),
});

const session: SessionSight = {
  kind: "session",
  sessionId: S1,
  hostId: H1,
  endpointId: "main" as never,
  activity: "idle",
  activeTurnId: null,
  isClosed: false,
  isLost: false,
  turns: [],
  workspace: null,
  spawnId: null,
  parentSessionId: null,
  boundTo: null,
  outcomes: [],
  accepted: [],
  questions: [],
  endedQuestions: [],
  fenced: null,
  personAt: null,
};
const seeing = (change: Partial<SessionSight> | null = {}): Sight => ({
  ...noIndex,
  session: (id) => (change !== null && id === S1 ? { ...session, ...change } : null),
  host: () => null,
});
const fencedWith = (counter: number, leaseId = L1) => ({ fenced: { leaseId, token: tokenOf(counter) } });

/** What is due, as `<entry id> <reason>`. */
const words = (
  house: House,
  sight: Sight,
  given: { at?: number; monoMs?: number; clock?: LeaseClock } = {},
) =>
  due(house, sight, given.clock ?? noLeases, { at: given.at ?? AT + 1, monoMs: given.monoMs ?? 0 }).map(
    ({ entryId, events: [event] }) =>
      [entryId, event?.data !== undefined && "reason" in event.data ? event.data.reason : ""]
        .join(" ")
        .trim(),
  );

describe("an offered lease (DESIGN 6.2)", () => {
  it("is granted once its host has fenced it, with its own token", () => {
    expect(words(withLease(offered), seeing())).toEqual([]);
    expect(words(withLease(offered), seeing(null))).toEqual([]);
    expect(words(withLease(offered), seeing(fencedWith(6)))).toEqual([]);
    expect(words(withLease(offered), seeing(fencedWith(7, "l0" as LeaseId)))).toEqual([]);
    expect(words(withLease(offered), seeing(fencedWith(7)))).toEqual(["due/l1/granted"]);
    expect(words(withLease(inForce), seeing(fencedWith(7)))).toEqual([]);
  });

  it("lapses after 10 s, also where the fence is seen too late, or when its session is closed", () => {
    const at = OFFERED_AT + OFFER_MS;
    expect(words(withLease(offered), seeing(), { at: at - 1 })).toEqual([]);
    expect(words(withLease(offered), seeing(), { at })).toEqual(["due/l1/lapsed not_fenced"]);
    expect(words(withLease(offered), seeing(fencedWith(7)), { at })).toEqual(["due/l1/lapsed not_fenced"]);
    expect(words(withLease(offered), seeing({ isClosed: true, ...fencedWith(7) }))).toEqual([
      "due/l1/lapsed session_closed",
    ]);
  });
});

it("N1-020 a lease yields to a message that was told late, because its host was cut off", () => {
  const late = (personSaidAt: number) => words(withLease(inForce), seeing({ personSaidAt }));
  expect(late(OFFERED_AT + 59_999)).toEqual([]);
  expect(late(OFFERED_AT + 60_000)).toEqual(["due/l1/yielded human_at_work"]);
});

describe("a lease in force", () => {
  const clock: LeaseClock = new Map([[L1, 5_000]]);

  it("expires when nobody renewed it for its TTL, by the monotonic clock alone", () => {
    const house = withLease(inForce);
    expect(words(house, seeing(), { clock, monoMs: 4_999, at: AT + 9e9 })).toEqual([]);
    expect(words(house, seeing(), { clock, monoMs: 5_000 })).toEqual(["due/l1/expired not_renewed"]);
    expect(words(house, seeing(), { monoMs: 9e9 })).toEqual([]);
  });

  it("ends with its session", () => {
    expect(words(withLease(inForce), seeing({ isClosed: true }), { clock })).toEqual([
      "due/l1/expired session_closed",
    ]);
  });

  it("N1-020 yields to a person who says something after the offer, and not to one who did before", () => {
    const yields = ["due/l1/yielded human_at_work"];
    for (const lease of [offered, inForce]) {
      expect(words(withLease(lease), seeing({ personAt: OFFERED_AT - 1 }))).toEqual([]);
      expect(words(withLease(lease), seeing({ personAt: OFFERED_AT }))).toEqual(yields);
      expect(words(withLease(lease), seeing({ personAt: OFFERED_AT + 50, ...fencedWith(7) }))).toEqual(
        yields,
      );
    }
  });
});

describe("when leases run out (DESIGN 14.8)", () => {
  const house = withLease(inForce);

  it("is the leader's memory: a renewal gives the whole TTL again, a new leader gives it too", () => {
    const first = tended(noLeases, house, 1_000);
    expect([...first]).toEqual([[L1, 31_000]]);
    expect(tended(first, house, 20_000)).toBe(first);
    expect([...renewed(first, house, L1, 20_000)]).toEqual([[L1, 50_000]]);
    expect([...tended(noLeases, house, 40_000)]).toEqual([[L1, 70_000]]);
  });

  it("says nothing of what is only offered, unknown, or over", () => {
    expect(tended(noLeases, withLease(offered), 1).size).toBe(0);
    expect(renewed(noLeases, withLease(offered), L1, 1).size).toBe(0);
    expect(renewed(noLeases, house, "l9" as LeaseId, 1).size).toBe(0);
    expect(tended(new Map([[L1, 1]]), emptyHouse, 1).size).toBe(0);
    expect(leaseOf({ ...house, desks: emptyHouse.desks }, L1)).toBeNull();
  });
});

describe("an overdue command", () => {
  const at = command.deadlineAt + OVERDUE_AFTER_MS;

  it("is said to be so 5 s after its deadline, once", () => {
    expect(words(withCommand(command), seeing(), { at: at - 1 })).toEqual([]);
    expect(words(withCommand(command), seeing(), { at })).toEqual(["due/c1/overdue"]);
    expect(words(withCommand(command), seeing(null), { at })).toEqual(["due/c1/overdue"]);
    expect(words(withCommand({ ...command, isOverdue: true }), seeing(), { at })).toEqual([]);
  });

  it("is none if its host said what became of it, be it that it does not know", () => {
    for (const outcome of ["succeeded", "failed", "collided", "expired", "unknown"] as const)
      expect(
        words(withCommand(command), seeing({ outcomes: [{ commandId: C1, outcome, turnId: null }] }), { at }),
      ).toEqual([]);
    const other = { commandId: "c2" as CommandId, outcome: "failed", turnId: null } as const;
    expect(words(withCommand(command), seeing({ outcomes: [other] }), { at })).toEqual(["due/c1/overdue"]);
  });

  it("is said where all that its host said was said before it was accepted anew", () => {
    const early = { commandId: C1, outcome: "succeeded", turnId: null, isOfEarlier: true } as const;
    expect(words(withCommand(command), seeing({ outcomes: [early] }), { at })).toEqual(["due/c1/overdue"]);
  });

  it("is not said where its outcome may have been forgotten", () => {
    expect(words(withCommand(command), seeing({ outcomesForgottenAt: AT - 60_000 }), { at })).toEqual([]);
    expect(words(withCommand(command), seeing({ outcomesForgottenAt: AT - 60_001 }), { at })).toEqual([
      "due/c1/overdue",
    ]);
  });
});

it("what is due of many is due of each, and says so of no other", () => {
  const S2 = "s2" as SessionId;
  const second: Lease = { ...offered, leaseId: "l2" as LeaseId, sessionId: S2 };
  const house = withLease(second, withLease(offered));
  const now = { at: OFFERED_AT + OFFER_MS, monoMs: 0 };
  expect(dueOfLeases(house, seeing(), noLeases, now).map(({ entryId }) => entryId)).toEqual(
    expect.arrayContaining(["due/l1/lapsed", "due/l2/lapsed"]),
  );
  expect(dueOfLeases(house, seeing(fencedWith(7)), noLeases, { ...now, at: AT + 1 })).toHaveLength(1);
});
