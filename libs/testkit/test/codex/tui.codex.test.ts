import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  connect,
  type Connection,
  listThreads,
  loadedThreadIds,
  readThread,
  resumeThread,
  startTurn,
} from "@claw/codex-rpc";
import { makeCodexHome, startCodexServer, startCodexTui, startFakeModel } from "@claw/testkit";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Option, Result, type Scope, Stream } from "effect";

const held = <Value>(
  open: () => Promise<Value>,
  close: (value: Value) => Promise<unknown>,
): Effect.Effect<Value, never, Scope.Scope> =>
  Effect.acquireRelease(
    // Not `open` itself: it would be called with a signal.
    Effect.promise(() => open()),
    (value) => Effect.promise(() => close(value)),
  );

const scene = Effect.gen(function* () {
  const model = yield* held(startFakeModel, ({ close }) => close());
  const cwd = yield* held(
    () => mkdtemp(join(tmpdir(), "claw-repo-")),
    (path) => rm(path, { recursive: true }),
  );
  const home = yield* held(
    () => makeCodexHome({ modelUrl: model.url, trustedProjects: [cwd] }),
    ({ remove }) => remove(),
  );
  const server = yield* held(
    () => startCodexServer({ home, listen: "unix" }),
    ({ stop }) => stop("SIGKILL"),
  );
  const connection = yield* connect(server.target, {
    clientInfo: { name: "claw-test", title: null, version: "0" },
  });
  const tui = yield* held(
    () => startCodexTui({ home, target: server.target, cwd }),
    ({ close }) => close(),
  );
  return { model, tui, connection };
});

/** The first thread that somebody else announces. */
const firstThread = ({ inbox }: Connection) =>
  inbox.pipe(
    Stream.filterMap((one) =>
      one.kind === "notification" && one.known && one.method === "thread/started"
        ? Result.succeed(one.params.thread.id)
        : Result.failVoid,
    ),
    Stream.runHead,
    Effect.map(Option.getOrThrow),
  );

describe("a real terminal on a real app-server", () => {
  it.live("S1-145: we see its thread, its turn, and it sees ours", () =>
    Effect.gen(function* () {
      const { model, tui, connection } = yield* scene;
      const threadId = yield* firstThread(connection);
      expect(yield* loadedThreadIds(connection)).toEqual([threadId]);
      yield* Effect.promise(() => tui.waitFor("fake-model"));
      expect(yield* readThread(connection, threadId)).toMatchObject({
        threadSource: "user",
        ephemeral: false,
      });
      tui.type("hello from a person");
      yield* Effect.promise(() => tui.waitFor("hello from a person"));
      tui.enter();
      yield* Effect.promise(() => tui.waitFor("echo: hello from a person"));
      const request = yield* Effect.promise(() =>
        model.nextRequest(({ text }) => text === "hello from a person"),
      );
      expect(request.threadId).toBe(threadId);
      expect((yield* listThreads(connection)).map(({ id }) => id)).toEqual([threadId]);
      yield* resumeThread(connection, threadId);
      yield* startTurn(connection, { threadId, text: "hello from afar" });
      yield* Effect.promise(() => tui.waitFor("echo: hello from afar"));
    }),
  );
});
