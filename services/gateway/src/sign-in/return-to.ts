/** Where somebody goes after signing in: a page of ours and nothing else, so that our name never sends anybody elsewhere (open redirect). */
import { hasControls } from "./controls.ts";

const HOME = "/";
const MAX_LENGTH = 1_024;
/** No page, but interfaces; and the way out and in itself. */
const NO_PAGE = /^\/(api|auth|mcp|uplink|metrics)(\/|$)/;

/** A name that nobody has (RFC 2606): what leaves it is not ours. */
const BASE = "http://claw.invalid";

/**
 * The path, query and fragment of a page of this server; `/` where nothing was asked for, or what is no page of ours. Null for what would lead elsewhere or write into
 * the header of the answer: no page of ours asks for that, so whoever does is told no rather than led on.
 */
export function returnTo(asked: string | null): string | null {
  if (asked === null || asked === "") return HOME;
  if (!/^\/(?![/\\])/.test(asked) || hasControls(asked) || asked.includes("\\")) return null;
  const url = URL.parse(asked, BASE);
  if (url === null || url.origin !== BASE || url.pathname.startsWith("//")) return null;
  const page = `${url.pathname}${url.search}${url.hash}`;
  return page.length > MAX_LENGTH || NO_PAGE.test(url.pathname) ? HOME : page;
}
