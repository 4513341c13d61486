/** The real Codex as a client of `/mcp`: what it can be made to ask, and what its model reads of the answers. The record of it is `docs/look-up/mcp-codex.md`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommandAnswer, TranscriptAnswer } from "./support/answers.ts";
import { type AnyHouse, makeFleetHouse } from "./support/houses.ts";
import { linesOf, type Names, shapeOf } from "./support/mcp-page.ts";
import { type Exchange, type McpRecorder, recordMcp } from "./support/mcp-recorder.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const SERVER = "openclaw-codex-supervisor";
/** As Codex names the tools of a server to the model. */
const NAMESPACE = "mcp__openclaw_codex_supervisor";

let scene: Scene;
let house: AnyHouse;
let wire: McpRecorder;
/** A session that the caller is not related to, the caller, and what it spawned. */
let peer = "";
let caller = "";
let child = "";

beforeAll(async () => {
  scene = await makeScene();
  house = await makeFleetHouse(scene, {
    calledAt: async (gatewayUrl) => {
      wire = await recordMcp(gatewayUrl);
      return wire.url;
    },
  });
  peer = await spawn("peer", "SAY I am the peer");
  caller = await spawn("caller", "SAY I am the caller");
});
afterAll(async () => {
  await house?.end();
  await wire?.close();
  await scene?.end();
});

async function spawn(commandId: string, text: string): Promise<string> {
  const asked = { commandId, type: "session.spawn", workspace: scene.workspace, text };
  const { body } = await house.post<CommandAnswer>("/api/commands?wait=turn", asked);
  expect(body).toMatchObject({ decision: "accepted", outcome: "succeeded" });
  const { session } = await house.get<{ session: { sessionId: string } }>(`/api/sessions/req-${commandId}`);
  return session.sessionId;
}

interface ToolAnswer {
  readonly structuredContent?: Readonly<Record<string, never>>;
  readonly contents?: readonly { readonly text: string }[];
  readonly resources?: readonly { readonly uri: string }[];
}

const ofCaller = (): readonly Exchange[] => {
  const key = wire.exchanges().find(({ asked }) => asked?.["method"] === "tools/call")?.bearer;
  return wire.exchanges().filter(({ bearer }) => bearer === key);
};

/** A turn of the caller's in which its model calls one tool: the answer as it went over the wire, and as the model read it. */
async function turn(text: string): Promise<{ readonly answer: ToolAnswer; readonly read: string }> {
  const before = ofCaller().length;
  const asked = { type: "session.send", target: { sessionId: caller }, text };
  const { body } = await house.post<CommandAnswer>("/api/commands?wait=turn", asked);
  expect(body).toMatchObject({ decision: "accepted", outcome: "succeeded" });
  const exchange = await until("the call is written down", () =>
    ofCaller()
      .slice(before)
      .findLast(({ asked: message }) => /^(tools\/call|resources\/)/.test(String(message?.["method"]))),
  );
  const request = scene.model.requests.findLast(({ threadId }) => threadId === caller);
  const output = request?.body.input.findLast(({ type }) => type === "function_call_output");
  return { answer: exchange.answered?.["result"] as ToolAnswer, read: String(output?.output) };
}

const call = (tool: string, args: object) => turn(`CALL ${NAMESPACE} ${tool} ${JSON.stringify(args)}`);
/** Codex reads resources by tools of its own, which name the server. */
const resources = (tool: string, args: object = {}) =>
  turn(`CALL - ${tool} ${JSON.stringify({ server: SERVER, ...args })}`);

/** An admin opens a right to the caller alone. */
async function grant(right: string): Promise<void> {
  const rule = { type: "policy.grant", right, scope: "session", id: caller, state: "open" };
  const { body } = await house.post<CommandAnswer>("/api/commands?wait=decision", {
    ...rule,
    reason: "this session may",
  });
  expect(body.decision).toBe("accepted");
}

const transcriptOf = async (sessionId: string) =>
  (await house.get<TranscriptAnswer>(`/api/sessions/${sessionId}/transcript`)).items;

test("S1-010 S1-064 S1-065 S1-066 it reads its own transcript, and lists its peers", async () => {
  const own = await call("codex_session_read", {});
  expect(own.answer.structuredContent).toMatchObject({ session_id: caller });
  expect(own.read).toContain("I am the caller");
  const listed = await call("codex_sessions_list", {});
  const sessions = expect.arrayContaining([
    expect.objectContaining({ session_id: peer, relation: "other" }),
    expect.objectContaining({ session_id: caller, relation: "self" }),
  ]);
  expect(listed.answer.structuredContent).toMatchObject({ data: { sessions } });
  expect(listed.read).toContain(peer);
});

