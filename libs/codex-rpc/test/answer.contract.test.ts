/** Nobody answers by accident: the one way to reply, and all that it refuses (PROTOCOL trap 1). */
import { answerRequest, type Reply, startThread, startTurn } from "@claw/codex-rpc";
import { startFakeAppServer } from "@claw/testkit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { next, nextOf, watch } from "./support.ts";

const server = Effect.acquireRelease(
  Effect.promise(() => startFakeAppServer()),
  ({ stop }) => Effect.promise(stop),
);

const asked = Effect.gen(function* () {
  const fake = yield* server;
  const watched = yield* watch(fake.target);
  const { id: threadId } = yield* startThread(watched.connection, { approvalPolicy: "untrusted" });
  yield* startTurn(watched.connection, { threadId, text: "SHELL true" });
  const request = yield* nextOf(watched, "request");
  if (!request.known || request.method !== "item/commandExecution/requestApproval")
    return yield* Effect.die("another question");
  const decline: Reply = { request, result: { decision: "decline" } };
  const replies = () => fake.frames.filter(({ kind }) => kind === "reply").length;
  return { fake, watched, threadId, request, decline, replies };
});

describe("an answer", () => {
  it.live("N1-015 is given once, to the question that it names", () =>
    Effect.gen(function* () {
      const { watched, request, decline, replies } = yield* asked;
      expect(replies()).toBe(0);
      yield* answerRequest(watched.connection, decline);
      expect((yield* next(watched, "serverRequest/resolved")).params.requestId).toBe(request.id);
      expect(yield* Effect.flip(answerRequest(watched.connection, decline))).toMatchObject({
        code: "not_asked",
      });
      yield* next(watched, "turn/completed");
      expect(replies()).toBe(1);
      expect(watched.connection.counters.answers).toBe(1);
    }),
  );

  it.live("N1-015 is not given where the question came by another connection, or is over", () =>
    Effect.gen(function* () {
      const { fake, watched, threadId, decline, replies } = yield* asked;
      const other = yield* watch(fake.target);
      expect(yield* Effect.flip(answerRequest(other.connection, decline))).toMatchObject({
        code: "not_asked",
        retry: "never",
      });
      fake.endTurn(threadId, "interrupted");
      yield* next(watched, "serverRequest/resolved");
      expect(yield* Effect.flip(answerRequest(watched.connection, decline))).toMatchObject({
        code: "not_asked",
      });
      expect(replies()).toBe(0);
    }),
  );

  it.live("is a defect where it has another shape than its question wants: Codex would read it as a no", () =>
    Effect.gen(function* () {
      const { watched, request, decline, replies } = yield* asked;
      const misshapen = { request, result: { decision: "approved" } } as unknown as Reply;
      const exit = yield* Effect.exit(answerRequest(watched.connection, misshapen));
      expect(exit._tag).toBe("Failure");
      const foreign = {
        request: { ...request, method: "item/tool/call" },
        result: { decision: "decline" },
      } as unknown as Reply;
      expect((yield* Effect.exit(answerRequest(watched.connection, foreign)))._tag).toBe("Failure");
      expect(replies()).toBe(0);
      yield* answerRequest(watched.connection, decline);
      yield* next(watched, "turn/completed");
    }),
  );

  it.live(
    "is never given by itself, whatever is asked, also when the server says that a copy is unreadable",
    () =>
      Effect.gen(function* () {
        const { fake, watched, threadId, replies } = yield* asked;
        for (const method of ["item/tool/call", "currentTime/read", "novel/request"])
          void fake.ask(threadId, method, { threadId });
        fake.sendRaw(
          JSON.stringify({ id: 99, method: "item/permissions/requestApproval", params: { threadId: 7 } }),
        );
        fake.endTurn(threadId, "interrupted");
        yield* next(watched, "turn/completed");
        expect(replies()).toBe(0);
        expect(watched.connection.counters.answers).toBe(0);
      }),
  );
});
