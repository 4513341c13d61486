/** Questions of the real Codex, answered on command: what each answer does to the turn, to the model, and to everybody else who was asked. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  connect,
  type Connection,
  type Inbound,
  type MethodParams,
  resumeThread,
  setThreadName,
  startThread,
  startTurn,
} from "@claw/codex-rpc";
import { type AnswerAct, type EndpointId, type Event, markOf } from "@claw/events";
import {
  type CodexHome,
  type CodexServer,
  type FakeModel,
  makeCodexHome,
  startCodexServer,
  startFakeModel,
} from "@claw/testkit";
import { Effect, Stream } from "effect";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { command, CommandingHouse, outcome, send, until } from "./acting.ts";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

let model: FakeModel;
let home: CodexHome;
let server: CodexServer;
let folder: Folder;
let house: CommandingHouse;
let running: Running;

beforeAll(async () => {
  model = await startFakeModel();
  home = await makeCodexHome({ modelUrl: model.url });
  server = await startCodexServer({ home, listen: "unix" });
});
afterAll(async () => {
  await server.stop("SIGKILL");
  await home.remove();
  await model.close();
});
beforeEach(async () => {
  folder = makeFolder();
  house = await CommandingHouse.open();
  writeFileSync(join(folder.path, "token"), "token of the test");
  running = await begin();
});
afterEach(async () => {
  await running.stop();
  await house.close();
  folder.remove();
});

async function begin(): Promise<Running> {
  const before = house.welcomes;
  const begun = await run(folder, [{ endpointId: "local" as EndpointId, target: server.target }], {
    url: house.url,
  });
  await house.welcomed(before + 1);
  return begun;
}

const asPerson = <Value>(use: (connection: Connection) => Effect.Effect<Value, unknown>) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        connect(server.target, { clientInfo: { name: "person", title: null, version: "0" } }),
        use,
      ),
    ),
  );

type Asked = Extract<Event, { readonly type: "approval.requested" }>;
const askedIn = (threadId: string): readonly Asked[] =>
  running
    .told()
    .flatMap((event) =>
      event.type === "approval.requested" && event.lane === `session/${threadId}` ? [event] : [],
    );

async function thread(over: MethodParams<"thread/start"> = {}): Promise<string> {
  const options = { cwd: home.path, sandbox: "danger-full-access", approvalPolicy: "untrusted" } as const;
  const id = await asPerson((connection) =>
    startThread(connection, { ...options, ...over }).pipe(
      Effect.tap((made) => setThreadName(connection, made.id, "a thread")),
      Effect.map((made) => made.id),
    ),
  );
  await running.until("the thread", (told) => told.some(({ lane }) => lane === `session/${id}`));
  return id;
}

async function question(threadId: string, n = 1): Promise<Asked> {
  await running.until("the question", () => askedIn(threadId).length >= n);
  const found = askedIn(threadId)[n - 1];
  if (found === undefined) throw new Error("no question");
  return found;
}

/** A turn of ours that does what the text says, and asks. */
async function ours(text: string, over: MethodParams<"thread/start"> = {}) {
  const threadId = await thread(over);
  const frame = command(threadId, send(), { text });
  house.say(frame);
  await outcome(running, frame);
  return { threadId, asked: await question(threadId) };
}

async function theirs(text: string) {
  const threadId = await thread();
  await asPerson((connection) => startTurn(connection, { threadId, text }));
  return { threadId, asked: await question(threadId) };
}

const answer = (
  threadId: string,
  { data: { requestId, subjectDigest } }: Asked,
  over: Partial<AnswerAct> & { readonly text?: string } = {},
) => {
  const { text = null, ...act } = over;
  const digest = subjectDigest ?? null;
  return command(
    threadId,
    { kind: "answer", requestId, subjectDigest: digest, answer: "decline", by: "policy", ...act },
    { text },
  );
};

async function ended(threadId: string): Promise<string> {
  const ends = () =>
    running
      .told()
      .flatMap((event) =>
        event.type === "turn.completed" && event.lane === `session/${threadId}` ? [event.data.status] : [],
      );
  await running.until("the turn's end", () => ends().length > 0);
  return ends()[0] ?? "";
}

