/** The judge of histories, judged: against every order there is, and by histories of leases whose verdict is known. */
import { type FencingToken, LeaseId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LeaseOp, leaseSpec } from "./lease-spec.ts";
import { misplaced, type Operation, type Specification } from "./wgl.ts";

const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");

interface RegisterOp {
  readonly kind: "write" | "read";
  readonly value: number;
}
const register: Specification<number, RegisterOp> = {
  initial: 0,
  step: (state, { kind, value }) => (kind === "write" ? value : value === state ? state : null),
  isRead: ({ kind }) => kind === "read",
  keyOf: String,
};

/** Every order, and every choice of those that nobody was told are over. */
function isLinearizable<State, Op>(
  { step, ...spec }: Specification<State, Op>,
  all: readonly Operation<Op>[],
): boolean {
  const from = (state: State, rest: readonly Operation<Op>[]): boolean => {
    if (rest.every(({ untilMs }) => untilMs === null)) return true;
    const soonestMs = Math.min(...rest.map(({ untilMs }) => untilMs ?? Infinity));
    return rest.some((one) => {
      const after = one.fromMs <= soonestMs ? step(state, one.op) : null;
      return (
        after !== null &&
        from(
          after,
          rest.filter((other) => other !== one),
        )
      );
    });
  };
  return from(spec.initial, all);
}

const aRegisterOperation = fc
  .record({
    kind: fc.constantFrom("write" as const, "read" as const),
    value: fc.integer({ min: 0, max: 2 }),
    fromMs: fc.integer({ min: 0, max: 12 }),
    forMs: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 6 }),
  })
  .map(({ kind, value, fromMs, forMs }): Operation<RegisterOp> => ({
    op: { kind, value },
    fromMs,
    untilMs: forMs === null ? null : fromMs + forMs,
  }));

describe("the search", () => {
  it("says of a register what trying every order says", () => {
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fc.array(aRegisterOperation, { maxLength: 7 }), (operations) => {
        const is = isLinearizable(register, operations);
        seen[is ? "yes" : "no"] += 1;
        expect(misplaced(register, operations) === null).toBe(is);
      }),
      { numRuns: 1_000 * scale },
    );
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(100);
  });

  it("names the operation that has no place", () => {
    const lost: Operation<RegisterOp> = { op: { kind: "read", value: 1 }, fromMs: 4, untilMs: 5 };
    const before: Operation<RegisterOp> = { op: { kind: "write", value: 2 }, fromMs: 0, untilMs: 3 };
    expect(misplaced(register, [before, lost])).toEqual(lost);
  });

  it("is quick where much happens at once", () => {
    const reads = Array.from({ length: 60 }, (_, index) => ({
      op: { kind: "read" as const, value: index % 3 },
      fromMs: 0,
      untilMs: 100,
    }));
    const writes = [1, 2].map((value) => ({
      op: { kind: "write" as const, value },
      fromMs: 0,
      untilMs: 100,
    }));
    expect(misplaced(register, [...reads, ...writes])).toBeNull();
    const never = { op: { kind: "read" as const, value: 9 }, fromMs: 0, untilMs: 100 };
    expect(misplaced(register, [...reads, ...writes, never])).not.toBeNull();
  });
});

const [one, two] = ["lease-1", "lease-2"].map((id) => LeaseId.parse(id)) as [LeaseId, LeaseId];
const token = (counter: number): FencingToken => ({ generation: 1, counter });
type Given = readonly [op: LeaseOp, fromMs: number, untilMs: number | null];
const verdictOf = (...given: readonly Given[]): LeaseOp["kind"] | null =>
  misplaced(
    leaseSpec,
    given.map(([op, fromMs, untilMs]) => ({ op, fromMs, untilMs })),
  )?.op.kind ?? null;

const offer = (leaseId: LeaseId, who: string, counter: number): LeaseOp => ({
  kind: "offer",
  leaseId,
  who,
  token: token(counter),
});
const write = (who: string, counter: number): LeaseOp => ({
  kind: "write",
  who,
  token: token(counter),
  isInterrupt: false,
});
const end = (leaseId: LeaseId, isByTime: boolean): LeaseOp => ({ kind: "end", leaseId, isByTime });
const held = (leaseId: LeaseId): LeaseOp => ({ kind: "held", leaseId });
const first: readonly Given[] = [
  [offer(one, "a", 1), 0, 2],
  [{ kind: "grant", leaseId: one }, 0, 4],
];
const second: readonly Given[] = [
  [offer(two, "b", 2), 20, 22],
  [{ kind: "grant", leaseId: two }, 20, 30],
];

describe("RELIABILITY 4 the right to write", () => {
  it("passes from one to the next when it is over, and not before", () => {
    expect(verdictOf(...first, [end(one, true), 10, 10], ...second)).toBeNull();
    expect(verdictOf(...first, ...second)).not.toBeNull();
  });

  it("allows an old write until the next holder was told, and none after", () => {
    const over: Given = [end(one, true), 10, 10];
    expect(verdictOf(...first, over, ...second, [write("a", 1), 25, 25])).toBeNull();
    expect(verdictOf(...first, over, ...second, [write("a", 1), 31, 31])).toBe("write");
  });

  it("is nobody else's while it is in force, and no token is another's", () => {
    expect(verdictOf(...first, [write("a", 1), 5, 5])).toBeNull();
    expect(verdictOf(...first, [write("b", 2), 5, 5])).toBe("write");
    expect(verdictOf(...first, [write("b", 1), 5, 5])).toBe("write");
  });

  it("lasts as long as its holder may believe, unless it was taken away", () => {
    expect(verdictOf(...first, [end(one, true), 10, 10], [held(one), 9, 9])).toBeNull();
    expect(verdictOf(...first, [end(one, true), 10, 10], [held(one), 11, 11])).toBe("held");
    expect(verdictOf(...first, [end(one, false), 10, 10], [held(one), 11, 11])).toBeNull();
  });

  it("explains an answer by one that was never heard", () => {
    expect(verdictOf(...first, [{ kind: "unknown", leaseId: one }, 12, 13])).toBe("unknown");
    expect(
      verdictOf(...first, [end(one, false), 5, null], [{ kind: "unknown", leaseId: one }, 12, 13]),
    ).toBeNull();
    expect(verdictOf([{ kind: "taken", who: "b" }, 0, 1])).toBe("taken");
    expect(verdictOf([offer(one, "a", 1), 0, null], [{ kind: "taken", who: "b" }, 0, 1])).toBeNull();
  });
});
