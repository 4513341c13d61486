/** Servers that hang, garble, are busy, share a home or hold thousands of threads: each costs what it must, and no other pays for it. */
import { startStopwatch } from "@claw/testkit/stopwatch";
import type { EndpointId } from "@claw/events";
import { type FakeAppServer, type FakeAppServerOptions, startFakeAppServer } from "@claw/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { expectDiscretion } from "./discretion.ts";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

let folder: Folder;
let fakes: FakeAppServer[] = [];
let running: Running | null = null;

beforeEach(() => {
  folder = makeFolder();
});
afterEach(async () => {
  await running?.stop();
  running = null;
  expectDiscretion(...fakes);
  await Promise.all(fakes.map((fake) => fake.stop()));
  fakes = [];
  folder.remove();
});

type Told = ReturnType<Running["told"]>;

async function server(options: FakeAppServerOptions = {}): Promise<FakeAppServer> {
  const fake = await startFakeAppServer(options);
  fakes.push(fake);
  return fake;
}

async function watch(servers: Readonly<Record<string, FakeAppServer>>): Promise<Running> {
  const endpoints = Object.entries(servers).map(([id, { target }]) => ({
    endpointId: id as EndpointId,
    target,
  }));
  running = await run(folder, endpoints);
  await running.until(
    "all endpoints",
    (told) =>
      told.filter(({ type, data }) => type === "endpoint.became" && data.state === "ready").length >=
      endpoints.length,
  );
  return running;
}

const ofSession = (told: Told, id: string): Told => told.filter(({ lane }) => lane === `session/${id}`);
const has = (told: Told, id: string, type: string, count = 1): boolean =>
  ofSession(told, id).filter((event) => event.type === type).length >= count;
/** What was last told of an endpoint. */
const stateOf = (told: Told, endpointId: string): string | undefined =>
  told
    .flatMap(({ type, data }) => (type === "endpoint.became" && data.endpointId === endpointId ? [data] : []))
    .at(-1)?.state;
/** What the session did, one after the other. */
const activities = (told: Told): readonly string[] =>
  told
    .flatMap(({ data }) => ("activity" in data ? [data.activity.type] : []))
    .filter((type, index, all) => type !== all[index - 1]);
/** The fake runs a turn in the next round of its event loop. */
const nextRound = () => new Promise((resolve) => setImmediate(resolve));

it("a server that freezes in the middle of a turn costs another one on another home nothing (W-23, W-06, N1-038, S1-027)", async () => {
  const hung = await server({ codexHome: "/home-a" });
  const well = await server({ codexHome: "/home-b" });
  const { until } = await watch({ hung, well });
  const stuck = hung.createThread();
  hung.runTurn(stuck, "WAIT forever");
  await until("the turn", (told) => has(told, stuck, "turn.started"));
  hung.freeze();

  const id = well.createThread();
  const began = startStopwatch();
  for (let turn = 1; turn <= 20; turn += 1) {
    well.runTurn(id, `turn ${turn}`);
    await until("the turn of the healthy one", (told) => has(told, id, "turn.completed", turn));
  }
  expect(began.stop()).toBeLessThan(5_000);
});

it("two servers on one home: the thread is told once, and only the one that has it is asked for it (W-17)", async () => {
  const one = await server({ codexHome: "/home" });
  const other = await server({ codexHome: "/home" });
  const { until, told } = await watch({ one, other });
  const id = one.createThread();
  one.runTurn(id, "hello");
  await until("the turn", (all) => has(all, id, "turn.completed"));
  expect(other.calls.map(({ method }) => method)).not.toContain("thread/resume");
  const stores = told().flatMap(({ type, data }) => (type === "endpoint.described" ? [data.storeId] : []));
  expect(new Set(stores).size).toBe(1);
});

it("of two servers on one home, the one that has the thread loaded speaks for it (W-17, N1-024)", async () => {
  const listing = await server({ codexHome: "/home" });
  const working = await server({ codexHome: "/home" });
  const id = listing.createThread();
  listing.runTurn(id, "before");
  await nextRound();
  listing.unload(id);
  const { until, told } = await watch({ listing, working });
  await until("the stored thread", (all) => has(all, id, "session.observed"));
  working.createThread({ id });
  working.runTurn(id, "WAIT gate");
  await until("the turn", (all) => has(all, id, "turn.started"));

  await listing.die();
  await until("that it is down", (all) => stateOf(all, "listing") === "down");
  await listing.comeBack();
  await until("that it is back", (all) => stateOf(all, "listing") === "ready");
  await listing.nextCall(({ method }) => method === "thread/list");
  working.release("gate");
  await until("its end", (all) => has(all, id, "turn.completed"));
  expect(ofSession(told(), id).map(({ type }) => type)).not.toContain("session.lost");
  expect(activities(ofSession(told(), id))).toEqual(["notLoaded", "active", "idle"]);

  await working.die();
  await until("the loss", (all) => has(all, id, "session.lost"));
});

