import type { Thread, ThreadItem } from "@claw/codex-rpc";
import type { Peer } from "./peer.ts";
import { broadcast, type FakeThread, makeThread, setStatus, type World } from "./state.ts";
import { addItem, endTurn, face, startTurn } from "./turns.ts";
import { userMessage } from "./state.ts";

/** A refusal by the fake, in the words of the real server where a client reads them. */
export class Refused extends Error {
  readonly code: number;
  constructor(message: string, code = -32_600) {
    super(message);
    this.code = code;
  }
}

type Params = Readonly<Record<string, unknown>>;
type Handler = (world: World, peer: Peer, params: Params) => object;

/** What the fake can do after `initialize`, by method. */
export const handlers: Readonly<Record<string, Handler>> = {
  "thread/loaded/list": (world, _peer, params) =>
    page(
      [...world.threads.values()].filter((fake) => fake.isLoaded).map((fake) => fake.thread.id),
      params,
    ),
  "thread/list": (world, _peer, params) => page(listed(world, params), params),
  "thread/read": readThread,
  "thread/turns/list": (world, _peer, params) => {
    const { turns } = persisted(known(world, params));
    const view = typeof params["itemsView"] === "string" ? params["itemsView"] : "summary";
    const ordered = params["sortDirection"] === "asc" ? turns.toReversed() : turns;
    return page(
      ordered.map((turn) => face(turn, view)),
      params,
    );
  },
  "thread/items/list": (world, _peer, params) => {
    const { turns } = persisted(known(world, params));
    const entries = turns
      .toReversed()
      .flatMap((turn) => turn.items.map((item) => ({ turnId: turn.id, item })));
    const { turnId } = params;
    return page(turnId === undefined ? entries : entries.filter((entry) => entry.turnId === turnId), params);
  },
  "thread/start": (world, peer, params) => {
    const fake = makeThread(world, {
      cwd: textOf(params["cwd"]),
      threadSource: textOf(params["threadSource"]),
      approvalPolicy: textOf(params["approvalPolicy"]),
      ephemeral: params["ephemeral"] === true,
    });
    fake.subscribers.add(peer);
    broadcastLater(world, "thread/started", { thread: fake.thread });
    return opened(fake.thread);
  },
  "thread/fork": (world, peer, params) => {
    const { thread, turns } = persisted(find(world, params));
    const fake = makeThread(world, { cwd: thread.cwd, threadSource: textOf(params["threadSource"]) });
    Object.assign(fake.thread, { forkedFromId: thread.id, preview: thread.preview, name: thread.name });
    fake.turns.push(...turns);
    fake.isPersisted = true;
    fake.subscribers.add(peer);
    broadcastLater(world, "thread/started", { thread: fake.thread });
    return opened(fake.thread);
  },
  "thread/resume": resumeThread,
  "thread/unsubscribe": (world, peer, params) => {
    const fake = world.threads.get(String(params["threadId"]));
    if (!fake?.isLoaded) return { status: "notLoaded" };
    return { status: fake.subscribers.delete(peer) ? "unsubscribed" : "notSubscribed" };
  },
  "thread/name/set": (world, _peer, params) => {
    const fake = find(world, params);
    fake.thread.name = String(params["name"]);
    fake.isPersisted = true;
    broadcastLater(world, "thread/name/updated", { threadId: fake.thread.id, threadName: fake.thread.name });
    return {};
  },
  "turn/start": (world, _peer, params) => {
    const turn = startTurn(
      world,
      find(world, params),
      inputText(params),
      textOf(params["clientUserMessageId"]) ?? null,
    );
    return { turn: face(turn, "notLoaded") };
  },
  "turn/steer": (world, _peer, params) => {
    const expected = params["expectedTurnId"];
    if (expected === undefined) throw new Refused("Invalid request: missing field `expectedTurnId`");
    const fake = find(world, params);
    const { turn } = activeOf(fake, "steer");
    if (turn.id !== expected)
      throw new Refused(`expected active turn id \`${String(expected)}\` but found \`${turn.id}\``);
    addItem(fake, turn, userMessage(inputText(params), textOf(params["clientUserMessageId"]) ?? null));
    return { turnId: turn.id };
  },
  "turn/interrupt": (world, _peer, params) => {
    const fake = find(world, params);
    const { turn } = activeOf(fake, "interrupt");
    if (turn.id !== params["turnId"])
      throw new Refused(`expected active turn id ${String(params["turnId"])} but found ${turn.id}`);
    setImmediate(() => endTurn(world, fake, "interrupted"));
    return {};
  },
  "thread/backgroundTerminals/clean": () => ({}),
  "model/list": (_world, _peer, params) => page([fakeModelRow], params),
};

