import { knownForms } from "./known.ts";
import { makeMark } from "./marker.ts";
import { type Redacted, redactText, spansOutsideMarks } from "./redact-text.ts";
import { allRules, KNOWN } from "./rules/index.ts";
import { makeScanner } from "./scan/scanner.ts";
import { makeStream, type StreamRedactor } from "./stream.ts";
import { type Json, type RedactedTree, redactTree } from "./tree.ts";

/** Changes with the rules. Entries carry it, so that text of an older version is redacted again. */
export const REDACTOR_VERSION = "r2";

export interface RedactorOptions {
  /** Secrets known by value (environment, auth files, host token). Those under 8 characters are not matched. */
  readonly known?: Iterable<string>;
  /** Key of the links in marks; one per deployment. */
  readonly linkKey: Uint8Array | string;
}

/** One secret seen: its kind, and where it begins in UTF-16 units. */
export interface Finding {
  readonly kind: string;
  readonly offset: number;
}

/** Takes secrets out of text and trees (N1-043, S1-137). Pure and deterministic: no clock, no I/O, no randomness. */
export interface Redactor {
  readonly version: string;
  readonly text: (text: string) => Redacted;
  /** Where secrets stand, without taking them out: for refusing a command that carries one. Never the value. */
  readonly find: (text: string) => readonly Finding[];
  readonly tree: (value: Json) => RedactedTree;
  readonly stream: () => StreamRedactor;
}

/** Build a redactor once and keep it: the registered values are compiled here. It never fails on any input. */
export const makeRedactor = (options: RedactorOptions): Redactor => {
  const mark = makeMark(options.linkKey);
  const scanner = makeScanner(allRules, knownForms(options.known ?? []), KNOWN);
  const text = (source: string): Redacted => redactText(scanner, mark, source);
  return {
    version: REDACTOR_VERSION,
    text,
    find: (source) => spansOutsideMarks(scanner, source).map(({ kind, start }) => ({ kind, offset: start })),
    tree: (value) => redactTree(text, mark, value),
    stream: () => makeStream({ scanner, mark, redact: (source) => text(source).text }),
  };
};
