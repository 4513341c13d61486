/** Finding in what was read of a transcript. What was not read yet is not searched, and the page says so. */
import type { ItemShape } from "../shapes.ts";
import type { TranscriptRow } from "./rows.ts";

const wordsOf = ({ text, command, output, tool, paths }: ItemShape): readonly (string | null)[] => [
  text,
  command,
  tool,
  output,
  ...paths,
];

const holds = (item: ItemShape, needle: string): boolean =>
  wordsOf(item).some((words) => words?.toLowerCase().includes(needle) === true);

const itemsOf = (row: TranscriptRow): readonly ItemShape[] => {
  if (row.kind === "turn") return [];
  return row.kind === "message" ? [row.item] : row.items;
};

/** The places of rows that hold the words, without regard to case; none for no words. */
export function placesOf(rows: readonly TranscriptRow[], words: string): readonly number[] {
  const needle = words.trim().toLowerCase();
  if (needle === "") return [];
  return rows.flatMap((row, index) => (itemsOf(row).some((item) => holds(item, needle)) ? [index] : []));
}

export type Landmark = "error" | "person";

/** The places of what people jump to: what went wrong, and what a person said. */
export const landmarks = (rows: readonly TranscriptRow[], landmark: Landmark): readonly number[] =>
  rows.flatMap((row, index) => ((landmark === "error" ? isError(row) : isPersons(row)) ? [index] : []));

const isPersons = (row: TranscriptRow): boolean => row.kind === "message" && row.voice.who === "person";

const isError = (row: TranscriptRow): boolean =>
  row.kind === "turn" ? row.turn?.status === "failed" : itemsOf(row).some(hasFailed);

export const hasFailed = ({ status, exitCode }: ItemShape): boolean =>
  status === "failed" || (exitCode !== null && exitCode !== 0);

/** The next place after `from`, or before it; around the end. Null where there is none. */
export function nextPlace(places: readonly number[], from: number, step: 1 | -1): number | null {
  if (places.length === 0) return null;
  const found = step === 1 ? places.find((place) => place > from) : places.findLast((place) => place < from);
  return found ?? (step === 1 ? places[0] : places.at(-1)) ?? null;
}
