/**
 * The door: what is checked of a request before anything routes it, the same for HTTP and for WebSocket upgrades, on loopback too.
 *
 * Host names us (DNS rebinding, RELIABILITY S13) · no page of another origin calls (S12, X1-028, W-39) · nothing is compressed (S15).
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Facts, RefusalCode } from "@claw/events";

/** The names of this server. `publicOrigin` is null when nobody set CLAW_PUBLIC_URL. */
export interface OwnNames {
  /** What it speaks itself; before it may stand a proxy that speaks something else. */
  readonly scheme: "http" | "https";
  readonly hostnames: ReadonlySet<string>;
  readonly publicOrigin: string | null;
  /** Where the product is told of, if that name leads here and is none of ours: nothing of the house answers by it (F1-175). */
  readonly productHost: string | null;
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
export function ownNames(
  boundHost: string,
  publicUrl: URL | undefined,
  scheme: OwnNames["scheme"] = "http",
  productUrl?: URL,
): OwnNames {
  const names = ["localhost", "127.0.0.1", "[::1]"];
  if (boundHost !== "0.0.0.0" && boundHost !== "::") names.push(bracketed(boundHost.toLowerCase()));
  if (publicUrl !== undefined) names.push(publicUrl.hostname);
  const hostnames = new Set(names);
  const product = productUrl?.hostname ?? null;
  const productHost = product !== null && !hostnames.has(product) ? product : null;
  return { scheme, hostnames, publicOrigin: publicUrl?.origin ?? null, productHost };
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

const nameIn = (host: string): string | undefined => HOST.exec(host.toLowerCase())?.[1];

function isOurs(host: string, own: OwnNames): boolean {
  const name = nameIn(host);
  return name !== undefined && own.hostnames.has(name);
}

/** True for a request by the product's name: it gets the product's page, and nothing of the house whatever it asks for (F1-175). */
export function isOfProduct({ hosts, target }: Knock, { productHost }: OwnNames): boolean {
  const [host = "", ...more] = hosts;
  return productHost !== null && more.length === 0 && target.startsWith("/") && nameIn(host) === productHost;
}

/** No pages, but interfaces, which no other page leads to; that the provider leads back to us is what a sign-in is. */
const INTERFACE = /^\/(api|auth|mcp|uplink|metrics)(?![\w-])/;
const WAY_BACK = "/auth/callback";

/** True for what is no page. A path that is written in another way than it reads is none. */
export const isInterface = (path: string): boolean => path.includes("%") || INTERFACE.test(path);

function isPage(target: string): boolean {
  const [path = ""] = target.split("?", 1);
  return path === WAY_BACK || !isInterface(path);
}

/** A browser says where a page comes from in Origin, and in Sec-Fetch-Site where it leaves Origin out. Following a link to a page is allowed. */
function isForeign({ method, target, headers }: Knock, host: string, own: OwnNames): boolean {
  const { origin } = headers;
  if (origin !== undefined)
    return origin !== own.publicOrigin && origin !== `${own.scheme}://${host.toLowerCase()}`;
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return false;
  return !(method === "GET" && headers["sec-fetch-mode"] === "navigate" && isPage(target));
}
