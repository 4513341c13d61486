import {
  activeTurn,
  interruptTurn,
  listItems,
  listModels,
  listThreads,
  listTurns,
  loadedThreadIds,
  readItem,
  readThread,
  resumeThread,
  setThreadName,
  startThread,
  startTurn,
  steerTurn,
  type Target,
  unsubscribeThread,
} from "@claw/codex-rpc";
import { describe, expect, it } from "@effect/vitest";
import { Effect, type Scope } from "effect";
import { clientInfo, methodsSoFar, next, nextOf, watch, type Watched } from "./support.ts";

/** Where a suite finds its server. `isShared` says whether a second client can meet the first. */
export interface Rig {
  readonly isShared: boolean;
  readonly open: Effect.Effect<Target, never, Scope.Scope>;
}

/** What every app-server does, the fake one as the real one, over every transport. */
export function appServerSuite(name: string, rig: Rig): void {
  describe(name, () => {
    const client = Effect.flatMap(rig.open, (target) => watch(target));
    handshakeTests(client);
    turnTests(client);
    listTests(client);
    if (rig.isShared) sharingTests(rig);
  });
}

type Client = Effect.Effect<Watched, unknown, Scope.Scope>;

function handshakeTests(client: Client): void {
  it.live("S1-033 S1-034 N1-039: shakes hands and says what it is", () =>
    Effect.gen(function* () {
      const { connection } = yield* client;
      expect(connection.server).toMatchObject({
        codexVersion: "0.169.0",
        originator: clientInfo.name,
        platformFamily: "unix",
      });
    }),
  );

  it.live("S1-043: lists models to the end", () =>
    Effect.gen(function* () {
      const { connection } = yield* client;
      const models = yield* listModels(connection);
      expect(models.length).toBeGreaterThan(0);
      expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
    }),
  );

  it.live("N1-040: a refusal of the server is a fault that is not worth repeating", () =>
    Effect.gen(function* () {
      const { connection } = yield* client;
      const threadId = "00000000-0000-7000-8000-000000000000";
      const refused = yield* Effect.flip(startTurn(connection, { threadId, text: "hello" }));
      expect(refused).toMatchObject({
        code: "rejected",
        retry: "never",
        rpcCode: -32_600,
        method: "turn/start",
      });
      expect(refused.message).toContain("thread not found");
    }),
  );
}

const plainTurn = [
  "thread/status/changed",
  "turn/started",
  "item/started",
  "item/completed",
  "item/started",
  "item/agentMessage/delta",
  "item/completed",
  "thread/tokenUsage/updated",
  "thread/status/changed",
  "turn/completed",
];

function turnTests(client: Client): void {
  it.live("S1-039 S1-040 W-24: a turn goes by in order and ends once", () =>
    Effect.gen(function* () {
      const watched = yield* client;
      const { id: threadId } = yield* startThread(watched.connection);
      yield* next(watched, "thread/started");
      const turn = yield* startTurn(watched.connection, {
        threadId,
        text: "hello",
        clientUserMessageId: "t:1",
      });
      const completed = yield* next(watched, "turn/completed");
      expect(completed.params.turn).toMatchObject({ id: turn.id, status: "completed" });
      const ofTurn = methodsSoFar(watched).filter((method) => plainTurn.includes(method));
      expect(ofTurn.filter((method, at) => method !== ofTurn[at - 1] || !method.endsWith("delta"))).toEqual(
        plainTurn,
      );
      const { data } = yield* listItems(watched.connection, { threadId, sortDirection: "asc" });
      const items = data.map(({ item }) => readItem(item));
      expect(items).toMatchObject([
        { type: "userMessage", clientId: "t:1" },
        { type: "agentMessage", text: "echo: hello" },
      ]);
    }),
  );

  it.live("S1-041 S1-042: steers and interrupts the turn that it names, and no other", () =>
    Effect.gen(function* () {
      const watched = yield* client;
      const { connection } = watched;
      const { id: threadId } = yield* startThread(connection);
      yield* startTurn(connection, { threadId, text: "WAIT never" });
      const { params } = yield* next(watched, "turn/started");
      expect((yield* activeTurn(connection, threadId))?.id).toBe(params.turn.id);
      const steer = { threadId, text: "WAIT never", clientUserMessageId: "t:2" };
      const wrong = yield* Effect.flip(steerTurn(connection, { ...steer, expectedTurnId: "another" }));
      expect(wrong).toMatchObject({ code: "rejected" });
      expect(yield* steerTurn(connection, { ...steer, expectedTurnId: params.turn.id })).toBe(params.turn.id);
      expect((yield* Effect.flip(interruptTurn(connection, threadId, "another"))).code).toBe("rejected");
      yield* interruptTurn(connection, threadId, params.turn.id);
      expect((yield* next(watched, "turn/completed")).params.turn.status).toBe("interrupted");
      expect(yield* activeTurn(connection, threadId)).toBeNull();
    }),
  );

  it.live("a failed turn says why, and the thread is usable again", () =>
    Effect.gen(function* () {
      const watched = yield* client;
      const { id: threadId } = yield* startThread(watched.connection);
      yield* startTurn(watched.connection, { threadId, text: "FAIL 400" });
      expect((yield* next(watched, "error")).params.willRetry).toBe(false);
      expect((yield* next(watched, "turn/completed")).params.turn).toMatchObject({ status: "failed" });
      yield* startTurn(watched.connection, { threadId, text: "again" });
      expect((yield* next(watched, "turn/completed")).params.turn.status).toBe("completed");
    }),
  );
}

