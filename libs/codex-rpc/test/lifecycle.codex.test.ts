import {
  connect,
  listTurns,
  loadedThreadIds,
  readThread,
  resumeThread,
  setThreadName,
  startThread,
  startTurn,
} from "@claw/codex-rpc";
import { type CodexServerOptions, fakeModel, makeCodexHome, startCodexServer } from "@claw/testkit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { clientInfo, next, watch } from "./support.ts";

const serve = (options: CodexServerOptions) =>
  Effect.acquireRelease(
    Effect.promise(() => startCodexServer(options)),
    ({ stop }) => Effect.promise(() => stop("SIGKILL")),
  );

const scene = Effect.gen(function* () {
  const model = yield* fakeModel();
  const home = yield* Effect.acquireRelease(
    Effect.promise(() => makeCodexHome({ modelUrl: model.url, threadUnloadDelaySecs: 1 })),
    ({ remove }) => Effect.promise(remove),
  );
  return { model, home, server: yield* serve({ home, listen: "unix" }) };
});

describe("the life of a real app-server", () => {
  it.live("N1-040: while it drains, new work is told to come back later, until the last turn ends", () =>
    Effect.gen(function* () {
      const { model, server } = yield* scene;
      const watched = yield* watch(server.target);
      const { id: threadId } = yield* startThread(watched.connection);
      yield* startTurn(watched.connection, { threadId, text: "WAIT exit" });
      yield* next(watched, "turn/started");
      yield* Effect.sync(() => process.kill(server.pid, "SIGTERM"));
      // The signal arrives when it arrives; reading is allowed to the end, new work is not.
      let started = yield* Effect.result(startThread(watched.connection));
      while (started._tag === "Success") started = yield* Effect.result(startThread(watched.connection));
      expect(started.failure).toMatchObject({ code: "draining", retry: "later" });
      expect(yield* loadedThreadIds(watched.connection)).toContain(threadId);
      model.release("exit");
      expect(yield* watched.connection.closed).toMatchObject({ code: "closed_by_server", retry: "now" });
    }),
  );

  it.live("W-21 W-23: when it is stopped, a connection and a connecting client both notice", () =>
    Effect.gen(function* () {
      const { server } = yield* scene;
      const { connection } = yield* watch(server.target, { deadlines: { idleMs: 600 } });
      yield* Effect.sync(() => process.kill(server.pid, "SIGSTOP"));
      const late = yield* Effect.flip(connect(server.target, { clientInfo, deadlines: { connectMs: 300 } }));
      expect(late).toMatchObject({ code: "connect_timeout" });
      expect(yield* connection.closed).toMatchObject({ code: "silent", retry: "now" });
    }),
  );

  it.live("W-24: after a crash the turn reads as interrupted, and the thread can be resumed", () =>
    Effect.gen(function* () {
      const { home, server } = yield* scene;
      const watched = yield* watch(server.target);
      const { id: threadId } = yield* startThread(watched.connection);
      yield* startTurn(watched.connection, { threadId, text: "WAIT never" });
      yield* next(watched, "turn/started");
      yield* Effect.promise(() => server.stop("SIGKILL"));
      expect((yield* watched.connection.closed).retry).toBe("now");
      const reborn = yield* serve({ home, listen: "unix" });
      const { connection } = yield* watch(reborn.target);
      expect((yield* resumeThread(connection, threadId)).status.type).toBe("idle");
      const { data } = yield* listTurns(connection, { threadId });
      expect(data).toMatchObject([{ status: "interrupted" }]);
    }),
  );

  it.live(
    "S1-037 S1-038: a thread is readable at once, resumable from its name on, and unloads when nobody holds it",
    () =>
      Effect.gen(function* () {
        const { server } = yield* scene;
        const bystander = yield* watch(server.target);
        const threadId = yield* Effect.scoped(
          Effect.gen(function* () {
            const { connection } = yield* watch(server.target);
            const { id } = yield* startThread(connection, { threadSource: "claw-test" });
            const early = yield* Effect.flip(resumeThread(bystander.connection, id));
            expect(early).toMatchObject({ code: "rejected" });
            expect(early.message).toContain("no rollout found");
            expect(yield* Effect.flip(listTurns(connection, { threadId: id }))).toMatchObject({
              code: "rejected",
            });
            yield* setThreadName(connection, id, "A name");
            expect((yield* resumeThread(connection, id)).threadSource).toBe("claw-test");
            return id;
          }),
        );
        expect((yield* next(bystander, "thread/closed")).params.threadId).toBe(threadId);
        expect(yield* loadedThreadIds(bystander.connection)).toEqual([]);
        expect((yield* readThread(bystander.connection, threadId)).status.type).toBe("notLoaded");
      }),
  );
});
