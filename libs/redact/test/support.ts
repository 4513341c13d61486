import { makeRedactor } from "@claw/redact";
import { type Rng, type SecretFormat, secretFormats, seededRng } from "@claw/redact/formats";

/** 1 for every push; 5 for the long run. */
export const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");

export const redactor = makeRedactor({ linkKey: "a key for tests" });

/** The surroundings in which a transcript shows a secret. Structured specimens enter a URL percent-encoded. */
export const contexts: Readonly<Record<string, (made: string, format: SecretFormat) => string>> = {
  plain: (made) => `the value is ${made} and so on\n`,
  json: (made) => JSON.stringify({ output: `x\n${made}\n`, exitCode: 0 }),
  "json in json": (made) => JSON.stringify(JSON.stringify({ output: `x\n${made}\n` })),
  shell: (made) => `$ export VALUE='${made}'\n`,
  url: (made, { isBare }) =>
    `GET https://h.example/p?x=${isBare ? made : encodeURIComponent(made)}&y=1 200\n`,
  log: (made) => `2026-01-01T00:00:00.000Z INFO [worker-3] got ${made}\n`,
  diff: (made) => `@@ -1 +1 @@\n${made.replaceAll(/^/gm, "+")}\n`,
  coloured: (made) => `\u001B[32m${made}\u001B[0m\n`,
};

/** Whether any 12 characters in a row of `secret` stand in `text`. */
export const leaks = (text: string, secret: string): boolean => {
  for (let at = 0; at + 12 <= secret.length; at += 1)
    if (text.includes(secret.slice(at, at + 12))) return true;
  return secret.length < 12 && text.includes(secret);
};

/** Pieces of 1 to `most` characters. */
export const split = (rng: Rng, text: string, most = 24): string[] => {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(rng() * most);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
};

export const streamed = (pieces: readonly string[], using = redactor): string => {
  const stream = using.stream();
  return pieces.map((piece) => stream.push(piece)).join("") + stream.end();
};

const rng = seededRng(41);
/** Fragments that meet the rules half-way: the raw material of hostile text. */
export const fragments: readonly string[] = [
  ...'\n|\r\n| |\t|"|\'|`|\\|\\"|\\n|=|:|: |://|//|/|@|,|;|&|-|--|_|.|+|%22|%3A|%20|(|)|{|}|‹|›|é|\u001B[31m'.split(
    "|",
  ),
  ..."password|PASSWORD|DB_PASSWORD=|token|token: |secret=|api_key|Authorization: |Bearer |Cookie: a=b".split(
    "|",
  ),
  ..."‹redacted:jwt:h=12ab›|‹redacted:|https://u:|eyJ|sk-|ghp_|hf_|AKIA|:AA|-us12|SU|BEGIN|abc|hunter2|X9".split(
    "|",
  ),
  `${"-".repeat(5)}BEGIN PRIVATE KEY${"-".repeat(5)}`,
  `${"-".repeat(5)}END PRIVATE KEY${"-".repeat(5)}`,
  "\uD800",
  "\uDC00",
  ...secretFormats.map((format) => format.make(rng)),
];
