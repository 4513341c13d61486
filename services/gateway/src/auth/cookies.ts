/**
 * The cookies of sign-ins (ADR 0014, RELIABILITY 8). Over https their names begin with `__Host-`, which a browser takes only with `Secure`, for the whole host and from
 * that host itself; on loopback without TLS they have plain names. A browser sends those to every port of the machine: there, other programs' pages are trusted anyway.
 */

/** `claw` is a sign-in; `claw-flow` is one that is on its way to the provider and back. */
export type CookieBase = "claw" | "claw-flow";

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

const isHttps = (origin: URL): boolean => origin.protocol === "https:";

/** Whether a sign-in may be kept by a browser that calls us by this address: elsewhere it would cross the network in the open. */
export const mayKeepCookies = (origin: URL): boolean => isHttps(origin) || LOOPBACK.has(origin.hostname);

/** `__Host-` where there is https: such a cookie is of this host alone, and of all its paths. */
export const cookieName = (base: CookieBase, origin: URL): string =>
  isHttps(origin) ? `__Host-${base}` : base;

/**
 * A sign-in is sent with what a page of ours asks for and with nothing else: pages themselves need none, so a link from elsewhere still leads to one. The way back from a
 * provider begins on another site, and needs its flow.
 */
const SAME_SITE: Readonly<Record<CookieBase, string>> = { claw: "Strict", "claw-flow": "Lax" };

/** The value of a Set-Cookie header. */
export function setCookie(base: CookieBase, value: string, maxAgeMs: number, origin: URL): string {
  const seconds = Math.max(0, Math.floor(maxAgeMs / 1_000));
  const secure = isHttps(origin) ? "; Secure" : "";
  return `${cookieName(base, origin)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=${SAME_SITE[base]}${secure}`;
}

/** Takes it away again. */
export const clearCookie = (base: CookieBase, origin: URL): string => setCookie(base, "", 0, origin);

/** The value of a cookie; null if there is none, or more than one: who put the other there is not known. */
export function readCookie(header: string | undefined, base: CookieBase, origin: URL): string | null {
  const wanted = `${cookieName(base, origin)}=`;
  const [found, ...more] = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(wanted));
  return found === undefined || more.length > 0 ? null : found.slice(wanted.length);
}