const requestsOf = (threadId: string) => model.requests.filter((request) => request.threadId === threadId);
const succeeded = ({ data: { turnId } }: Asked) =>
  expect.objectContaining({
    type: "command.succeeded",
    data: expect.objectContaining({ mode: "answer", turnId }),
  });

describe("a command that Codex asks for in a turn of ours", () => {
  it("N1-027 is declined: the turn goes on, and the model reads the reason together with the rejection", async () => {
    const path = join(home.path, "never");
    const { threadId, asked } = await ours(`SHELL touch ${path}`);
    expect(asked).toMatchObject({
      data: { kind: "command", workspace: home.path },
      body: { subject: `/bin/bash -lc 'touch ${path}'` },
    });
    const frame = answer(threadId, asked, { text: "nothing is made here" });
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(succeeded(asked));
    expect(await ended(threadId)).toBe("completed");
    expect(existsSync(path)).toBe(false);
    const [, after, ...more] = requestsOf(threadId).map(({ body }) => JSON.stringify(body.input));
    expect(after).toMatch(/rejected by user.*Declined: nothing is made here/);
    expect(more).toEqual([]);
    const marks = running
      .told()
      .flatMap((event) => (event.type === "item.completed" ? [event.data.clientId] : []));
    expect(marks).toContain(markOf(frame.commandId));
  });

  it("N1-027 W-26 is cancelled: the turn is interrupted", async () => {
    const { threadId, asked } = await ours("SHELL mkdir -p cancelled");
    const frame = answer(threadId, asked, { answer: "cancel" });
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(succeeded(asked));
    expect(await ended(threadId)).toBe("interrupted");
    expect(requestsOf(threadId)).toHaveLength(1);
  });

  it("is accepted: it runs", async () => {
    const path = join(home.path, "made");
    const { threadId, asked } = await ours(`SHELL touch ${path}`);
    const forSession = answer(threadId, asked, { answer: "accept_for_session" });
    house.say(forSession);
    expect(await outcome(running, forSession)).toMatchObject({ data: { code: "answer_not_offered" } });
    const frame = answer(threadId, asked, { answer: "accept" });
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(succeeded(asked));
    expect(await ended(threadId)).toBe("completed");
    expect(existsSync(path)).toBe(true);
  });
});

describe("other questions in a turn of ours", () => {
  const careful = { sandbox: "read-only", approvalPolicy: "on-request" } as const;

  it("S20 a command that wants rights beyond the sandbox is shown with them, so that nobody grants them unseen", async () => {
    const wants = {
      cmd: "true",
      sandbox_permissions: "with_additional_permissions",
      additional_permissions: { file_system: { write: ["/etc"] } },
    };
    const { threadId, asked } = await ours(`CALL - exec_command ${JSON.stringify(wants)}`, {
      sandbox: "workspace-write",
      approvalPolicy: "on-request",
      config: { "features.exec_permission_approvals": true },
    });
    expect(asked.body?.subject).toMatch(/^\[permissions\] .*"write":\["\/etc"\].* \/bin\/bash -lc true$/);
    house.say(answer(threadId, asked));
    expect(await ended(threadId)).toBe("completed");
  });

  it("N1-025 a file change is shown with its diff, and done when it is accepted", async () => {
    const path = join(home.path, "added.txt");
    const { threadId, asked } = await ours(`PATCH ${path} hello-there`, careful);
    expect(asked).toMatchObject({
      data: { kind: "fileChange" },
      body: { subject: path, detail: `add ${path}\nhello-there\n` },
    });
    const frame = answer(threadId, asked, { answer: "accept", by: "claw" });
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(succeeded(asked));
    expect(await ended(threadId)).toBe("completed");
    expect(readFileSync(path, "utf8")).toBe("hello-there\n");
  });

  it("S1-094 a file change that is declined is not done", async () => {
    const path = join(home.path, "unwanted.txt");
    const { threadId, asked } = await ours(`PATCH ${path} hello-there`, careful);
    const frame = answer(threadId, asked, { text: "not there" });
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(succeeded(asked));
    expect(await ended(threadId)).toBe("completed");
    expect(existsSync(path)).toBe(false);
    expect(JSON.stringify(requestsOf(threadId).at(-1)?.body.input)).toContain("Declined: not there");
  });

  it.each([
    ["accept", { permissions: { network: { enabled: true } }, scope: "turn" }],
    ["decline", { permissions: {}, scope: "turn" }],
  ] as const)("N1-026 permissions get what was asked for, or nothing: %s", async (wish, granted) => {
    const text =
      'CALL - request_permissions {"reason":"need net","permissions":{"network":{"enabled":true}}}';
    const config = { "features.request_permissions_tool": true };
    const { threadId, asked } = await ours(text, { ...careful, config });
    expect(asked).toMatchObject({ data: { kind: "permissions" }, body: { reason: "need net" } });
    const frame = answer(threadId, asked, { answer: wish });
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(succeeded(asked));
    await ended(threadId);
    const output = requestsOf(threadId)
      .at(-1)
      ?.body.input.findLast(({ output: said }) => said !== undefined);
    expect(JSON.parse(String(output?.output))).toMatchObject(granted);
  });
});

