/** Questions answered, and not answered, on a server that a test moves: automation never answers a person's turn, and nobody answers twice. */
import { join } from "node:path";
import { type Event, markOf } from "@claw/events";
import { openDatabase } from "@claw/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command, fence, outcomes, until } from "./acting.ts";
import { answer, AnsweringHost, askedIn, closes, typed } from "./answering.ts";
import { scale } from "./support.ts";

let host: AnsweringHost;
beforeEach(async () => {
  host = await AnsweringHost.open();
});
afterEach(() => host.close());

const wanted = { network: { enabled: true }, fileSystem: null };
const QUESTIONS: readonly (readonly [string, object])[] = [
  ["item/commandExecution/requestApproval", { command: "rm -rf /x", cwd: "/repo" }],
  ["item/fileChange/requestApproval", { reason: null, grantRoot: null }],
  ["item/permissions/requestApproval", { cwd: "/repo", permissions: wanted }],
  [
    "mcpServer/elicitation/request",
    {
      serverName: "gw",
      mode: "form",
      _meta: { codex_approval_kind: "mcp_tool_call" },
      message: "Allow it?",
      requestedSchema: { type: "object", properties: {} },
    },
  ],
  ["item/tool/requestUserInput", { questions: [{ id: "q", header: "h", question: "Which?" }] }],
  ["mcpServer/elicitation/request", { serverName: "gw", mode: "form", _meta: null, message: "Fill it in" }],
  ["item/tool/call", { callId: "c", tool: "lookup", arguments: {} }],
];

describe("a turn of ours", () => {
  it("N1-027 S1-094 is declined once, the turn goes on, and the reason goes into it before the answer", async () => {
    const { threadId, asked, began } = await host.ourQuestion();
    const frame = answer(threadId, asked, { text: "not on this host" });
    host.house.say(frame);
    expect(await host.outcome(frame)).toEqual(
      typed("command.succeeded", { mode: "answer", turnId: asked.data.turnId }),
    );
    await host.running.until("the turn's end", (told) =>
      told.some((event) => event.type === "turn.completed" && event.data.status === "completed"),
    );
    expect(host.replies()).toBe(1);
    expect(host.steers()).toMatchObject([
      {
        params: {
          expectedTurnId: asked.data.turnId,
          input: [{ text: "Declined: not on this host" }],
          clientUserMessageId: markOf(frame.commandId),
        },
      },
    ]);
    const order = host.fake.frames.map(({ kind, method }) => method ?? kind);
    expect(order.indexOf("turn/steer")).toBeLessThan(order.indexOf("reply"));
    expect(host.running.told()).toContainEqual(
      typed("approval.resolved", { requestId: asked.data.requestId, how: "answered" }),
    );
    expect(outcomes(host.running.told(), began.commandId)).toHaveLength(1);
  });

  it("is answered once by two commands, and not late", async () => {
    const { threadId, asked } = await host.ourQuestion();
    const first = answer(threadId, asked);
    const second = answer(threadId, asked, { answer: "accept", by: "person" });
    host.house.say(first, second);
    expect(await host.outcome(first)).toEqual(typed("command.succeeded"));
    expect(await host.outcome(second)).toEqual(
      typed("command.failed", { code: "approval_closed", facts: { how: "answered" } }),
    );
    host.house.say(first);
    const { asked: other, threadId: otherThread } = await host.ourQuestion();
    host.fake.endTurn(otherThread, "interrupted");
    await host.running.until("its end", (told) => told.some(closes(other)));
    const late = answer(otherThread, other, { by: "person" });
    host.house.say(late);
    expect(await host.outcome(late)).toEqual(
      typed("command.failed", { code: "approval_closed", facts: { how: "turn_ended" } }),
    );
    expect(host.replies()).toBe(1);
    expect(outcomes(host.running.told(), first.commandId)).toHaveLength(1);
  });

  it("S20 is not answered where another subject was seen, an answer is not offered, or nobody asked", async () => {
    const { threadId, asked } = await host.ourQuestion();
    const changed = answer(threadId, asked, { subjectDigest: "0".repeat(64), by: "person" });
    const unknown = answer(threadId, asked, { requestId: "77-abcdefabcdef", by: "person" });
    host.house.say(changed, unknown);
    expect(await host.outcome(changed)).toEqual(typed("command.failed", { code: "approval_changed" }));
    // The outbox is new: one before it may have answered that.
    expect(await host.outcome(unknown)).toEqual(typed("command.unknown", { reason: "approval_unknown" }));
    void host.fake.ask(threadId, ...withIds(threadId, asked.data.turnId, 2));
    const permissions = await host.question(threadId, 2);
    const cancel = answer(threadId, permissions, { answer: "cancel", by: "person" });
    host.house.say(cancel);
    expect(await host.outcome(cancel)).toEqual(
      typed("command.failed", {
        code: "answer_not_offered",
        facts: { answer: "cancel", offered: "accept, accept_for_session, decline" },
      }),
    );
    expect(host.replies()).toBe(0);
  });

  it("is not answered where nobody asked, in an outbox that has forgotten nothing", async () => {
    const threadId = await host.thread();
    await host.stop();
    const path = join(host.folder.path, "connector", "outbox.db");
    const raw = openDatabase({ path, durability: "full", schemaVersion: 3, migrate: () => {} });
    raw.exec("UPDATE meta SET value = '0' WHERE key = 'epoch_at'");
    raw.close();
    await host.begin();
    const frame = command(threadId, {
      kind: "answer",
      requestId: "0-abcdefabcdef",
      subjectDigest: null,
      answer: "decline",
      by: "person",
    });
    host.house.say(frame);
    expect(await host.outcome(frame)).toEqual(typed("command.failed", { code: "approval_unknown" }));
    expect(host.replies()).toBe(0);
  });

  it("N1-012 is answered with a token as new as the newest, and with no older one", async () => {
    const { threadId, asked } = await host.ourQuestion();
    const token = (counter: number) => ({ token: { generation: 9, counter } });
    host.house.say({ ...fence(threadId, "l1", 5), ...token(5) });
    await host.running.until("the fence", (told) => told.some(({ type }) => type === "lease.fenced"));
    const stale = answer(threadId, asked, {}, token(4));
    const late = answer(threadId, asked, { remainingMs: 0 }, token(5));
    host.house.say(stale, late);
    expect(await host.outcome(stale)).toEqual(typed("command.failed", { code: "stale_token" }));
    expect(await host.outcome(late)).toEqual(typed("command.expired"));
    expect(host.replies()).toBe(0);
    const equal = answer(threadId, asked, {}, token(5));
    host.house.say(equal);
    expect(await host.outcome(equal)).toEqual(typed("command.succeeded"));
    expect(host.replies()).toBe(1);
  });

  it("N1-015 into which a person spoke is a person's", async () => {
    const { threadId, asked } = await host.ourQuestion();
    host.fake.runTurn(threadId, "wait, let me see", null);
    for (const by of ["policy", "claw"] as const) {
      const frame = answer(threadId, asked, { by });
      host.house.say(frame);
      expect(await host.outcome(frame)).toEqual(typed("command.failed", { code: "human_at_work" }));
    }
    expect(host.replies()).toBe(0);
  });
});

