/** Whose a key is, until when it is good, and what becomes of calls that come from elsewhere (DESIGN 14.12, ADR 0013). */
import { type Command, HostId, SessionId } from "@claw/events";
import { newBearer } from "@claw/runtime";
import { GateClosed } from "@claw/wire";
import { Effect } from "effect";
import { afterEach, describe, expect, test } from "vitest";
import { MAX_FAILURES } from "../../src/auth/attempts.ts";
import {
  KEY_OUTLIVES_HOST_MS,
  KEY_WAIT_MS,
  makeKeys,
  MAX_KEY_WAITERS,
  MAX_STRANGERS_PER_ADDRESS,
} from "../../src/mcp/keys.ts";
import { makeMismatches, MAX_REMEMBERED } from "../../src/mcp/mismatches.ts";
import type { House } from "../../src/ports.ts";
import { host, NOW, sessionRow, tokenOf } from "../fake-house.ts";
import { tokenChange, type Running } from "../running.ts";
import {
  accepted,
  call,
  clocks,
  keyOf,
  mcpHouse,
  type McpHouse,
  metaOf,
  CHILD,
  OWN,
  PEER,
  rpc,
  startMcp,
  TURN,
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
const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const ofHouse = ({
  ports,
}: McpHouse): Pick<House, "reader" | "feed" | "run" | "clocks" | "gate" | "diagnostics" | "overlay"> => ({
  ...ports,
  run: (effect) => Effect.runPromiseExit(effect),
});

describe("a request", () => {
  test.each([
    ["no token at all", () => null],
    ["a key that nobody minted", () => newBearer("mcp").bearer],
    ["a host's token", () => newBearer("host").bearer],
    ["no token of ours", () => "secret"],
  ])("with %s is not let in", async (_, bearer) => {
    const url = await start(mcpHouse());
    const { status, body, headers } = await rpc(url, bearer(), LIST);
    expect([status, body.code, headers.get("www-authenticate")]).toEqual([401, "unauthenticated", "Bearer"]);
  });

  test("with the id of a key and another secret is not let in, and does not wait", async () => {
    const house = mcpHouse();
    const { keyId } = house.key(OWN);
    const url = await start(house);
    const { status } = await rpc(url, `clw_mcp_${keyId}_${"0".repeat(64)}`, LIST);
    expect(status).toBe(401);
  });

  test("S1-010 with the key of a thread says which session asks, and in which turn", async () => {
    const house = mcpHouse();
    const url = await start(house);
    await call(url, house.key(OWN).bearer, "codex_session_interrupt", { session_id: PEER, wait_ms: 0 });
    expect(house.asked[0]?.slice(1)).toEqual([
      { kind: "session", name: OWN, role: "session" },
      { via: { sessionId: OWN, turnId: TURN } },
    ]);
  });

  test("of a sub-agent has the rights of its thread, and no turn of its own", async () => {
    const house = mcpHouse();
    const url = await start(house);
    const { bearer } = house.key(OWN);
    await call(url, bearer, "codex_session_interrupt", { session_id: PEER, wait_ms: 0 }, metaOf(CHILD, OWN));
    expect(house.asked[0]?.[2]).toEqual({ via: { sessionId: OWN, turnId: null } });
  });

  test("of a person is what their token says, and of no session, whatever stands in _meta", async () => {
    const house = mcpHouse();
    const operator = tokenOf("operator");
    house.commit([tokenChange(operator.row)]);
    const url = await start(house);
    await call(url, operator.bearer, "codex_session_interrupt", { session_id: PEER, wait_ms: 0 });
    expect(house.asked[0]?.slice(1)).toEqual([operator.row.principal, { via: null }]);
  });

  test("with a revoked token of a person is not let in", async () => {
    const house = mcpHouse();
    const operator = tokenOf("operator", { revokedAt: NOW });
    house.commit([tokenChange(operator.row)]);
    expect((await rpc(await start(house), operator.bearer, LIST)).status).toBe(401);
  });
});

describe("a key that the views do not show yet", () => {
  test("is waited for, and let in when they do", async () => {
    const house = mcpHouse();
    const { bearer, tokenId } = newBearer("mcp");
    const url = await start(house);
    const answer = rpc(url, bearer, LIST);
    setImmediate(() => {
      house.keys.set(tokenId, keyOf(bearer, OWN));
      house.commit([]);
    });
    expect((await answer).status).toBe(200);
  });

  test("unbound, opens the hello and the lists, and no call; bound, the call that waited goes on", async () => {
    const house = mcpHouse();
    const { bearer, keyId } = house.key(null);
    const url = await start(house);
    const hello = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "c", version: "1" } },
    };
    expect((await rpc(url, bearer, hello)).status).toBe(200);
    expect((await rpc(url, bearer, LIST)).body.result.tools).toHaveLength(9);
    const refused = await call(url, bearer, "codex_sessions_list");
    expect(refused.structuredContent.error).toMatchObject({ code: "key_unbound", facts: { keyId } });
    const late = call(url, bearer, "codex_sessions_list");
    setImmediate(() => {
      house.keys.set(keyId, keyOf(bearer, OWN));
      house.commit([]);
    });
    expect((await late).structuredContent.data.sessions).toHaveLength(3);
  });

  test("keeps a bounded number waiting; the rest is answered at once", async () => {
    const house = mcpHouse();
    const keys = makeKeys(ofHouse(house), house.sight);
    const answered: string[] = [];
    const waiting = Array.from({ length: MAX_KEY_WAITERS }, async () => {
      const session = await keys.sessionOf("t000000000000");
      answered.push("waited");
      return session;
    });
    expect(await keys.sessionOf("t000000000000")).toBeNull();
    expect(answered).toEqual([]);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([null]));
  });

  test("waits for whose it is, however many bring keys that nobody knows", async () => {
    const house = mcpHouse();
    const { bearer, keyId } = house.key(null);
    const keys = makeKeys(ofHouse(house), house.sight);
    const strangers = Array.from({ length: MAX_KEY_WAITERS }, (_, n) =>
      keys.authenticate("x", "t000000000000", `10.0.${n}.1`),
    );
    const whose = keys.sessionOf(keyId);
    house.keys.set(keyId, keyOf(bearer, OWN));
    house.commit([]);
    expect(await whose).toBe(OWN);
    expect(new Set(await Promise.all(strangers))).toEqual(new Set([null]));
  });
});

