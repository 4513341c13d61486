/** `-o`: how a command writes what it found. */
import { stringify } from "yaml";
import type { Thing } from "../client/pages.ts";
import type { Io } from "../io.ts";
import { type Column, table } from "./table.ts";
import { oneLine, safeJson, safeTree } from "./terminal.ts";

export const FORMATS = ["table", "wide", "name", "json", "yaml", "jsonl"] as const;
export type Format = (typeof FORMATS)[number];

/** How things of one kind are shown. */
export interface Look {
  /** The plural, as it stands in the API's answers. */
  readonly key: string;
  readonly columns: readonly Column[];
  /** What is said of an empty list, where "no <key>" is no English. */
  readonly none?: string;
  /** What `-o name` writes, and other commands take as an argument. */
  readonly name: (thing: Thing) => string;
}

/** Writes a list. `jsonl` and `name` write each thing as it comes, so a long list needs no memory; the others need it whole. */
export async function writeList(
  io: Io,
  look: Look,
  things: AsyncIterable<Thing>,
  format: Format,
): Promise<void> {
  if (format === "jsonl" || format === "name") {
    for await (const thing of things)
      io.out(format === "name" ? `${oneLine(look.name(thing))}\n` : `${safeJson(thing)}\n`);
    return;
  }
  const all: Thing[] = [];
  for await (const thing of things) all.push(thing);
  if (format === "json") io.out(`${safeJson({ [look.key]: all }, 2)}\n`);
  else if (format === "yaml") io.out(stringify(safeTree({ [look.key]: all })));
  else if (all.length === 0) io.say(look.none ?? `no ${look.key}`);
  else
    io.out(
      table(all, look.columns, { isWide: format === "wide", hasColour: io.hasColour, nowMs: io.nowMs() }),
    );
}

/** Writes one thing: YAML for people, or what was asked for. */
export function writeOne(io: Io, look: Look, thing: Thing, format: Format): void {
  if (format === "json") io.out(`${safeJson(thing, 2)}\n`);
  else if (format === "jsonl") io.out(`${safeJson(thing)}\n`);
  else if (format === "name") io.out(`${oneLine(look.name(thing))}\n`);
  else io.out(stringify(safeTree(thing)));
}