function withIds(threadId: string, turnId: string | null, index: number): [string, object] {
  const [method, params] = QUESTIONS[index] ?? ["", {}];
  return [method, { threadId, turnId, itemId: `item-${index}`, startedAtMs: Date.now(), ...params }];
}

describe("a person's turn", () => {
  it("N1-015 is answered by a person, with the reason where there is one", async () => {
    const threadId = await host.thread();
    host.fake.runTurn(threadId, "SHELL true");
    const asked = await host.question(threadId);
    const frame = answer(threadId, asked, { by: "person", answer: "accept" });
    host.house.say(frame);
    expect(await host.outcome(frame)).toEqual(typed("command.succeeded", { mode: "answer" }));
    expect(host.replies()).toBe(1);
    expect(host.steers()).toEqual([]);
  });

  it("N1-015 S20 in a thousand of them, with questions of every kind, nothing automatic answers", async () => {
    const rounds = Math.ceil((200 * scale) / THREADS);
    const threads = await Promise.all(Array.from({ length: THREADS }, () => host.thread()));
    for (let round = 0; round < rounds; round += 1) await askAll(threads, round);
    expect(host.replies()).toBe(0);
    expect(host.steers()).toEqual([]);
  }, 600_000);
});

const THREADS = 20;

/** One human turn in each thread, and a question in it, at which policy and a Claw try each answer. */
async function askAll(threads: readonly string[], round: number): Promise<void> {
  const asked = threads.map((threadId, index) => {
    const turnId = host.fake.runTurn(
      threadId,
      `WAIT gate of nobody ${round}`,
      index % 2 === 0 ? null : "0199-tui",
    );
    const kind = (round + index) % QUESTIONS.length;
    void host.fake.ask(threadId, ...withIds(threadId, turnId, kind));
    return { threadId, turnId, isTold: QUESTIONS[kind]?.[0] !== "item/tool/call" };
  });
  const told = asked.filter(({ isTold }) => isTold);
  const isAsked =
    ({ turnId }: { readonly turnId: string }) =>
    (event: Event) =>
      event.type === "approval.requested" && event.data.turnId === turnId;
  await host.running.until("the questions", (events) => told.every((one) => events.some(isAsked(one))));
  const events = host.running.told();
  const frames = told.flatMap((one, index) => {
    const found = askedIn(events, one.threadId).find(isAsked(one));
    if (found === undefined) return [];
    const by = index % 2 === 0 ? "policy" : "claw";
    const each = (["accept", "decline"] as const).map((wish) =>
      answer(one.threadId, found, { answer: wish, by, text: "no" }),
    );
    return each.map((frame) => ({ frame, kind: found.data.kind }));
  });
  host.house.say(...frames.map(({ frame }) => frame));
  const failures = () =>
    new Map(
      host.running
        .told()
        .flatMap((event) =>
          event.type === "command.failed" ? [[event.data.commandId, event.data.code] as const] : [],
        ),
    );
  await until("their outcomes", () => {
    const known = failures();
    return frames.every(({ frame }) => known.has(frame.commandId));
  });
  const known = failures();
  for (const { frame, kind } of frames)
    expect([kind, known.get(frame.commandId)]).toEqual([
      kind,
      kind === "userInput" || kind === "foreignElicitation" ? "not_answerable" : "human_at_work",
    ]);
  for (const { threadId } of asked) host.fake.endTurn(threadId, "interrupted");
  await host.running.until("their ends", (all) =>
    asked.every(({ turnId }) =>
      all.some((event) => event.type === "turn.completed" && event.data.turnId === turnId),
    ),
  );
  host.house.confirm();
}
