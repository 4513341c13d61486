import { charClass, isIn, runEnd } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";
import { isReference } from "./judge.ts";
import { operatorEnd, quoteAt, skipGap } from "./syntax.ts";

export const LOGIN = "login-password";

/** How far behind `curl` its `-u` is looked for, and how long a user name may be. */
const FLAG_WITHIN = 200;
const USER_MAX = 100;
const PASSWORD_MIN = 4;
const USER = charClass("0-9A-Za-z_.@+-");
const STOP = charClass("\t\n\v\f\r \"'`\\");

const PERCENT = 37;
const isEscapedGap = (text: string, at: number): boolean =>
  text.charCodeAt(at) === PERCENT && text.startsWith("%20", at);

const passwordAt = (text: string, start: number): Span | undefined => {
  let end = start;
  while (end < text.length && !isIn(STOP, text.charCodeAt(end)) && !isEscapedGap(text, end)) end += 1;
  const isHeld = end - start >= PASSWORD_MIN && !isReference(text.slice(start, start + PASSWORD_MIN + 4));
  return isHeld ? { start, end, kind: LOGIN } : undefined;
};

const FLAGS = [" -u ", " --user ", "%20-u%20", "%20--user%20"];

/** `curl … -u user:password`, quoted or not. */
const matchCurl = (text: string, at: number): Span | undefined => {
  const [line = ""] = text.slice(at, at + FLAG_WITHIN).split("\n", 1);
  const name = FLAGS.find((flag) => line.includes(flag));
  if (name === undefined) return undefined;
  const from = skipGap(text, at + line.indexOf(name) + name.length);
  const user = quoteAt(text, from)?.end ?? from;
  const password = operatorEnd(text, runEnd(text, user, USER, user + USER_MAX));
  return password < 0 ? undefined : passwordAt(text, password);
};

/** `login user password word`, as a .netrc says it on one line. */
const matchNetrc = (text: string, at: number): Span | undefined => {
  const user = skipGap(text, at + "login".length);
  const gap = runEnd(text, user, USER, user + USER_MAX);
  const name = skipGap(text, gap);
  if (name === gap || !text.startsWith("password", name)) return undefined;
  const nameEnd = name + "password".length;
  const password = skipGap(text, nameEnd);
  return password > nameEnd ? passwordAt(text, password) : undefined;
};

/** Passwords that follow a user name by position alone. Cost per trigger: the windows above, or what is taken out. */
export const loginRules: readonly Rule[] = [
  { reach: "line", triggers: ["curl ", "curl%20"], match: matchCurl },
  { reach: "line", triggers: ["login ", "login%20"], match: matchNetrc },
];