test("S1-067 S1-092 it sends to a peer as soon as policy opens that, and not before", async () => {
  const word = { session_id: peer, text: "SAY a word from the caller" };
  const refused = await call("codex_session_send", word);
  expect(refused.answer).toMatchObject({
    isError: true,
    structuredContent: { error: { code: "not_enabled" } },
  });
  expect(refused.read).toContain("claw policy grant");
  await grant("send");
  const sent = await call("codex_session_send", word);
  expect(sent.answer.structuredContent).toMatchObject({ decision: "accepted", outcome: "succeeded" });
  await until("the peer's model has answered", async () =>
    (await transcriptOf(peer)).some(
      ({ kind, text }) => kind === "agentMessage" && text === "a word from the caller",
    ),
  );
  const said = (await transcriptOf(peer)).filter(({ text }) => text?.endsWith("a word from the caller"));
  expect(said.map(({ kind }) => kind)).toEqual(["userMessage", "agentMessage"]);
});

test("S1-068 S1-072 it spawns where policy opens that, and interrupts what it spawned itself", async () => {
  await grant("spawn");
  const task = { workspace: scene.workspace, text: "WAIT nobody to open it", task_key: "task-1" };
  const { answer } = await call("codex_spawn", task);
  expect(answer.structuredContent).toMatchObject({ outcome: "succeeded", mode: "spawn" });
  const { session_id: spawned, turn_id: turnId } = answer.structuredContent ?? {};
  child = String(spawned);
  await scene.model.nextRequest(({ threadId }) => threadId === child);
  const stopped = await call("codex_session_interrupt", { session_id: child });
  expect(stopped.answer.structuredContent).toMatchObject({
    session_id: child,
    outcome: "succeeded",
    mode: "interrupt",
    turn_id: turnId,
  });
  expect(stopped.read).toContain("interrupt");
  await until("its turn is over", async () => {
    const { session } = await house.get<{ session: { status: string; parentSessionId: string } }>(
      `/api/sessions/${child}`,
    );
    return session.status === "idle" && session.parentSessionId === caller;
  });
  const foreign = await call("codex_session_interrupt", { session_id: peer });
  expect(foreign.answer.structuredContent).toMatchObject({ error: { code: "not_enabled" } });
});

test("S1-074 S1-075 S1-076 its model finds a resource, and reads it", async () => {
  const uri = `codex://sessions/${peer}`;
  const listed = await resources("list_mcp_resources");
  expect(listed.answer.resources).toContainEqual(expect.objectContaining({ uri }));
  expect(listed.read).toContain(uri);
  const { answer, read } = await resources("read_mcp_resource", { uri });
  expect(JSON.parse(answer.contents?.[0]?.text ?? "null")).toMatchObject({
    data: { session: { session_id: peer, relation: "other" } },
  });
  expect(read).toContain("data to judge");
  const closed = await resources("read_mcp_resource", { uri: `${uri}/transcript` });
  expect(closed.read).toContain("not_enabled");
});

const PAGE = join(import.meta.dirname, "../../docs/look-up/mcp-codex.md");

test("S1-142 the page shows what goes over the wire, and calls bear no other key than the caller's", async () => {
  const calling = new Set(
    wire
      .exchanges()
      .filter(({ asked }) => /^(tools\/call|resources\/)/.test(String(asked?.["method"])))
      .map(({ bearer }) => bearer),
  );
  expect(calling.size).toBe(1);
  const names: Names = [
    [peer, "<peer>"],
    [caller, "<caller>"],
    [child, "<child>"],
    [scene.workspace, "/srv/repo"],
  ];
  const lines = linesOf(ofCaller(), names);
  const secret = ofCaller()[0]?.bearer.replace("Bearer ", "") ?? "";
  expect(lines.join("\n")).not.toContain(secret);
  const page = `<!-- Written by test/acceptance/codex-calls-every-kind.e2e.test.ts with WRITE_MCP_PAGE=1. Change it there. -->

# Codex as a client of MCP

What the real Codex asks of [\`/mcp\`](mcp.md) and is answered, one message a line: hello, its own transcript, the list of its peers, a send before and after policy opened it, a spawn, an interrupt of
what it spawned and of a session that it did not, the list of resources, and two of them. Codex puts no thread into what it asks of resources. Every request bears \`Authorization: Bearer <key of the thread>\`; a \`GET\` stays
open for notifications, and is left out. \`<id>\` is a turn or an item, \`…\` is left out.

\`\`\`text
${lines.join("\n")}
\`\`\`
`;
  if (process.env["WRITE_MCP_PAGE"] === "1") writeFileSync(PAGE, page);
  const written = readFileSync(PAGE, "utf8").split("```text\n")[1]?.split("\n```")[0]?.split("\n") ?? [];
  expect(shapeOf(written), "docs/look-up/mcp-codex.md: WRITE_MCP_PAGE=1").toEqual(shapeOf(lines));
});
