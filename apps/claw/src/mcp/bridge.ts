/**
 * Passes MCP between stdin and stdout and the house's `/mcp`, message by message: it understands none of them but what keeps the connection (the hello, the
 * session that may be lost, and cancellations, which over HTTP are the end of a request).
 */
import { Readable, Writable } from "node:stream";
import {
  isInitializeRequest,
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  SdkHttpError,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { addressOf } from "../client/http.ts";
import type { Target } from "../client/target.ts";
import type { Io } from "../io.ts";
import { oneLine } from "../render/terminal.ts";

/** Requests that may be on their way at a time; a client that asks for more is told so. */
const MAX_CALLS = 256;
/** The id of the bridge's own hello after a session was lost; its answer is nobody else's. */
const OWN_HELLO = "claw-bridge-hello";

const FAILED = -32_000;
/** How long answers may take after the input has ended, in ms: as long as a tool may wait, and a little. */
const LAST_ANSWERS_MS = 60_000;
/** Requests that stay open until somebody ends them. */
const LISTEN = "subscriptions/listen";

interface Room {
  readonly io: Io;
  readonly stdio: StdioServerTransport;
  readonly http: StreamableHTTPClientTransport;
  /** Requests that have no answer yet. */
  readonly calls: Map<string | number, AbortController>;
  /** Of them, those that stay open by their nature. */
  readonly listening: Set<string | number>;
  hello: JSONRPCRequest | null;
  /** The hello has its answer: what comes behind it waits for that, because it belongs to its session. */
  greeted: PromiseWithResolvers<void> | null;
  /** Messages of the client that are not handed on yet. */
  handling: number;
  /** Called when nothing is handed on and no request waits any more. */
  onIdle: () => void;
  /** Saying hello again, for all that found the session lost. */
  again: Promise<void> | null;
}

/** Ends when the input ends, or when it is told to stop. */
export async function bridge(io: Io, target: Target): Promise<void> {
  const headers: Record<string, string> =
    target.token === null ? {} : { authorization: `Bearer ${target.token}` };
  const room: Room = {
    io,
    stdio: new StdioServerTransport(
      Readable.from(
        inputOf(io, () => answered(room)),
        { objectMode: false },
      ),
      outputOf(io),
    ),
    http: new StreamableHTTPClientTransport(addressOf(target, "/mcp", {}), { requestInit: { headers } }),
    calls: new Map(),
    listening: new Set(),
    hello: null,
    greeted: null,
    handling: 0,
    onIdle: () => {},
    again: null,
  };
  const ended = Promise.withResolvers<void>();
  io.stop.addEventListener("abort", () => ended.resolve(), { once: true });
  Object.assign(room.stdio, {
    onclose: () => ended.resolve(),
    onerror: (error: Error) => io.say(`stdin: ${oneLine(error.message)}`),
    onmessage: (message: JSONRPCMessage) => void handle(room, message),
  });
  Object.assign(room.http, { onmessage: (message: JSONRPCMessage) => void fromHouse(room, message) });
  await room.http.start();
  await room.stdio.start();
  await ended.promise;
  await close(room);
}

/** The input; its end is told when what it asked has its answers. */
async function* inputOf({ input }: Io, end: () => Promise<void>): AsyncGenerator<Uint8Array> {
  yield* input();
  await end();
}

/** Waits for the answers of what was asked, but not for what stays open by its nature, and not for ever. */
async function answered(room: Room): Promise<void> {
  // The last of the input is handed on before that.
  await new Promise((resolve) => setImmediate(resolve));
  for (const id of room.listening) letGo(room, id);
  if (isIdle(room)) return;
  const over = Promise.withResolvers<void>();
  const late = setTimeout(over.resolve, LAST_ANSWERS_MS);
  room.io.stop.addEventListener("abort", () => over.resolve(), { once: true });
  room.onIdle = over.resolve;
  await over.promise;
  clearTimeout(late);
}

const outputOf = ({ out }: Io): Writable =>
  new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, _encoding, done) => {
      out(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      done();
    },
  });

/** Lets go of what waits, and of the session. */
async function close({ http, stdio, calls }: Room): Promise<void> {
  for (const call of calls.values()) call.abort();
  // The house may be gone already.
  await http.terminateSession().catch(() => {});
  await http.close();
  await stdio.close();
}

const isIdle = ({ calls, handling }: Room): boolean => calls.size === 0 && handling === 0;

async function handle(room: Room, message: JSONRPCMessage): Promise<void> {
  room.handling += 1;
  await fromClient(room, message);
  room.handling -= 1;
  if (isIdle(room)) room.onIdle();
}

