/** What may be carried out: at most once, never too late, never with an older token after a newer one, whatever arrives in whatever order. */
import { type CommandId, compareTokens, type FencingToken, type LeaseId, type SessionId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  claim,
  type CommandOrder,
  type CommandRow,
  type FenceOrder,
  type KeptToken,
  MAX_TEXT_BYTES,
  mayCall,
  rowOf,
  ruleOnCommand,
  ruleOnFence,
  ruleOnRepeat,
  settle,
  type Writes,
} from "../src/domain/fence.ts";
import { endpointId, scale } from "./support.ts";

const sessionId = "s1" as SessionId;
const token = (counter: number, generation = 1): FencingToken => ({ generation, counter });
const kept = (counter: number, leaseId: string | null = null): KeptToken => ({
  token: token(counter),
  leaseId: leaseId as LeaseId | null,
});

const order = (id: string, counter: number, over: Partial<CommandOrder> = {}): CommandOrder => ({
  commandId: id as CommandId,
  instruction: {
    sessionId,
    endpointId,
    token: token(counter),
    act: { kind: "send", mode: "auto", expectedTurnId: null },
  },
  text: "hello",
  ...over,
});
const call = { mode: "start", turnId: null, after: null } as const;
const interruption = (counter: number): CommandOrder => ({
  ...order("c1", counter),
  instruction: { ...order("c1", counter).instruction, act: { kind: "interrupt", expectedTurnId: null } },
  text: null,
});

describe("the ruling on a command", () => {
  const none = { row: null, newest: null };
  const performing = claim(none, order("c1", 5), call).row;
  const done = settle(performing, { type: "command.expired" }).row;
  const unknown = settle(performing, { type: "command.unknown", reason: "x" }).row;

  it.each([
    ["new", none, order("c1", 5), 1_000, { type: "perform" }],
    ["of the newest token", { row: null, newest: kept(5) }, order("c1", 5), 1, { type: "perform" }],
    ["done before", { row: done, newest: kept(5) }, order("c1", 5), 1_000, { type: "nothing" }],
    ["known to be unknown", { row: unknown, newest: kept(5) }, order("c1", 5), 1_000, { type: "nothing" }],
    [
      "begun before a restart",
      { row: performing, newest: kept(5) },
      order("c1", 5),
      1_000,
      { type: "investigate" },
    ],
    [
      "begun before, and too late",
      { row: performing, newest: kept(5) },
      order("c1", 5),
      0,
      { type: "investigate" },
    ],
    [
      "of an older token",
      { row: null, newest: kept(6) },
      order("c1", 5),
      1_000,
      { outcome: { code: "stale_token", facts: { newestGeneration: 1, newestCounter: 6 } } },
    ],
    ["too late", none, order("c1", 5), 0, { outcome: { type: "command.expired" } }],
    ["without its text", none, order("c1", 5, { text: null }), 1, { outcome: { type: "command.expired" } }],
    [
      "too long",
      none,
      order("c1", 5, { text: "ä".repeat(MAX_TEXT_BYTES / 2 + 1) }),
      1,
      { outcome: { code: "text_too_long" } },
    ],
    ["an interruption, which has no text", none, interruption(5), 1, { type: "perform" }],
  ])("N1-012 %s", (_what, state, asked, leftMs, ruling) => {
    expect(ruleOnCommand(state, asked, leftMs)).toMatchObject(ruling);
  });

  it("an older generation is older, whatever its counter", () => {
    const older = order("c1", 99, { instruction: { ...order("c1", 99).instruction, token: token(99, 0) } });
    expect(ruleOnCommand({ row: null, newest: kept(1) }, older, 1_000)).toMatchObject({
      outcome: { code: "stale_token" },
    });
  });

  it("what was claimed is not called again once a newer token is there, or its time is over", () => {
    expect(mayCall(kept(5), order("c1", 5), 1)).toEqual({ type: "perform" });
    expect(mayCall(kept(6), order("c1", 5), 1)).toMatchObject({ outcome: { code: "stale_token" } });
    expect(mayCall(kept(5), order("c1", 5), 0)).toMatchObject({ outcome: { type: "command.expired" } });
  });

  it("N1-005 what is asked for after it ended is told again: when it has arrived before, and once on each uplink", () => {
    for (const row of [done, unknown])
      expect(ruleOnRepeat(row, false, false)).toEqual({ sessionId, row, newest: null, fact: "outcome" });
    for (const row of [null, performing]) expect(ruleOnRepeat(row, false, false)).toBeNull();
    expect([ruleOnRepeat(done, true, false), ruleOnRepeat(done, false, true)]).toEqual([null, null]);
  });

  it("unknown is told once, and resolved once", () => {
    expect(settle(performing, { type: "command.unknown", reason: "x" })).toMatchObject({
      row: { phase: "unknown" },
      fact: "outcome",
    });
    expect(settle(unknown ?? performing, { type: "command.unknown", reason: "y" }).fact).toBeNull();
    expect(settle(unknown ?? performing, { type: "command.expired" })).toMatchObject({
      row: { phase: "done" },
      fact: "outcome",
    });
  });
});

