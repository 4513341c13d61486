/** What is asked for of a connection, checked before anything is dialled. */
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { type ConnectionOptions, nkeyAuthenticator, type TlsOptions } from "@nats-io/transport-node";
import type { LogUnavailable } from "../faults.ts";
import { forbidden } from "./faults.ts";
import { publicKeyOf } from "./keys.ts";

export interface NatsOptions {
  /** `nats://host:port` or `tls://host:port`; several of one cluster are separated by commas. No user or password: those do not ride in URLs. */
  readonly url: string;
  /** The service's name: lower-case letters, digits, `_` and `-`. Its inbox is named after it. */
  readonly name: string;
  /** The seed of the service's NKey, as text. */
  readonly seed?: string;
  /** Certificates that sign the server's; with `tls://` only. */
  readonly caFile?: string;
  /** Takes a server below the oldest supported one, at the operator's risk. */
  readonly allowOld?: boolean;
  /** How long to wait for a server that is not there yet, in ms. Default: 30 s. */
  readonly waitMs?: number;
  /** Told each time that the server was not there, before the next try. */
  readonly onWait?: (fault: LogUnavailable) => void;
}

const DIAL_MS = 5_000;
/** A wire on which nothing comes back for two of these is dead, also when no packet says so. */
const PING_EVERY_MS = 5_000;
const RECONNECT_MS = 250;

/** The client's options, or why there are none. */
export function settingsOf({ url, name, seed, caFile }: NatsOptions): ConnectionOptions | LogUnavailable {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name)) return forbidden("A service's name is a token.");
  if (seed !== undefined && publicKeyOf(seed) === null) return forbidden("The key is no seed of a user.");
  const urls = urlsIn(url);
  if (urls === null) return forbidden("The URL of the log cannot be read.");
  if (urls.some(({ username, password }) => username !== "" || password !== ""))
    return forbidden("The URL of a log holds no user and no password.");
  const isTls = urls.every(({ protocol }) => protocol === "tls:");
  if (!isTls && urls.some(({ protocol }) => protocol !== "nats:"))
    return forbidden("The URL of a log begins with nats:// or tls://, the same for all servers.");
  return {
    servers: urls.map(({ host }) => host),
    name,
    inboxPrefix: `_INBOX_${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_MS,
    timeout: DIAL_MS,
    pingInterval: PING_EVERY_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...(seed !== undefined && { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed.trim())) }),
    ...(isTls && { tls: tlsOf(urls, caFile) }),
  };
}

function urlsIn(text: string): readonly URL[] | null {
  const urls = text.split(",").map((one) => URL.parse(one.trim()));
  return urls.every((one) => one !== null && one.hostname !== "") ? urls.filter((one) => one !== null) : null;
}

/**
 * The server's certificate must be for a host that the URL names. The client would compare one that was dialled by its address with `localhost`
 * (transport-node 3.4.0), so the comparison is ours.
 */
function tlsOf(urls: readonly URL[], caFile: string | undefined): TlsOptions {
  const hosts = urls.map(({ hostname }) => hostname.replace(/^\[|\]$/g, ""));
  const identity = {
    checkServerIdentity: (_: string, certificate: PeerCertificate): Error | undefined => {
      const wrong = hosts.map((host) => checkServerIdentity(host, certificate));
      return wrong.includes(undefined) ? undefined : wrong[0];
    },
  };
  return { ...identity, ...(caFile !== undefined && { caFile }) };
}