async function fromClient(room: Room, message: JSONRPCMessage): Promise<void> {
  if (isInitializeRequest(message)) {
    room.hello = message as JSONRPCRequest;
    room.greeted = Promise.withResolvers();
  } else await room.greeted?.promise;
  if (isJSONRPCRequest(message)) return ask(room, message);
  const cancelled = cancelledId(message);
  if (cancelled !== null) {
    letGo(room, cancelled);
    // A client of the 2025 revisions cancels by word, and the house listens; one of 2026-07-28 by ending the request.
    if (room.hello === null) return;
  }
  await room.http.send(message).catch((error: unknown) => room.io.say(oneLine(reasonOf(error))));
}

function cancelledId(message: JSONRPCMessage): string | number | null {
  if (!isJSONRPCNotification(message) || message.method !== "notifications/cancelled") return null;
  const id: unknown = message.params?.["requestId"];
  return typeof id === "string" || typeof id === "number" ? id : null;
}

async function ask(room: Room, request: JSONRPCRequest): Promise<void> {
  if (room.calls.size >= MAX_CALLS) return fail(room, request, "Too many requests are on their way.");
  const call = new AbortController();
  room.calls.set(request.id, call);
  if (request.method === LISTEN) room.listening.add(request.id);
  const options = {
    ...(isModern(request) && { requestSignal: call.signal }),
    onRequestStreamEnd: () => {
      if (room.calls.has(request.id))
        void giveUp(room, request, call, "The house went away before it answered.");
    },
  };
  try {
    await room.http.send(request, options).catch((error: unknown) => {
      if (!isLost(error) || room.hello === null || isInitializeRequest(request)) throw error;
      return sayHelloAgain(room).then(() => room.http.send(request, options));
    });
  } catch (error) {
    await giveUp(room, request, call, reasonOf(error));
  }
}

async function giveUp(
  room: Room,
  request: JSONRPCRequest,
  call: AbortController,
  why: string,
): Promise<void> {
  if (!call.signal.aborted) await fail(room, request, why);
  done(room, request.id);
}

/** Nobody waits for its answer any more. */
function letGo(room: Room, id: string | number): void {
  room.calls.get(id)?.abort();
  done(room, id);
}

/** The request has its answer, or will have none. */
function done(room: Room, id: string | number): void {
  room.calls.delete(id);
  room.listening.delete(id);
  if (room.hello?.id === id) room.greeted?.resolve();
  if (isIdle(room)) room.onIdle();
}

const isModern = ({ params }: JSONRPCRequest): boolean =>
  typeof params?._meta?.[PROTOCOL_VERSION_META_KEY] === "string";

/** The house does not know the session any more, as after a restart. */
const isLost = (error: unknown): boolean => error instanceof SdkHttpError && error.data.status === 404;

function sayHelloAgain(room: Room): Promise<void> {
  room.again ??= helloAgain(room).finally(() => {
    room.again = null;
  });
  return room.again;
}

async function helloAgain({ http, hello }: Room): Promise<void> {
  if (hello === null) return;
  await http.send({ ...hello, id: OWN_HELLO });
  await http.send({ jsonrpc: "2.0", method: "notifications/initialized" });
}

async function fromHouse(room: Room, message: JSONRPCMessage): Promise<void> {
  if (!("method" in message) && message.id !== undefined) {
    if (message.id === OWN_HELLO) return;
    learnVersion(room, message);
    await toClient(room, message);
    return done(room, message.id);
  }
  await toClient(room, message);
}

/** Whoever has gone away hears nothing more. */
const toClient = ({ stdio }: Room, message: JSONRPCMessage): Promise<void> =>
  stdio.send(message).catch(() => {});

/** From the answer to the hello on, each request says which revision was agreed on. */
function learnVersion({ http, hello }: Room, message: JSONRPCMessage): void {
  if (hello === null || !("result" in message) || message.id !== hello.id) return;
  const version: unknown = message.result["protocolVersion"];
  if (typeof version === "string") http.setProtocolVersion(version);
}

const fail = (room: Room, { id }: JSONRPCRequest, message: string): Promise<void> =>
  toClient(room, { jsonrpc: "2.0", id, error: { code: FAILED, message } });

const NO_TOKEN = "Set CLAW_TOKEN_FILE to the file of a token of this house (`claw token create --out`).";

/** What the house said, or that it said nothing. Its problems hold ids and figures, never what was sent. */
function reasonOf(error: unknown): string {
  if (error instanceof SdkHttpError) {
    const { status, text } = error.data;
    const cure = status === 401 ? ` ${NO_TOKEN}` : "";
    return `The house answers ${status}${problemOf(text)}.${cure}`;
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "no answer";
  return `The house cannot be reached (${code}): start it with \`claw up\`, or set CLAW_URL.`;
}

function problemOf(text: unknown): string {
  try {
    const problem = JSON.parse(String(text)) as { readonly code?: unknown; readonly detail?: unknown };
    const words = [problem.code, problem.detail].filter((word) => typeof word === "string");
    return words.length === 0 ? "" : ` (${words.join(": ")})`;
  } catch {
    return "";
  }
}
