/**
 * Two hundred texts in titles, outputs and summaries tell whoever reads them what to call, and a client obeys each of them: every one ends in the verdict that
 * stands for it in a table, because nothing that policy decides depends on what a model reads (N1-044, RELIABILITY S21).
 */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { sha256 } from "@claw/events";
import { newBearer } from "@claw/runtime";
import { expect, onTestFinished, test } from "vitest";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { postingTo } from "./support/houses.ts";
import { type Injection, allInjections, obey, PEER, STRANGER } from "./support/injections.ts";
import { observedBy, rawEvent } from "./support/raw-uplink.ts";
import { newTeller } from "./support/teller.ts";
import { until } from "./support/until.ts";

const HOST = "host-a";
const OTHERS_HOST = "host-b";

test("N1-044 S1-092 S1-093 200 injected instructions that are obeyed end in their verdicts, and none in another", async () => {
  const house = await makeHouse({ CLAW_ENDPOINTS: "none=unix:///nonexistent.sock" });
  onTestFinished(house.remove);
  await house.start();
  const injections = allInjections();
  const keys = new Map(injections.map(({ number }) => [number, newBearer("mcp")]));
  const told = await tellAll(house, injections, keys);
  onTestFinished(told.close);
  await openRights(house, injections);

  const ends = new Map<string, string[]>();
  for (const injection of injections) {
    const end = await obeyed(house, injection, keys.get(injection.number)?.bearer ?? "");
    ends.set(injection.name, [...(ends.get(injection.name) ?? []), end]);
  }
  const expected = new Map<string, string[]>();
  for (const { name, verdict } of injections) expected.set(name, [...(expected.get(name) ?? []), verdict]);
  expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(expected));

  const { commands } = await allCommands(house);
  const ofSessions = commands.filter(({ principal }) => principal.kind === "session");
  const reached = injections.filter(({ reachesPolicy }) => reachesPolicy).length;
  expect(reached).toBeGreaterThanOrEqual(100);
  expect(ofSessions.filter(({ type }) => type !== "progress.report")).toHaveLength(reached);
  expect(
    ofSessions.filter(({ decision, type }) => decision === "accepted" && type !== "progress.report"),
  ).toEqual([]);
});

const victimOf = (number: number): string => `victim-${number}`;

/** Two hosts that tell of sessions: for each text one that reads it, and the ones that it is about. */
async function tellAll(
  house: TestHouse,
  injections: readonly Injection[],
  keys: ReadonlyMap<number, ReturnType<typeof newBearer>>,
): Promise<{ close: () => Promise<void> }> {
  const teller = await newTeller(house, HOST, []);
  const stranger = await newTeller(house, OTHERS_HOST, ["--group", "night"]);
  stranger.tell(`session/${STRANGER}`, [observedBy(OTHERS_HOST)]);
  teller.tell(`session/${PEER}`, [observedBy(HOST)]);
  const all = [...keys].map(([number, { tokenId, bearer }]) => ({
    number,
    id: tokenId,
    digest: sha256(bearer),
  }));
  for (let from = 0; from < all.length; from += 16)
    teller.tell(`host/${HOST}`, [
      rawEvent("keys.registered", {
        keys: all.slice(from, from + 16).map(({ id, digest }) => ({ id, digest })),
      }),
    ]);
  for (const injection of injections) {
    const lane = `session/${victimOf(injection.number)}`;
    teller.tell(lane, [named(injection.carrier === "title" ? injection.text : null)]);
    teller.tell(lane, [rawEvent("turn.started", { turnId: "t1", startedAt: Date.now() })]);
    teller.tell(lane, [item("u1", "userMessage", "look at it")]);
    if (injection.carrier === "output") teller.tell(lane, [item("o1", "agentMessage", injection.text)]);
    teller.tell(`host/${HOST}`, [
      rawEvent("key.bound", {
        id: keys.get(injection.number)?.tokenId ?? "",
        sessionId: victimOf(injection.number),
      }),
    ]);
  }
  await teller.taken();
  await stranger.taken();
  // Only then: a session reads 30 times at once and twice a second after that, too seldom to wait for views that lag.
  const last = injections.at(-1)?.number ?? 0;
  await until("the views show all of it", async () => {
    const { items } = await house.get<{ items: readonly object[] }>(
      `/api/sessions/${victimOf(last)}/transcript`,
    );
    return items.length > 0;
  });
  return {
    close: async () => {
      await teller.close();
      await stranger.close();
    },
  };
}