describe("a person's turn", () => {
  it("N1-015 is answered by nothing automatic; what a person decides closes the question for everybody", async () => {
    const { threadId, asked } = await theirs("SHELL mkdir -p theirs");
    for (const by of ["policy", "claw"] as const) {
      const frame = answer(threadId, asked, { by });
      house.say(frame);
      expect(await outcome(running, frame)).toMatchObject({ data: { code: "human_at_work" } });
    }
    const decided = answer(threadId, asked, { by: "person", text: "not today" });
    const heard = await terminal(threadId, () => house.say(decided));
    expect(heard).toEqual(["item/commandExecution/requestApproval", "serverRequest/resolved"]);
    expect(await outcome(running, decided)).toEqual(succeeded(asked));
    expect(await ended(threadId)).toBe("completed");
    expect(JSON.stringify(requestsOf(threadId).at(-1)?.body.input)).toContain("Declined: not today");
  });
});

/** Another client of the thread: says what it was asked, and that the question is over for it too. */
const terminal = (threadId: string, decide: () => void): Promise<readonly string[]> =>
  asPerson((connection) =>
    Effect.gen(function* () {
      yield* resumeThread(connection, threadId);
      return yield* connection.inbox.pipe(
        Stream.filter(isAboutQuestion),
        Stream.tap(({ kind }) => (kind === "request" ? Effect.sync(decide) : Effect.void)),
        Stream.map((inbound) => ("method" in inbound ? String(inbound.method) : "")),
        Stream.take(2),
        Stream.runCollect,
      );
    }),
  );
const isAboutQuestion = (inbound: Inbound): boolean =>
  inbound.kind === "request" ||
  (inbound.kind === "notification" && inbound.method === "serverRequest/resolved");

describe("a connector that was away", () => {
  it("finds the question as it was, and answers it", async () => {
    const { threadId, asked } = await ours("SHELL mkdir -p away");
    await running.stop();
    running = await begin();
    // Nothing is told twice: its name and its digest are the same.
    const frame = answer(threadId, asked);
    house.say(frame);
    expect(await outcome(running, frame)).toEqual(succeeded(asked));
    expect(await ended(threadId)).toBe("completed");
    expect(askedIn(threadId)).toHaveLength(1);
  });

  it("W-25 learns that somebody else has answered meanwhile", async () => {
    const { threadId, asked } = await ours("SHELL sleep 20");
    await running.stop();
    await asPerson((connection) =>
      Effect.gen(function* () {
        yield* resumeThread(connection, threadId);
        yield* connection.inbox.pipe(
          Stream.filter(isAboutQuestion),
          Stream.tap((inbound) =>
            inbound.kind === "request" &&
            inbound.known &&
            inbound.method === "item/commandExecution/requestApproval"
              ? connection.answer({ request: inbound, result: { decision: "accept" } })
              : Effect.void,
          ),
          Stream.take(2),
          Stream.runDrain,
        );
      }),
    );
    running = await begin();
    const isOver = (event: Event) =>
      event.type === "approval.resolved" && event.data.requestId === asked.data.requestId;
    await running.until("that it is over", (told) => told.some(isOver));
    const frame = answer(threadId, asked, { by: "person" });
    house.say(frame);
    expect(await outcome(running, frame)).toMatchObject({
      data: { code: "approval_closed", facts: { how: "answered" } },
    });
    await asPerson((connection) =>
      connection.request("turn/interrupt", { threadId, turnId: asked.data.turnId ?? "" }),
    );
    await until("the end", async () => (await ended(threadId)) === "interrupted");
  });
});
