/** What hostile or hurried clients send: too much, too deep, too often, in the wrong words, or half (RELIABILITY S14, S19). */
import type { Clocks } from "@claw/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { MAX_CALLS_PER_TOKEN, READS } from "../../src/mcp/limits.ts";
import { MAX_FOLLOWED } from "../../src/mcp/server.ts";
import { tokenOf } from "../fake-house.ts";
import { type Running, tokenChange } from "../running.ts";
import { ask, call, clocks, mcpHouse, type McpHouse, metaOf, OWN, PEER, rpc, startMcp } from "./mcp-house.ts";

let gateway: Running | null = null;
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
});
const start = async (house: McpHouse): Promise<string> => {
  gateway = await startMcp(house);
  return gateway.url;
};
describe("arguments", () => {
  test.each([
    ["an unknown one", "codex_sessions_list", { everything: true }, "arguments.everything"],
    ["a wrong type", "codex_sessions_list", { limit: "7" }, "arguments.limit"],
    ["beyond a bound", "codex_session_read", { limit: 241 }, "arguments.limit"],
    ["no id", "codex_session_send", { session_id: "../x", text: "x" }, "arguments.session_id"],
    ["a missing one", "codex_session_send", { session_id: PEER }, "arguments.text"],
    ["too much text", "codex_session_send", { session_id: PEER, text: "x".repeat(16_385) }, "arguments.text"],
    [
      "too many bytes",
      "codex_session_send",
      { session_id: PEER, text: "語".repeat(6_000) },
      "arguments.text",
    ],
    [
      "a name that is none",
      "codex_session_send",
      { session_id: PEER, text: "x", operation_id: "a b" },
      "arguments.operation_id",
    ],
    ["a folder that is none", "codex_spawn", { workspace: "app", text: "x" }, "arguments.workspace"],
    ["a hostile name", "codex_sessions_list", { "__proto\u001b[2J": 1 }, "arguments.__proto2J"],
  ])("%s is refused with its place, and policy is not asked", async (_, tool, args, where) => {
    const house = mcpHouse();
    const url = await start(house);
    const answer = await call(url, house.key(OWN).bearer, tool, args);
    expect(answer.structuredContent.error).toMatchObject({ code: "bad_request", facts: { where } });
    expect(house.asked).toHaveLength(0);
  });

  test("a cursor of another list is refused", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const answer = await call(url, house.key(OWN).bearer, "codex_sessions_list", { cursor: "nonsense" });
    expect(answer.structuredContent.error).toMatchObject({ code: "bad_request" });
  });

  test("a tool that there is not is an error of the protocol", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { body } = await rpc(url, house.key(OWN).bearer, ask("tools/call", { name: "rm", arguments: {} }));
    expect(body.error?.code).toBe(-32_602);
  });
});

describe("bodies", () => {
  const deep = `${"[".repeat(200)}${"]".repeat(200)}`;
  test.each([
    ["larger than 1 MiB", JSON.stringify(ask("tools/list", { x: "x".repeat(1_100_000) })), 413],
    ["too deep", `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"x":${deep}}}`, 400],
    ["no JSON", "{", 400],
    ["a batch", JSON.stringify([ask("tools/list")]), 400],
    ["no message", "7", 400],
    ["no JSON-RPC", "{}", 400],
  ])("%s: refused", async (_, body, status) => {
    const house = mcpHouse();
    expect((await rpc(await start(house), house.key(OWN).bearer, body)).status).toBe(status);
  });

  test("of another media type, or for nobody who reads answers, are refused", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    expect((await rpc(url, bearer, ask("tools/list"), { "content-type": "text/plain" })).status).toBe(415);
    expect((await rpc(url, bearer, ask("tools/list"), { accept: "text/html" })).status).toBe(406);
  });

  test("a page of another origin, or another server's name, does not get as far as MCP", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    expect((await rpc(url, bearer, ask("tools/list"), { origin: "https://evil.example" })).status).toBe(403);
  });
});

