/** The MCP clients that there are, behind one face, with a record of what goes over the wire. */
import { Client as Client2, StreamableHTTPClientTransport as Transport2 } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { Loose } from "./mcp-house.ts";

export interface AnyClient {
  readonly tools: () => Promise<readonly string[]>;
  readonly call: (
    name: string,
    args: Record<string, unknown>,
    meta: Record<string, unknown>,
  ) => Promise<Loose>;
  readonly resources: () => Promise<readonly string[]>;
  readonly read: (uri: string) => Promise<Loose>;
  readonly templates: () => Promise<readonly string[]>;
  /** Follows these resources, and the list of resources. */
  readonly follow: (uris: readonly string[], heard: (what: string) => void) => Promise<void>;
  /** The revision that was agreed on. */
  readonly version: () => string | undefined;
  /** Who the server says it is. */
  readonly server: () => { readonly name: string; readonly version: string } | undefined;
  readonly close: () => Promise<void>;
}

export type Opener = (url: string, bearer: string, wire: Wire) => Promise<AnyClient>;
export interface Wire {
  readonly fetch: typeof fetch;
  readonly lines: string[];
  /** What came on streams that stay open, each message once. */
  readonly notices: ReadonlySet<string>;
}

const INFO = { name: "a-client", version: "1.0.0" };

const openV1: Opener = async (url, bearer, wire) => {
  const client = new Client1(INFO);
  const transport = new Transport1(new URL(`${url}/mcp`), optionsOf(bearer, wire));
  await client.connect(transport as Parameters<Client1["connect"]>[0]);
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args, meta) => client.callTool({ name, arguments: args, _meta: meta }),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    templates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
    read: (uri) => client.readResource({ uri }),
    follow: async (uris, heard) => {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => heard(params.uri));
      client.setNotificationHandler(ResourceListChangedNotificationSchema, () => heard("list"));
      for (const uri of uris) await client.subscribeResource({ uri });
    },
    version: () => transport.protocolVersion,
    server: () => client.getServerVersion(),
    close: async () => {
      await transport.terminateSession();
      await client.close();
    },
  };
};

/** `supported` is what a client of an older release knows: the newest of them is what it offers. */
const openV2 =
  (mode: "legacy" | { readonly pin: string }, supported?: readonly string[]): Opener =>
  async (url, bearer, wire) => {
    const client = new Client2(INFO, {
      versionNegotiation: { mode },
      ...(supported !== undefined && { supportedProtocolVersions: [...supported] }),
    });
    const transport = new Transport2(new URL(`${url}/mcp`), optionsOf(bearer, wire));
    await client.connect(transport);
    return {
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: (name, args, meta) => client.callTool({ name, arguments: args, _meta: meta }),
      resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
      templates: async () =>
        (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      read: (uri) => client.readResource({ uri }),
      follow: async (uris, heard) => {
        client.setNotificationHandler("notifications/resources/updated", ({ params }) => heard(params.uri));
        client.setNotificationHandler("notifications/resources/list_changed", () => heard("list"));
        if (mode === "legacy") for (const uri of uris) await client.subscribeResource({ uri });
        else await client.listen({ resourceSubscriptions: [...uris], resourcesListChanged: true });
      },
      version: () => client.getNegotiatedProtocolVersion(),
      server: () => client.getServerVersion(),
      close: async () => {
        await transport.terminateSession();
        await client.close();
      },
    };
  };

export const clients: readonly (readonly [name: string, version: string, open: Opener])[] = [
  ["@modelcontextprotocol/sdk 1.x", "2025-11-25", openV1],
  ["@modelcontextprotocol/client 2.x as of June 2025", "2025-06-18", openV2("legacy", ["2025-06-18"])],
  ["@modelcontextprotocol/client 2.x as of November 2025", "2025-11-25", openV2("legacy")],
  ["@modelcontextprotocol/client 2.x", "2026-07-28", openV2({ pin: "2026-07-28" })],
];

const optionsOf = (bearer: string, wire: Wire) => ({
  requestInit: { headers: { authorization: `Bearer ${bearer}` } },
  fetch: wire.fetch,
});

/** Writes down every message that is asked and answered; apart from them, what comes on streams that stay open, which has no place of its own among them. */
export function recorder(): Wire {
  const lines: string[] = [];
  const notices = new Set<string>();
  return {
    lines,
    notices,
    fetch: async (address, init = {}) => {
      const method = init.method ?? "GET";
      const asked = typeof init.body === "string" ? (JSON.parse(init.body) as { method?: string }) : null;
      lines.push(`→ ${[method, "/mcp", ...headersOf(new Headers(init.headers))].join(" ")}`);
      if (asked !== null) lines.push(short(asked));
      const response = await fetch(address, init);
      if (method === "GET" || asked?.method === "subscriptions/listen") {
        void readAlong(response.clone(), notices);
        return response;
      }
      lines.push(`← ${response.status} ${response.headers.get("content-type") ?? ""}`.trimEnd());
      const text = await response.clone().text();
      const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
      if (data.startsWith("{")) lines.push(short(JSON.parse(data)));
      return response;
    },
  };
}

/** Until the stream ends, however it does. */
async function readAlong({ body }: Response, notices: Set<string>): Promise<void> {
  let text = "";
  try {
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (text + chunk).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data: {")) notices.add(short(JSON.parse(line.slice(6))));
    }
  } catch {
    // The client has gone away.
  }
}

const headersOf = (headers: Headers): readonly string[] =>
  ["mcp-session-id", "mcp-protocol-version", "mcp-method", "mcp-name"].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [`${name}: ${name === "mcp-session-id" ? "<session>" : value}`];
  });

/** A message on one line: lists of tools by their names, ids that are new each time by what they are. */
const short = (message: object): string =>
  JSON.stringify(message, (key, value: unknown) => {
    if (key === "tools" && Array.isArray(value)) return value.map(({ name }) => `… ${name}`);
    if (key === "instructions" || key === "notice") return "…";
    if (key === "serverInfo") return { ...(value as object), version: "<version>" };
    return value;
  }).replace(/\b(mcp|spawn|cmd)-[0-9a-f]{20}\b/g, "$1-<random>");
