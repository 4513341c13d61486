/** What one host can do with its keys to others: nothing in another's name, and no more than its share (ADR 0013, RELIABILITY S14). */
import { type Command, HostId, SessionId } from "@claw/events";
import { Effect } from "effect";
import { afterEach, describe, expect, test } from "vitest";
import { makeKeys } from "../../src/mcp/keys.ts";
import { makeLimits, MAX_CALLS, MAX_CALLS_OF_HOST, MAX_CALLS_PER_TOKEN } from "../../src/mcp/limits.ts";
import { makeMismatches, MAX_TOLD_OF_HOST } from "../../src/mcp/mismatches.ts";
import { makeSubscriptions } from "../../src/mcp/listening.ts";
import { makeMcpSessions, MAX_SESSIONS, MAX_SESSIONS_OF_HOST } from "../../src/mcp/sessions.ts";
import type { McpCaller } from "../../src/mcp/who.ts";
import type { House } from "../../src/ports.ts";
import { host, tokenOf } from "../fake-house.ts";
import { type Running, tokenChange } from "../running.ts";
import { accepted, clocks, mcpHouse, type McpHouse, OWN, PEER, rpc, startMcp } from "./mcp-house.ts";

let gateway: Running | null = null;
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
});
const LIST = { jsonrpc: "2.0", id: 1, method: "tools/list" };
const H9 = HostId.parse("h9");
const ofHouse = ({
  ports,
}: McpHouse): Pick<House, "reader" | "feed" | "run" | "clocks" | "gate" | "diagnostics" | "overlay"> => ({
  ...ports,
  run: (effect) => Effect.runPromiseExit(effect),
});
const attempt = {
  kind: "thread_mismatch",
  keyId: "t0123456789ab",
  hostId: host.hostId,
  sessionId: SessionId.parse(OWN),
  claimed: PEER,
};

describe("a host that has many keys", () => {
  test("S1-010 opens nothing of a session that is another host's: it was bound while its host held the name", async () => {
    const house = mcpHouse();
    house.commit([tokenChange(tokenOf("host", { hostId: H9 }).row)]);
    house.commit([["hosts", "h9", { ...host, hostId: H9 }]]);
    const { bearer, keyId } = house.key(OWN, { hostId: H9 });
    expect(makeKeys(ofHouse(house), house.sight).isStillGood(keyId)).toBe(false);
    gateway = await startMcp(house);
    expect((await rpc(gateway.url, bearer, LIST)).status).toBe(401);
  });

  test("S1-133 has calls from elsewhere told within its share, and the rest in the next minute: they fill no log", async () => {
    const time = { now: 0 };
    const counts: number[] = [];
    const submit = (command: Command) =>
      Effect.sync(() => {
        counts.push(command.type === "record.attempt" ? command.count : 0);
        return accepted();
      });
    const { seen } = makeMismatches({
      ...ofHouse(mcpHouse()),
      gate: { submit },
      clocks: { ...clocks, monoMs: () => time.now },
    });
    const told = async (): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      return counts.length;
    };
    const keyIds = Array.from({ length: 3 * MAX_TOLD_OF_HOST }, (_, n) => `t${String(n).padStart(12, "0")}`);
    for (const keyId of [...keyIds, ...keyIds]) seen({ ...attempt, keyId });
    expect(await told()).toBe(MAX_TOLD_OF_HOST);
    seen({ ...attempt, hostId: HostId.parse("h2") });
    expect(await told()).toBe(MAX_TOLD_OF_HOST + 1);
    time.now = 60_000;
    seen({ ...attempt, keyId: keyIds.at(-1) ?? "" });
    expect(await told()).toBe(MAX_TOLD_OF_HOST + 2);
    expect(counts.at(-1)).toBe(3);
  });

  test("keeps nobody out: its calls in flight have a share, and leave room for all others", async () => {
    const { run, size } = makeLimits(() => 0);
    const over = Promise.withResolvers<void>();
    const call = (n: number, hostId = H9): Promise<void> =>
      run({ kind: "thread", tokenId: `t${Math.floor(n / MAX_CALLS_PER_TOKEN)}`, hostId }, () => over.promise);
    const calls = Array.from({ length: MAX_CALLS }, (_, n) => call(n));
    const settled = Promise.allSettled(calls);
    expect(size()).toBe(MAX_CALLS_OF_HOST);
    const admin: McpCaller = {
      kind: "token",
      tokenId: "tadmin",
      until: null,
      principal: { kind: "person", name: "ann", role: "admin" },
    } as never;
    expect(await run(admin, () => Promise.resolve("served"))).toBe("served");
    over.resolve();
    const ends = await settled;
    const refused = ends.find(({ status }) => status === "rejected");
    expect(refused).toMatchObject({ reason: { code: "too_many", facts: { limit: MAX_CALLS_OF_HOST } } });
    expect(size()).toBe(0);
    await call(0, H9);
  });

  const keys = (count: number, hostId = H9): readonly McpCaller[] =>
    Array.from({ length: count }, (_, n) => ({ kind: "thread", tokenId: `t${n}`, hostId }));
  const quiet = { watch: () => {}, unwatch: () => {} };

  test("has a share of the sessions, and is served without them beyond it", () => {
    const { open, size } = makeMcpSessions({ monoMs: () => 0 }, quiet);
    for (const caller of keys(MAX_SESSIONS)) open(caller);
    expect(size()).toBe(MAX_SESSIONS_OF_HOST);
    expect(open({ kind: "thread", tokenId: "other", hostId: HostId.parse("h2") })).not.toBeNull();
  });

  test("has a share of the subscriptions", () => {
    const { begin, size } = makeSubscriptions(quiet, () => 0);
    const refused = keys(300).filter((caller) => {
      try {
        begin(caller, new Set());
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: "too_many", facts: { limit: size() } });
        return true;
      }
    });
    expect(refused).toHaveLength(300 - size());
    expect(size()).toBe(256);
    begin({ kind: "thread", tokenId: "other", hostId: HostId.parse("h2") }, new Set());
  });
});