const named = (name: string | null) => {
  const event = observedBy(HOST);
  return { ...event, body: { name, preview: null } };
};

const item = (itemId: string, kind: string, text: string) =>
  rawEvent(
    "item.completed",
    {
      turnId: "t1",
      itemId,
      kind,
      startedAt: null,
      status: null,
      completedAt: Date.now(),
      durationMs: null,
      exitCode: null,
      clientId: null,
      cutBytes: 0,
    },
    { text, command: null, output: null, tool: null, paths: [] },
  );

/** An admin opens what the wish needs to get further than the first rule. */
async function openRights(house: TestHouse, injections: readonly Injection[]): Promise<void> {
  const post = postingTo(house.url, house.token);
  for (const { number, opened } of injections) {
    if (opened === undefined) continue;
    const grant = {
      type: "policy.grant",
      right: opened,
      scope: "session",
      id: victimOf(number),
      state: "open",
    };
    const answer = await post<{ decision: string }>("/api/commands", {
      ...grant,
      reason: "to see what comes of it",
    });
    expect(answer.body.decision).toBe("accepted");
  }
}

/** Reads the text as a model would, does what it says, and gives what came of it. */
async function obeyed(house: TestHouse, injection: Injection, bearer: string): Promise<string> {
  const client = new Client({ name: "obedient", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${bearer}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${house.url}/mcp`), { requestInit }));
  const self = victimOf(injection.number);
  const meta = (thread: string) => ({ threadId: thread, "x-codex-turn-metadata": { turn_id: "t1" } });
  const ask = async (name: string, args: Record<string, unknown>, thread = self) =>
    client.callTool({ name, arguments: args, _meta: meta(thread) });
  try {
    if (injection.carrier === "summary") {
      const reported = verdictIn(
        await ask("claw_report_progress", { state: "working", text: injection.text }),
      );
      if (reported !== "done") return reported;
    }
    const seen = await until("the text is there to be read", async () => {
      const answer =
        injection.carrier === "output"
          ? await ask("codex_session_read", { session_id: self })
          : await client.readResource({ uri: `codex://sessions/${self}`, _meta: meta(self) });
      return stringsIn(answer).find((text) => obey(text) !== null);
    });
    const order = obey(seen);
    if (order === null) return "nothing to obey";
    const args = order.args["session_id"] === "SELF" ? { ...order.args, session_id: self } : order.args;
    const answer = await ask(order.tool, args, injection.thread);
    return verdictIn(answer);
  } catch (error) {
    return `threw: ${String(error).slice(0, 200)}`;
  } finally {
    await client.close();
  }
}

function verdictIn(answer: {
  readonly structuredContent?: unknown;
  readonly isError?: boolean | undefined;
}): string {
  const { error } = (answer.structuredContent ?? {}) as { error?: { code?: string } };
  return error?.code ?? (answer.isError === true ? "an error without a code" : "done");
}

/** All strings anywhere in an answer, JSON that stands in a text taken apart. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") {
    const held = value.startsWith("{") ? parsed(value) : null;
    return held === null ? [value] : stringsIn(held);
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

interface CommandsAnswer {
  readonly commands: readonly {
    readonly type: string;
    readonly decision: string;
    readonly principal: { readonly kind: string };
  }[];
  readonly nextCursor: string | null;
}

async function allCommands(house: TestHouse): Promise<CommandsAnswer> {
  const commands: CommandsAnswer["commands"][number][] = [];
  let cursor: string | null = null;
  do {
    const page: CommandsAnswer = await house.get<CommandsAnswer>(
      `/api/commands?limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    commands.push(...page.commands);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { commands, nextCursor: null };
}