describe("one address that sends noise", () => {
  test("takes the wait of no other: a key that the views show a moment later is let in from there", async () => {
    const house = mcpHouse();
    const keys = makeKeys(ofHouse(house), house.sight);
    const noise = Array.from({ length: 2 * MAX_KEY_WAITERS }, () =>
      keys.authenticate("x", "t000000000000", "203.0.113.1"),
    );
    const { bearer, tokenId } = newBearer("mcp");
    const late = keys.authenticate(bearer, tokenId, "203.0.113.2");
    setImmediate(() => {
      house.keys.set(tokenId, keyOf(bearer, OWN));
      house.commit([]);
    });
    expect(await late).toEqual({ hostId: host.hostId });
    expect(new Set(await Promise.all(noise))).toEqual(new Set([null]));
  });

  test("keeps no good key from its own: behind one address of a network, what is known is let in at once", async () => {
    const house = mcpHouse();
    const { bearer } = house.key(OWN);
    const url = await start(house);
    const wrong = (n: number) =>
      rpc(url, `clw_mcp_t${n.toString(16).padStart(12, "0")}_${"0".repeat(64)}`, LIST);
    const noise = Promise.all(Array.from({ length: 2 * MAX_FAILURES }, (_, n) => wrong(n)));
    expect((await rpc(url, bearer, LIST)).status).toBe(200);
    const answers = await noise;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    expect((await rpc(url, bearer, LIST)).status).toBe(200);
  });

  test("is forgotten when nobody waits from there any more, and has its whole share again", async () => {
    const house = mcpHouse();
    const keys = makeKeys(ofHouse(house), house.sight);
    const ask = () => keys.authenticate("x", "t000000000000", "203.0.113.1");
    await Promise.all(Array.from({ length: MAX_STRANGERS_PER_ADDRESS + 1 }, ask));
    const before = performance.now();
    await ask();
    expect(performance.now() - before).toBeGreaterThan(KEY_WAIT_MS / 2);
  });
});

describe("a key is good", () => {
  const isGood = (house: McpHouse): boolean => {
    const { keyId } = house.key(OWN);
    return makeKeys(ofHouse(house), house.sight).isStillGood(keyId);
  };

  test.each([
    ["null", null, true],
    ["unloaded", "unloaded", true],
    ["archived", "archived", false],
    ["deleted", "deleted", false],
  ] as const)("while its session is not put away: closed %s", (_, closed, expected) => {
    const house = mcpHouse();
    house.commit([["sessions", OWN, sessionRow(OWN, { closed })]]);
    expect(isGood(house)).toBe(expected);
  });

  test.each([
    ["just heard", NOW, true],
    ["heard a little less than twelve hours ago", NOW + 1_001 - KEY_OUTLIVES_HOST_MS, true],
    ["heard twelve hours ago", NOW + 1_000 - KEY_OUTLIVES_HOST_MS, false],
  ])("for twelve hours after its host was last heard: %s", (_, lastHeardAt, expected) => {
    const house = mcpHouse();
    house.commit([["hosts", "h1", { ...host, lastHeardAt, addedAt: 1 }]]);
    expect(isGood(house)).toBe(expected);
  });

  test("by the host's heartbeat, where the row is older", () => {
    const beat = { heardAt: NOW, rttMs: null, clockOffsetMs: null, outboxDepth: 0, isCatchingUp: false };
    const house = mcpHouse(undefined, { overlay: () => beat });
    house.commit([["hosts", "h1", { ...host, lastHeardAt: 1, addedAt: 1 }]]);
    expect(isGood(house)).toBe(true);
  });

  test.each([
    ["revoked", { revokedAt: NOW }, false],
    ["over", { until: NOW }, false],
    ["not over yet", { until: NOW + 5_000 }, true],
  ])("while its host may join: the host's only token is %s", (_, more, expected) => {
    const house = mcpHouse();
    const first = house.views.reader.tokens({ limit: 1, cursor: null }).rows[0];
    if (first === undefined) throw new Error("no token");
    house.commit([tokenChange({ ...first, ...more })]);
    expect(isGood(house)).toBe(expected);
  });

  test("while its host may join: another token of it does as well, one of another host does not", () => {
    const house = mcpHouse();
    const first = house.views.reader.tokens({ limit: 1, cursor: null }).rows[0];
    if (first === undefined) throw new Error("no token");
    const other = tokenOf("host", { hostId: HostId.parse("h2") }).row;
    house.commit([tokenChange({ ...first, revokedAt: NOW }), tokenChange(other)]);
    expect(isGood(house)).toBe(false);
    house.commit([tokenChange(tokenOf("host", { hostId: host.hostId }).row)]);
    expect(isGood(house)).toBe(true);
  });
});

