/** Things as rows of a table: aligned, one line each, so that a pipe can count on it. */
import type { Thing } from "../client/pages.ts";
import { type Colour, oneLine, paint } from "./terminal.ts";

export interface Column {
  readonly title: string;
  readonly value: (thing: Thing, nowMs: number) => string;
  /** Shown with `-o wide` only. */
  readonly isWide?: boolean;
  readonly colour?: (thing: Thing) => Colour | null;
}

export interface TableStyle {
  readonly isWide: boolean;
  readonly hasColour: boolean;
  readonly nowMs: number;
}

/** Letters of a cell in the narrow table. */
const MOST_LETTERS = 48;
const GAP = "   ";

/** The table with its header, or nothing when there are no rows. */
export function table(things: readonly Thing[], columns: readonly Column[], style: TableStyle): string {
  if (things.length === 0) return "";
  const shown = columns.filter(({ isWide }) => style.isWide || isWide !== true);
  const rows = things.map((thing) => shown.map((column) => cell(column.value(thing, style.nowMs), style)));
  const widths = shown.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const header = line(
    shown.map(({ title }) => title),
    widths,
  );
  const body = rows.map((row, at) =>
    line(row, widths, (text, index) => {
      const thing = things[at];
      const colour = thing === undefined ? null : (shown[index]?.colour?.(thing) ?? null);
      return colour === null ? text : paint(text, colour, style.hasColour);
    }),
  );
  return `${[header, ...body].join("\n")}\n`;
}

function cell(text: string, { isWide }: TableStyle): string {
  const clean = oneLine(text) || "-";
  return isWide || clean.length <= MOST_LETTERS
    ? clean
    : `${clean.slice(0, MOST_LETTERS - 1).toWellFormed()}…`;
}

/** Cells are padded before they are painted, so that colour does not count as width. */
function line(
  cells: readonly string[],
  widths: readonly number[],
  finish: (text: string, index: number) => string = (text) => text,
): string {
  const last = cells.length - 1;
  return cells
    .map((text, index) => finish(index === last ? text : text.padEnd(widths[index] ?? 0), index))
    .join(GAP);
}
