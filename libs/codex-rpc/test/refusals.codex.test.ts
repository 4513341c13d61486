/** The texts by which Codex says no, from the installed binary: the commands of a house are decided by them. */
import { join } from "node:path";
import {
  activeTurn,
  cleanBackgroundTerminals,
  interruptTurn,
  listTurns,
  refusalOf,
  resumeThread,
  setThreadName,
  startThread,
  startTurn,
  steerTurn,
} from "@claw/codex-rpc";
import { type CodexServerOptions, fakeModel, makeCodexHome, startCodexServer } from "@claw/testkit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { next, watch } from "./support.ts";

const serve = (options: CodexServerOptions) =>
  Effect.acquireRelease(
    Effect.promise(() => startCodexServer(options)),
    ({ stop }) => Effect.promise(() => stop("SIGKILL")),
  );
const scene = Effect.gen(function* () {
  const model = yield* fakeModel();
  const home = yield* Effect.acquireRelease(
    Effect.promise(() => makeCodexHome({ modelUrl: model.url })),
    ({ remove }) => Effect.promise(remove),
  );
  return { model, home, server: yield* serve({ home, listen: "unix" }) };
});
const nobody = "01a1faf2-c227-76a1-8af9-b956bcb096d2";
const options = { sandbox: "danger-full-access", approvalPolicy: "never" } as const;

describe("a no of the real app-server", () => {
  it.live("N1-039: about turns: none, another, none yet, none at all", () =>
    Effect.gen(function* () {
      const { server } = yield* scene;
      const watched = yield* watch(server.target);
      const { connection } = watched;
      const { id: threadId } = yield* startThread(connection, options);
      const steer = { threadId, text: "x", expectedTurnId: nobody };
      const kindOf = (asked: Effect.Effect<unknown, Parameters<typeof refusalOf>[0]>) =>
        Effect.map(Effect.flip(asked), (fault) => refusalOf(fault)?.kind);
      expect(yield* kindOf(steerTurn(connection, steer))).toBe("no_active_turn");
      expect(yield* kindOf(interruptTurn(connection, threadId, nobody))).toBe("no_active_turn");
      expect(yield* kindOf(listTurns(connection, { threadId, limit: 1 }))).toBe("no_turns");
      const { id: found } = yield* startTurn(connection, { threadId, text: "WAIT never" });
      yield* next(watched, "turn/started");
      const mismatch = { kind: "turn_mismatch", expected: nobody, found };
      expect(refusalOf(yield* Effect.flip(steerTurn(connection, steer)))).toEqual(mismatch);
      expect(refusalOf(yield* Effect.flip(interruptTurn(connection, threadId, nobody)))).toEqual(mismatch);
      expect(yield* kindOf(startTurn(connection, { threadId: nobody, text: "x" }))).toBe("thread_unknown");
      expect(yield* kindOf(resumeThread(connection, nobody))).toBe("thread_unknown");
    }),
  );

  it.live("N1-014: about a thread that another server has", () =>
    Effect.gen(function* () {
      const { home, server } = yield* scene;
      const other = yield* serve({ home, listen: "unix", socketPath: join(home.path, "other.sock") });
      const [one, two] = [yield* watch(server.target), yield* watch(other.target)];
      const { id: threadId } = yield* startThread(one.connection, options);
      yield* setThreadName(one.connection, threadId, "a thread");
      expect(refusalOf(yield* Effect.flip(resumeThread(two.connection, threadId)))).toEqual({
        kind: "active_writer",
      });
    }),
  );

  it.live(
    "S1-042: an interruption leaves the shell alive; only an experimental client may clean up, and does",
    () =>
      Effect.gen(function* () {
        const { server, home } = yield* scene;
        const watched = yield* watch(server.target);
        const { connection } = watched;
        const { id: threadId } = yield* startThread(connection, { ...options, cwd: home.path });
        yield* startTurn(connection, { threadId, text: "SHELL sleep 600" });
        yield* watchItem(watched);
        const turn = yield* activeTurn(connection, threadId);
        yield* interruptTurn(connection, threadId, turn?.id ?? "");
        const refused = yield* Effect.flip(cleanBackgroundTerminals(connection, threadId));
        expect(refused).toMatchObject({ code: "rejected", rpcCode: -32_600 });
        const housekeeping = yield* watch(server.target, { experimentalApi: true });
        yield* cleanBackgroundTerminals(housekeeping.connection, threadId);
        const ended = yield* nextItemEnd(watched);
        expect(ended).toMatchObject({ type: "commandExecution", status: "failed" });
        // The client that cleaned up subscribed to nothing, so it is told of no turn and asked nothing.
        expect(housekeeping.inbox.all.filter(({ kind }) => kind === "request")).toEqual([]);
      }),
  );
});

type Watched = Effect.Success<ReturnType<typeof watch>>;

const isCommand = (item: { readonly type: string }): boolean => item.type === "commandExecution";

const watchItem = (watched: Watched) =>
  Effect.gen(function* () {
    for (;;) if (isCommand((yield* next(watched, "item/started")).params.item)) return;
  });

const nextItemEnd = (watched: Watched) =>
  Effect.gen(function* () {
    for (;;) {
      const { item } = (yield* next(watched, "item/completed")).params;
      if (isCommand(item)) return item;
    }
  });
