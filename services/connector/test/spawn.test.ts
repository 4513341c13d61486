/** Spawns as the host decides on them: what a row and what is seen come to, over every crash; and the names of threads. */
import type { CommandId, SessionId, TokenId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Call, LONGEST_DEADLINE_MS } from "../src/domain/fence.ts";
import { addressFromHere, isMadeByUs, isMcpFailure, mcpConfig } from "../src/domain/mcp-config.ts";
import { bound, isUnbound, requested } from "../src/domain/requested.ts";
import {
  nextStep,
  type OrderNow,
  SPAWN,
  stageOf,
  threadAsked,
  threadNameOf,
  type ThreadSight,
  withThread,
  withTurn,
} from "../src/domain/spawn.ts";
import { endpointId, hostId, NOW, plain, scale } from "./support.ts";

const keyId = "t1" as TokenId;
const asked = { call: threadAsked(keyId) };
const made = { call: withThread(asked.call, "T") };
const order: OrderNow = { leftMs: 1_000, hasText: true };
const step = (row: { readonly call: Call }, sight: ThreadSight, now: OrderNow | null = order, ms = 0) =>
  nextStep(row, sight, now, ms, ms);
const outcome = (code: object) => ({ type: "conclude", outcome: expect.objectContaining(code) });

describe("where threads call back", () => {
  const loopback = "http://127.0.0.1:7420/mcp";
  it.each<[string | null, string, boolean]>([
    ["https://claw.example/mcp", "wss://claw.example", true],
    ["https://claw.example/mcp", "ws://127.0.0.1:9000", true],
    [loopback, "ws://127.0.0.1:7421", true],
    [loopback, "http://localhost:7421, http://[::1]:7422", true],
    [loopback, "wss://claw.example", false],
    [loopback, "ws://127.0.0.1:7421,wss://claw.example", false],
    ["http://localhost:7420/mcp", "http://10.0.0.2:7420", false],
    ["http://[::1]:7420/mcp", "http://10.0.0.2:7420", false],
    ["http://0.0.0.0:7420/mcp", "http://10.0.0.2:7420", false],
    [null, "ws://127.0.0.1:7421", false],
  ])("is %s for a host whose house is at %s: %s", (told, house, isSo) => {
    expect(addressFromHere(told, house)).toBe(isSo ? told : null);
  });
});

describe("what comes next of a spawn (S1-161)", () => {
  it("N1-005 its thread is found by its mark, and one that does not show for long enough was never made", () => {
    expect(step(asked, { type: "found", threadId: "T" })).toEqual({ type: "bind", threadId: "T" });
    expect(step(asked, { type: "absent" }, order, SPAWN.absentMs - 1)).toEqual({ type: "look_again" });
    expect(step(asked, { type: "absent" }, order, SPAWN.absentMs)).toEqual(
      outcome({ code: "not_delivered" }),
    );
  });

  it("S1-107 a thread without its turn gets it, from memory or after it was put back there", () => {
    expect(step(made, { type: "idle" })).toEqual({ type: "begin" });
    expect(step(made, { type: "stored" })).toEqual({ type: "load" });
    expect(step(made, { type: "active" })).toEqual({ type: "look_again" });
    expect(step(made, { type: "gone" }, order, SPAWN.goneMs)).toEqual(outcome({ code: "not_delivered" }));
  });

  it("DESIGN 14.9 waits for the order to be said again, and begins nothing without text or time", () => {
    expect(step(made, { type: "idle" }, null)).toEqual({ type: "look_again" });
    const late = outcome({ type: "command.expired" });
    expect(step(made, { type: "idle" }, null, LONGEST_DEADLINE_MS)).toEqual(late);
    expect(step(made, { type: "idle" }, { leftMs: 0, hasText: true })).toEqual(late);
    expect(step(made, { type: "stored" }, { leftMs: 9, hasText: false })).toEqual(late);
  });

  it("does not answer for what it cannot see", () => {
    const hidden: ThreadSight = { type: "hidden", reason: "endpoint_lost" };
    expect(step(asked, hidden)).toEqual({ type: "look_again" });
    expect(step(asked, hidden, null, LONGEST_DEADLINE_MS)).toEqual(outcome({ reason: "endpoint_lost" }));
    expect(step(made, hidden)).toEqual({ type: "look_again" });
  });
});

/** A Codex and a host that dies wherever it is told to; what is on disk and what Codex has done outlive it. */
interface World {
  call: Call | null;
  threads: number;
  turns: number;
  /** `thread/start` was refused nothing, but never arrived. */
  readonly loses: ReadonlySet<"thread" | "turn">;
  outcome: string | null;
}

