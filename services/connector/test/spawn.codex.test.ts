/** Spawns on the real Codex: the thread calls the MCP server with its key, runs its turn, and people may attach to it. */
import { type ChildProcess, spawn as spawnProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  connect,
  type Connection,
  listItems,
  listTurns,
  loadedThreadIds,
  readItem,
  readThread,
  resumeThread,
} from "@claw/codex-rpc";
import { sha256 } from "@claw/events";
import {
  type CodexHome,
  type CodexServer,
  type FakeModel,
  makeCodexHome,
  startCodexServer,
  startFakeModel,
} from "@claw/testkit";
import { Effect } from "effect";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { command, CommandingHouse, outcomes, send, until } from "./acting.ts";
import { beginIn, boundIn, furnish, resumeOrder, spawnOrder, type Workshop } from "./spawning.ts";
import { type Folder, hostId, makeFolder } from "./support.ts";
import type { Running } from "./watching.ts";

/** As much of an MCP server as Codex needs to begin a thread; remembers who came. */
class Mcp {
  readonly bearers: string[] = [];
  /** Nobody is answered before this. */
  private gate: Promise<void> = Promise.resolve();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));
  static async open(): Promise<Mcp> {
    const mcp = new Mcp();
    await new Promise<void>((resolve) => mcp.server.listen(0, "127.0.0.1", resolve));
    return mcp;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/mcp`;
  }
  /** Keeps everybody waiting until the result is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate = promise;
    return resolve;
  }
  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.bearers.push(request.headers.authorization ?? "");
    await this.gate;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method !== "POST")
      return void response.writeHead(request.method === "DELETE" ? 200 : 405).end();
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (id === undefined) return void response.writeHead(202).end();
    const result =
      method === "initialize"
        ? {
            protocolVersion: params.protocolVersion,
            capabilities: { tools: {} },
            serverInfo: { name: "test", version: "1" },
          }
        : { tools: [{ name: "whoami", inputSchema: { type: "object", properties: {} } }] };
    response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  }
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let model: FakeModel;
let home: CodexHome;
let server: CodexServer;
let mcp: Mcp;
let folder: Folder;
let shop: Workshop;
let house: CommandingHouse;
let running: Running | null;

beforeAll(async () => {
  model = await startFakeModel();
  home = await makeCodexHome({ modelUrl: model.url });
  server = await startCodexServer({ home, listen: "unix" });
});
afterAll(async () => {
  await server.stop();
  await home.remove();
  await model.close();
});
beforeEach(async () => {
  mcp = await Mcp.open();
  folder = makeFolder();
  shop = furnish(folder);
  house = await CommandingHouse.open();
  house.says = { mcpUrl: mcp.url };
  house.confirmsAll = true;
  running = await beginIn(folder, shop, house, server.target);
});
afterEach(async () => {
  await running?.stop();
  await house.close();
  mcp.close();
  folder.remove();
});

const asPerson = <Value>(use: (connection: Connection) => Effect.Effect<Value, unknown>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        connect(server.target, { clientInfo: { name: "person", title: null, version: "0" } }),
        use,
      ),
    ),
  );
const turnsOf = (threadId: string) =>
  asPerson((connection) => listTurns(connection, { threadId })).then(({ data }) => data);
const clientIdsIn = (threadId: string) =>
  asPerson((connection) => listItems(connection, { threadId, sortDirection: "asc", limit: 100 })).then(
    ({ data }) =>
      data.flatMap(({ item }) => {
        const read = readItem(item);
        return read?.type === "userMessage" ? [read.clientId ?? null] : [];
      }),
  );
async function ended(threadId: string, times = 1): Promise<void> {
  const isEnd = ({ type, lane }: { readonly type: string; readonly lane: string }) =>
    type === "turn.completed" && lane === `session/${threadId}`;
  await until("the end of its turn", () => house.facts.filter(isEnd).length >= times);
}
const succeeded = (mode: string) =>
  expect.objectContaining({ type: "command.succeeded", data: expect.objectContaining({ mode }) });
const digests = () => new Set(mcp.bearers.map((header) => sha256(header.replace("Bearer ", ""))));
/** The digests of the keys that were bound to a session, in order. */
const keysOf = (sessionId: string): readonly string[] => {
  const known = new Map(
    house.facts
      .flatMap((event) => (event.type === "keys.registered" ? event.data.keys : []))
      .map((key) => [key.id, key.digest]),
  );
  return house.facts.flatMap((event) =>
    event.type === "key.bound" && event.data.sessionId === sessionId ? [known.get(event.data.id) ?? ""] : [],
  );
};

describe("a spawn on the real Codex", () => {
  it("S1-015 S1-039 S1-106 S1-107 S1-108 S1-111 S1-112 runs its turn, reaches the MCP server with its key, and lets people attach", async () => {
    const frame = spawnOrder(shop, { purpose: "say hello" }, { text: "hello there" });
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(succeeded("spawn"));
    const threadId = boundIn(house, frame) ?? "";
    const attached = await asPerson((connection) => resumeThread(connection, threadId));
    expect(attached).toMatchObject({
      id: threadId,
      name: "say hello",
      cwd: shop.workspace,
      threadSource: `claw:${frame.commandId}`,
    });
    await ended(threadId);
    expect(await clientIdsIn(threadId)).toEqual([`claw:${frame.commandId}`]);
    expect((await turnsOf(threadId)).map(({ status }) => status)).toEqual(["completed"]);
    expect([...digests()]).toEqual(keysOf(threadId));
  });

  it("N1-005 said again does nothing more", async () => {
    const frame = spawnOrder(shop);
    house.sayAtOnce([frame, frame]);
    await house.outcome(frame);
    house.say(frame);
    const next = spawnOrder(shop);
    house.say(next);
    await house.outcome(next);
    const said = outcomes(house.facts, frame.commandId).map(({ type, data }) =>
      JSON.stringify({ type, data }),
    );
    expect(new Set(said).size).toBe(1);
    expect(
      new Set(house.facts.filter(({ type }) => type === "session.bound").map(({ lane }) => lane)).size,
    ).toBe(2);
    expect(await clientIdsIn(boundIn(house, frame) ?? "")).toHaveLength(1);
  });

  it("S1-147 without the MCP server nothing begins, and no thread stays behind", async () => {
    mcp.close();
    const frame = spawnOrder(shop);
    house.say(frame);
    expect(await house.outcome(frame)).toMatchObject({
      type: "command.failed",
      data: { code: "mcp_unreachable" },
    });
    expect(boundIn(house, frame)).toBeNull();
    expect(JSON.stringify(house.facts)).not.toMatch(/clw_mcp_t[0-9a-f]{12}_/);
  });

  it("S1-161 a fork has the other's history and a key of its own", async () => {
    const first = spawnOrder(shop, {}, { text: "the beginning" });
    house.say(first);
    await house.outcome(first);
    const forkOf = boundIn(house, first);
    await ended(forkOf ?? "");
    const frame = spawnOrder(shop, { forkOf }, { text: "and on" });
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(succeeded("spawn"));
    const threadId = boundIn(house, frame) ?? "";
    expect(await clientIdsIn(threadId)).toEqual([`claw:${first.commandId}`, `claw:${frame.commandId}`]);
    expect(keysOf(threadId)).toHaveLength(1);
    expect(digests()).toContain(keysOf(threadId)[0]);
  });

  it("S1-162 resumed after its server was started again: the MCP server is back, with a new key", async () => {
    const frame = spawnOrder(shop);
    house.say(frame);
    await house.outcome(frame);
    const threadId = boundIn(house, frame) ?? "";
    await ended(threadId);
    await server.stop();
    server = await startCodexServer({ home, listen: "unix" });
    const resume = resumeOrder(threadId);
    house.say(resume);
    expect(await house.outcome(resume)).toEqual(succeeded("resume"));
    expect(keysOf(threadId)).toHaveLength(2);
    expect(digests()).toEqual(new Set(keysOf(threadId)));
    const next = command(threadId, send());
    house.say(next);
    expect(await house.outcome(next)).toEqual(succeeded("start"));
    const seen = house.facts.flatMap((event) =>
      event.type === "session.observed" && event.lane === `session/${threadId}`
        ? [event.data.threadSource]
        : [],
    );
    expect(new Set(seen)).toEqual(new Set([`claw:${frame.commandId}`]));
  });

  it("N1-005 S1-161 a host that lost its outbox finds the thread on a server that was started again, and makes no second one", async () => {
    const frame = spawnOrder(shop, {}, { text: "do it once" });
    house.say(frame);
    await house.outcome(frame);
    const threadId = boundIn(house, frame) ?? "";
    await ended(threadId);
    await running?.stop();
    rmSync(join(folder.path, "connector"), { recursive: true });
    house.forget();
    await server.stop();
    server = await startCodexServer({ home, listen: "unix" });
    running = await beginIn(folder, shop, house, server.target);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(succeeded("spawn"));
    expect(boundIn(house, frame)).toBe(threadId);
    expect(await clientIdsIn(threadId)).toEqual([`claw:${frame.commandId}`]);
  });

  it("S1-161 a sub-agent that Codex starts in it is told with the thread that it belongs to", async () => {
    const task = `CALL multi_agent_v1 spawn_agent ${JSON.stringify({ message: "say hello" })}`;
    const frame = spawnOrder(shop, {}, { text: task });
    house.say(frame);
    await house.outcome(frame);
    const parentSessionId = boundIn(house, frame);
    const child = () =>
      house.facts.find(
        (event) => event.type === "session.observed" && event.data.parentSessionId === parentSessionId,
      );
    await until("the sub-agent", () => child() !== undefined);
    expect(child()?.data).toMatchObject({ threadSource: "subagent", rootSessionId: parentSessionId, hostId });
  });

  it("S1-162 a thread that Codex does not know is vanished", async () => {
    const frame = spawnOrder(shop);
    house.say(frame);
    await house.outcome(frame);
    const threadId = boundIn(house, frame) ?? "";
    await ended(threadId);
    const { path } = await asPerson((connection) => readThread(connection, threadId));
    await server.stop();
    rmSync(path ?? "");
    rmSync(`${home.path}/state.sqlite`, { force: true });
    server = await startCodexServer({ home, listen: "unix" });
    const resume = resumeOrder(threadId);
    house.say(resume);
    const { type, data } = await house.outcome(resume);
    expect([type, "code" in data ? data.code : ""]).toEqual(["command.failed", "thread_vanished"]);
  });

  it("N1-005 S1-161 a connector that is killed while Codex makes the thread: one thread, one turn, and the key that it got", async () => {
    await running?.stop();
    running = null;
    const before = house.welcomes;
    const doomed = startChild();
    await house.welcomed(before + 1);
    const letGo = mcp.hold();
    const frame = spawnOrder(shop, {}, { text: "do it once" });
    house.say(frame);
    await until("the call of the MCP server", () => mcp.bearers.length > 0);
    doomed.kill("SIGKILL");
    await new Promise((resolve) => doomed.once("exit", resolve));
    letGo();
    running = await beginIn(folder, shop, house, server.target);
    house.say(frame);
    expect(await house.outcome(frame)).toEqual(succeeded("spawn"));
    const threadId = boundIn(house, frame) ?? "";
    await ended(threadId);
    expect(await clientIdsIn(threadId)).toEqual([`claw:${frame.commandId}`]);
    const loaded = await asPerson((connection) =>
      Effect.flatMap(loadedThreadIds(connection), (ids) =>
        Effect.forEach(ids, (id) => readThread(connection, id)),
      ),
    );
    expect(loaded.filter(({ threadSource }) => threadSource === `claw:${frame.commandId}`)).toHaveLength(1);
    expect([...digests()]).toEqual(keysOf(threadId));
  });
});

/** A connector in a process of its own, on the same folder. */
function startChild(): ChildProcess {
  const options = {
    hostId,
    dataDir: join(folder.path, "connector"),
    tokenFile: join(folder.path, "token"),
    url: house.url,
    socket: server.target.kind === "unix" ? server.target.path : "",
    root: shop.root,
  };
  const script = fileURLToPath(new URL("connector-child.ts", import.meta.url));
  return spawnProcess(process.execPath, [script, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}
