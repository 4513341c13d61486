import type { ThreadItem, Turn } from "@claw/codex-rpc";
import {
  agentMessage,
  broadcast,
  type FakeThread,
  makeTurn,
  setStatus,
  tell,
  userMessage,
  type World,
} from "./state.ts";

/** Begins a turn and returns it before it is active, as the real server does. On an active thread it steers. */
export function startTurn(world: World, fake: FakeThread, text: string, clientId: string | null): Turn {
  if (fake.active) {
    addItem(fake, fake.active.turn, userMessage(text, clientId));
    return fake.active.turn;
  }
  const turn = makeTurn();
  fake.active = { turn, over: Promise.withResolvers() };
  fake.isPersisted = true;
  fake.thread.preview ||= text;
  fake.turns.unshift(turn);
  setImmediate(() => void runTurn(world, fake, turn, text, clientId));
  return { ...turn };
}

/**
 * A turn in the real order of notifications. `WAIT gate` holds it open, `SHELL command` runs a command (asking
 * first where the thread is `untrusted`), `FAIL` fails it, anything else is echoed.
 */
async function runTurn(
  world: World,
  fake: FakeThread,
  turn: Turn,
  text: string,
  clientId: string | null,
): Promise<void> {
  const { id: threadId } = fake.thread;
  setStatus(world, fake, { type: "active", activeFlags: [] });
  turn.startedAt = Math.floor(Date.now() / 1_000);
  tell(fake, "turn/started", { threadId, turn: face(turn, "notLoaded") });
  addItem(fake, turn, userMessage(text, clientId));
  const [verb, ...words] = text.split(" ");
  const rest = words.join(" ");
  if (verb === "SHELL") await runCommand(world, fake, turn, rest);
  if (verb === "WAIT") await Promise.race([gate(world, rest).promise, fake.active?.over.promise]);
  if (turn.status !== "inProgress") return;
  if (verb === "FAIL") return failTurn(world, fake, turn, rest);
  const message = agentMessage(verb === "WAIT" ? `waiting released ${rest}` : `echo: ${text}`);
  tell(fake, "item/started", {
    threadId,
    turnId: turn.id,
    item: { ...message, text: "" },
    startedAtMs: Date.now(),
  });
  tell(fake, "item/agentMessage/delta", {
    threadId,
    turnId: turn.id,
    itemId: message.id,
    delta: message["text"],
  });
  turn.items.push(message);
  tell(fake, "item/completed", { threadId, turnId: turn.id, item: message, completedAtMs: Date.now() });
  tell(fake, "thread/tokenUsage/updated", { threadId, turnId: turn.id, tokenUsage });
  endTurn(world, fake, "completed");
}

/** Ends the active turn. Open questions of the thread end with it. */
export function endTurn(
  world: World,
  fake: FakeThread,
  status: "completed" | "interrupted" | "failed",
): void {
  const { active, thread } = fake;
  if (!active) return;
  const { turn } = active;
  turn.status = status;
  turn.completedAt = Math.floor(Date.now() / 1_000);
  fake.active = null;
  active.over.resolve();
  setStatus(world, fake, { type: status === "failed" ? "systemError" : "idle" });
  tell(fake, "turn/completed", {
    threadId: thread.id,
    turn: face(turn, status === "completed" ? "summary" : "notLoaded"),
  });
  for (const question of world.questions.values()) {
    if (question.threadId === thread.id) resolveQuestion(world, question.id, null);
  }
}

/** Asks all subscribers; the first answer wins, an error too. Nobody has to answer. */
export function ask(world: World, fake: FakeThread, method: string, params: object): Promise<unknown> {
  return new Promise((answered) => {
    const id = world.nextQuestion++;
    world.questions.set(id, { id, threadId: fake.thread.id, method, params, answered });
    setStatus(world, fake, { type: "active", activeFlags: ["waitingOnApproval"] });
    for (const peer of fake.subscribers) peer.send({ id, method, params });
  });
}

/** Takes the first answer; later ones change nothing. */
export function resolveQuestion(world: World, id: unknown, reply: unknown): void {
  const question = typeof id === "number" ? world.questions.get(id) : undefined;
  const fake = question && world.threads.get(question.threadId);
  if (!question || !fake) return;
  world.questions.delete(question.id);
  tell(fake, "serverRequest/resolved", { threadId: question.threadId, requestId: question.id });
  if (fake.active) setStatus(world, fake, { type: "active", activeFlags: [] });
  question.answered(reply);
}

/** What a turn looks like in an answer: newest state, with as many items as were asked for. */
export function face(turn: Turn, itemsView: string): Turn {
  if (itemsView === "notLoaded") return { ...turn, items: [], itemsView };
  return { ...turn, itemsView, items: itemsView === "summary" ? turn.items.slice(-1) : [...turn.items] };
}

export function gate(world: World, name: string): PromiseWithResolvers<void> {
  const known = world.gates.get(name) ?? Promise.withResolvers<void>();
  world.gates.set(name, known);
  return known;
}

/** Adds a complete item to the active turn. */
export function addItem(fake: FakeThread, turn: Turn, item: ThreadItem): void {
  const where = { threadId: fake.thread.id, turnId: turn.id, item };
  turn.items.push(item);
  tell(fake, "item/started", { ...where, startedAtMs: Date.now() });
  tell(fake, "item/completed", { ...where, completedAtMs: Date.now() });
}

/** Takes a thread out of memory and tells everybody. */
export function unloadThread(world: World, fake: FakeThread): void {
  fake.isLoaded = false;
  fake.subscribers.clear();
  setStatus(world, fake, { type: "notLoaded" });
  broadcast(world, "thread/closed", { threadId: fake.thread.id });
}

const counts = {
  totalTokens: 120,
  inputTokens: 100,
  cachedInputTokens: 10,
  cacheWriteInputTokens: 0,
  outputTokens: 20,
  reasoningOutputTokens: 5,
};
const tokenUsage = { total: counts, last: counts, modelContextWindow: 258_400 };

async function runCommand(world: World, fake: FakeThread, turn: Turn, command: string): Promise<void> {
  const { id: threadId, cwd } = fake.thread;
  const item: ThreadItem = {
    type: "commandExecution",
    id: `call_${turn.id.slice(0, 8)}`,
    command,
    cwd,
    status: "inProgress",
    commandActions: [],
  };
  tell(fake, "item/started", { threadId, turnId: turn.id, item, startedAtMs: Date.now() });
  const params = {
    threadId,
    turnId: turn.id,
    itemId: item.id,
    command,
    cwd,
    reason: null,
    startedAtMs: Date.now(),
  };
  const reply = fake.asksFirst
    ? await ask(world, fake, "item/commandExecution/requestApproval", params)
    : { result: { decision: "accept" } };
  const isAccepted = JSON.stringify(reply)?.includes('"accept') ?? false;
  const done = { ...item, status: isAccepted ? "completed" : "declined", exitCode: isAccepted ? 0 : null };
  turn.items.push(done);
  tell(fake, "item/completed", { threadId, turnId: turn.id, item: done, completedAtMs: Date.now() });
}

function failTurn(world: World, fake: FakeThread, turn: Turn, reason: string): void {
  const error = { message: reason || "scripted failure", codexErrorInfo: "other", additionalDetails: null };
  turn.error = error;
  tell(fake, "error", { threadId: fake.thread.id, turnId: turn.id, error, willRetry: false });
  endTurn(world, fake, "failed");
}
