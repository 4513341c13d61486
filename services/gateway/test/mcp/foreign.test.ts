/**
 * What is foreign looks like what does not exist, and a right that is closed says its name (X1-005, ADR 0013). That a session exists is no secret among
 * sessions: the list of peers is open to each, whoever's tree they are in (DESIGN 14.20). So a closed right may say so of any of them, and says the same of
 * all.
 */
import { SessionId } from "@claw/events";
import { newBearer } from "@claw/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Running } from "../running.ts";
import {
  call,
  CHILD,
  keyOf,
  type Loose,
  mcpHouse,
  type McpHouse,
  OWN,
  PEER,
  rpc,
  session,
  startMcp,
} from "./mcp-house.ts";

const GRANDCHILD = "01a1faf2-c227-76a1-8af9-b956bcb096d5";
/** In a tree of its own, which somebody else began. */
const FOREIGN = "01a1faf2-c227-76a1-8af9-b956bcb096d6";
const NONE = "01a1faf2-c227-76a1-8af9-b956bcb096ff";
const uriOf = (id: string, rest = ""): string => `codex://sessions/${id}${rest}`;

let house: McpHouse;
let gateway: Running;
let mcpSession: string;
const bearer = newBearer("mcp");

beforeEach(async () => {
  house = mcpHouse();
  const under = (parent: string, root: string) => ({
    parentSessionId: SessionId.parse(parent),
    rootSessionId: SessionId.parse(root),
  });
  house.commit([
    ["sessions", GRANDCHILD, session(GRANDCHILD, under(CHILD, OWN))],
    ["sessions", FOREIGN, session(FOREIGN, under(PEER, PEER))],
  ]);
  house.keys.set(bearer.tokenId, keyOf(bearer.bearer, OWN));
  gateway = await startMcp(house);
  mcpSession = await helloOf(bearer.bearer);
});
afterEach(() => gateway.stop());

async function helloOf(of: string): Promise<string> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "c", version: "1" } };
  const { headers } = await rpc(gateway.url, of, { jsonrpc: "2.0", id: 1, method: "initialize", params });
  return headers.get("mcp-session-id") ?? "";
}

const WAYS = {
  codex_session_read: async (id: string): Promise<Loose> =>
    (await call(gateway.url, bearer.bearer, "codex_session_read", { session_id: id })).structuredContent
      .error,
  "the transcript as a resource": (id: string) => resource("resources/read", uriOf(id, "/transcript")),
  "following the transcript": (id: string) => resource("resources/subscribe", uriOf(id, "/transcript")),
} as const;

/** The error of a read or a subscription, with the code of ours; null if there is none. */
async function resource(method: string, uri: string): Promise<Loose> {
  const message = { jsonrpc: "2.0", id: 1, method, params: { uri } };
  const { error } = (await rpc(gateway.url, bearer.bearer, message, { "mcp-session-id": mcpSession })).body;
  if (error === undefined) return null;
  return error.data?.code === undefined
    ? { code: /\((\w+)\)/.exec(error.message)?.[1], rpc: error.code, text: error.message }
    : { ...error.data, rpc: error.code };
}

describe.each(Object.entries(WAYS))("X1-005 %s", (_, ask) => {
  test("of every session that is not one's own or one's direct child says the right that is closed, of all the same", async () => {
    const said = await Promise.all([PEER, FOREIGN, GRANDCHILD].map(ask));
    for (const error of said)
      expect(error).toMatchObject({ code: "not_enabled", facts: { right: "transcript" } });
    expect(new Set(said.map((error) => JSON.stringify(error))).size).toBe(1);
  });

  test("is open to one's own tree as far as a direct child, and to all where policy opens it", async () => {
    for (const id of [OWN, CHILD]) expect((await ask(id)) ?? null).toBeNull();
    house.open("transcript", OWN);
    for (const id of [PEER, FOREIGN, GRANDCHILD]) expect((await ask(id)) ?? null).toBeNull();
  });

  test("of what does not exist says that, with the right and without it", async () => {
    const closed = await ask(NONE);
    expect(closed).toMatchObject({ code: "session_unknown" });
    house.open("transcript", OWN);
    expect(await ask(NONE)).toEqual(closed);
  });
});

describe("X1-005 what belongs to another token", () => {
  const ID = "0".repeat(32);
  const ask = async (of: string, method: string, id: string): Promise<readonly [number, string]> => {
    const response = await fetch(`${gateway.url}/mcp`, {
      method,
      headers: {
        authorization: `Bearer ${of}`,
        accept: "application/json, text/event-stream",
        "mcp-session-id": id,
        ...(method === "POST" && { "content-type": "application/json" }),
      },
      ...(method === "POST" && { body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }) }),
    });
    return [response.status, await response.text()];
  };

  test.each(["POST", "GET", "DELETE"])(
    "an MCP session, by %s, is as if it had never been",
    async (method) => {
      const other = house.key(PEER).bearer;
      const foreign = await ask(other, method, mcpSession);
      expect(foreign[0]).toBe(404);
      expect(foreign).toEqual(await ask(other, method, ID));
      expect((await ask(bearer.bearer, "POST", mcpSession))[0]).toBe(200);
    },
  );

  test("a key of another thread is as wrong as one that nobody minted", async () => {
    const { bearer: others, keyId } = house.key(PEER);
    const wrong = others.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const [known, unknown] = await Promise.all(
      [wrong, newBearer("mcp").bearer].map(async (one) => {
        const { status, body } = await rpc(gateway.url, one, { jsonrpc: "2.0", id: 1, method: "tools/list" });
        return [status, { ...body, instance: null }];
      }),
    );
    expect(known).toEqual(unknown);
    expect(known?.[0]).toBe(401);
    expect(JSON.stringify(known)).not.toContain(keyId);
  });
});

test("X1-005 addresses that name nothing of ours are all refused in the same words", async () => {
  const said = await Promise.all(
    ["codex://hosts", "file:///etc/passwd", `${uriOf(PEER)}/items`, uriOf("..")].map(async (uri) => {
      const { text, ...error } = await resource("resources/read", uri);
      return { ...error, text: String(text).replaceAll(uri, "<uri>") };
    }),
  );
  for (const error of said) expect(error).toMatchObject({ code: "not_found" });
  expect(new Set(said.map((error) => JSON.stringify(error))).size).toBe(1);
});

test("S1-093 a list asks once what its caller may read, however many sessions it shows", async () => {
  const many = Array.from({ length: 40 }, (_, n) => ["sessions", `s-${n}`, session(`s-${n}`)] as const);
  let asked = 0;
  const counting = mcpHouse();
  counting.commit(many);
  const reader = counting.ports.reader();
  const rightOf: typeof reader.rightOf = (...which) => {
    asked += 1;
    return reader.rightOf(...which);
  };
  const running = await startMcp({
    ...counting,
    ports: { ...counting.ports, reader: () => ({ ...reader, rightOf }) },
  });
  const { bearer: own } = counting.key(OWN);
  const { structuredContent } = await call(running.url, own, "codex_sessions_list");
  await running.stop();
  expect(structuredContent.data.sessions.length).toBeGreaterThan(40);
  expect(asked).toBe(1);
});