function listTests(client: Client): void {
  it.live("S1-035 S1-036 S1-037: finds a thread loaded, listed and read", () =>
    Effect.gen(function* () {
      const watched = yield* client;
      const { connection } = watched;
      const { id: threadId } = yield* startThread(connection, { threadSource: "claw-test" });
      expect(yield* loadedThreadIds(connection)).toContain(threadId);
      yield* setThreadName(connection, threadId, "A name");
      expect((yield* next(watched, "thread/name/updated")).params.threadName).toBe("A name");
      yield* startTurn(connection, { threadId, text: "hello" });
      yield* next(watched, "turn/completed");
      expect((yield* listThreads(connection)).map(({ id }) => id)).toContain(threadId);
      expect(yield* listThreads(connection, { sourceKinds: ["exec"] })).toEqual([]);
      const thread = yield* readThread(connection, threadId, { includeTurns: true });
      expect(thread).toMatchObject({
        id: threadId,
        name: "A name",
        preview: "hello",
        turns: [{ status: "completed" }],
      });
    }),
  );

  it.live("W-18: pages through turns, newest first", () =>
    Effect.gen(function* () {
      const watched = yield* client;
      const { connection } = watched;
      const { id: threadId } = yield* startThread(connection);
      const ids: string[] = [];
      for (const text of ["one", "two", "three"]) {
        ids.unshift((yield* startTurn(connection, { threadId, text })).id);
        yield* next(watched, "turn/completed");
      }
      const first = yield* listTurns(connection, { threadId, limit: 2, itemsView: "full" });
      const second = yield* listTurns(connection, { threadId, limit: 2, cursor: first.nextCursor });
      expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
      expect(first.data[0]?.items).toMatchObject([{ type: "userMessage" }, { text: "echo: three" }]);
      expect(second.nextCursor).toBeNull();
    }),
  );
}

function sharingTests(rig: Rig): void {
  it.live("S1-038: without a subscription a client hears of status and end, not of items", () =>
    Effect.gen(function* () {
      const target = yield* rig.open;
      const [worker, bystander] = [yield* watch(target), yield* watch(target)];
      const { id: threadId } = yield* startThread(worker.connection);
      yield* next(bystander, "thread/started");
      yield* startTurn(worker.connection, { threadId, text: "one" });
      yield* next(worker, "turn/completed");
      yield* next(bystander, "thread/status/changed");
      expect((yield* resumeThread(bystander.connection, threadId)).turns).toEqual([]);
      expect(methodsSoFar(bystander).filter((method) => /^(turn|item)\//.test(method))).toEqual([]);
      yield* startTurn(worker.connection, { threadId, text: "two" });
      yield* next(bystander, "turn/completed");
      expect(yield* unsubscribeThread(bystander.connection, threadId)).toBe("unsubscribed");
      expect(yield* unsubscribeThread(bystander.connection, threadId)).toBe("notSubscribed");
    }),
  );

  it.live("an approval reaches every subscriber, also a late one, and a watcher leaves it open", () =>
    Effect.gen(function* () {
      const target = yield* rig.open;
      const [worker, late] = [yield* watch(target), yield* watch(target)];
      const thread = yield* startThread(worker.connection, {
        approvalPolicy: "untrusted",
        sandbox: "danger-full-access",
      });
      yield* startTurn(worker.connection, { threadId: thread.id, text: "SHELL mkdir -p claw-never" });
      const asked = yield* nextOf(worker, "request");
      expect(asked).toMatchObject({ known: true, method: "item/commandExecution/requestApproval" });
      yield* resumeThread(late.connection, thread.id);
      expect((yield* nextOf(late, "request")).id).toBe(asked.id);
      const turn = yield* activeTurn(worker.connection, thread.id);
      yield* interruptTurn(worker.connection, thread.id, turn?.id ?? "");
      expect((yield* next(late, "serverRequest/resolved")).params.requestId).toBe(asked.id);
      expect(late.connection.counters.framesOut).toBe(3);
    }),
  );
}
