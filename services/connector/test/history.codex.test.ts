/** The real app-server: what another client's turns leave in the outbox is what the server lists, whoever dies in between. */
import type { EndpointId } from "@claw/events";
import { activeTurn, connect, interruptTurn, listTurns, startThread, startTurn } from "@claw/codex-rpc";
import {
  type CodexHome,
  type CodexServer,
  type FakeModel,
  makeCodexHome,
  startCodexServer,
  startFakeModel,
} from "@claw/testkit";
import { Effect } from "effect";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { itemIdOf, turnIdOf } from "../src/domain/names.ts";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

let model: FakeModel;
let home: CodexHome;
let server: CodexServer;
let folder: Folder;
let running: Running | null = null;

beforeAll(async () => {
  model = await startFakeModel();
  home = await makeCodexHome({ modelUrl: model.url });
  server = await startCodexServer({ home, listen: "unix" });
  folder = makeFolder();
});
afterEach(async () => {
  await running?.stop();
  running = null;
});
afterAll(async () => {
  await server.stop();
  await home.remove();
  await model.close();
  folder.remove();
});

const asClient = <Value>(
  use: (connection: Effect.Success<ReturnType<typeof connect>>) => Effect.Effect<Value, unknown>,
) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        connect(server.target, { clientInfo: { name: "somebody", title: null, version: "0" } }),
        use,
      ),
    ),
  );

const watch = async (): Promise<Running> => {
  running = await run(folder, [{ endpointId: "local" as EndpointId, target: server.target }]);
  return running;
};

const ends = (told: ReturnType<Running["told"]>) => told.filter(({ type }) => type === "turn.completed");

/** The turn ends and complete items that were told, by natural key; each once. */
function history(told: ReturnType<Running["told"]>): readonly string[] {
  const keys = told.flatMap((event) => {
    if (event.type === "turn.completed") return [`${event.data.turnId} ${event.data.status}`];
    return event.type === "item.completed"
      ? [`${event.data.turnId} ${event.data.itemId} ${event.body?.text ?? ""}`]
      : [];
  });
  expect(new Set(keys).size).toBe(keys.length);
  return keys.sort();
}

/** The same, as the server lists it. */
const listed = (threadId: string): Promise<readonly string[]> =>
  asClient((connection) => listTurns(connection, { threadId, limit: 100, itemsView: "full" })).then(
    ({ data }) =>
      data
        .flatMap((turn) => [
          `${turnIdOf(turn.id)} ${turn.status}`,
          ...turn.items.map((item) => `${turnIdOf(turn.id)} ${itemIdOf(item.id)} ${textOf(item)}`),
        ])
        .sort(),
  );

function textOf(item: Readonly<Record<string, unknown>>): string {
  const content = item["content"] as readonly { readonly text: string }[] | undefined;
  return (item["text"] as string | undefined) ?? content?.map(({ text }) => text).join("\n") ?? "";
}

it("the outbox equals thread/turns/list over restarts of the connector and of the server (S1-044, N1-037, W-24)", async () => {
  let watching = await watch();
  const threadId = await asClient((connection) =>
    Effect.gen(function* () {
      const { id } = yield* startThread(connection, {
        cwd: home.path,
        sandbox: "danger-full-access",
        approvalPolicy: "never",
      });
      yield* startTurn(connection, { threadId: id, text: "one" });
      yield* Effect.promise(() => watching.until("the first turn", (told) => ends(told).length === 1));
      yield* startTurn(connection, { threadId: id, text: "SHELL echo two" });
      yield* Effect.promise(() => watching.until("the second turn", (told) => ends(told).length === 2));
      return id;
    }),
  );
  expect(history(watching.told())).toEqual(await listed(threadId));

  await watching.stop();
  await asClient((connection) => startTurn(connection, { threadId, text: "while nobody watched" }));
  watching = await watch();
  await watching.until("the turn that was missed", (told) => ends(told).length === 3);
  expect(history(watching.told())).toEqual(await listed(threadId));

  await asClient((connection) => startTurn(connection, { threadId, text: "SLOW 30" }));
  await watching.until(
    "the slow turn",
    (told) => told.filter(({ type }) => type === "turn.started").length === 4,
  );
  await server.stop("SIGKILL");
  await watching.until("the loss", (told) => told.some(({ type }) => type === "session.lost"));
  server = await startCodexServer({ home, listen: "unix" });
  await watching.until("the end of the turn that died", (told) => ends(told).length === 4);
  expect(ends(watching.told()).at(-1)).toMatchObject({ data: { status: "interrupted" } });
  expect(history(watching.told())).toEqual(await listed(threadId));
  expect(watching.told().filter(({ lane }) => lane === `session/${threadId}`)[0]?.type).toBe(
    "session.observed",
  );
});

it("a question is reported with its exact subject and its end, and is left to whoever it is for", async () => {
  const watching = await watch();
  const before = watching.told().filter(({ type }) => type === "approval.requested").length;
  await asClient((connection) =>
    Effect.gen(function* () {
      const thread = yield* startThread(connection, {
        cwd: home.path,
        sandbox: "danger-full-access",
        approvalPolicy: "untrusted",
      });
      yield* startTurn(connection, { threadId: thread.id, text: "SHELL touch asked-for" });
      yield* Effect.promise(() =>
        watching.until(
          "the question",
          (told) => told.filter(({ type }) => type === "approval.requested").length > before,
        ),
      );
      const turn = yield* activeTurn(connection, thread.id);
      expect(turn?.status).toBe("inProgress");
      yield* interruptTurn(connection, thread.id, turn?.id ?? "");
      yield* Effect.promise(() =>
        watching.until("its end", (told) => told.some(({ type }) => type === "approval.resolved")),
      );
    }),
  );
  const asked = watching.told().findLast(({ type }) => type === "approval.requested");
  expect(asked).toMatchObject({
    data: { kind: "command" },
    body: { subject: expect.stringContaining("touch asked-for") },
  });
});
