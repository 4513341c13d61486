import { beginsWord, charClass, isIn, runEnd } from "../scan/chars.ts";
import type { Rule, Span } from "../scan/rule.ts";
import { hasLetterAndDigit, isReference } from "./judge.ts";
import { operatorEnd, quoteAt, skipGap } from "./syntax.ts";

export const LOGIN = "login-password";

/** How far behind `curl` its `-u` is looked for, and how long a user name may be. */
const FLAG_WITHIN = 200;
const USER_MAX = 100;
const PASSWORD_MIN = 4;
const USER = charClass("0-9A-Za-z_.@+-");
const STOP = charClass("\t\n\v\f\r \"'`\\");
const BLANK = charClass(" \t");

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

/** Commands that take a password by a one-letter option, and the option as it stands before the password. */
const OPTIONS: readonly (readonly [command: string, option: string])[] = [
  ["sshpass ", " -p "],
  ["sshpass ", " -p"],
  ["docker ", " -p "],
  ["redis-cli ", " -a "],
  ["mysql ", " -p"],
  ["mysqldump ", " -p"],
  ["mysqladmin ", " -p"],
  ["mariadb ", " -p"],
  ["openssl ", "pass:"],
];

const matchOption = (text: string, at: number, command: string, option: string): Span | undefined => {
  const plain = text.slice(at, at + FLAG_WITHIN).split("\n", 1)[0] ?? "";
  const isEncoded = plain.startsWith(encoded(command));
  const found = plain.indexOf(isEncoded ? encoded(option) : option);
  if (found < 0) return undefined;
  const from = at + found + (isEncoded ? encoded(option) : option).length;
  return passwordAt(text, quoteAt(text, from)?.end ?? from);
};
const encoded = (text: string): string => encodeURIComponent(text);

const optionRules = OPTIONS.map(([command, option]): Rule => ({
  reach: "line",
  triggers: [...new Set([command, encoded(command)])],
  match: (text, at) => matchOption(text, at, command, option),
}));

const WORD_MIN = 8;

/** `password word` at the end of a line, as a .netrc of several lines has it. */
const matchNetrcLine = (text: string, at: number): Span | undefined => {
  const start = skipGap(text, at + "password".length);
  if (!beginsWord(text, at) || text[at - 1] === "-" || start === at + "password".length) return undefined;
  let end = start;
  while (end < text.length && !isIn(STOP, text.charCodeAt(end)) && !text.startsWith("%0A", end)) end += 1;
  const isLast = end === text.length || !isIn(BLANK, text.charCodeAt(end));
  const judged = text.slice(start, Math.min(end, start + USER_MAX));
  const isHeld = isLast && judged.length >= WORD_MIN && hasLetterAndDigit(judged);
  return isHeld && !isReference(judged) ? { start, end, kind: LOGIN } : undefined;
};

const PG_FIELD = charClass("0-9A-Za-z_.*-");

/** `host:5432:database:user:password`, a line of a .pgpass. */
const matchPgpass = (text: string, at: number): Span | undefined => {
  const colon = text[at] === ":" ? ":" : "%3A";
  const from = at + 2 * colon.length + "5432".length;
  const database = runEnd(text, from, PG_FIELD, from + USER_MAX);
  if (!text.startsWith(colon, database)) return undefined;
  const user = runEnd(text, database + colon.length, PG_FIELD, database + USER_MAX);
  return text.startsWith(colon, user) ? passwordAt(text, user + colon.length) : undefined;
};

/** Passwords that follow a user name by position alone. Cost per trigger: the windows above, or what is taken out. */
export const loginRules: readonly Rule[] = [
  { reach: "line", triggers: ["curl ", "curl%20"], match: matchCurl },
  { reach: "line", triggers: ["login ", "login%20"], match: matchNetrc },
  { reach: "line", triggers: ["password ", "password%20"], match: matchNetrcLine },
  { reach: "line", triggers: [":5432:", "%3A5432%3A"], match: matchPgpass },
  ...optionRules,
];
