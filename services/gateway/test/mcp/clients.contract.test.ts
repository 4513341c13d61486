/** Every client there is, over real HTTP: listing, reading, writing where it is open, and following what changes (S1-142, N1-044). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandId, TurnId } from "@claw/events";
import { VERSION } from "@claw/runtime";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { commandRow, outcomeOf } from "../fake-house.ts";
import type { Running } from "../running.ts";
import { type AnyClient, clients, recorder } from "./clients.ts";
import { TEMPLATES } from "../../src/mcp/resources.ts";
import { tools } from "../../src/mcp/tools/index.ts";
import {
  accepted,
  item,
  mcpHouse,
  type McpHouse,
  metaOf,
  OWN,
  PEER,
  session,
  startMcp,
  TURN,
} from "./mcp-house.ts";

const TOOLS = [
  "codex_sessions_list",
  "codex_session_read",
  "codex_session_send",
  "codex_session_interrupt",
  "codex_endpoint_probe",
  "claw_report_progress",
  "claw_ask",
  "codex_spawn",
  "codex_handoff",
];
const LIST = "codex://sessions";
const TRANSCRIPT = `${LIST}/${PEER}/transcript`;

let gateway: Running | null = null;
let client: AnyClient | null = null;
afterEach(async () => {
  await client?.close();
  await gateway?.stop();
  client = null;
  gateway = null;
});

/** Policy that accepts, and a host that does it at once. */
function obliging(): McpHouse {
  const house: McpHouse = mcpHouse((command) => {
    const { commandId } = command;
    const mode = command.type === "session.interrupt" ? "interrupt" : "start";
    const outcome = outcomeOf("succeeded", { mode, turnId: TurnId.parse("T9") });
    queueMicrotask(() =>
      house.commit([["commands", commandId, commandRow(CommandId.parse(commandId), { outcome })]]),
    );
    return accepted();
  });
  return house;
}

const records = new Map<string, readonly string[]>();

/** What requests behind the hello say that they speak. */
const agreedOn = (lines: readonly string[]): ReadonlySet<string | undefined> =>
  new Set(lines.flatMap((line) => /mcp-protocol-version: (\S+)/.exec(line)?.[1] ?? []));

test("S1-064 every revision that is promised is agreed on with one of them", () => {
  const revisions = new Set(clients.map(([, version]) => version));
  expect(revisions).toEqual(new Set(["2025-06-18", "2025-11-25", "2026-07-28"]));
});

