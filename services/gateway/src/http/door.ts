/**
 * The door: what is checked of a request before anything routes it, the same for HTTP and for WebSocket upgrades, on loopback too.
 *
 * Host names us (DNS rebinding, RELIABILITY S13) · no page of another origin calls (S12, X1-028, W-39) · nothing is compressed (S15).
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Facts, RefusalCode } from "@claw/events";

/** The names of this server. `publicOrigin` is null when nobody set CLAW_PUBLIC_URL. */
export interface OwnNames {
  readonly hostnames: ReadonlySet<string>;
  readonly publicOrigin: string | null;
}

/** What the door looks at. `hosts` are all Host headers as they came: an honest request has one. */
export interface Knock {
  readonly method: string;
  readonly target: string;
  readonly hosts: readonly string[];
  readonly headers: IncomingHttpHeaders;
}

export interface DoorRefusal {
  readonly code: RefusalCode;
  readonly facts: Facts;
}

/** The names for what a server listens on. Wildcard addresses name nothing: such a server is called by loopback or CLAW_PUBLIC_URL. */
export function ownNames(boundHost: string, publicUrl: URL | undefined): OwnNames {
  const names = ["localhost", "127.0.0.1", "[::1]"];
  if (boundHost !== "0.0.0.0" && boundHost !== "::") names.push(bracketed(boundHost.toLowerCase()));
  if (publicUrl !== undefined) names.push(publicUrl.hostname);
  return { hostnames: new Set(names), publicOrigin: publicUrl?.origin ?? null };
}

const bracketed = (host: string): string =>
  host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;

/** Null if the request may come in, else why not. */
export function judge(knock: Knock, own: OwnNames): DoorRefusal | null {
  const [host, ...more] = knock.hosts;
  if (host === undefined || more.length > 0 || !knock.target.startsWith("/") || !isOurs(host, own))
    return { code: "host_header", facts: {} };
  if (isForeign(knock, host, own)) return { code: "cross_origin", facts: {} };
  const encoding = knock.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    return { code: "media_type", facts: { header: "content-encoding" } };
  return null;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/;

function isOurs(host: string, own: OwnNames): boolean {
  const name = HOST.exec(host.toLowerCase())?.[1];
  return name !== undefined && own.hostnames.has(name);
}

/** A browser says where a page comes from in Origin, and in Sec-Fetch-Site where it leaves Origin out. Following a link to `/` is allowed. */
function isForeign({ method, target, headers }: Knock, host: string, own: OwnNames): boolean {
  const { origin } = headers;
  if (origin !== undefined) return origin !== own.publicOrigin && origin !== `http://${host.toLowerCase()}`;
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return false;
  return !(method === "GET" && target === "/" && headers["sec-fetch-mode"] === "navigate");
}
