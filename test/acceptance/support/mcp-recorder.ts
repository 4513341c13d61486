/** A door in front of the house's `/mcp`, through which the real Codex goes: what it asks and is answered is written down on the way, message by message. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** One request and its answer. A stream that stays open has no message. */
export interface Exchange {
  /** Tells threads from each other; the value itself is a secret and is written nowhere. */
  readonly bearer: string;
  readonly verb: string;
  readonly headers: readonly string[];
  readonly asked: Message | null;
  readonly status: number;
  readonly contentType: string;
  readonly answered: Message | null;
}
export type Message = Readonly<Record<string, unknown>>;

export interface McpRecorder {
  readonly url: string;
  /** Whole exchanges, in the order in which they were asked. */
  readonly exchanges: () => readonly Exchange[];
  readonly close: () => Promise<void>;
}

const NAMED = ["mcp-session-id", "mcp-protocol-version"];

/** Passes everything on to the house that listens at `houseUrl`. */
export async function recordMcp(houseUrl: string): Promise<McpRecorder> {
  const slots: (Exchange | null)[] = [];
  const server = createServer((request, response) => {
    pass(houseUrl, request, response, slots).catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges: () => slots.filter((one) => one !== null),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

async function pass(
  houseUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
  slots: (Exchange | null)[],
): Promise<void> {
  const slot = slots.push(null) - 1;
  const { method: verb = "GET", headers, url = "/" } = request;
  const body = await buffer(request);
  const { host } = new URL(houseUrl);
  const onward = ask(`${houseUrl}${url}`, { method: verb, headers: { ...headers, host } });
  response.once("close", () => onward.destroy());
  onward.end(body);
  const [answer] = (await once(onward, "response")) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  response.flushHeaders();
  const parts: Buffer[] = [];
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    response.write(part);
  }
  slots[slot] = {
    bearer: headers.authorization ?? "",
    verb,
    headers: NAMED.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`])),
    asked: messageIn(body.toString("utf8")),
    status: answer.statusCode ?? 0,
    contentType: answer.headers["content-type"] ?? "",
    answered: messageIn(Buffer.concat(parts).toString("utf8")),
  };
  response.end();
}

/** A body of JSON, or the first event of a stream that holds one. */
function messageIn(body: string): Message | null {
  const text = /^data: (\{.*)$/m.exec(body)?.[1] ?? body;
  return text.startsWith("{") ? (JSON.parse(text) as Message) : null;
}