describe("2026-07-28", () => {
  const META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "c", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const HEADERS = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "codex_sessions_list",
  };
  const message = ask("tools/call", {
    name: "codex_sessions_list",
    arguments: {},
    _meta: { ...metaOf(OWN), ...META },
  });

  test.each([
    ["as they should be", {}, 200, null],
    ["another method", { "mcp-method": "tools/list" }, 400, -32_020],
    ["another name", { "mcp-name": "codex_spawn" }, 400, -32_020],
    ["another version", { "mcp-protocol-version": "2025-11-25" }, 400, -32_020],
  ])("headers that do not match the body are refused: %s", async (_, more, status, code) => {
    const house = mcpHouse();
    const answer = await rpc(await start(house), house.key(OWN).bearer, message, { ...HEADERS, ...more });
    expect([answer.status, answer.body.error?.code ?? null]).toEqual([status, code]);
  });

  test("without those headers it is refused, and in a version that nobody knows", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    expect((await rpc(url, bearer, message)).status).toBe(400);
    const future = ask("tools/list", {
      _meta: { ...META, "io.modelcontextprotocol/protocolVersion": "2099-01-01" },
    });
    const answer = await rpc(url, bearer, future, {
      "mcp-protocol-version": "2099-01-01",
      "mcp-method": "tools/list",
    });
    expect([answer.status, answer.body.error?.code]).toEqual([400, -32_022]);
  });

  test("a claim in _meta of another thread is refused there as well", async () => {
    const house = mcpHouse();
    const other = ask("tools/call", {
      name: "codex_sessions_list",
      arguments: {},
      _meta: { ...metaOf(PEER), ...META },
    });
    const answer = await rpc(await start(house), house.key(OWN).bearer, other, HEADERS);
    expect(answer.body.result.structuredContent.error.code).toBe("thread_mismatch");
  });

  const listen = (resourceSubscriptions: readonly string[]) =>
    ask("subscriptions/listen", { notifications: { resourceSubscriptions }, _meta: META });
  const LISTEN = { "mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen" };
  test.each([
    [
      "of more resources than it may",
      Array.from({ length: MAX_FOLLOWED + 1 }, (_, n) => `codex://sessions/s${n}`),
      429,
    ],
    ["of a transcript that is closed", [`codex://sessions/${PEER}/transcript`], 403],
    ["of a session that there is not", ["codex://sessions/s-none"], 404],
    ["of anything else", ["file:///etc/passwd"], 404],
    [
      "of a closed transcript beside what cannot be read",
      [`codex://sessions/${PEER}/transcript`, "x".repeat(201)],
      400,
    ],
  ])("a subscription %s is refused", async (_, uris, status) => {
    const house = mcpHouse();
    expect((await rpc(await start(house), house.key(OWN).bearer, listen(uris), LISTEN)).status).toBe(status);
  });
});

/** No bucket fills again, however long the calls take. */
const stoodStill: Clocks = { ...clocks, monoMs: () => 0 };

describe("many at once", () => {
  test("1,000 calls of one session: as many as its bucket holds are answered, the rest is told to wait, nothing is lost", async () => {
    const house = mcpHouse(undefined, { clocks: stoodStill });
    const url = await start(house);
    const { bearer } = house.key(OWN);
    const answers: Awaited<ReturnType<typeof call>>[] = [];
    // By hundreds: a busy machine takes longer to open a thousand connections than a client waits for one.
    for (let round = 0; round < 10; round += 1)
      answers.push(
        ...(await Promise.all(Array.from({ length: 100 }, () => call(url, bearer, "codex_sessions_list")))),
      );
    const refused = answers.filter(({ isError }) => isError === true);
    expect(answers.length - refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeLessThanOrEqual(READS.atOnce);
    for (const { structuredContent } of refused) {
      expect(structuredContent.error.code).toBe("too_many");
      expect(structuredContent.error.retry_after_ms).toBeGreaterThan(0);
    }
    const other = await call(url, house.key(PEER).bearer, "codex_sessions_list", {}, metaOf(PEER));
    expect(other.isError).toBeUndefined();
  });

  test("reads of a session are counted together, whichever of its keys it uses", async () => {
    const house = mcpHouse(undefined, { clocks: stoodStill });
    const url = await start(house);
    const codes = new Set<string | undefined>();
    for (let n = 0; n <= 2 * READS.atOnce; n += 1) {
      const { isError, structuredContent } = await call(url, house.key(OWN).bearer, "codex_sessions_list");
      codes.add(isError === true ? structuredContent.error.code : undefined);
    }
    expect(codes).toEqual(new Set([undefined, "too_many"]));
  });

  test("calls that wait are bounded for each token, and their places come back", async () => {
    const house = mcpHouse();
    const operator = tokenOf("operator");
    house.commit([tokenChange(operator.row)]);
    const url = await start(house);
    const waiting = Array.from({ length: MAX_CALLS_PER_TOKEN }, () => new AbortController());
    const asked = waiting.map(({ signal }) =>
      fetch(`${url}/mcp`, {
        method: "POST",
        signal,
        headers: {
          authorization: `Bearer ${operator.bearer}`,
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
        },
        body: JSON.stringify(
          ask("tools/call", {
            name: "codex_session_interrupt",
            arguments: { session_id: PEER, wait_ms: 50_000 },
          }),
        ),
      })
        .then((response) => response.text())
        .catch(() => "gone"),
    );
    await expect.poll(() => house.asked.length).toBe(MAX_CALLS_PER_TOKEN);
    expect((await call(url, operator.bearer, "codex_sessions_list")).structuredContent.error.code).toBe(
      "too_many",
    );
    waiting.forEach((one) => one.abort());
    await Promise.all(asked);
    await expect
      .poll(async () => (await call(url, operator.bearer, "codex_sessions_list")).isError)
      .toBeUndefined();
  });
});

describe("our own failures", () => {
  test("are told by an instance, and hold nothing of what was sent", async () => {
    const house = mcpHouse();
    const broken = {
      ...house.ports.reader(),
      sessions: () => {
        throw new Error("secret: hunter2");
      },
    };
    gateway = await startMcp({ ...house, ports: { ...house.ports, reader: () => broken as never } });
    const answer = await call(gateway.url, house.key(OWN).bearer, "codex_sessions_list");
    expect(answer.structuredContent.error).toMatchObject({
      code: "defect",
      facts: { instance: expect.stringMatching(/^urn:claw:request:/) },
    });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  });
});
