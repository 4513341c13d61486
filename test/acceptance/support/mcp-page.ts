/** What the real Codex asked of `/mcp` and was answered, as a page that people read: on one line each, without what is different each time. */
import type { Exchange } from "./mcp-recorder.ts";

/** What stands for what, longest first where one holds another: ids, folders, names of this run. */
export type Names = readonly (readonly [value: string, name: string])[];

/** The lines of a record, in the manner of `docs/look-up/mcp.md`. */
export const linesOf = (exchanges: readonly Exchange[], names: Names): readonly string[] =>
  exchanges.flatMap(({ verb, headers, asked, status, contentType, answered }) => [
    `→ ${[verb, "/mcp", ...headers.map(withoutSession)].join(" ")}`,
    ...(asked === null ? [] : [short(asked, names)]),
    `← ${status} ${contentType}`.trimEnd(),
    ...(answered === null ? [] : [short(answered, names)]),
  ]);

const withoutSession = (header: string): string => header.replace(/^(mcp-session-id: ).*/, "$1<session>");

/** What a call says of its turn, as far as the supervisor looks at it. */
const LOOKED_AT = ["session_id", "thread_id", "turn_id"];
const LONG = ["instructions", "notice", "position", "next_cursor"];

function short(message: object, names: Names): string {
  const text = JSON.stringify(message, (key, value: unknown) => {
    if (key === "tools" && Array.isArray(value))
      return value.map(({ name }: { name: string }) => `… ${name}`);
    if (LONG.includes(key) && value !== null && typeof value !== "object") return "…";
    if (key !== "x-codex-turn-metadata") return value;
    const { ...said } = value as Readonly<Record<string, unknown>>;
    return { ...Object.fromEntries(LOOKED_AT.map((field) => [field, said[field]])), "…": "…" };
  });
  const named = names.reduce((all, [value, name]) => all.replaceAll(value, name), text);
  return CHANGING.reduce((all, [pattern, name]) => all.replace(pattern, name), named);
}

const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<id>"],
  [/\b(mcp|spawn|call|fc|msg)([-_])[0-9a-f]{20,40}\b/g, "$1$2<random>"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>"],
  [/next_cursor [\w-]{20,}/g, "next_cursor …"],
  [/(\\?"host\\?":\\?")[\w.-]+/g, "$1box"],
  [/ live \S+ owner\/repo/g, " live box owner/repo"],
  [/(\\"position\\":)\d+/g, "$1…"],
  [/(serverInfo":\{[^}]*"version":)"[^"]*"/g, '$1"…"'],
];

/** What a record has to have in common with the one on the page: who says what kind of thing, and which fields are in it. Values come and go with the moment. */
export const shapeOf = (lines: readonly string[]): readonly unknown[] =>
  lines.map((line) => (line.startsWith("{") ? fieldsOf(JSON.parse(line)) : line));

const NAMING = ["method", "name", "uri", "code", "decision", "outcome", "mode", "protocolVersion"];

function fieldsOf(value: unknown, key = ""): unknown {
  if (Array.isArray(value))
    return [...new Set(value.map((one) => JSON.stringify(fieldsOf(one, key))))].toSorted();
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .map(([field, held]) => [field, fieldsOf(held, field)] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  return NAMING.includes(key) ? value : "…";
}
