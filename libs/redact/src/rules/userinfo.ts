import { charClass, isIn } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";
import { isReference, looksRandom } from "./judge.ts";

const STOP = charClass("\t\n\v\f\r \"'`<>/\\?#");
const AUTHORITY_MAX = 512;

/** The marks that divide an authority, plainly or percent-encoded. */
interface Dress {
  readonly trigger: string;
  readonly colon: string;
  readonly at: string;
}

const DRESSES: readonly Dress[] = [
  { trigger: "://", colon: ":", at: "@" },
  { trigger: ":\\/\\/", colon: ":", at: "@" },
  { trigger: "%3a%2f%2f", colon: "%3a", at: "%40" },
];

const authorityEnd = (text: string, from: number): number => {
  let end = from;
  const limit = Math.min(text.length, from + AUTHORITY_MAX);
  while (end < limit && !isIn(STOP, text.charCodeAt(end))) end += 1;
  return end;
};

/** `scheme://user:password@host`: the password goes; a lone user goes when it looks like a token. */
const matchUserinfo = (text: string, at: number, dress: Dress): Span | undefined => {
  const from = at + dress.trigger.length;
  const authority = text.slice(from, authorityEnd(text, from)).toLowerCase();
  const host = authority.lastIndexOf(dress.at);
  if (host <= 0) return undefined;
  const colon = authority.slice(0, host).indexOf(dress.colon);
  const start = colon < 0 ? from : from + colon + dress.colon.length;
  const secret = text.slice(start, from + host);
  if (secret === "" || isReference(secret) || (colon < 0 && !looksRandom(secret))) return undefined;
  return { start, end: from + host, kind: "url-password" };
};

/** Cost per trigger: one authority of at most 512 characters; slashes end it, so that triggers do not share theirs. */
export const userinfoRules: readonly Rule[] = DRESSES.map((dress) => ({
  reach: "word",
  triggers: [dress.trigger],
  match: (text, at) => matchUserinfo(text, at, dress),
}));
