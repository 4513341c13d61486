/** Commands carried out on the real Codex: what is asked is done once, and what is told is what Codex shows. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  activeTurn,
  connect,
  type Connection,
  listItems,
  listTurns,
  readItem,
  resumeThread,
  setThreadName,
  startThread,
  startTurn,
  type Target,
} from "@claw/codex-rpc";
import { type EndpointId, markOf } from "@claw/events";
import {
  type CodexHome,
  type CodexServer,
  type FakeModel,
  makeCodexHome,
  startCodexServer,
  startFakeModel,
} from "@claw/testkit";
import { Effect } from "effect";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CommandingHouse, command, interrupt, outcome, outcomes, send, until } from "./acting.ts";
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
  await server.stop();
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

async function begin(
  endpoints: Readonly<Record<string, Target>> = { local: server.target },
): Promise<Running> {
  const before = house.welcomes;
  const begun = await run(
    folder,
    Object.entries(endpoints).map(([id, target]) => ({ endpointId: id as EndpointId, target })),
    { url: house.url },
  );
  await house.welcomed(before + 1);
  return begun;
}

const asPerson = <Value>(
  use: (connection: Connection) => Effect.Effect<Value, unknown>,
  target = server.target,
) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(connect(target, { clientInfo: { name: "person", title: null, version: "0" } }), use),
    ),
  );

/** A thread with a name, so that it is stored; the connector has seen it. */
async function thread(): Promise<string> {
  const id = await asPerson((connection) =>
    startThread(connection, { cwd: home.path, sandbox: "danger-full-access", approvalPolicy: "never" }).pipe(
      Effect.tap((made) => setThreadName(connection, made.id, "a thread")),
      Effect.map((made) => made.id),
    ),
  );
  await running.until("the thread", (told) => told.some(({ lane }) => lane === `session/${id}`));
  return id;
}

const turnsOf = (threadId: string) =>
  asPerson((connection) => listTurns(connection, { threadId, itemsView: "notLoaded" })).then(
    ({ data }) => data,
  );
const messagesOf = (threadId: string) =>
  asPerson((connection) => listItems(connection, { threadId, sortDirection: "asc", limit: 100 })).then(
    ({ data }) =>
      data.flatMap(({ item, turnId }) => {
        const read = readItem(item);
        return read?.type === "userMessage" ? [{ turnId, clientId: read.clientId ?? null }] : [];
      }),
  );
/** A turn of a person that waits at a gate, and is active. */
async function waitingTurn(threadId: string, text: string): Promise<string> {
  const { id } = await asPerson((connection) => startTurn(connection, { threadId, text }));
  await until("the turn to be active", async () => {
    const active = await asPerson((connection) =>
      activeTurn(connection, threadId).pipe(Effect.orElseSucceed(() => null)),
    );
    return active?.id === id;
  });
  return id;
}

describe("a send", () => {
  it("S1-089 to an idle thread starts a turn, whose first message bears the mark, and which is watched", async () => {
    const threadId = await thread();
    const frame = command(threadId, send());
    house.say(frame);
    const { type, data } = await outcome(running, frame);
    const [turn] = await turnsOf(threadId);
    expect({ type, data }).toMatchObject({
      type: "command.succeeded",
      data: { mode: "start", turnId: turn?.id, fence: frame.instruction.token },
    });
    expect(await messagesOf(threadId)).toEqual([{ turnId: turn?.id, clientId: markOf(frame.commandId) }]);
    await running.until("the turn's end", hasEnded(threadId));
    const marked = running
      .told()
      .filter((event) => event.type === "item.completed" && event.data.clientId === markOf(frame.commandId));
    expect(marked).toHaveLength(1);
    expect(house.capabilities).toContain("command.v1");
  });

  it("S1-089 to a thread that is not loaded loads it first", async () => {
    const threadId = await thread();
    const first = command(threadId, send());
    house.say(first);
    await outcome(running, first);
    await running.until("its end", hasEnded(threadId));
    await server.stop();
    server = await startCodexServer({ home, listen: "unix" });
    const second = command(threadId, send());
    house.say(second);
    expect(await outcome(running, second)).toMatchObject({
      type: "command.succeeded",
      data: { mode: "start" },
    });
    await until("both turns", async () => (await turnsOf(threadId)).length === 2);
  });

  it("S1-090 to an active thread steers the turn that is expected", async () => {
    const threadId = await thread();
    const turnId = await waitingTurn(threadId, "WAIT steered first");
    const frame = command(threadId, send(turnId), { text: "SAY steered" });
    house.say(frame);
    expect(await outcome(running, frame)).toMatchObject({
      type: "command.succeeded",
      data: { mode: "steer", turnId },
    });
    await until("the message", async () =>
      (await messagesOf(threadId)).some((message) => message.clientId === markOf(frame.commandId)),
    );
    model.release("steered");
    expect(await turnsOf(threadId)).toHaveLength(1);
  });

  it("S1-091 is refused where another turn is active, where none may be, and where one has to be", async () => {
    const threadId = await thread();
    const turnId = await waitingTurn(threadId, "WAIT closed first");
    const other = "01a1faf2-c227-76a1-8af9-b956bcb096d2";
    const wrong = command(threadId, send(other));
    const none = command(threadId, send());
    const started = command(threadId, send(null, "start"));
    house.say(wrong, none, started);
    expect(await outcome(running, wrong)).toMatchObject({
      type: "command.failed",
      data: { code: "turn_mismatch", facts: { activeTurnId: turnId, expectedTurnId: other } },
    });
    expect(await outcome(running, none)).toMatchObject({ data: { code: "session_active" } });
    expect(await outcome(running, started)).toMatchObject({ data: { code: "session_active" } });
    model.release("closed");
    await running.until("its end", hasEnded(threadId));
    const late = command(threadId, send(turnId, "steer"));
    house.say(late);
    expect(await outcome(running, late)).toMatchObject({ data: { code: "session_idle" } });
    expect(await turnsOf(threadId)).toHaveLength(1);
    expect(await messagesOf(threadId)).toHaveLength(1);
  });
});

