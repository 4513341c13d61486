/** By which address a caller calls us, and whether a page of ours made the request. The door has looked at Host and at foreign origins before (door.ts). */
import type { OwnNames } from "../http/door.ts";

/** What a browser says of where a request comes from. */
export interface Whence {
  readonly origin: string | undefined;
  readonly site: string | undefined;
}

/** The origin that the caller sees. Called by CLAW_PUBLIC_URL's host it is that address, whatever stands in between; else what we speak ourselves. */
export function originOf(host: string, { scheme, publicOrigin }: OwnNames): URL {
  const isPublic = publicOrigin !== null && new URL(publicOrigin).host === host.toLowerCase();
  return new URL(isPublic ? publicOrigin : `${scheme}://${host}`);
}

/**
 * True only for what a page of this very origin asked for. Browsers say so in Sec-Fetch-Site, and in Origin those that are older; a request that says neither is no
 * page's, and a cookie that comes with it proves nothing (X1-028, RELIABILITY S12).
 */
export function isOwnPage({ origin, site }: Whence, own: URL): boolean {
  if (origin !== undefined && origin !== own.origin) return false;
  return site === undefined ? origin === own.origin : site === "same-origin";
}

/** Methods that change nothing; a cookie alone is enough for them, because no page of another origin can read the answer. */
const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** True for methods that change nothing. */
export const isReading = (method: string): boolean => READING.has(method);
