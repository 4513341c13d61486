/** Who may do what over MCP: caller × tool × target × right, cell by cell. What policy decides it decides alone: there only what it is asked counts. */
import type { Role } from "@claw/events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tokenOf } from "../fake-house.ts";
import { type Running, tokenChange } from "../running.ts";
import { accepted, call, CHILD, mcpHouse, type McpHouse, metaOf, OWN, PEER, startMcp } from "./mcp-house.ts";

type Kind = "session" | "session with the right" | Role;
const ROLES: readonly Role[] = ["viewer", "operator", "auditor", "admin", "claw"];
const CALLERS: readonly Kind[] = ["session", "session with the right", ...ROLES];
const GATED = [
  "codex_session_send",
  "codex_session_interrupt",
  "claw_report_progress",
  "codex_spawn",
] as const;

let house: McpHouse;
let gateway: Running;
const bearers = new Map<Kind, string>();

beforeAll(async () => {
  house = mcpHouse(() => accepted({ entryId: null, position: null } as object));
  for (const role of ROLES) {
    const { bearer, row } = tokenOf(role);
    house.commit([tokenChange(row)]);
    bearers.set(role, bearer);
  }
  gateway = await startMcp(house);
});
afterAll(() => gateway.stop());

/** A new key for each call, so that no bucket of reads stands in the way. */
async function as(kind: Kind, tool: string, args: object): Promise<string> {
  house.rights.clear();
  if (kind === "session with the right") house.open("transcript", OWN);
  const bearer = bearers.get(kind) ?? house.key(OWN).bearer;
  const answer = await call(gateway.url, bearer, tool, args, kind.startsWith("session") ? metaOf(OWN) : null);
  return answer.isError === true ? answer.structuredContent.error.code : "ok";
}

describe("codex_session_read: the raw transcript (S1-093, X1-002, X1-025)", () => {
  const EXPECTED: Readonly<
    Record<string, readonly [self: string, child: string, other: string, none: string]>
  > = {
    session: ["ok", "ok", "not_enabled", "session_unknown"],
    "session with the right": ["ok", "ok", "ok", "session_unknown"],
    viewer: ["forbidden", "forbidden", "forbidden", "session_unknown"],
    operator: ["ok", "ok", "ok", "session_unknown"],
    auditor: ["ok", "ok", "ok", "session_unknown"],
    admin: ["ok", "ok", "ok", "session_unknown"],
    claw: ["ok", "ok", "ok", "session_unknown"],
  };
  const TARGETS = [OWN, CHILD, PEER, "s-none"] as const;
  const cells = CALLERS.flatMap((kind) =>
    TARGETS.map((target, n) => [kind, target, EXPECTED[kind]?.[n]] as const),
  );

  test.each(cells)("%s, %s: %s", async (kind, target, expected) => {
    expect(await as(kind, "codex_session_read", { session_id: target })).toBe(expected);
  });
});

describe("S1-065, S1-069 reads of the fleet are open to everybody who may call", () => {
  const cells = CALLERS.flatMap((kind) =>
    ["codex_sessions_list", "codex_endpoint_probe"].map((tool) => [kind, tool] as const),
  );
  test.each(cells)("%s, %s", async (kind, tool) => expect(await as(kind, tool, {})).toBe("ok"));
});

describe("S1-092 what changes anything is asked of policy, as who asks, and decided nowhere else", () => {
  const ARGS: Readonly<Record<(typeof GATED)[number], object>> = {
    codex_session_send: { session_id: PEER, text: "x" },
    codex_session_interrupt: { session_id: PEER },
    claw_report_progress: { state: "working", text: "x" },
    codex_spawn: { workspace: "/w", text: "x" },
  };
  const cells = CALLERS.flatMap((kind) => GATED.map((tool) => [kind, tool] as const));
  test.each(cells)("%s, %s", async (kind, tool) => {
    house.asked.length = 0;
    expect(await as(kind, tool, ARGS[tool])).toBe("ok");
    const isSession = kind.startsWith("session");
    expect(house.asked).toHaveLength(1);
    expect(house.asked[0]?.[1].role).toBe(isSession ? "session" : kind);
    expect(house.asked[0]?.[2]?.via?.sessionId ?? null).toBe(isSession ? OWN : null);
  });
});

describe("tools whose part of the house is not in use say so as `not_enabled`, and policy is not asked", () => {
  const cells = CALLERS.flatMap((kind) => ["claw_ask", "codex_handoff"].map((tool) => [kind, tool] as const));
  test.each(cells)("%s, %s", async (kind, tool) => {
    house.asked.length = 0;
    expect(await as(kind, tool, tool === "claw_ask" ? { text: "x" } : {})).toBe("not_enabled");
    expect(house.asked).toHaveLength(0);
  });
});

test("roles of machines that own no session have no door here", async () => {
  for (const role of ["session", "host"] as const) {
    const { bearer, row } = tokenOf(role);
    house.commit([tokenChange(row)]);
    const response = await fetch(`${gateway.url}/mcp`, { headers: { authorization: `Bearer ${bearer}` } });
    expect([response.status, (await response.json()) as object]).toMatchObject([403, { code: "forbidden" }]);
  }
});
