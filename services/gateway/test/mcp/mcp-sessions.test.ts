/** Sessions of MCP, for clients of the 2025 revisions: whose they are, how they end, what they follow, and which calls they may cancel (ADR 0013). */
import { afterEach, describe, expect, test } from "vitest";
import { MAX_SESSIONS_PER_TOKEN } from "../../src/mcp/sessions.ts";
import { MAX_FOLLOWED } from "../../src/mcp/server.ts";
import { tokenOf } from "../fake-house.ts";
import { type Running, tokenChange } from "../running.ts";
import {
  accepted,
  ask,
  mcpHouse,
  type McpHouse,
  metaOf,
  OWN,
  PEER,
  rpc,
  session,
  sessionOf,
  startMcp,
} from "./mcp-house.ts";

let gateway: Running | null = null;
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
});
const start = async (house: McpHouse): Promise<string> => {
  gateway = await startMcp(house);
  return gateway.url;
};

describe("sessions of MCP", () => {
  const GET = (url: string, bearer: string, id: string, method = "GET") =>
    fetch(`${url}/mcp`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, accept: "text/event-stream", "mcp-session-id": id },
    });

  test("belong to the token that made them: to any other there is none", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const id = await sessionOf(url, house.key(OWN).bearer);
    const other = house.key(PEER).bearer;
    expect((await rpc(url, other, ask("tools/list"), { "mcp-session-id": id })).status).toBe(404);
    expect((await GET(url, other, id)).status).toBe(404);
    expect((await GET(url, other, id, "DELETE")).status).toBe(404);
  });

  test("end by DELETE, and are then unknown, so that a client says hello again", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    const id = await sessionOf(url, bearer);
    const headers = { "mcp-session-id": id };
    expect((await rpc(url, bearer, ask("tools/list"), headers)).status).toBe(200);
    expect((await GET(url, bearer, id, "DELETE")).status).toBe(200);
    expect((await rpc(url, bearer, ask("tools/list"), headers)).body.error?.code).toBe(-32_001);
    expect((await GET(url, bearer, id)).status).toBe(404);
  });

  test("are not needed: a call without one is served, a stream without one is not", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    expect((await rpc(url, bearer, ask("tools/list"))).status).toBe(200);
    const stream = await fetch(`${url}/mcp`, {
      headers: { authorization: `Bearer ${bearer}`, accept: "text/event-stream" },
    });
    expect([stream.status, stream.headers.get("allow")]).toEqual([405, "POST"]);
    expect(
      (await fetch(`${url}/mcp`, { method: "PUT", headers: { authorization: `Bearer ${bearer}` } })).status,
    ).toBe(405);
    const follow = await rpc(url, bearer, ask("resources/subscribe", { uri: "codex://sessions" }));
    expect(follow.body.error?.data).toMatchObject({ code: "bad_request" });
  });

  test("of one token are bounded: the oldest makes room", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    const first = await sessionOf(url, bearer);
    const second = await sessionOf(url, bearer);
    for (let n = 2; n < MAX_SESSIONS_PER_TOKEN + 1; n += 1) await sessionOf(url, bearer);
    expect((await rpc(url, bearer, ask("tools/list"), { "mcp-session-id": first })).status).toBe(404);
    expect((await rpc(url, bearer, ask("tools/list"), { "mcp-session-id": second })).status).toBe(200);
  });

  test("follow a bounded number of resources, and none that is closed", async () => {
    const house = mcpHouse();
    house.commit(
      Array.from({ length: MAX_FOLLOWED + 1 }, (_, n) => ["sessions", `s-${n}`, session(`s-${n}`)] as const),
    );
    const operator = tokenOf("operator");
    house.commit([tokenChange(operator.row)]);
    const url = await start(house);
    const subscribe = async (bearer: string, id: string, uri: string) =>
      (await rpc(url, bearer, ask("resources/subscribe", { uri }), { "mcp-session-id": id })).body.error?.data
        ?.code ?? "ok";
    const id = await sessionOf(url, operator.bearer);
    for (let n = 0; n < MAX_FOLLOWED; n += 1)
      expect(await subscribe(operator.bearer, id, `codex://sessions/s-${n}`)).toBe("ok");
    expect(await subscribe(operator.bearer, id, `codex://sessions/s-${MAX_FOLLOWED}`)).toBe("too_many");
    expect(await subscribe(operator.bearer, id, "codex://sessions/s-0")).toBe("ok");
    const { bearer } = house.key(OWN);
    expect(await subscribe(bearer, await sessionOf(url, bearer), `codex://sessions/${PEER}/transcript`)).toBe(
      "not_enabled",
    );
  });
});

describe("cancellation", () => {
  test("by word, in the session of the call: the call ends at once, and its place is free", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    const headers = { "mcp-session-id": await sessionOf(url, bearer) };
    const waiting = rpc(
      url,
      bearer,
      ask(
        "tools/call",
        {
          name: "codex_session_send",
          arguments: { session_id: PEER, text: "x", wait_ms: 50_000 },
          _meta: metaOf(OWN),
        },
        77,
      ),
      headers,
    );
    await expect.poll(() => house.asked.length).toBe(1);
    const cancel = {
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 77, reason: "MCP request cancelled by caller" },
    };
    expect((await rpc(url, bearer, cancel, headers)).status).toBe(202);
    expect((await waiting).body.result.structuredContent.outcome).toBeNull();
  });

  test("of another session's call does nothing", async () => {
    const house = mcpHouse(() => accepted());
    const url = await start(house);
    const { bearer } = house.key(OWN);
    const [one, other] = [await sessionOf(url, bearer), await sessionOf(url, bearer)];
    const args = { session_id: PEER, text: "x", wait_ms: 400 };
    const before = performance.now();
    const waiting = rpc(
      url,
      bearer,
      ask("tools/call", { name: "codex_session_send", arguments: args, _meta: metaOf(OWN) }, 77),
      { "mcp-session-id": one },
    );
    await expect.poll(() => house.asked.length).toBe(1);
    await rpc(
      url,
      bearer,
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 77 } },
      { "mcp-session-id": other },
    );
    await waiting;
    expect(performance.now() - before).toBeGreaterThan(380);
  });
});