const fakeModelRow = {
  id: "fake-model",
  model: "fake-model",
  displayName: "Fake model",
  description: "Does what it is told.",
  hidden: false,
  isDefault: true,
  supportedReasoningEfforts: [],
  defaultReasoningEffort: "medium",
};

function readThread(world: World, peer: Peer, params: Params): object {
  const fake = world.threads.get(String(params["threadId"]));
  if (!fake) throw new Refused(`thread not loaded: ${String(params["threadId"])}`);
  if (params["includeTurns"] !== true) return { thread: fake.thread };
  peer.notify("deprecationNotice", { summary: "thread/read.includeTurns is deprecated", details: null });
  return {
    thread: {
      ...fake.thread,
      turns: persisted(fake)
        .turns.toReversed()
        .map((turn) => face(turn, "full")),
    },
  };
}

/** Subscribes; questions that are still open are asked again. */
function resumeThread(world: World, peer: Peer, params: Params): object {
  const threadId = String(params["threadId"]);
  const fake = world.threads.get(threadId);
  if (!fake?.isPersisted || fake.thread.ephemeral)
    throw new Refused(`no rollout found for thread id ${threadId}`);
  if (!fake.isLoaded) {
    fake.isLoaded = true;
    setStatus(world, fake, { type: "idle" });
  }
  fake.subscribers.add(peer);
  broadcastLater(world, "thread/goal/cleared", { threadId });
  setImmediate(() => {
    for (const { id, method, params: asked, threadId: of } of world.questions.values()) {
      if (of === threadId) peer.send({ id, method, params: asked });
    }
  });
  const turns =
    params["excludeTurns"] === true ? [] : fake.turns.toReversed().map((turn) => face(turn, "full"));
  return opened({ ...fake.thread, turns });
}

function opened(thread: Thread): object {
  return {
    thread,
    model: "fake-model",
    modelProvider: "fake",
    cwd: thread.cwd,
    approvalPolicy: "on-request",
    approvalsReviewer: "user",
    sandbox: { type: "readOnly", networkAccess: false },
  };
}

/** Like the real list: stored threads with a user message, made by whom the caller asks for. */
function listed(world: World, { sourceKinds }: Params): readonly Thread[] {
  if (Array.isArray(sourceKinds) && !sourceKinds.includes("vscode")) return [];
  const rows = [...world.threads.values()].filter((fake) => fake.turns.length > 0 && !fake.thread.ephemeral);
  return rows.map((fake) => fake.thread).toReversed();
}

/** A cursor names the last row before it, as the real server's do: a page stays what it is while rows arrive in front of it. */
function page<Row extends PageRow>(rows: readonly Row[], { cursor, limit }: Params): object {
  const from = typeof cursor === "string" ? rows.findIndex((row) => keyOf(row) === cursor) + 1 : 0;
  if (from === 0 && typeof cursor === "string") throw new Refused(`invalid cursor: ${cursor}`);
  const to = from + (typeof limit === "number" ? limit : 25);
  const data = rows.slice(from, to);
  const last = to < rows.length ? data.at(-1) : undefined;
  return { data, nextCursor: last === undefined ? null : keyOf(last), backwardsCursor: null };
}

type PageRow = string | { readonly id: string } | { readonly turnId: string; readonly item: ThreadItem };

function keyOf(row: PageRow): string {
  if (typeof row === "string") return row;
  return "id" in row ? row.id : `${row.turnId}/${row.item.id}`;
}

/** In memory. */
function find(world: World, params: Params): FakeThread {
  const fake = known(world, params);
  if (!fake.isLoaded) throw new Refused(`thread not found: ${fake.thread.id}`);
  return fake;
}

/** In memory or on disk: what was written down is listed either way, as the real server does. */
function known(world: World, params: Params): FakeThread {
  const threadId = textOf(params["threadId"]);
  if (threadId === undefined) throw new Refused("Invalid request: missing field `threadId`");
  const fake = world.threads.get(threadId);
  if (!fake) throw new Refused(`thread not found: ${threadId}`);
  return fake;
}

function persisted(fake: FakeThread): FakeThread {
  if (!fake.isPersisted) throw new Refused("list_turns is not supported yet", -32_601);
  return fake;
}

function activeOf(fake: FakeThread, verb: string) {
  if (!fake.active || fake.thread.status.type !== "active") throw new Refused(`no active turn to ${verb}`);
  return fake.active;
}

/** After the answer that is about to be sent. */
function broadcastLater(world: World, method: string, params: object): void {
  setImmediate(() => broadcast(world, method, params));
}

function inputText({ input }: Params): string {
  if (!Array.isArray(input)) throw new Refused("Invalid request: missing field `input`");
  return input
    .map((part: { readonly text?: unknown }) => (typeof part.text === "string" ? part.text : ""))
    .join("");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
