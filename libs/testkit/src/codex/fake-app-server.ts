import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StdioTarget, Target } from "@claw/codex-rpc";
import { type Door, listen } from "./fake/listen.ts";
import { makeMischiefPlan, type MischiefRule } from "./fake/mischief.ts";
import { type Desk, type HeardCall, type HeardFrame, serve } from "./fake/serve.ts";
import {
  broadcast,
  type FakeThread,
  makeThread,
  makeWorld,
  type NewThread,
  tell,
  type World,
} from "./fake/state.ts";
import { ask, endTurn, gate, startTurn, unloadThread } from "./fake/turns.ts";
import { makeMailbox } from "./mailbox.ts";

export interface FakeAppServerOptions {
  readonly listen?: "unix" | "websocket";
  /** With `unix`, where; by default in a fresh directory. */
  readonly socketPath?: string;
  /** With `websocket`, what the upgrade must carry. */
  readonly bearer?: string;
  /** What it claims to be; the compared version by default. */
  readonly version?: string;
  /** The CODEX_HOME that it names; two of one name have one store. */
  readonly codexHome?: string;
  /** Methods that this version does not know yet, or no more. */
  readonly unsupported?: readonly string[];
  readonly hangsUpgrade?: boolean;
  readonly mischief?: readonly MischiefRule[];
}

/**
 * An app-server without Codex: it keeps threads, runs scripted turns and tells who must hear, in the real order. On
 * order it goes wrong in every way that its client must survive.
 */
export interface FakeAppServer {
  readonly target: Target;
  /** Makes a loaded thread that the outside did not ask for, as a terminal does. Returns its id. A sub-agent's is not announced. */
  readonly createThread: (options?: NewThread & { readonly isAnnounced?: boolean }) => string;
  /** A turn that somebody else starts; see `runTurn` for the verbs. Returns its id. */
  readonly runTurn: (threadId: string, text: string, clientId?: string | null) => string;
  readonly endTurn: (threadId: string, status: "completed" | "interrupted" | "failed") => void;
  /** Lets go of the turns that wait at a gate. */
  readonly release: (gate: string) => void;
  /** Asks the subscribers of a thread; resolves with the first reply, whatever it is. */
  readonly ask: (threadId: string, method: string, params: object) => Promise<unknown>;
  readonly unload: (threadId: string) => void;
  /** Sends a notification to everybody, or to the subscribers of a thread. */
  readonly emit: (method: string, params: object, threadId?: string) => void;
  /** Sends any bytes as one frame to everybody. */
  readonly sendRaw: (bytes: string | Buffer, isBinary?: boolean) => void;
  readonly misbehave: (rule: MischiefRule) => void;
  readonly behave: () => void;
  /** Sends the answers that `hold` kept back. */
  readonly letGo: () => void;
  /** Stops reading on every connection, as a hung process does. */
  readonly freeze: () => void;
  /** Closes the door and all connections; what the server knows stays. */
  readonly die: () => Promise<void>;
  /** Opens the same door again. */
  readonly comeBack: () => Promise<void>;
  /** The next call that fits and that no earlier `nextCall` got. */
  readonly nextCall: (fits?: (call: HeardCall) => boolean) => Promise<HeardCall>;
  readonly calls: readonly HeardCall[];
  /** Every frame that any client ever sent: requests, notifications and replies. */
  readonly frames: readonly HeardFrame[];
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

/** What a fake pretends to be unless told otherwise. */
export const fakeCodexVersion = "0.169.0";

export async function startFakeAppServer(options: FakeAppServerOptions = {}): Promise<FakeAppServer> {
  const world = makeWorld(options.version ?? fakeCodexVersion, options.codexHome);
  const calls = makeMailbox<HeardCall>();
  const frames: HeardFrame[] = [];
  const plan = makeMischiefPlan(options.mischief);
  const unsupported = new Set(options.unsupported);
  const overheard = (frame: HeardFrame) => void frames.push(frame);
  const desk: Desk = { world, plan, unsupported, heard: calls.put, overheard, held: [] };
  const directory = await mkdtemp(join(tmpdir(), "claw-fake-"));
  const path = options.listen === "websocket" ? null : (options.socketPath ?? join(directory, "codex.sock"));
  const door = doorOf(desk, path, options);
  let listener = await listen(door);
  const { port } = listener;
  return {
    ...controls(desk),
    target: path === null ? websocketTarget(port, options.bearer) : { kind: "unix", path },
    nextCall: calls.take,
    calls: calls.all,
    frames,
    die: () => listener.close(),
    comeBack: async () => {
      listener = await listen(door, port);
    },
    stop: async () => {
      await listener.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A fake that its client starts and ends, over stdin and stdout, with the mischief that it shall do. */
export function fakeStdioTarget(
  options: Pick<FakeAppServerOptions, "version" | "mischief"> = {},
): StdioTarget {
  const script = fileURLToPath(new URL("fake/stdio-main.ts", import.meta.url));
  return { kind: "stdio", command: process.execPath, args: [script, JSON.stringify(options)] };
}

function controls(desk: Desk) {
  const { world, plan } = desk;
  return {
    createThread: ({
      isAnnounced = true,
      ...options
    }: NewThread & { readonly isAnnounced?: boolean } = {}) => {
      const fake = makeThread(world, options);
      if (isAnnounced) broadcast(world, "thread/started", { thread: fake.thread });
      return fake.thread.id;
    },
    runTurn: (threadId: string, text: string, clientId: string | null = null) =>
      startTurn(world, threadOf(world, threadId), text, clientId).id,
    endTurn: (threadId: string, status: "completed" | "interrupted" | "failed") =>
      endTurn(world, threadOf(world, threadId), status),
    release: (name: string) => gate(world, name).resolve(),
    ask: (threadId: string, method: string, params: object) =>
      ask(world, threadOf(world, threadId), method, params),
    unload: (threadId: string) => unloadThread(world, threadOf(world, threadId)),
    emit: (method: string, params: object, threadId?: string) =>
      threadId === undefined
        ? broadcast(world, method, params)
        : tell(threadOf(world, threadId), method, params),
    sendRaw: (bytes: string | Buffer, isBinary?: boolean) => {
      for (const peer of world.peers) peer.sendRaw(bytes, isBinary);
    },
    misbehave: plan.order,
    behave: plan.clear,
    letGo: () => {
      for (const send of desk.held.splice(0)) send();
    },
    freeze: () => {
      for (const peer of world.peers) peer.freeze();
    },
    connections: () => world.peers.size,
  };
}

function doorOf(desk: Desk, path: string | null, { bearer, hangsUpgrade }: FakeAppServerOptions): Door {
  const { world } = desk;
  return {
    path,
    bearer: bearer ?? null,
    hangsUpgrade: () => hangsUpgrade === true,
    opened: (peer) => void world.peers.add(peer),
    closed: (peer) => {
      world.peers.delete(peer);
      for (const { subscribers } of world.threads.values()) subscribers.delete(peer);
    },
    text: (peer, text) => serve(desk, peer, text),
  };
}

function websocketTarget(port: number, bearer: string | undefined): Target {
  const url = `ws://127.0.0.1:${port}`;
  return { kind: "websocket", url, ...(bearer !== undefined && { bearer: () => bearer }) };
}

function threadOf(world: World, threadId: string): FakeThread {
  const fake = world.threads.get(threadId);
  if (!fake) throw new Error(`the fake has no thread ${threadId}`);
  return fake;
}