describe("the ruling on a fence", () => {
  const fence = (counter: number, leaseId = "l1"): FenceOrder => ({
    leaseId: leaseId as LeaseId,
    sessionId,
    token: token(counter),
  });

  it.each([
    ["the first", null, fence(5), true],
    ["newer", kept(4, "l0"), fence(5), true],
    ["the same token, told for nobody", kept(5), fence(5), true],
    ["told before", kept(5, "l1"), fence(5), false],
    ["older", kept(6), fence(5), false],
  ])("RELIABILITY 4.3 %s", (_what, newest, asked, isTold) => {
    expect(ruleOnFence(newest, asked, 1_000)).toEqual(
      isTold
        ? { sessionId, row: null, newest: { token: asked.token, leaseId: asked.leaseId }, fact: "fenced" }
        : null,
    );
    expect(ruleOnFence(newest, asked, 0)).toBeNull();
  });
});

/** A host as the shell drives it: what is on disk survives a restart, what is in the middle does not. */
class Host {
  readonly rows = new Map<string, CommandRow>();
  newest: KeptToken | null = null;
  readonly called: {
    readonly id: string;
    readonly token: FencingToken;
    readonly newest: FencingToken;
  }[] = [];
  readonly told: string[] = [];
  readonly fenced: string[] = [];
  /** Of all tokens that were ever claimed or fenced, whatever is kept. */
  highest = 0;
  /** Claimed, and not called yet. */
  pending: { readonly order: CommandOrder; readonly row: CommandRow } | null = null;

  write({ row, newest, fact }: Writes): void {
    if (row !== null) this.rows.set(row.commandId, row);
    if (row !== null && fact === "outcome") this.told.push(`${row.commandId}/${row.outcome?.type}`);
    if (newest !== null) this.newest = newest;
    const counter = fact === "fenced" ? newest?.token.counter : row?.call === null ? 0 : row?.token.counter;
    this.highest = Math.max(this.highest, counter ?? 0);
    if (fact === "fenced") this.fenced.push(String(newest?.leaseId));
  }

  command(asked: CommandOrder, leftMs: number): void {
    if (this.pending !== null) return;
    const state = { row: this.rows.get(asked.commandId) ?? null, newest: this.newest };
    const ruling = ruleOnCommand(state, asked, leftMs);
    if (ruling.type === "decline") this.write(settle(rowOf(asked), ruling.outcome));
    if (ruling.type === "investigate") this.investigate(ruling.row);
    if (ruling.type !== "perform") return;
    const writes = claim(state, asked, call);
    this.write(writes);
    this.pending = { order: asked, row: writes.row };
  }

  /** Codex is called, and answers or not. */
  perform(isAnswered: boolean): void {
    if (this.pending === null) return;
    const { order: asked, row } = this.pending;
    this.pending = null;
    if (mayCall(this.newest, asked, 1).type !== "perform") return;
    const { commandId, instruction } = asked;
    this.called.push({ id: commandId, token: instruction.token, newest: token(this.highest) });
    if (isAnswered) this.write(settle(row, { type: "command.failed", code: "codex_refused", facts: {} }));
  }

  investigate(row: CommandRow): void {
    const wasCalled = this.called.some(({ id }) => id === row.commandId);
    this.write(
      settle(
        row,
        wasCalled
          ? { type: "command.unknown", reason: "x" }
          : { type: "command.failed", code: "not_delivered", facts: {} },
      ),
    );
  }

  restart(): void {
    this.pending = null;
  }
}

const counters = fc.integer({ min: 1, max: 6 });
const acts = fc.oneof(
  fc.record({ act: fc.constant("command"), n: counters, leftMs: fc.constantFrom(0, 1, 1_000) }),
  fc.record({ act: fc.constant("fence"), n: counters, leftMs: fc.constantFrom(0, 1_000) }),
  fc.record({ act: fc.constantFrom("answer", "lose", "restart"), n: counters, leftMs: fc.constant(0) }),
);

const play = (
  history: readonly { readonly act: string; readonly n: number; readonly leftMs: number }[],
): Host => {
  const host = new Host();
  for (const { act, n, leftMs } of history) {
    // Command n bears token n, so a lower one is an older one.
    if (act === "command") host.command(order(`c${n}`, n), leftMs);
    if (act === "answer" || act === "lose") host.perform(act === "answer");
    if (act === "restart") host.restart();
    if (act !== "fence") continue;
    const writes = ruleOnFence(
      host.newest,
      { leaseId: `l${n}` as LeaseId, sessionId, token: token(n) },
      leftMs,
    );
    if (writes !== null) host.write(writes);
  }
  return host;
};

it("S5 N1-005 N1-029 any frames in any order, repeated, lost and restarted: called at most once, never stale, final once", () => {
  fc.assert(
    fc.property(fc.array(acts, { maxLength: 60 }), (history) => {
      const { called, told, fenced } = play(history);
      expect(new Set(called.map(({ id }) => id)).size).toBe(called.length);
      for (const one of called) expect(compareTokens(one.token, one.newest)).toBeGreaterThanOrEqual(0);
      expect(new Set(told).size).toBe(told.length);
      const final = told.filter((word) => !word.endsWith("unknown")).map((word) => word.split("/")[0]);
      expect(new Set(final).size).toBe(final.length);
      expect(new Set(fenced).size).toBe(fenced.length);
    }),
    { numRuns: Math.round(2_000 * scale) },
  );
});
