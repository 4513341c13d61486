/** Following resources: what is told to whom, how often, and how much waits for a client that does not read (S1-074…076). */
import { afterEach, describe, expect, test } from "vitest";
import { GATHER_MS, makeChanges, type Watcher } from "../../src/mcp/changes.ts";
import { makeSubscriptions } from "../../src/mcp/listening.ts";
import { bounded, makeNotices, MAX_WAITING_BYTES } from "../../src/mcp/stream.ts";
import { IDLE_MS, makeMcpSessions, MAX_SESSIONS, CHECK_MS } from "../../src/mcp/sessions.ts";
import type { McpCaller } from "../../src/mcp/who.ts";
import { makeFakeViews } from "../fake-house.ts";
import { HostId } from "@claw/events";
import { item, OWN, PEER, session } from "./mcp-house.ts";

const LIST = "codex://sessions";
const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));

function watched(uris: readonly string[]) {
  const views = makeFakeViews();
  views.commit([
    ["sessions", OWN, session(OWN)],
    ["sessions", PEER, session(PEER)],
  ]);
  const time = { now: 0 };
  const changes = makeChanges(
    () => views.reader,
    () => time.now,
  );
  stops.push(changes.stop);
  const heard: string[] = [];
  const watcher: Watcher = {
    uris: new Set(uris),
    sees: () => () => true,
    updated: (uri) => heard.push(uri),
    listChanged: () => heard.push("list"),
  };
  changes.watch(watcher);
  return { views, time, changes, heard, watcher };
}

describe("X1-026 subscriptions of 2026-07-28", () => {
  test("tell each what it sees itself, and by nobody else's sight that anything changed", async () => {
    const views = makeFakeViews();
    views.commit([["sessions", OWN, session(OWN)]]);
    const changes = makeChanges(
      () => views.reader,
      () => 0,
    );
    stops.push(changes.stop);
    const seesOf =
      ({ tokenId }: McpCaller) =>
      (id: string) =>
        tokenId === "all" || id === OWN;
    const subscriptions = makeSubscriptions(changes, () => 0, seesOf);
    const follow = (tokenId: string) => {
      const heard: string[] = [];
      const caller: McpCaller = { kind: "thread", tokenId, hostId: HostId.parse("h1") };
      const { bus, end } = subscriptions.begin(caller, new Set([LIST, `${LIST}/${PEER}`]));
      bus.subscribe((event) => heard.push(event.kind));
      return { heard, end };
    };
    const [blind, all] = [follow("blind"), follow("all")];
    views.commit([["sessions", PEER, session(PEER)]]);
    changes.wake();
    await expect.poll(() => all.heard.length).toBe(3);
    expect(all.heard).toContain("resources_list_changed");
    expect(blind.heard).toEqual([]);
    blind.end();
    all.end();
    expect([subscriptions.size(), changes.size()]).toEqual([0, 0]);
  });
});

describe("changes", () => {
  test("are told once each, and only of what is followed", async () => {
    const uris = [LIST, `${LIST}/${OWN}`, `${LIST}/${PEER}/transcript`];
    const { views, changes, heard } = watched([...uris, `${LIST}/${PEER}`, `${LIST}/s-other/transcript`]);
    for (let n = 0; n < 20; n += 1) {
      views.commit([["sessions", OWN, session(OWN, { turnCount: n })]]);
      views.commit([["items", `${PEER}/T1/i${n}`, item(PEER, n)]]);
      views.commit([["items", `${OWN}/T1/i${n}`, item(OWN, n)]]);
      changes.wake();
    }
    await expect.poll(() => heard.length).toBe(3);
    expect(heard.toSorted()).toEqual(uris.toSorted());
  });

  test("come at most once in 250 ms", async () => {
    const { views, changes, heard } = watched([LIST]);
    const before = performance.now();
    for (let told = 1; told <= 3; told += 1) {
      views.commit([["sessions", OWN, session(OWN, { turnCount: told })]]);
      changes.wake();
      await expect.poll(() => heard.length, { interval: 5 }).toBe(told);
    }
    expect(performance.now() - before).toBeGreaterThanOrEqual(3 * GATHER_MS - 20);
  });

  test("of the list are those that come into it and go out of it, at most one notice a second, and none is lost", async () => {
    const { views, time, changes, heard } = watched([]);
    const change = async (id: string, more: object, expected: readonly string[]) => {
      views.commit([["sessions", id, session(id, more)]]);
      changes.wake();
      await expect.poll(() => heard).toEqual(expected);
    };
    await change("s-new", {}, ["list"]);
    views.commit([["sessions", "s-more", session("s-more")]]);
    changes.wake();
    time.now = 5_000;
    await expect.poll(() => heard).toEqual(["list", "list"]);
    time.now = 10_000;
    await change("s-new", { turnCount: 3 }, ["list", "list"]);
    await change("s-new", { closed: "archived" }, ["list", "list", "list"]);
  });

  test("are not looked for while nobody follows", () => {
    const { changes, watcher } = watched([LIST]);
    changes.unwatch(watcher);
    expect(changes.size()).toBe(0);
    changes.wake();
  });
});