/** One life: goes on from what is on disk and ends at its `fuel`th step, or with an outcome. */
function live(world: World, fuel: number, hasOrder: boolean): void {
  let left = fuel;
  const dies = (): boolean => (left -= 1) < 0;
  if (world.call === null) {
    if (!hasOrder || dies()) return;
    world.call = threadAsked(keyId);
    if (dies()) return;
    if (!world.loses.has("thread")) world.threads += 1;
    if (dies()) return;
  }
  while (world.outcome === null && !dies()) {
    const { call }: { readonly call: Call } = world as { readonly call: Call };
    if (stageOf({ call }) === "turn_asked") {
      world.outcome = world.turns > 0 ? "succeeded" : "not_delivered";
      return;
    }
    const next = nextStep({ call }, sightOf(world, call), hasOrder ? order : null, 60_000, 60_000);
    if (next.type === "conclude") world.outcome = next.outcome.type;
    if (next.type === "bind") world.call = withThread(call, next.threadId);
    if (next.type === "begin") {
      world.call = withTurn(call, true, null);
      if (dies()) return;
      if (!world.loses.has("turn")) world.turns += 1;
    }
    if (next.type === "look_again") return;
  }
}

function sightOf({ threads }: World, call: Call): ThreadSight {
  if (stageOf({ call }) === "thread_asked")
    return threads > 0 ? { type: "found", threadId: "T" } : { type: "absent" };
  return { type: "idle" };
}

it("N1-005 over all crashes: never two threads for one command, never two first turns, and always an end", () => {
  const lives = fc.array(fc.record({ fuel: fc.nat({ max: 8 }), hasOrder: fc.boolean() }), { maxLength: 12 });
  const loses = fc.subarray(["thread", "turn"] as const);
  fc.assert(
    fc.property(lives, loses, (before, lost) => {
      const world: World = { call: null, threads: 0, turns: 0, loses: new Set(lost), outcome: null };
      for (const { fuel, hasOrder } of before) live(world, fuel, hasOrder);
      live(world, 100, true);
      expect(world.threads).toBeLessThanOrEqual(1);
      expect(world.turns).toBeLessThanOrEqual(1);
      expect(world.outcome).not.toBeNull();
      expect(world.outcome === "succeeded").toBe(world.turns === 1);
    }),
    { numRuns: 500 * scale },
  );
});

describe("the name of a thread (S1-110)", () => {
  it("is the purpose, else the first line of the task, in sixty letters", () => {
    expect(threadNameOf("fix the tests", "anything", plain)).toBe("fix the tests");
    expect(threadNameOf(null, "\n  Look at   this.\nAnd that.", plain)).toBe("Look at this.");
    expect([...threadNameOf(null, "🦀".repeat(100), plain)]).toHaveLength(60);
    expect(threadNameOf(null, " \n ", plain)).toBe("spawned by Claw Supervisor");
  });

  it("N1-043 passes the redactor before it is cut", () => {
    expect(
      threadNameOf(null, `${"a".repeat(55)} hidden`, (text) => ({
        text: text.replace("hidden", "[x]"),
        cutBytes: 0,
      })),
    ).toMatch(/\[x\]$/);
  });
});

describe("what a thread is given to call back", () => {
  it("S1-108 is required, approved by the house itself, and bears the thread's key", () => {
    expect(mcpConfig({ url: "http://house/mcp", bearer: "key" })).toEqual({
      mcp_servers: {
        "openclaw-codex-supervisor": {
          url: "http://house/mcp",
          http_headers: { Authorization: "Bearer key" },
          required: true,
          startup_timeout_sec: 10,
          default_tools_approval_mode: "approve",
        },
      },
    });
  });

  it("law 7: a thread is ours by its mark alone; a terminal's, a sub-agent's or an unknown one is not", () => {
    expect(
      ["claw:c1", "user", "subagent", null, undefined].map((threadSource) => isMadeByUs({ threadSource })),
    ).toEqual([true, false, false, false, false]);
  });

  it("tells an MCP server that is not there from other refusals", () => {
    const message = "error creating thread: Fatal error: required MCP servers failed to initialize: x";
    expect(isMcpFailure({ code: "rejected", rpcCode: -32_603, message })).toBe(true);
    expect(isMcpFailure({ code: "rejected", rpcCode: -32_600, message })).toBe(false);
    expect(isMcpFailure({ code: "rejected", rpcCode: -32_603, message: "disk full" })).toBe(false);
  });
});

it("S1-109 a session that was asked for names its host and its mark, and its thread once it has one", () => {
  const sessionId = "req-c1" as SessionId;
  const settings = { model: null, sandbox: null, approvalPolicy: null };
  const act = { kind: "spawn", workspace: "/srv/one", purpose: "p", forkOf: null, settings } as const;
  const { state, facts } = requested(
    { commandId: "c1" as CommandId, sessionId, hostId, endpointId, act },
    plain,
    NOW,
  );
  expect(facts[0]?.event).toMatchObject({
    type: "session.observed",
    data: { hostId, source: "spawn", threadSource: "claw:c1", workspace: "/srv/one" },
  });
  expect(isUnbound(state)).toBe(true);
  const after = bound(state, "c1" as CommandId, { sessionId: "t" as SessionId, threadId: "t" }, NOW);
  expect(isUnbound(after.state)).toBe(false);
  expect(after.facts[0]?.event).toMatchObject({ type: "session.bound", data: { boundTo: "t" } });
});
