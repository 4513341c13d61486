/** Puts real Codex sessions to work: a thread for each story, and one turn after another for as long as the demo runs. */
import { type CodexFault, type Connection, setThreadName, startThread, startTurn } from "@claw/codex-rpc";
import { Deferred, Effect, Stream } from "effect";
import { makeRepo } from "./repos.ts";
import { type Story, stories } from "./work.ts";

/**
 * Starts a thread for each story and keeps it busy until interrupted. `connect` gives each session its own connection, as if five people had
 * come. Completes when every session has its first turn at work.
 */
export const putToWork = Effect.fnUntraced(function* <E, R>(
  root: string,
  connect: Effect.Effect<Connection, E, R>,
) {
  const atWork = yield* Effect.forEach(stories, () => Deferred.make<void>());
  yield* Effect.forEach(
    stories,
    (story, index) =>
      Effect.forkScoped(beBusy(root, story, connect, atWork[index] as Deferred.Deferred<void>)),
    { discard: true },
  );
  yield* Effect.forEach(atWork, (deferred) => Deferred.await(deferred), { discard: true });
});

const beBusy = Effect.fnUntraced(function* <E, R>(
  root: string,
  story: Story,
  connect: Effect.Effect<Connection, E, R>,
  atWork: Deferred.Deferred<void>,
) {
  const connection = yield* connect;
  const thread = yield* startThread(connection, {
    cwd: makeRepo(root, story),
    approvalPolicy: story.isCareful === true ? "untrusted" : "on-request",
    sandbox: "danger-full-access",
    threadSource: "user",
  });
  yield* setThreadName(connection, thread.id, story.name);
  yield* startTurn(connection, { threadId: thread.id, text: story.asks[0]?.says ?? "" });
  yield* Deferred.succeed(atWork, undefined);
  yield* nextTurns(connection, thread.id, story);
});

/** One turn's end starts the next one. A turn that waits for an approval waits: that, too, is worth seeing. */
const nextTurns = (
  connection: Connection,
  threadId: string,
  { asks }: Story,
): Effect.Effect<void, CodexFault> => {
  let done = 0;
  return Stream.runForEach(connection.inbox, (inbound) => {
    if (inbound.kind !== "notification" || inbound.method !== "turn/completed") return Effect.void;
    done += 1;
    return Effect.asVoid(startTurn(connection, { threadId, text: asks[done % asks.length]?.says ?? "" }));
  });
};
