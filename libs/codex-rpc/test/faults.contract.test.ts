import { mkdir, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { type CodexFault, connect, loadedThreadIds, type StdioTarget, startTurn } from "@claw/codex-rpc";
import { type FakeAppServerOptions, fakeStdioTarget, startFakeAppServer } from "@claw/testkit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { clientInfo, next, nextOf, watch } from "./support.ts";

const quick = { connectMs: 150, handshakeMs: 150, requestMs: 150 };
/** For a call that is to run into its deadline; the next one on that connection must not, on a busy machine. */
const quickCalls = { deadlines: { requestMs: 1_000 } };
const backoff = { baseMs: 1, capMs: 2, repeats: 5 };

const fakeServer = (options: FakeAppServerOptions = {}) =>
  Effect.acquireRelease(
    Effect.promise(() => startFakeAppServer(options)),
    (fake) => Effect.promise(fake.stop),
  );

const scene = Effect.fnUntraced(function* (
  options: FakeAppServerOptions,
  connectOptions: Parameters<typeof watch>[1] = {},
) {
  const fake = yield* fakeServer(options);
  return { fake, watched: yield* watch(fake.target, connectOptions) };
});

const node = (script: string): StdioTarget => ({
  kind: "stdio",
  command: process.execPath,
  args: ["-e", script],
});
const refusal = (target: Parameters<typeof connect>[0], options = {}) =>
  Effect.flip(Effect.scoped(connect(target, { clientInfo, ...options })));

describe("connecting", () => {
  it.live("W-21: a hung upgrade over a unix socket meets the connect deadline", () =>
    Effect.gen(function* () {
      const { target } = yield* fakeServer({ hangsUpgrade: true });
      expect(yield* refusal(target, { deadlines: quick })).toMatchObject({
        code: "connect_timeout",
        retry: "later",
      });
    }),
  );

  it.live("N1-040: a server that does not answer initialize meets the handshake deadline", () =>
    Effect.gen(function* () {
      const { target } = yield* fakeServer({ mischief: [{ method: "initialize", act: "ignore" }] });
      expect(yield* refusal(target, { deadlines: quick })).toMatchObject({ code: "handshake_timeout" });
    }),
  );

  it.live("S1-126: a wrong token is refused for good, with the server's words", () =>
    Effect.gen(function* () {
      const { target } = yield* fakeServer({ listen: "websocket", bearer: "right" });
      const wrong = { ...target, bearer: () => "wrong" };
      const refused = yield* refusal(wrong);
      expect(refused).toMatchObject({ code: "unauthorized", retry: "never", status: 401 });
      expect(refused.message).toContain("invalid websocket bearer token");
      expect(refused.message).not.toContain("wrong");
    }),
  );

  it.live("X1-058: of a refused upgrade only so much is read, and no redirect is followed", () =>
    Effect.gen(function* () {
      const server = createServer((request, response) => {
        if (request.url === "/moved") response.writeHead(302, { location: "/" }).end();
        else response.writeHead(503).end("x".repeat(10_000_000));
      });
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
        () => Effect.sync(() => server.close()),
      );
      const address = server.address();
      const url = `ws://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
      const flooded = yield* refusal({ kind: "websocket", url });
      expect(flooded).toMatchObject({ code: "upgrade_refused", status: 503, retry: "later" });
      expect(flooded.message).toHaveLength(512);
      expect(yield* refusal({ kind: "websocket", url: `${url}/moved` })).toMatchObject({ status: 302 });
    }),
  );

  it.live("a socket that is not there is a fault that may pass", () =>
    Effect.gen(function* () {
      const refused = yield* refusal({ kind: "unix", path: "/nonexistent/codex.sock" });
      expect(refused).toMatchObject({ code: "connect_failed", message: "ENOENT", retry: "later" });
      expect(yield* refusal(node("process.exit(3)"))).toMatchObject({ code: "child_exited", closeCode: 3 });
      const absent = { kind: "stdio" as const, command: "/nonexistent/codex", args: [] };
      expect(yield* refusal(absent)).toMatchObject({ code: "spawn_failed", retry: "never" });
    }),
  );

  it.live("follows a long socket path to the short one behind it", () =>
    Effect.gen(function* () {
      const { target } = yield* fakeServer();
      if (target.kind !== "unix") throw new Error("a unix socket was asked for");
      const deep = join(`${target.path}-d`, "x".repeat(100));
      yield* Effect.promise(() => mkdir(deep, { recursive: true }));
      yield* Effect.promise(() => symlink(target.path, join(deep, "codex.sock")));
      const { connection } = yield* watch({ kind: "unix", path: join(deep, "codex.sock") });
      expect(yield* loadedThreadIds(connection)).toEqual([]);
    }),
  );

  it.live("N1-039: an unknown version connects, and a method that it lacks is a degraded feature", () =>
    Effect.gen(function* () {
      for (const version of ["0.140.0", "0.169.0", "1.2.3-alpha.4"]) {
        const { watched } = yield* scene({ version, unsupported: ["thread/loaded/list"] });
        expect(watched.connection.server.codexVersion).toBe(version);
        const missing = yield* Effect.flip(loadedThreadIds(watched.connection));
        expect(missing).toMatchObject({ code: "method_unknown", retry: "never" });
        expect(yield* watched.connection.request("thread/list", {})).toMatchObject({ data: [] });
      }
    }),
  );
});

describe("calls that go wrong", () => {
  const method = "thread/loaded/list";
  const ask = (fakeOptions: FakeAppServerOptions, options: Parameters<typeof watch>[1] = {}) =>
    Effect.gen(function* () {
      const { fake, watched } = yield* scene(fakeOptions, { backoff, ...options });
      const outcome = yield* Effect.result(loadedThreadIds(watched.connection));
      return { fake, watched, outcome };
    });
  const failure = (fault: Partial<CodexFault>) => ({ _tag: "Failure", failure: fault });

  it.live("N1-040: no answer is a timeout, and the answer that comes after it is counted and ignored", () =>
    Effect.gen(function* () {
      const { fake, watched, outcome } = yield* ask(
        { mischief: [{ method, act: "hold", times: 1 }] },
        quickCalls,
      );
      expect(outcome).toMatchObject(failure({ code: "request_timeout", retry: "later" }));
      fake.letGo();
      expect(yield* loadedThreadIds(watched.connection)).toEqual([]);
      expect(watched.connection.counters).toMatchObject({ timeouts: 1, lateReplies: 1 });
    }),
  );

  it.live("W-22: an error without a code fails at once, as does a reply with nothing in it", () =>
    Effect.gen(function* () {
      const uncoded = yield* ask({ mischief: [{ method, act: "no_code" }] });
      expect(uncoded.outcome).toMatchObject(
        failure({ code: "rejected", rpcCode: null, message: "without a code" }),
      );
      const empty = yield* ask({ mischief: [{ method, act: "neither" }] });
      expect(empty.outcome).toMatchObject(failure({ code: "reply_malformed" }));
    }),
  );

  it.live(
    "a doubled answer counts once, half an answer is unreadable, an id of another type is not ours",
    () =>
      Effect.gen(function* () {
        const doubled = yield* ask({ mischief: [{ method, act: "twice" }] });
        expect(doubled.outcome._tag).toBe("Success");
        yield* loadedThreadIds(doubled.watched.connection);
        expect(doubled.watched.connection.counters.lateReplies).toBeGreaterThan(0);
        const garbled = yield* ask({ mischief: [{ method, act: "garble" }] }, quickCalls);
        expect(garbled.outcome).toMatchObject(failure({ code: "request_timeout" }));
        expect(yield* nextOf(garbled.watched, "unreadable")).toMatchObject({ reason: "not_json" });
        garbled.fake.behave();
        garbled.fake.sendRaw('{"id":"3","result":{}}');
        yield* loadedThreadIds(garbled.watched.connection);
        expect(garbled.watched.connection.counters.unknownReplies).toBe(1);
      }),
  );

  it.live("N1-040: string ids work like integers", () =>
    Effect.gen(function* () {
      const { fake, outcome } = yield* ask({}, { requestIds: "string" });
      expect(outcome._tag).toBe("Success");
      expect(fake.calls.map(({ id }) => id)).toEqual(["c1", "c2"]);
    }),
  );

  it.live("N1-040: overload is waited out for queries, a few times, and handed on for actions", () =>
    Effect.gen(function* () {
      const passing = yield* ask({ mischief: [{ method, act: "overload", times: 3 }] });
      expect(passing.outcome._tag).toBe("Success");
      expect(passing.watched.connection.counters).toMatchObject({ overloads: 3, repeats: 3 });
      const lasting = yield* ask({ mischief: [{ method, act: "overload" }] });
      expect(lasting.outcome).toMatchObject(
        failure({ code: "overloaded", retry: "later", rpcCode: -32_001 }),
      );
      const { fake, watched } = yield* scene({ mischief: [{ method: "turn/start", act: "overload" }] });
      const threadId = fake.createThread();
      const refused = yield* Effect.flip(startTurn(watched.connection, { threadId, text: "hello" }));
      expect(refused.code).toBe("overloaded");
      expect(fake.calls.filter((call) => call.method === "turn/start")).toHaveLength(1);
    }),
  );

  it.live("a draining server is a fault of its own; a server that hangs up fails every open call", () =>
    Effect.gen(function* () {
      const draining = yield* ask({ mischief: [{ method, act: "drain" }] });
      expect(draining.outcome).toMatchObject(failure({ code: "draining", retry: "later" }));
      const cut = yield* ask({ mischief: [{ method, act: "cut" }] });
      expect(cut.outcome).toMatchObject(failure({ code: "closed_by_server", retry: "now", closeCode: 1006 }));
      expect(yield* cut.watched.connection.closed).toMatchObject({ code: "closed_by_server" });
      expect(yield* Effect.flip(loadedThreadIds(cut.watched.connection))).toMatchObject({
        code: "closed_by_server",
      });
    }),
  );

  it.live("W-18: a list whose cursor points at itself ends with a fault", () =>
    Effect.gen(function* () {
      const { outcome } = yield* ask({ mischief: [{ method, act: "loop" }] });
      expect(outcome).toMatchObject(failure({ code: "cursor_loop", retry: "never" }));
    }),
  );

  it.live("more open calls than allowed are refused, not queued", () =>
    Effect.gen(function* () {
      const mischief = [{ method, act: "hold" as const }];
      const { watched } = yield* scene({ mischief }, { limits: { inflight: 4 }, ...quickCalls });
      const outcomes = yield* Effect.all(
        Array.from({ length: 6 }, () => Effect.flip(loadedThreadIds(watched.connection))),
        { concurrency: "unbounded" },
      );
      expect(outcomes.map(({ code }) => code).toSorted()).toEqual([
        "inflight_full",
        "inflight_full",
        ...Array.from({ length: 4 }, () => "request_timeout"),
      ]);
    }),
  );
});

describe("what arrives by itself", () => {
  it.live("N1-039 N1-040: garbage is counted and kept by its digest, and the connection lives on", () =>
    Effect.gen(function* () {
      const { fake, watched } = yield* scene({});
      fake.sendRaw("{");
      fake.sendRaw(Buffer.from("{}"), true);
      fake.sendRaw(Buffer.of(0xff, 0xfe));
      fake.emit("turn/started", { threadId: 7 });
      fake.emit("thread/invented/by/tomorrow", { threadId: "t" });
      const reasons = [];
      for (let nth = 0; nth < 4; nth += 1) reasons.push((yield* nextOf(watched, "unreadable")).reason);
      expect(reasons).toEqual(["not_json", "binary", "not_utf8", "misshapen"]);
      expect(yield* loadedThreadIds(watched.connection)).toEqual([]);
      const { counters } = watched.connection;
      expect(counters).toMatchObject({ unreadable: 3, misshapen: 1 });
      expect(counters.unknownMethods.get("thread/invented/by/tomorrow")).toBe(1);
    }),
  );

  it.live("unknown fields and unknown words pass", () =>
    Effect.gen(function* () {
      const { fake, watched } = yield* scene({});
      fake.emit("thread/status/changed", {
        threadId: "t",
        status: { type: "dreaming", of: "sheep" },
        extra: 1,
      });
      const { params } = yield* next(watched, "thread/status/changed");
      expect(params).toEqual({ threadId: "t", status: { type: "dreaming", of: "sheep" }, extra: 1 });
    }),
  );

  it.live("an owner that takes too slowly loses the connection, not a message", () =>
    Effect.gen(function* () {
      const fake = yield* fakeServer();
      const connection = yield* connect(fake.target, { clientInfo, limits: { inboxFrames: 10 } });
      for (let nth = 0; nth < 20; nth += 1) fake.emit("warning", { message: String(nth) });
      expect(yield* connection.closed).toMatchObject({ code: "inbox_overflow", retry: "now" });
    }),
  );

  it.live("W-19: a frame over the limit ends the connection on all transports", () =>
    Effect.gen(function* () {
      const limits = { frameBytes: 4_096 };
      for (const listen of ["unix", "websocket"] as const) {
        const { fake, watched } = yield* scene({ listen }, { limits });
        fake.emit("warning", { message: "x".repeat(5_000) });
        expect(yield* watched.connection.closed).toMatchObject({ code: "frame_too_large" });
      }
      const endless = node("setInterval(() => process.stdout.write('x'.repeat(1000)), 1)");
      expect(yield* refusal(endless, { limits })).toMatchObject({ code: "frame_too_large" });
    }),
  );
});

describe("servers that hang or die", () => {
  it.live("N1-040 W-23: a server that stops answering pings is noticed", () =>
    Effect.gen(function* () {
      const { fake, watched } = yield* scene({}, { deadlines: { idleMs: 150 } });
      fake.freeze();
      expect(yield* watched.connection.closed).toMatchObject({ code: "silent", retry: "now" });
      expect(watched.connection.counters.probes).toBeGreaterThan(0);
    }),
  );

  it.live("a quiet server that answers pings, or probes on stdin, is alive", () =>
    Effect.gen(function* () {
      const { fake } = yield* scene({}, { deadlines: { idleMs: 1_000 } });
      const { connection } = yield* watch(fakeStdioTarget(), { deadlines: { idleMs: 1_500 } });
      const probed = Effect.repeat(
        Effect.delay(
          Effect.sync(() => connection.counters.probes),
          10,
        ),
        { until: (probes) => probes >= 2 },
      );
      yield* Effect.raceFirst(probed, connection.closed);
      expect(fake.connections()).toBe(1);
      expect(yield* loadedThreadIds(connection)).toEqual([]);
    }),
  );

  it.live("a server that dies is reported, and met again when it is back", () =>
    Effect.gen(function* () {
      const { fake, watched } = yield* scene({});
      const threadId = fake.createThread();
      yield* Effect.promise(fake.die);
      expect(yield* watched.connection.closed).toMatchObject({ code: "closed_by_server", retry: "now" });
      yield* Effect.promise(fake.comeBack);
      const again = yield* watch(fake.target);
      expect(yield* loadedThreadIds(again.connection)).toEqual([threadId]);
    }),
  );

  it.live("W-20: a child that closes its streams, floods stderr or ignores SIGTERM harms nobody", () =>
    Effect.gen(function* () {
      const deaf = node("process.stdin.destroy(); setInterval(() => {}, 1000)");
      expect((yield* refusal(deaf, { deadlines: quick })).code).toMatch(/handshake_timeout|transport_failed/);
      const noisy = node("process.stderr.write('x'.repeat(5e6), () => process.exit(0))");
      expect(yield* refusal(noisy)).toMatchObject({ code: "child_exited", closeCode: 0 });
      const stubborn = node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
      expect(yield* refusal(stubborn, { deadlines: quick })).toMatchObject({ code: "handshake_timeout" });
    }),
  );
});