describe("a call from another thread than the key's", () => {
  const attempts = (house: McpHouse) =>
    house.asked.flatMap(([command, principal]) =>
      command.type === "record.attempt" ? [{ ...command, principal }] : [],
    );

  test("is refused, done by nobody, and recorded: the first of a key in a minute", async () => {
    const house = mcpHouse();
    const { bearer, keyId } = house.key(OWN);
    const url = await start(house);
    for (const tool of ["codex_session_send", "codex_sessions_list", "codex_session_read"]) {
      const answer = await call(url, bearer, tool, { session_id: PEER, text: "x" }, metaOf(PEER));
      expect(answer.structuredContent.error).toMatchObject({
        code: "thread_mismatch",
        facts: { sessionId: OWN, claimed: PEER },
      });
    }
    const nothing = await call(url, bearer, "codex_sessions_list", {}, null);
    expect(nothing.structuredContent.error).toMatchObject({
      code: "thread_mismatch",
      facts: { claimed: null },
    });
    expect(house.asked).toHaveLength(1);
    expect(attempts(house)).toMatchObject([
      {
        kind: "thread_mismatch",
        keyId,
        sessionId: OWN,
        claimed: PEER,
        count: 1,
        principal: { kind: "house", name: "gateway", role: "admin" },
      },
    ]);
  });

  test("a resource may be read without a claim, but not with another's", async () => {
    const house = mcpHouse();
    const { bearer } = house.key(OWN);
    const url = await start(house);
    const read = (meta: object) =>
      rpc(url, bearer, {
        jsonrpc: "2.0",
        id: 1,
        method: "resources/read",
        params: { uri: "codex://sessions", ...meta },
      });
    expect((await read({})).body.result.contents).toHaveLength(1);
    expect((await read({ _meta: metaOf(OWN) })).body.result.contents).toHaveLength(1);
    expect((await read({ _meta: metaOf(PEER) })).body.error).toMatchObject({
      data: { code: "thread_mismatch" },
    });
  });

  const attempt = {
    kind: "thread_mismatch",
    keyId: "t0123456789ab",
    hostId: host.hostId,
    sessionId: SessionId.parse(OWN),
    claimed: PEER,
  };

  test("the rest is counted and told with the next, also what policy could not take", async () => {
    const time = { now: 0 };
    const asked: Command[] = [];
    let isOpen = true;
    const submit = (command: Command) =>
      Effect.suspend(() => {
        asked.push(command);
        return isOpen
          ? Effect.succeed(accepted())
          : Effect.fail(new GateClosed({ reason: "x", retryAfterMs: 1 }));
      });
    const { seen } = makeMismatches({
      ...ofHouse(mcpHouse()),
      gate: { submit },
      clocks: { ...clocks, monoMs: () => time.now },
    });
    const counts = async (
      atSeconds: number,
      times: number,
      keyId = attempt.keyId,
    ): Promise<readonly number[]> => {
      time.now = atSeconds * 1_000;
      for (let n = 0; n < times; n += 1) seen({ ...attempt, keyId });
      await new Promise((resolve) => setImmediate(resolve));
      return asked.map((command) => (command.type === "record.attempt" ? command.count : 0));
    };
    expect(await counts(0, 3)).toEqual([1]);
    expect(await counts(0, 1, "tffffffffffff")).toEqual([1, 1]);
    expect(await counts(59, 1)).toEqual([1, 1]);
    expect(await counts(60, 1)).toEqual([1, 1, 4]);
    isOpen = false;
    expect(await counts(120, 1)).toEqual([1, 1, 4, 1]);
    isOpen = true;
    expect(await counts(180, 2)).toEqual([1, 1, 4, 1, 2]);
    expect(await counts(240, 1)).toEqual([1, 1, 4, 1, 2, 2]);
  });

  test("what is remembered is bounded", () => {
    const { seen, size } = makeMismatches({ ...ofHouse(mcpHouse()), run: () => new Promise(() => {}) });
    for (let n = 0; n < MAX_REMEMBERED + 50; n += 1)
      seen({ ...attempt, keyId: `t${n.toString(16).padStart(12, "0")}` });
    expect(size()).toBe(MAX_REMEMBERED);
  });
});
