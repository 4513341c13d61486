/** How many MCP calls sessions can make, and how long it takes from asking for a session to the first question to its model. */
import { setTimeout } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { sha256 } from "@claw/events";
import { newBearer } from "@claw/runtime";
import { makeHouse, type TestHouse } from "../../test/acceptance/support/house.ts";
import { postingTo } from "../../test/acceptance/support/houses.ts";
import { observedBy, rawEvent } from "../../test/acceptance/support/raw-uplink.ts";
import { makeScene, type Scene } from "../../test/acceptance/support/scene.ts";
import { newTeller } from "../../test/acceptance/support/teller.ts";
import { until } from "../../test/acceptance/support/until.ts";
import { type Bench, progress } from "../bench.ts";
import { cpuOf } from "../support/usage.ts";
import { type Measure, percentile } from "../table.ts";

/** Sessions that call at once. */
const CALLERS = 100;
/** A little less than a session may read in one go (30): beyond it the house would tell it to wait. */
const CALLS_EACH = 28;
/** So each part has sessions of its own: to warm up, as fast as they can, and at a steady pace. */
const PARTS = 3;
const PER_SECOND = 500;
const KEYS_AT_ONCE = 16;
const HOST = "host-of-many";
/** Between two looks at the clock, in ms. */
const TICK_MS = 10;

interface Key {
  readonly sessionId: string;
  readonly bearer: string;
  readonly id: string;
}

/** Sessions on a host that only tells of them, each with a key of its own. */
async function tellSessions(house: TestHouse): Promise<{ keys: readonly Key[]; close: () => Promise<void> }> {
  const teller = await newTeller(house, HOST);
  const keys = Array.from({ length: CALLERS * PARTS }, (_, n): Key => {
    const { bearer, tokenId } = newBearer("mcp");
    return { sessionId: `thread-${n}`, bearer, id: tokenId };
  });
  for (const { sessionId } of keys) {
    teller.tell(`session/${sessionId}`, [observedBy(HOST)]);
    teller.tell(`session/${sessionId}`, [rawEvent("turn.started", { turnId: "t1", startedAt: Date.now() })]);
  }
  for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
    const some = keys.slice(from, from + KEYS_AT_ONCE);
    const told = some.map(({ id, bearer }) => ({ id, digest: sha256(bearer) }));
    teller.tell(`host/${HOST}`, [rawEvent("keys.registered", { keys: told })]);
    for (const { id, sessionId } of some)
      teller.tell(`host/${HOST}`, [rawEvent("key.bound", { id, sessionId })]);
  }
  await teller.taken();
  return { keys, close: teller.close };
}

