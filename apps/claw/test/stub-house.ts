/** A server that answers what a test tells it to, and a command line that talks to it. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Command } from "commander";
import { WebSocketServer } from "ws";
import type { ExitCode, Io } from "../src/io.ts";
import { makeProgram, runClaw } from "../src/program.ts";

export const NOW = Date.parse("2026-11-21T12:00:00Z");

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The call arrives, and its answer does not: the connection breaks. */
  readonly isLost?: boolean;
}
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface Stub {
  readonly url: string;
  readonly calls: Call[];
  readonly live: WebSocketServer;
  readonly close: () => Promise<void>;
}

const NOT_FOUND: Answer = { status: 404, body: {} };

/** `answer` is asked for each request by its path and query. */
export async function startStub(answer: (url: string) => Answer | undefined): Promise<Stub> {
  const calls: Call[] = [];
  const live = new WebSocketServer({ noServer: true, handleProtocols: () => "claw.v1" });
  const server = createServer(async (request, response) => {
    calls.push({ ...aboutOf(request), body: await textOf(request) });
    const { status = 200, headers = {}, body, isLost } = answer(request.url ?? "") ?? NOT_FOUND;
    if (isLost === true) return void response.destroy();
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  server.on("upgrade", (request, socket, head) => {
    calls.push({ ...aboutOf(request), body: "" });
    live.handleUpgrade(request, socket, head, (client) => live.emit("connection", client, request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    live.clients.forEach((client) => client.terminate());
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${port}`, calls, live, close };
}

const aboutOf = ({ method = "", url = "", headers }: IncomingMessage) => ({
  method,
  url,
  authorization: headers.authorization,
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export interface Ran {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface More {
  /** What stands on standard input. */
  readonly input?: string;
  readonly stopping?: AbortController;
  /** What a program that gets the terminal ends with; null: there is none. */
  readonly run?: (argv: readonly string[]) => number | null;
}

/** A problem as the house writes it. */
export const problem = (status: number, code: string, facts: object = {}, members: object = {}): Answer => ({
  status,
  body: {
    type: "x",
    title: "It is refused.",
    status,
    code,
    detail: "d",
    remedy: "Do this.",
    facts,
    instance: "i",
    ...members,
  },
});

/** Runs a command line. `onOut` hears each piece of output and may stop the command. */
export async function claw(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  onOut: (out: string, stop: () => void) => void = () => {},
  { input = "", stopping = new AbortController(), run = () => null }: More = {},
): Promise<Ran> {
  const heard = { out: "", err: "" };
  const io: Io = {
    env,
    out: (text) => {
      heard.out += text;
      onOut(heard.out, () => stopping.abort());
    },
    say: (line) => {
      heard.err += `${line}\n`;
    },
    hasColour: false,
    input: async function* () {
      yield Buffer.from(input);
    },
    endWithin: () => {},
    run: (program) => Promise.resolve(run(program)),
    nowMs: () => NOW,
    stop: stopping.signal,
  };
  const exitCode = await runClaw(
    makeProgram(io, (program: Command) => void program),
    argv,
    io,
  );
  return { exitCode, ...heard };
}