it("a sub-agent's thread, which nobody announces, is told from its own notifications", async () => {
  const fake = await server();
  const { until, told } = await watch({ local: fake });
  const parent = fake.createThread();
  const child = fake.createThread({ isAnnounced: false, threadSource: "subagent" });
  fake.runTurn(parent, "delegate");
  fake.runTurn(child, "the delegated work");
  await until("both turns", (all) => [parent, child].every((id) => has(all, id, "turn.completed")));
  expect(ofSession(told(), child)[0]).toMatchObject({
    type: "session.observed",
    data: { threadSource: "subagent" },
  });
  expect(ofSession(told(), child).filter(({ type }) => type === "item.completed")).toHaveLength(2);
});

it("garbage is counted for its endpoint, method by method unknown is passed over, and work goes on (W-22)", async () => {
  const fake = await server();
  const { until, told, stop } = await watch({ local: fake });
  const id = fake.createThread();
  await until("the thread", (all) => has(all, id, "session.observed"));
  fake.sendRaw("{half a fra");
  fake.sendRaw(Buffer.from([0, 159, 146, 150]), true);
  fake.sendRaw("[]");
  fake.sendRaw(JSON.stringify({ method: "turn/completed", params: { threadId: 7 } }));
  fake.emit("thread/neverHeardOf", { threadId: id, surprise: true });
  fake.runTurn(id, "after the storm");
  await until("the turn", (all) => has(all, id, "turn.completed"));
  await fake.die();
  await until("the count", (all) => all.some(({ type }) => type === "endpoint.misread"));
  const counted = told().flatMap(({ type, data }) => (type === "endpoint.misread" ? [data] : []));
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(4);
  await stop();
});

it("a server that is busy for every first question is asked again, and all is told in the end (N1-040)", async () => {
  const busy = ["thread/loaded/list", "thread/list", "thread/read", "thread/resume", "thread/turns/list"];
  const fake = await server({ mischief: busy.map((method) => ({ method, act: "overload", times: 1 })) });
  const id = fake.createThread();
  fake.runTurn(id, "before");
  const { until } = await watch({ local: fake });
  fake.runTurn(id, "WAIT gate");
  await until("the turn that runs", (told) => has(told, id, "turn.started", 2));
  fake.release("gate");
  await until("both turns", (told) => has(told, id, "turn.completed", 2));
});

it("a server that cannot list turns yet is watched all the same (N1-039)", async () => {
  const fake = await server({ unsupported: ["thread/turns/list", "thread/list"] });
  const { until } = await watch({ local: fake });
  const id = fake.createThread();
  await until("the thread", (told) => has(told, id, "session.observed"));
  fake.runTurn(id, "WAIT gate");
  await until("that it works", (told) => has(told, id, "session.became"));
  await until("the subscription", () => fake.calls.some(({ method }) => method === "thread/turns/list"));
  fake.release("gate");
  await until("its end", (told) => has(told, id, "turn.completed"));
});

it("of 3,000 stored threads, the loaded ones are told within two seconds (W-09, W-10, W-11)", async () => {
  const fake = await server();
  const stored = Array.from({ length: 3_000 }, () => fake.createThread());
  for (const id of stored) fake.runTurn(id, "long ago");
  await nextRound();
  await nextRound();
  const loaded = stored.filter((_, index) => index % 1_000 === 0);
  for (const id of stored) if (!loaded.includes(id)) fake.unload(id);
  const began = startStopwatch();
  running = await run(folder, [{ endpointId: "local" as EndpointId, target: fake.target }]);
  await running.until("the loaded ones", (told) =>
    loaded.every((id) => has(told, id, "session.observed") && has(told, id, "turn.completed")),
  );
  expect(began.stop()).toBeLessThan(2_000);
  const reads = fake.calls.filter(({ method }) => method === "thread/read");
  expect(reads.length).toBeLessThanOrEqual(2 * loaded.length);
});

it("a long gap is told oldest first and without a hole while new turns arrive in front of it (W-18, W-24)", async () => {
  const fake = await server();
  const { until, stop } = await watch({ local: fake });
  const id = fake.createThread();
  fake.runTurn(id, "turn 0");
  await until("the first turn", (told) => has(told, id, "turn.completed"));
  await stop();
  for (let turn = 1; turn < 70; turn += 1) {
    fake.runTurn(id, `turn ${turn}`);
    await nextRound();
  }
  const again = await watch({ local: fake });
  for (let turn = 70; turn < 75; turn += 1) {
    await fake.nextCall(
      ({ method, params }) =>
        method === "thread/turns/list" && (params as { readonly cursor: unknown }).cursor !== null,
    );
    fake.runTurn(id, `turn ${turn}`);
  }
  await again.until("all turns", (told) => has(told, id, "turn.completed", 75));
  const said = ofSession(again.told(), id).flatMap(({ type, body }) =>
    type === "item.completed" && body !== null && "text" in body && body.text?.startsWith("turn ")
      ? [body.text]
      : [],
  );
  expect(said).toEqual(Array.from({ length: 75 }, (_, turn) => `turn ${turn}`));
});