describe("an interruption", () => {
  it("S1-042 ends the turn, and the shell command that it runs dies too", async () => {
    const threadId = await thread();
    const seconds = 61 + Math.floor(Math.random() * 900_000);
    const turnId = await waitingTurn(threadId, `SHELL sleep ${seconds}`);
    const isAsleep = () => processes().includes(`sleep ${seconds}`);
    // An interruption kills a command that is only just beginning by itself; this one is told to run.
    await running.until("the command", (told) =>
      told.some(({ type, data }) => type === "item.started" && data.kind === "commandExecution"),
    );
    await until("the command", isAsleep);
    const frame = command(threadId, interrupt(turnId));
    house.say(frame);
    expect(await outcome(running, frame)).toMatchObject({
      type: "command.succeeded",
      data: { mode: "interrupt", turnId },
    });
    await until("the end of the command", () => !isAsleep());
    expect((await turnsOf(threadId)).map(({ status }) => status)).toEqual(["interrupted"]);
  });

  it("of another turn, or of none, is refused", async () => {
    const threadId = await thread();
    const idle = command(threadId, interrupt("01a1faf2-c227-76a1-8af9-b956bcb096d2"));
    house.say(idle);
    expect(await outcome(running, idle)).toMatchObject({ data: { code: "session_idle" } });
    const turnId = await waitingTurn(threadId, "WAIT kept first");
    const wrong = command(threadId, interrupt("01a1faf2-c227-76a1-8af9-b956bcb096d2"));
    const unnamed = command(threadId, interrupt(null));
    house.say(wrong, unnamed);
    expect(await outcome(running, wrong)).toMatchObject({ data: { code: "turn_mismatch" } });
    expect(await outcome(running, unnamed)).toMatchObject({ data: { code: "turn_unknown" } });
    expect((await turnsOf(threadId)).map(({ id, status }) => ({ id, status }))).toEqual([
      { id: turnId, status: "inProgress" },
    ]);
    model.release("kept");
  });
});

const hasEnded = (threadId: string) => (told: ReturnType<Running["told"]>) =>
  told.some(({ type, lane }) => type === "turn.completed" && lane === `session/${threadId}`);
const processes = (): readonly string[] =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");

it("DESIGN 14.11 a person who starts a turn in the same moment: what is told is what Codex shows", async () => {
  const told: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const threadId = await thread();
    const frame = command(threadId, send());
    await asPerson((connection) =>
      Effect.suspend(() => {
        house.say(frame);
        return Effect.delay(
          startTurn(connection, { threadId, text: "from a person", clientUserMessageId: "person" }),
          `${round * 4} millis`,
        );
      }),
    );
    const { type, data } = await outcome(running, frame);
    const expectedMessages = type === "command.failed" ? 1 : 2;
    await until("all messages", async () => (await messagesOf(threadId)).length === expectedMessages);
    const messages = await messagesOf(threadId);
    const mine = messages.find(({ clientId }) => clientId === markOf(frame.commandId));
    const first = messages.find(({ turnId }) => turnId === mine?.turnId);
    const expected =
      mine === undefined
        ? "command.failed"
        : first?.clientId === markOf(frame.commandId)
          ? "command.succeeded"
          : "command.collided";
    expect({ round, type, data }).toMatchObject({ round, type: expected });
    if (mine !== undefined) expect(data).toMatchObject({ turnId: mine.turnId });
    told.push(type);
  }
  expect(told).toHaveLength(6);
});