async function open(house: TestHouse, bearer: string): Promise<Client> {
  const client = new Client({ name: "bench", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${bearer}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${house.url}/mcp`), { requestInit }));
  return client;
}

interface Caller {
  readonly key: Key;
  readonly client: Client;
}

const openAll = (house: TestHouse, keys: readonly Key[]): Promise<readonly Caller[]> =>
  Promise.all(keys.map(async (key) => ({ key, client: await open(house, key.bearer) })));

/** Asks for its peers, or for itself with its transcript, by turns. Answers how long it took, in ms. */
async function call({ key, client }: Caller, n: number): Promise<number> {
  const asked = n % 2 === 0 ? LIST : READ;
  const startedAt = performance.now();
  const answer = await client.callTool({ ...asked, _meta: { threadId: key.sessionId } });
  if (answer.isError === true) throw new Error(`a call failed: ${JSON.stringify(answer).slice(0, 500)}`);
  return performance.now() - startedAt;
}
const LIST = { name: "codex_sessions_list", arguments: { limit: 10 } };
const READ = { name: "codex_session_read", arguments: {} };

/** Each caller one call after the other. Answers calls a second. */
async function asFastAsTheyCan(callers: readonly Caller[]): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    callers.map(async (caller) => {
      for (let n = 0; n < CALLS_EACH; n += 1) await call(caller, n);
    }),
  );
  return (callers.length * CALLS_EACH * 1_000) / (performance.now() - startedAt);
}

/** All callers by turns, so many calls a second, whether or not those before have their answers. Answers how long each took, in ms. */
async function atAPace(callers: readonly Caller[], perSecond: number): Promise<readonly number[]> {
  const samples: Promise<number>[] = [];
  const startedAt = performance.now();
  while (samples.length < callers.length * CALLS_EACH) {
    const due = ((performance.now() - startedAt) * perSecond) / 1_000;
    while (samples.length < Math.min(due, callers.length * CALLS_EACH)) {
      const n = samples.length;
      const caller = callers[n % callers.length];
      if (caller !== undefined) samples.push(call(caller, Math.floor(n / callers.length)));
    }
    await setTimeout(TICK_MS);
  }
  return Promise.all(samples);
}

async function measureCalls(): Promise<readonly Measure[]> {
  const house = await makeHouse({ CLAW_ENDPOINTS: "none=unix:///nonexistent.sock" });
  try {
    await house.start();
    const { keys, close } = await tellSessions(house);
    const part = (n: number) => openAll(house, keys.slice(n * CALLERS, (n + 1) * CALLERS));
    const parts = [await part(0), await part(1), await part(2)] as const;
    await asFastAsTheyCan(parts[0]);
    const used = cpuOf([{ name: "claw up", pid: () => house.claw().pid }]);
    const rate = await asFastAsTheyCan(parts[1]);
    const us = used()?.[0]?.us ?? Number.NaN;
    const samples = await atAPace(parts[2], PER_SECOND);
    const p99 = percentile(samples, 0.99).toFixed(1);
    progress(
      `mcp: ${rate.toFixed(0)} calls/s, ${(us / CALLERS / CALLS_EACH).toFixed(0)} µs each; p99 at ${PER_SECOND}/s ${p99} ms`,
    );
    await Promise.all(parts.flat().map(({ client }) => client.close()));
    await close();
    const at = `one MCP call of 100 sessions at ${PER_SECOND}/s`;
    const unit = { unit: "ms", better: "less" } as const;
    return [
      {
        name: "MCP calls of 100 sessions at once",
        value: rate,
        unit: "calls/s",
        better: "more",
        aim: "≥ 500",
        note: "peers, and one's own transcript",
      },
      {
        name: "CPU of the house per MCP call",
        value: us / (CALLERS * CALLS_EACH),
        unit: "µs",
        better: "less",
        note: "of `claw up`; hardly depends on who else uses the machine",
      },
      { name: `${at}, p50`, value: percentile(samples, 0.5), ...unit },
      { name: `${at}, p99`, value: percentile(samples, 0.99), ...unit, aim: "≤ 50" },
    ];
  } finally {
    await house.remove();
  }
}

type Post = ReturnType<typeof postingTo>;
interface Answer {
  readonly decision?: string;
  readonly outcome?: string;
}

/** Until the host has told where sessions may work, and its app-server answers. */
async function ready(house: TestHouse): Promise<void> {
  interface Hosts {
    readonly hosts: readonly { readonly workspaceRoots?: readonly string[] }[];
  }
  interface Endpoints {
    readonly endpoints: readonly { readonly state: string }[];
  }
  await until("the host tells of its folders, and its app-server can be reached", async () => {
    const { hosts } = await house.get<Hosts>("/api/hosts");
    const { endpoints } = await house.get<Endpoints>("/api/endpoints");
    return (
      hosts.some(({ workspaceRoots = [] }) => workspaceRoots.length > 0) &&
      endpoints.some(({ state }) => state === "ready")
    );
  });
}

/** Limits are for accidents; a measure is none. */
async function liftLimits(post: Post): Promise<void> {
  for (const limit of ["spawn_rate", "spawn_burst", "person_rate", "person_burst", "host_spawns"]) {
    const { body } = await post<Answer>("/api/commands", {
      type: "policy.set",
      limit,
      value: 1_000,
      reason: "a measure",
    });
    if (body.decision !== "accepted") throw new Error(`policy.set ${limit}: ${JSON.stringify(body)}`);
  }
}

/** From asking for a session to the first question to its model, in ms. */
async function spawn(scene: Scene, post: Post, n: number): Promise<number> {
  const text = `SAY spawned ${n}.`;
  const asked = scene.model.nextRequest((request) => request.text.includes(text));
  const startedAt = performance.now();
  const spawned = post<Answer>("/api/commands?wait=turn", {
    type: "session.spawn",
    workspace: scene.workspace,
    text,
  });
  const failed = spawned.then(({ body }) => {
    if (body.outcome !== "succeeded") throw new Error(`spawn: ${JSON.stringify(body)}`);
    return asked;
  });
  await Promise.race([asked, failed]);
  const tookMs = performance.now() - startedAt;
  await failed;
  return tookMs;
}

async function measureSpawns(isQuick: boolean): Promise<readonly Measure[]> {
  const scene = await makeScene();
  const house = await makeHouse({
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_WORKSPACE_ROOTS: scene.workspace,
  });
  try {
    await house.start();
    const post = postingTo(house.url, house.token);
    await liftLimits(post);
    await ready(house);
    const samples: number[] = [];
    const times = isQuick ? 10 : 100;
    for (let n = 0; n < times; n += 1) samples.push(await spawn(scene, post, n));
    const unit = { unit: "ms", better: "less" } as const;
    return [
      { name: "spawn → first question to the model, p50", value: percentile(samples, 0.5), ...unit },
      {
        name: "spawn → first question to the model, p99",
        value: percentile(samples, 0.99),
        ...unit,
        aim: "≤ 1,500",
        note: `${times} sessions, one after another`,
      },
    ];
  } finally {
    await house.remove();
    await scene.end();
  }
}

export const mcpBench: Bench = {
  name: "mcp",
  run: async (isQuick) => [...(await measureCalls()), ...(await measureSpawns(isQuick))],
};
