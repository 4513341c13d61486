import { randomUUID } from "node:crypto";
import type { Thread, ThreadItem, ThreadStatus, Turn } from "@claw/codex-rpc";
import type { Peer } from "./peer.ts";

/** A thread of the fake, with what the real server keeps beside its public face. */
export interface FakeThread {
  readonly thread: Thread;
  readonly subscribers: Set<Peer>;
  readonly turns: Turn[];
  isLoaded: boolean;
  /** Only a named thread, or one with a turn, can be resumed or listed by turns. */
  isPersisted: boolean;
  /** Whether commands need somebody's word. */
  readonly asksFirst: boolean;
  active: ActiveTurn | null;
}

export interface ActiveTurn {
  readonly turn: Turn;
  readonly over: PromiseWithResolvers<void>;
}

/** A question to all subscribers that nobody has answered yet. */
export interface OpenQuestion {
  readonly id: number;
  readonly threadId: string;
  readonly method: string;
  readonly params: object;
  readonly answered: (reply: unknown) => void;
}

/** All that one fake server knows. */
export interface World {
  readonly peers: Set<Peer>;
  readonly threads: Map<string, FakeThread>;
  readonly questions: Map<number, OpenQuestion>;
  readonly gates: Map<string, PromiseWithResolvers<void>>;
  readonly version: string;
  readonly codexHome: string;
  /** Who initialized first: the name under which all threads run. */
  originator: string | null;
  nextQuestion: number;
}

export function makeWorld(version: string, codexHome = "/codex-home"): World {
  return {
    peers: new Set(),
    threads: new Map(),
    questions: new Map(),
    gates: new Map(),
    version,
    codexHome,
    originator: null,
    nextQuestion: 0,
  };
}

export interface NewThread {
  /** As another server on the same home knows it; by default a new one. */
  readonly id?: string | undefined;
  readonly cwd?: string | undefined;
  readonly ephemeral?: boolean | undefined;
  readonly threadSource?: string | undefined;
  readonly approvalPolicy?: string | undefined;
}

/** Makes a loaded thread. Times are unix seconds. */
export function makeThread(
  world: World,
  { id = randomUUID(), cwd = "/repo", ephemeral = false, ...options }: NewThread,
): FakeThread {
  const now = Math.floor(Date.now() / 1_000);
  const thread: Thread = {
    id,
    sessionId: id,
    preview: "",
    ephemeral,
    status: { type: "idle" },
    cwd,
    model: "fake-model",
    modelProvider: "fake",
    cliVersion: world.version,
    createdAt: now,
    updatedAt: now,
    source: "vscode",
    projectId: null,
    threadSource: options.threadSource ?? null,
    originator: world.originator,
    path: ephemeral ? null : `${world.codexHome}/sessions/${id}.jsonl`,
    gitInfo: null,
    name: null,
    turns: [],
  };
  const made: FakeThread = {
    thread,
    subscribers: new Set(),
    turns: [],
    isLoaded: true,
    isPersisted: false,
    asksFirst: options.approvalPolicy === "untrusted",
    active: null,
  };
  world.threads.set(id, made);
  return made;
}

export function makeTurn(): Turn {
  const id = randomUUID();
  return {
    id,
    rootTurnId: id,
    items: [],
    itemsView: "notLoaded",
    status: "inProgress",
    error: null,
    startedAt: null,
    completedAt: null,
    durationMs: null,
  };
}

export function userMessage(text: string, clientId: string | null): ThreadItem {
  return {
    type: "userMessage",
    id: randomUUID(),
    clientId,
    content: [{ type: "text", text, text_elements: [] }],
  };
}

export function agentMessage(text: string): ThreadItem {
  return { type: "agentMessage", id: `msg_${randomUUID()}`, text, phase: null };
}

/** Tells every initialized connection. */
export function broadcast(world: World, method: string, params: object): void {
  for (const peer of world.peers) if (peer.isInitialized) peer.notify(method, params);
}

/** Tells the subscribers of a thread. */
export function tell({ subscribers }: FakeThread, method: string, params: object): void {
  for (const peer of subscribers) peer.notify(method, params);
}

export function setStatus(world: World, { thread }: FakeThread, status: ThreadStatus): void {
  thread.status = status;
  broadcast(world, "thread/status/changed", { threadId: thread.id, status });
}
