/** Labelled lines: how one thing is told to people. */
import { oneLine } from "./terminal.ts";

export type Line = readonly [label: string, value: string];

const LABEL_LETTERS = 10;

/** Each on one line, those without a value left out: what hosts and agents say cannot look like a line of ours. */
export const written = (all: readonly Line[], before = ""): string =>
  all
    .filter(([, value]) => value !== "")
    .map(([label, value]) => `${before}${label.padEnd(LABEL_LETTERS - 1)} ${oneLine(value)}\n`)
    .join("");

export const isSaid = (value: unknown): boolean => value !== null && value !== undefined;
