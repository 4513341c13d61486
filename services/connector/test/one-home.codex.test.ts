/** Two real app-servers on one Codex home, both watched: the one that does not have a thread keeps its hands and its opinions to itself (W-17). */
import { join } from "node:path";
import type { EndpointId } from "@claw/events";
import { connect, type Connection, resumeThread, startThread, startTurn, type Target } from "@claw/codex-rpc";
import {
  type CodexHome,
  type CodexServer,
  type FakeModel,
  makeCodexHome,
  startCodexServer,
  startFakeModel,
} from "@claw/testkit";
import { Effect } from "effect";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

let model: FakeModel;
let home: CodexHome;
let one: CodexServer;
let other: CodexServer;
let folder: Folder;
let running: Running;

beforeAll(async () => {
  model = await startFakeModel();
  home = await makeCodexHome({ modelUrl: model.url });
  one = await startCodexServer({ home, listen: "unix" });
  other = await startCodexServer({ home, listen: "unix", socketPath: join(home.path, "other.sock") });
  folder = makeFolder();
});
afterAll(async () => {
  await running?.stop();
  await Promise.all([one.stop(), other.stop()]);
  await home.remove();
  await model.close();
  folder.remove();
});

const asClient = <Value>(target: Target, use: (connection: Connection) => Effect.Effect<Value, unknown>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(connect(target, { clientInfo: { name: "somebody", title: null, version: "0" } }), use),
    ),
  );

type Told = ReturnType<Running["told"]>;
const ends = (told: Told) => told.filter(({ type }) => type === "turn.completed");
const begun = (told: Told) => told.filter(({ type }) => type === "turn.started");
const timesReady = (told: Told, endpointId: string): number =>
  told.filter(
    ({ type, data }) =>
      type === "endpoint.became" && data.endpointId === endpointId && data.state === "ready",
  ).length;

it("W-17 a turn runs on one server while the other is watched anew: no false end, no conflict, and the thread may move", async () => {
  const options = { cwd: home.path, sandbox: "danger-full-access", approvalPolicy: "never" } as const;
  const { id: threadId } = await asClient(one.target, (connection) => startThread(connection, options));
  await asClient(one.target, (connection) => startTurn(connection, { threadId, text: "WAIT gate done" }));
  await model.nextRequest();
  // Either may be the first to show the thread; only one has it loaded.
  running = await run(folder, [
    { endpointId: "other" as EndpointId, target: other.target },
    { endpointId: "one" as EndpointId, target: one.target },
  ]);
  await running.until("the turn that runs", (told) => begun(told).length === 1);
  await running.until("the other", (told) => timesReady(told, "other") === 1);
  await other.stop("SIGKILL");
  other = await startCodexServer({ home, listen: "unix", socketPath: join(home.path, "other.sock") });
  await running.until("that the other is back", (told) => timesReady(told, "other") === 2);
  model.release("gate");
  await running.until("its end", (told) => ends(told).length === 1);

  await asClient(one.target, (connection) => startTurn(connection, { threadId, text: "still here" }));
  await running.until("a second turn on the same server", (told) => ends(told).length === 2);
  await one.stop();
  await asClient(other.target, (connection) =>
    Effect.andThen(
      resumeThread(connection, threadId),
      startTurn(connection, { threadId, text: "moved over" }),
    ),
  );
  await running.until("a turn on the other server", (told) => ends(told).length === 3);
  expect(ends(running.told()).map(({ data }) => data)).toEqual([
    expect.objectContaining({ status: "completed" }),
    expect.objectContaining({ status: "completed" }),
    expect.objectContaining({ status: "completed" }),
  ]);
});