it("N1-014 a thread that another app-server has is left to it, and the holder is named", async () => {
  const other = await startCodexServer({ home, listen: "unix", socketPath: join(home.path, "other.sock") });
  try {
    const threadId = await thread();
    const first = command(threadId, send());
    house.say(first);
    await outcome(running, first);
    await asPerson((connection) => resumeThread(connection, threadId));
    await running.stop();
    // By its first entry the session belongs to `other` now, which does not have it in memory.
    running = await begin({ local: other.target });
    const lost = command(threadId, send());
    house.say(lost);
    expect(await outcome(running, lost)).toMatchObject({
      type: "command.failed",
      data: { code: "active_writer", facts: { holder: "another app-server" } },
    });
    await running.stop();
    running = await begin({ local: other.target, one: server.target });
    await running.until("the holder", (told) =>
      told.some(
        ({ type, data }) => type === "endpoint.became" && data.endpointId === "one" && data.state === "ready",
      ),
    );
    await until("the holder to be read", async () => {
      const again = command(threadId, send());
      house.say(again);
      const { data } = await outcome(running, again);
      return "facts" in data && "holder" in data.facts && data.facts["holder"] === "one";
    });
    expect(await turnsOf(threadId)).toHaveLength(1);
  } finally {
    await other.stop();
  }
});

it("N1-005 a server that is killed with a call on its way: one word of it, and a true one", async () => {
  for (const delayMs of [0, 3, 12, 40]) {
    const threadId = await thread();
    const warm = command(threadId, send());
    house.say(warm);
    await outcome(running, warm);
    await running.until("its end", hasEnded(threadId));
    const calls = model.requests.length;
    const frame = command(threadId, send());
    house.say(frame);
    // Not a wait for anything: it spreads the kills over the steps of the call.
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await server.stop("SIGKILL");
    server = await startCodexServer({ home, listen: "unix" });
    const { type, data } = await outcome(running, frame);
    const messages = await messagesOf(threadId);
    const mine = messages.filter(({ clientId }) => clientId === markOf(frame.commandId));
    const turns = await turnsOf(threadId);
    expect({ delayMs, type, data, turns: turns.length, mine: mine.length }).toMatchObject(
      mine.length === 1
        ? { type: "command.succeeded", data: { turnId: mine[0]?.turnId }, turns: 2 }
        : turns.length === 2
          ? { type: "command.unknown", data: { reason: "turn_without_message" } }
          : type === "command.unknown"
            ? // Codex named the turn and died before it was on disk: nobody can say what it did in between.
              { data: { reason: "turn_gone" }, turns: 1 }
            : { type: "command.failed", data: { code: "not_delivered" }, turns: 1 },
    );
    expect(model.requests.length - calls).toBeLessThanOrEqual(1);
    expect(outcomes(running.told(), frame.commandId)).toHaveLength(1);
  }
});

it("S5 N1-029 W-29 frames that come three times, in any order and across a restart, are done once", async () => {
  const threads = await Promise.all([thread(), thread(), thread()]);
  const frames = threads.map((threadId) => command(threadId, send()));
  const thrice = [...frames, ...frames.toReversed(), ...frames];
  house.sayAtOnce(thrice);
  for (const frame of frames) await outcome(running, frame);
  house.sayAtOnce(thrice.toReversed());
  await running.stop();
  running = await begin();
  house.sayAtOnce(thrice);
  const last = command(threads[0] ?? "", send());
  await running.until(
    "all turns' ends",
    (told) => told.filter(({ type }) => type === "turn.completed").length >= 3,
  );
  house.say(last);
  await outcome(running, last);
  for (const [index, frame] of frames.entries()) {
    expect(outcomes(running.told(), frame.commandId)).toHaveLength(1);
    const marks = (await messagesOf(threads[index] ?? "")).map(({ clientId }) => clientId);
    expect(marks.filter((clientId) => clientId === markOf(frame.commandId))).toHaveLength(1);
  }
});

it("S5 an outbox that was lost: a repeated command is found in the thread, and not done again", async () => {
  const threadId = await thread();
  const frame = command(threadId, send());
  house.say(frame);
  const { data } = await outcome(running, frame);
  await running.stop();
  folder.remove();
  folder = makeFolder();
  writeFileSync(join(folder.path, "token"), "token of the test");
  running = await begin();
  const late = { ...frame, remainingMs: 0 };
  house.say(frame, late);
  expect(await outcome(running, frame)).toMatchObject({ type: "command.succeeded", data });
  expect(await turnsOf(threadId)).toHaveLength(1);
});
