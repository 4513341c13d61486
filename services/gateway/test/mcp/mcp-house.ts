/** A gateway over a house in memory, with threads that have keys: for clients of every generation on real loopback HTTP. */
import { hash } from "node:crypto";
import { HostId, position, type Right, SessionId, TokenId, TurnId } from "@claw/events";
import { type Clocks, newBearer, systemClocks } from "@claw/runtime";
import type { EndpointRow, ItemRow, SessionRow, ThreadKeyRow, ViewReader } from "@claw/views";
import type { Gate, GateVerdict } from "@claw/wire";
import type { GatewayPorts } from "../../src/index.ts";
import type { McpSight } from "../../src/mcp/ports.ts";
import { ENTRY, fakePorts, host, makeFakeViews, NOW, sessionRow, tokenOf } from "../fake-house.ts";
import { running, tokenChange } from "../running.ts";

export const OWN = "01a1faf2-c227-76a1-8af9-b956bcb096d2";
export const CHILD = "01a1faf2-c227-76a1-8af9-b956bcb096d3";
export const PEER = "01a1faf2-c227-76a1-8af9-b956bcb096d4";
export const TURN = "01a1faf2-c905-7000-8000-000000000001";

export const clocks: Clocks = { ...systemClocks, wallMs: () => NOW + 1_000 };

export type Submit = (...asked: Parameters<Gate["submit"]>) => GateVerdict;
export const accepted = (more: Partial<GateVerdict> = {}): GateVerdict =>
  ({ decision: "accepted", entryId: ENTRY, position: position(1), ...more }) as GateVerdict;

export const item = (sessionId: string, n: number, more: Partial<ItemRow> = {}): ItemRow => ({
  sessionId: SessionId.parse(sessionId),
  turnId: TurnId.parse("T1"),
  itemId: `i${n}` as ItemRow["itemId"],
  kind: "agentMessage",
  phase: "completed",
  status: "completed",
  startedAt: NOW,
  completedAt: NOW,
  durationMs: 1,
  exitCode: null,
  clientId: null,
  text: `said ${n}`,
  command: null,
  output: null,
  tool: null,
  paths: [],
  cutBytes: 0,
  order: String(n).padStart(8, "0"),
  ...more,
});

export const endpoint: EndpointRow = {
  hostId: HostId.parse("h1"),
  endpointId: "main" as EndpointRow["endpointId"],
  storeId: null,
  transport: "unix",
  address: "unix:///run/codex.sock",
  codexVersion: "0.169.0",
  startedByConnector: true,
  isDefault: true,
  unixUser: null,
  state: "ready",
  reason: null,
  sinceAt: NOW,
  misreadFrames: 0,
};

export interface McpHouse {
  readonly views: ReturnType<typeof makeFakeViews>;
  readonly ports: GatewayPorts;
  readonly sight: () => McpSight;
  readonly whisper: () => void;
  /** Puts rows in and says that they are there. */
  readonly commit: ReturnType<typeof makeFakeViews>["commit"];
  readonly keys: Map<string, ThreadKeyRow>;
  readonly rights: Map<string, "open">;
  /** A key that the views know; null: not yet whose. */
  readonly key: (
    boundTo: string | null,
    more?: Partial<ThreadKeyRow>,
  ) => { readonly bearer: string; readonly keyId: string };
  readonly open: (right: Right, sessionId: string) => void;
  /** What policy was asked. */
  readonly asked: Parameters<Gate["submit"]>[];
}

