/** The watch against an app-server that does what a real one does, and on order what none should. */
import type { EndpointId } from "@claw/events";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectDiscretion } from "./discretion.ts";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

let folder: Folder;
let fake: FakeAppServer;
let running: Running | null = null;

beforeEach(async () => {
  folder = makeFolder();
  fake = await startFakeAppServer();
});
afterEach(async () => {
  await running?.stop();
  running = null;
  expectDiscretion(fake);
  await fake.stop();
  folder.remove();
});

const endpoint = (id: string, of: FakeAppServer = fake) => ({
  endpointId: id as EndpointId,
  target: of.target,
});
const watch = async (): Promise<Running> => {
  running = await run(folder, [endpoint("local")]);
  await running.until("the endpoint", (told) =>
    told.some(({ type, data }) => type === "endpoint.became" && data.state === "ready"),
  );
  return running;
};
const has =
  (type: string, count = 1) =>
  (told: ReturnType<Running["told"]>) =>
    told.filter((event) => event.type === type).length >= count;
const ofSession = (id: string): string[] =>
  (running?.told() ?? []).filter(({ lane }) => lane === `session/${id}`).map(({ type }) => type);

describe("the watch of an endpoint", () => {
  it("tells a turn that somebody else runs, each fact once and in order (S1-024, N1-041)", async () => {
    const { until } = await watch();
    const id = fake.createThread();
    await until("the thread", has("session.observed"));
    fake.runTurn(id, "hello");
    await until("the end of the turn", has("turn.completed"));
    fake.runTurn(id, "again");
    await until("the second turn", has("turn.completed", 2));
    const told = ofSession(id);
    expect(told[0]).toBe("session.observed");
    expect(told.filter((type) => type === "turn.started")).toHaveLength(2);
    expect(told.filter((type) => type === "item.completed")).toHaveLength(4);
    expect(told.indexOf("turn.started")).toBeLessThan(told.indexOf("item.completed"));
  });

  it("reads the turns of threads that were there before it came (S1-035, S1-037)", async () => {
    const id = fake.createThread();
    fake.runTurn(id, "one");
    running = await run(folder, [endpoint("local")]);
    await running.until("the turn", has("turn.completed"));
    expect(ofSession(id)[0]).toBe("session.observed");
  });

  it("tells after a restart only what is new", async () => {
    const first = await watch();
    const id = fake.createThread();
    fake.runTurn(id, "one");
    await first.until("the turn", has("turn.completed"));
    await first.stop();
    fake.runTurn(id, "two");
    running = await run(folder, [endpoint("local")]);
    await running.until("the second turn", has("turn.completed", 2));
    const told = ofSession(id);
    expect(told.filter((type) => type === "turn.completed")).toHaveLength(2);
    expect(told.filter((type) => type === "item.completed")).toHaveLength(4);
    expect(told.filter((type) => type === "session.observed").length).toBeLessThanOrEqual(2);
  });

  it("keeps threads that are nobody's work on the host, by every way they show up", async () => {
    const before = fake.createThread({ ephemeral: true, threadSource: "thread_title" });
    const { until } = await watch();
    const after = fake.createThread({ ephemeral: true });
    fake.runTurn(before, "title please");
    fake.runTurn(after, "title please");
    const id = fake.createThread();
    fake.runTurn(id, "real work");
    await until("the real turn", has("turn.completed"));
    expect(ofSession(before)).toEqual([]);
    expect(ofSession(after)).toEqual([]);
  });

  it("reports a question and its answer, and answers nothing itself", async () => {
    const { until } = await watch();
    const id = fake.createThread({ approvalPolicy: "untrusted" });
    fake.runTurn(id, "SHELL rm -rf build");
    await until("the question", has("approval.requested"));
    const asked = running?.told().find(({ type }) => type === "approval.requested");
    expect(asked).toMatchObject({ data: { kind: "command" }, body: { subject: "rm -rf build" } });
    await until("that it waits", (told) =>
      told.some(({ data }) => "activity" in data && data.activity.flags.includes("waitingOnApproval")),
    );
    fake.endTurn(id, "interrupted");
    await until("its end", has("approval.resolved"));
  });

  it("says what is lost when the server dies, and catches up when it is back (S1-157)", async () => {
    const { until } = await watch();
    const id = fake.createThread();
    fake.runTurn(id, "WAIT gate");
    await until("the turn", has("item.completed"));
    await fake.die();
    await until("the loss", has("session.lost"));
    fake.release("gate");
    fake.runTurn(id, "while away");
    await fake.comeBack();
    await until(
      "all turns",
      (told) =>
        told.filter(({ type }) => type === "turn.completed").length >= 1 && has("session.became")(told),
    );
    await until(
      "the return",
      (told) =>
        told.findLastIndex(({ type }) => type === "session.became") >
        told.findLastIndex(({ type }) => type === "session.lost"),
    );
    const ends = running?.told().filter(({ type }) => type === "turn.completed") ?? [];
    expect(new Set(ends.map(({ data }) => (data as { turnId: string }).turnId)).size).toBe(ends.length);
  });

  it("survives garbage, counts it, and checks what may have been in it", async () => {
    const { until } = await watch();
    const id = fake.createThread();
    await until("the thread", has("session.observed"));
    fake.sendRaw("{half a fra");
    fake.sendRaw(JSON.stringify({ method: "turn/completed", params: { threadId: 7 } }));
    fake.runTurn(id, "after the storm");
    await until("the turn", has("turn.completed"));
  });

  it("asks again when the server is overloaded or drops an answer (N1-040)", async () => {
    fake.misbehave({ method: "thread/read", act: "overload", times: 2 });
    fake.misbehave({ method: "thread/turns/list", act: "no_code", times: 1 });
    const { until } = await watch();
    const id = fake.createThread();
    fake.runTurn(id, "hello");
    await until("the turn", has("turn.completed"));
  });

  it("says that a server is draining", async () => {
    fake.misbehave({ method: "thread/read", act: "drain" });
    const { until } = await watch();
    fake.createThread();
    await until("the drain", (told) =>
      told.some(({ type, data }) => type === "endpoint.became" && data.state === "draining"),
    );
  });

  it("is not held up by another endpoint that hangs (W-23, W-06)", async () => {
    const hung = await startFakeAppServer({ hangsUpgrade: true });
    running = await run(folder, [endpoint("hung", hung), endpoint("well")]);
    const id = fake.createThread();
    fake.runTurn(id, "hello");
    await running.until("the turn", has("turn.completed"));
    await running.stop();
    await hung.stop();
  });

  it("ends a list that goes round in circles (W-18)", async () => {
    const { until } = await watch();
    fake.misbehave({ method: "thread/turns/list", act: "loop", times: 3 });
    const id = fake.createThread();
    fake.runTurn(id, "one");
    await until("the turn", has("turn.completed"));
  });

  it("is not held up by a home full of old threads, whose list never comes (W-09, W-10, W-11)", async () => {
    fake.misbehave({ method: "thread/list", act: "ignore" });
    const { until } = await watch();
    const id = fake.createThread();
    fake.runTurn(id, "hello");
    await until("the turn", has("turn.completed"));
  });

  it("reports stored threads from the list, without reading or loading one", async () => {
    const ids = Array.from({ length: 60 }, () => fake.createThread());
    for (const id of ids) fake.runTurn(id, "old");
    // The fake runs a turn in the next round of the event loop.
    for (let rounds = 0; rounds < 5; rounds += 1) await new Promise((resolve) => setImmediate(resolve));
    for (const id of ids) fake.unload(id);
    const { until } = await watch();
    await until("the rows", has("session.observed", 60));
    expect(fake.calls.filter(({ method }) => /\/(read|resume|turns)/.test(method))).toEqual([]);
  });

  it("does not take a page for the whole story when something happened while it was on its way (W-24)", async () => {
    const id = fake.createThread();
    fake.runTurn(id, "one");
    fake.misbehave({ method: "thread/turns/list", act: "hold", times: 1 });
    running = await run(folder, [endpoint("local")]);
    await fake.nextCall(({ method }) => method === "thread/turns/list");
    fake.runTurn(id, "two");
    await running.until("the turn's activity", has("session.became"));
    fake.letGo();
    await running.until("both turns", has("turn.completed", 2));
  });

  it("puts a thread away when Codex does, and takes it up again", async () => {
    const { until } = await watch();
    const id = fake.createThread();
    fake.runTurn(id, "one");
    await until("the turn", has("turn.completed"));
    fake.unload(id);
    await until("the end", has("session.closed"));
    fake.emit("thread/status/changed", { threadId: id, status: { type: "idle" } });
    await until("the return", has("session.reopened"));
    expect(ofSession(id).filter((type) => type === "session.closed")).toHaveLength(1);
  });

  it("takes secrets out before anything is kept (N1-043)", async () => {
    const secret = `gh${"p"}_${"aB3dE6gH9j".repeat(4).slice(0, 36)}`;
    const { until } = await watch();
    const id = fake.createThread({ cwd: `/repo/${secret}` });
    fake.runTurn(id, `my token is ${secret}`);
    await until("the turn", has("turn.completed"));
    expect(JSON.stringify(running?.told())).not.toContain(secret);
    expect(JSON.stringify(running?.told())).toContain("redacted");
  });
});