describe.each(clients)("%s (%s)", (name, version, open) => {
  test("S1-064, S1-065, S1-066, S1-067, S1-068, S1-069, S1-074, S1-075, S1-076, W-37, W-38 lists, reads, sends, interrupts, and follows", async () => {
    const house = obliging();
    house.open("transcript", OWN);
    const { bearer } = house.key(OWN);
    gateway = await startMcp(house);
    const wire = recorder();
    client = await open(gateway.url, bearer, wire);
    expect(client.version()).toBe(version);
    expect(agreedOn(wire.lines)).toEqual(new Set([version]));
    expect(client.server()).toMatchObject({ name: "openclaw-codex-supervisor", version: VERSION });
    expect(await client.tools()).toEqual(TOOLS);
    expect(await client.resources()).toEqual([
      LIST,
      ...[OWN, "01a1faf2-c227-76a1-8af9-b956bcb096d3", PEER].map((id) => `${LIST}/${id}`),
    ]);
    expect(await client.templates()).toEqual([`${LIST}/{sessionId}`, `${LIST}/{sessionId}/transcript`]);

    const listed = await client.call("codex_sessions_list", {}, metaOf(OWN));
    expect(listed.content[0].text).toContain(PEER);
    expect(listed.structuredContent.data.sessions).toHaveLength(3);

    const read = await client.call("codex_session_read", { session_id: PEER }, metaOf(OWN));
    expect(read.structuredContent.data.items[0].text).toBe("said 1");
    expect(read.structuredContent.data.session.name).toBe("Peer name");

    const args = { session_id: PEER, text: "go on", operation_id: "op-1" };
    const sent = await client.call("codex_session_send", args, metaOf(OWN));
    expect(sent).toMatchObject({
      structuredContent: { decision: "accepted", outcome: "succeeded", turn_id: "T9" },
    });
    expect(sent.content[0].text).toContain(sent.structuredContent.command_id);
    expect(house.asked[0]).toMatchObject([
      { type: "session.send", target: { sessionId: PEER }, text: "go on" },
      { kind: "session", name: OWN, role: "session" },
      { via: { sessionId: OWN, turnId: TURN } },
    ]);
    const stopped = await client.call("codex_session_interrupt", { session_id: PEER }, metaOf(OWN));
    expect(stopped.structuredContent).toMatchObject({ outcome: "succeeded", mode: "interrupt" });

    const resource = await client.read(TRANSCRIPT);
    expect(JSON.parse(resource.contents[0].text).data.items[0].text).toBe("said 1");

    const heard: string[] = [];
    const all = Promise.withResolvers<void>();
    await client.follow([LIST, TRANSCRIPT], (what) => {
      heard.push(what);
      if (["list", LIST, TRANSCRIPT].every((one) => heard.includes(one))) all.resolve();
    });
    house.commit([
      ["items", `${PEER}/T1/i2`, item(PEER, 2, { text: "said later" })],
      ["sessions", "s-new", session("s-new")],
    ]);
    await all.promise;
    const isWritten = (part: string): boolean => [...wire.notices].some((said) => said.includes(part));
    const parts = ["list_changed", ...[LIST, TRANSCRIPT].map((uri) => `updated","params":{"uri":"${uri}"`)];
    await expect.poll(() => parts.every(isWritten)).toBe(true);
    records.set(`${name}, ${version}`, [
      ...wire.lines,
      ...[...wire.notices].sort().map((said) => `⇠ ${said}`),
    ]);
    const later = await client.read(TRANSCRIPT);
    expect(JSON.parse(later.contents[0].text).data.items[1].text).toBe("said later");
  });

  test("S1-092, S1-093 what is closed is refused with a code and a way out, in a shape that the client reads", async () => {
    const house = mcpHouse(() => ({
      decision: "refused",
      code: "not_enabled",
      rule: "right",
      facts: { right: "send" },
      entryId: null,
      position: null,
    }));
    gateway = await startMcp(house);
    client = await open(gateway.url, house.key(OWN).bearer, recorder());
    await client.tools();
    for (const [tool, args] of [
      ["codex_session_send", { session_id: PEER, text: "hello" }],
      ["codex_session_read", { session_id: PEER }],
    ] as const) {
      const answer = await client.call(tool, args, metaOf(OWN));
      expect(answer.isError).toBe(true);
      expect(answer.structuredContent.error).toMatchObject({ code: "not_enabled" });
      expect(answer.content[0].text).toContain("claw policy grant");
    }
    await expect(client.read(TRANSCRIPT)).rejects.toThrow(/not_enabled/);
    await expect(client.read(`${LIST}/s-none`)).rejects.toThrow(/session_unknown/);
  });
});

const PAGE = join(import.meta.dirname, "../../../../docs/look-up/mcp.md");
const NOTE =
  "<!-- Written by services/gateway/test/mcp/clients.contract.test.ts with WRITE_MCP_PAGE=1. Change it there. -->";

afterAll(() => {
  if (records.size !== clients.length) return;
  const parts = [...records].map(
    ([title, lines]) => `## ${title}\n\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`,
  );
  const page = `${NOTE}

# MCP

The server \`openclaw-codex-supervisor\` at \`/mcp\` (streamable HTTP; \`claw mcp\` brings it to stdin and stdout). It speaks 2025-06-18, 2025-11-25 and 2026-07-28. Every request bears a token: a thread its
key, people and Claws their own. The list of tools is the same for everybody; who may do what is decided in the call.

| tool | changes something | what it does |
| --- | --- | --- |
${tools.map(({ name, hints, description }) => `| \`${name}\` | ${hints.readOnlyHint ? "no" : "yes"} | ${description} |`).join("\n")}

Resources: \`codex://sessions\`, ${TEMPLATES.map(({ uriTemplate }) => `\`${uriTemplate}\``).join(", ")}. A refusal is a result with \`isError\`, whose \`error\` has the [code](refusals.md), the remedy and what was seen.

What each client asks of \`/mcp\` and is answered, one message a line, as its own library sends it: hello, the lists, a read, a send and an interrupt (open to this session by policy), a
resource, and two that are followed. Every request bears \`Authorization: Bearer <key of the thread>\`. A \`GET\` and \`subscriptions/listen\` stay open for notifications; what came on them stands at the end, after \`⇠\`.
What the real Codex asks has [a page of its own](mcp-codex.md).

${parts.join("\n")}`;
  if (process.env["WRITE_MCP_PAGE"] === "1") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8"), "docs/look-up/mcp.md: WRITE_MCP_PAGE=1").toBe(page);
});
