import { describe, expect, it } from "@effect/vitest";
import {
  connect,
  type Connection,
  type Inbound,
  interruptTurn,
  resumeThread,
  startThread,
} from "@claw/codex-rpc";
import { Effect, Stream } from "effect";
import { WebSocket } from "ws";
import { makeMailbox, startFakeAppServer, startFakeModel } from "@claw/testkit";

const fake = Effect.acquireRelease(
  Effect.promise(() => startFakeAppServer({ listen: "websocket" })),
  ({ stop }) => Effect.promise(stop),
);

const read = Effect.fnUntraced(function* ({ inbox }: Connection) {
  const mail = makeMailbox<Inbound>();
  yield* inbox.pipe(
    Stream.runForEach((inbound) => Effect.sync(() => mail.put(inbound))),
    Effect.ignore,
    Effect.forkScoped,
  );
  return (method: string) =>
    Effect.promise(() => mail.take((one) => "method" in one && one.method === method));
});

const clientInfo = { name: "claw-test", title: null, version: "0" };

/** A client that does answer, as a terminal would. */
const terminal = Effect.fnUntraced(function* (url: string) {
  const socket = new WebSocket(url);
  const mail = makeMailbox<{ readonly id?: unknown; readonly method?: string }>();
  socket.on("message", (data) => mail.put(JSON.parse(data.toString())));
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise((resolve) => socket.once("open", resolve))),
    () => Effect.sync(() => socket.terminate()),
  );
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({
    id: "initialize",
    method: "initialize",
    params: { clientInfo: { name: "codex-tui", title: null, version: "0" } },
  });
  return { send, mail };
});

describe("the fake app-server", () => {
  it.live("S1-144: everybody is asked, the first answer wins, and a later one changes nothing", () =>
    Effect.gen(function* () {
      const server = yield* fake;
      if (server.target.kind !== "websocket") throw new Error("a WebSocket was asked for");
      const connection = yield* connect(server.target, { clientInfo });
      const next = yield* read(connection);
      const { id: threadId } = yield* startThread(connection, { approvalPolicy: "untrusted" });
      server.runTurn(threadId, "SHELL true");
      const asked = yield* next("item/commandExecution/requestApproval");
      const { send, mail } = yield* terminal(server.target.url);
      send({ id: 2, method: "thread/resume", params: { threadId } });
      const also = yield* Effect.promise(() =>
        mail.take(({ method }) => method?.endsWith("requestApproval") === true),
      );
      expect("id" in asked && asked.id).toBe(also.id);
      send({ id: also.id, result: { decision: "decline" } });
      send({ id: also.id, result: { decision: "accept" } });
      yield* next("serverRequest/resolved");
      yield* next("turn/completed");
      const { items } = yield* Effect.map(
        connection.request("thread/turns/list", { threadId, itemsView: "full" }),
        ({ data }) => ({ items: data[0]?.items }),
      );
      expect(items?.[1]).toMatchObject({ type: "commandExecution", status: "declined" });
    }),
  );

  it.live(
    "a terminal's thread is announced, an ephemeral one cannot be resumed, an unloaded one is closed",
    () =>
      Effect.gen(function* () {
        const server = yield* fake;
        const connection = yield* connect(server.target, { clientInfo });
        const next = yield* read(connection);
        const title = server.createThread({ ephemeral: true, threadSource: "thread_title" });
        expect(yield* next("thread/started")).toMatchObject({
          params: { thread: { id: title, path: null } },
        });
        expect((yield* Effect.flip(resumeThread(connection, title))).message).toContain("no rollout found");
        const threadId = server.createThread({ threadSource: "user" });
        server.runTurn(threadId, "WAIT never", "a-human");
        expect((yield* Effect.flip(interruptTurn(connection, threadId, "early"))).code).toBe("rejected");
        server.endTurn(threadId, "completed");
        server.unload(threadId);
        expect(yield* next("thread/closed")).toMatchObject({ params: { threadId } });
        expect((yield* resumeThread(connection, threadId)).status.type).toBe("idle");
      }),
  );
});

describe("the fake model", () => {
  const ask = (url: string, text: string, extra: object = {}) =>
    fetch(`${url}/responses`, {
      method: "POST",
      body: JSON.stringify({ input: [{ role: "user", content: text }], ...extra }),
    });

  it("does what the last user message says, and holds a gate until it is released", async () => {
    const model = await startFakeModel();
    expect(await (await ask(model.url, "hello")).text()).toContain("echo: hello");
    expect((await ask(model.url, "FAIL 429")).status).toBe(429);
    expect(await (await ask(model.url, 'CALL mcp__gw whoami {"a":1}')).text()).toContain(
      '"namespace":"mcp__gw"',
    );
    const title = { text: { format: { schema: { properties: { title: {} } } } } };
    expect(await (await ask(model.url, "hello", title)).text()).toContain("A fake title");
    await expect(ask(model.url, "DROP").then((response) => response.text())).rejects.toThrow("terminated");
    const held = ask(model.url, "WAIT gate then this").then((response) => response.text());
    await model.nextRequest(({ text }) => text.startsWith("WAIT"));
    model.release("gate");
    expect(await held).toContain("then this");
    await model.close();
  });
});