/** Three sessions: OWN, its CHILD, and a PEER; one host that is let in. `submit` is policy. */
export function mcpHouse(submit: Submit = () => accepted(), more: Partial<GatewayPorts> = {}): McpHouse {
  const views = makeFakeViews();
  const keys = new Map<string, ThreadKeyRow>();
  const rights = new Map<string, "open">();
  const asked: Parameters<Gate["submit"]>[] = [];
  const sight: McpSight = {
    threadKey: (id) => keys.get(id) ?? null,
    rightOf: (right, sessionId) => rights.get(`${right}/${sessionId}`) ?? "closed",
  };
  const hostToken = tokenOf("host", { hostId: host.hostId, tokenId: TokenId.parse("thost") }).row;
  views.commit([
    tokenChange(hostToken),
    ["hosts", "h1", host],
    ["endpoints", "h1/main", endpoint],
    ["sessions", OWN, session(OWN)],
    ["sessions", CHILD, session(CHILD, { parentSessionId: SessionId.parse(OWN) })],
    ["sessions", PEER, session(PEER, { name: "Peer \u001b[31mname\u202e" })],
    ...[OWN, CHILD, PEER].map((id) => ["items", `${id}/T1/i1`, item(id, 1)] as const),
  ]);
  const { ports, whisper } = fakePorts({
    reader: { ...views.reader, ...sight, items: newestFirst(views) },
    submit: (...ask) => {
      asked.push(ask);
      return submit(...ask);
    },
  });
  return {
    views,
    ports: { ...ports, clocks, ...more },
    sight: () => sight,
    whisper,
    commit: (rows) => {
      const at = views.commit(rows);
      whisper();
      return at;
    },
    keys,
    rights,
    key: (boundTo, extra = {}) => {
      const { tokenId, bearer } = newBearer("mcp");
      keys.set(tokenId, keyOf(bearer, boundTo, extra));
      return { bearer, keyId: tokenId };
    },
    open: (right, sessionId) => void rights.set(`${right}/${sessionId}`, "open"),
    asked,
  };
}

/** The fake views know one order; pages here end where they are asked to, with a cursor that says how far they came. */
const newestFirst =
  (views: ReturnType<typeof makeFakeViews>): ViewReader["items"] =>
  (id, { limit, cursor, newestFirst: isTurned }) => {
    const { rows } = views.reader.items(id, { limit: 100_000, cursor: null });
    const all = isTurned === true ? rows.toReversed() : rows;
    const from = Number(cursor ?? 0);
    const end = from + limit;
    return { rows: all.slice(from, end), nextCursor: end < all.length ? String(end) : null };
  };

export const session = (id: string, more: Partial<SessionRow> = {}): SessionRow => sessionRow(id, more);

export const keyOf = (
  bearer: string,
  boundTo: string | null,
  more: Partial<ThreadKeyRow> = {},
): ThreadKeyRow => ({
  digest: hash("sha256", bearer, "hex"),
  hostId: host.hostId,
  boundTo: boundTo === null ? null : SessionId.parse(boundTo),
  registeredAt: NOW,
  boundAt: boundTo === null ? null : NOW,
  keyId: TokenId.parse("t000000000000"),
  ...more,
});

/** `_meta` as Codex writes it into the calls of a thread (PROTOCOL §5). */
export const metaOf = (threadId: string, sessionId = threadId): Record<string, unknown> => ({
  progressToken: 1,
  callId: "call_dad25b85",
  threadId,
  sessionId,
  "x-codex-turn-metadata": { session_id: sessionId, thread_id: threadId, turn_id: TURN },
});

export const startMcp = (house: McpHouse) => running(house.ports);

/** One JSON-RPC message by POST, as a client of the 2025 revisions sends it; the answer out of its stream. */
export async function rpc(
  url: string,
  bearer: string | null,
  message: unknown,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: RpcAnswer }> {
  const response = await fetch(`${url}/mcp`, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    body: typeof message === "string" ? message : JSON.stringify(message),
  });
  const text = await response.text();
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  return { status: response.status, headers: response.headers, body: data === "" ? {} : JSON.parse(data) };
}

/** What came over the wire, looked into by hand: its shape is what is tested. */
export type Loose = ReturnType<typeof JSON.parse>;

export interface RpcAnswer {
  readonly result?: Loose;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Loose };
  readonly code?: string;
}

/** A tool call without a session of MCP. */
export async function call(
  url: string,
  bearer: string,
  name: string,
  args: object = {},
  meta: object | null = metaOf(OWN),
): Promise<{
  readonly isError?: boolean;
  readonly content: { readonly text: string }[];
  readonly structuredContent: Loose;
}> {
  const params = { name, arguments: args, ...(meta !== null && { _meta: meta }) };
  const { body } = await rpc(url, bearer, { jsonrpc: "2.0", id: 1, method: "tools/call", params });
  if (body.result === undefined) throw new Error(JSON.stringify(body));
  return body.result;
}

/** The hello of a client of the 2025 revisions. */
export const HELLO = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "codex-mcp-client", version: "0.169.0" },
  },
};

/** One request of JSON-RPC. */
export const ask = (method: string, params: object = {}, id = 1) => ({ jsonrpc: "2.0", id, method, params });

/** Says hello; the session of MCP that it made. */
export const sessionOf = async (url: string, bearer: string) =>
  (await rpc(url, bearer, HELLO)).headers.get("mcp-session-id") ?? "";