describe("streams", () => {
  const textOf = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);

  test("say the newest of each thing once, however many there were while nobody read", async () => {
    const notices = makeNotices(() => {});
    stops.push(notices.close);
    const reader = notices.body.getReader();
    expect(textOf((await reader.read()).value)).toBe(": open\n\n");
    for (let n = 0; n < 10_000; n += 1) notices.say(`u${n % 3}`, { n });
    const said = textOf((await reader.read()).value);
    expect(said.match(/data: .*/g)).toEqual(['data: {"n":9999}', 'data: {"n":9997}', 'data: {"n":9998}']);
  });

  test("end once, whoever ends them, and take nothing after that", async () => {
    let ended = 0;
    const notices = makeNotices(() => (ended += 1));
    const reader = notices.body.getReader();
    await reader.read();
    notices.close();
    notices.close();
    notices.say("x", {});
    expect([(await reader.read()).done, ended]).toEqual([true, 1]);
    const other = makeNotices(() => (ended += 1));
    await other.body.cancel();
    other.close();
    expect(ended).toBe(2);
  });

  test("of somebody else's end when their reader falls too far behind", async () => {
    let ended = 0;
    let isCancelled = false;
    let taken = 0;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        taken += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: () => void (isCancelled = true),
    });
    const reader = bounded(source, () => (ended += 1)).getReader();
    await expect.poll(() => [ended, isCancelled]).toEqual([1, true]);
    await expect(reader.read()).rejects.toThrow("too slow");
    expect(taken).toBeLessThanOrEqual(MAX_WAITING_BYTES + 2 * 65_536);
  });

  test("of somebody else's pass on what is read, and their end", async () => {
    let ended = 0;
    const source = new Response("hello").body;
    if (source === null) throw new Error("no body");
    expect(await new Response(bounded(source, () => (ended += 1))).text()).toBe("hello");
    expect(ended).toBe(1);
  });
});

describe("sessions of MCP", () => {
  const caller = (n: number): McpCaller => ({
    kind: "thread",
    tokenId: `t${n}`,
    hostId: HostId.parse(`h${n % 5}`),
  });
  function sessions() {
    const time = { now: 0 };
    const watching = new Set<Watcher>();
    const made = makeMcpSessions(
      { monoMs: () => time.now },
      { watch: (one) => void watching.add(one), unwatch: (one) => void watching.delete(one) },
    );
    stops.push(made.closeAll);
    return { made, time, watching };
  }

  test("are bounded; who comes then is served without one", () => {
    const { made } = sessions();
    for (let n = 0; n < MAX_SESSIONS; n += 1) expect(made.open(caller(n))).not.toBeNull();
    expect(made.open(caller(MAX_SESSIONS))).toBeNull();
    expect(made.size()).toBe(MAX_SESSIONS);
  });

  test("are forgotten when nothing came for a while, but not while somebody listens", () => {
    const { made, time, watching } = sessions();
    const [idle, heard] = [made.open(caller(1)), made.open(caller(2))];
    if (idle === null || heard === null) throw new Error("no room");
    made.listen(heard);
    expect(watching.size).toBe(1);
    time.now = IDLE_MS + 1;
    made.tick(() => true, false);
    expect([made.find(caller(1), idle.id), made.find(caller(2), heard.id)]).toEqual([null, heard]);
  });

  test("end with the token that made them, a little later", () => {
    const { made, time, watching } = sessions();
    const one = made.open(caller(1));
    if (one === null) throw new Error("no room");
    made.listen(one);
    made.tick(() => false, false);
    expect(made.size()).toBe(1);
    time.now = CHECK_MS;
    made.tick(() => false, false);
    expect([made.size(), watching.size]).toEqual([0, 0]);
  });

  test("S11: end at once when tokens changed and theirs is not good any more", () => {
    const { made } = sessions();
    for (const n of [1, 2]) made.open(caller(n));
    made.tick((one) => one.tokenId === caller(1).tokenId, true);
    expect(made.size()).toBe(1);
  });

  test("have one stream: the next one ends the one before", async () => {
    const { made, watching } = sessions();
    const one = made.open(caller(1));
    if (one === null) throw new Error("no room");
    const first = made.listen(one).body.getReader();
    await first.read();
    made.listen(one);
    expect((await first.read()).done).toBe(true);
    expect([one.stream === null, watching.size]).toEqual([false, 1]);
  });
});
