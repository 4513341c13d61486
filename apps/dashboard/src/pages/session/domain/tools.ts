/** Tool calls as one line each, and a run of them as one line: what, how it ended, how long. Pure; no text of a host is read as anything but text. */
import type { ItemShape } from "../shapes.ts";
import { hasFailed } from "./search.ts";

export type ToolGlyph = "terminal" | "file" | "link" | "search" | "command";

export interface ToolLine {
  readonly glyph: ToolGlyph;
  /** The command, the tool or the file; the kind in Codex's word where it says none of these. */
  readonly what: string;
  readonly isCode: boolean;
  readonly result: string;
  readonly tone: "ok" | "bad" | "open" | "plain";
  readonly durationMs: number | null;
}

/** Letters of a command that the one line shows. */
const MAX_LINE = 240;

export function toolLine(item: ItemShape): ToolLine {
  const { command, tool, paths, durationMs, text, kind } = item;
  const ended = { ...resultOf(item), durationMs };
  if (command !== null) return { glyph: "terminal", what: oneLine(command), isCode: true, ...ended };
  if (tool !== null) return { glyph: "link", what: oneLine(tool), isCode: true, ...ended };
  if (paths.length > 0) return { glyph: "file", what: filesOf(paths), isCode: paths.length === 1, ...ended };
  if (kind === "webSearch") return { glyph: "search", what: oneLine(text ?? kind), isCode: false, ...ended };
  return { glyph: "command", what: oneLine(text ?? kind), isCode: false, ...ended };
}

const filesOf = (paths: readonly string[]): string =>
  paths.length === 1 ? oneLine(paths[0] ?? "") : `${paths.length} files changed`;

/** The first line that says something. */
export function oneLine(text: string): string {
  const line =
    text
      .split("\n")
      .find((one) => one.trim() !== "")
      ?.trim() ?? "";
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
}

function resultOf({ phase, status, exitCode }: ItemShape): Pick<ToolLine, "result" | "tone"> {
  if (phase === "started" || status === "inProgress") return { result: "under way", tone: "open" };
  if (exitCode !== null) return { result: `exit ${exitCode}`, tone: exitCode === 0 ? "ok" : "bad" };
  if (status === "failed" || status === "declined") return { result: status, tone: "bad" };
  return { result: status === "completed" || status === null ? "done" : status, tone: "plain" };
}

/** So many calls in a row stand each for itself; more are folded to one line. */
const MOST_UNFOLDED = 4;

export const isFolded = (items: readonly ItemShape[]): boolean => items.length > MOST_UNFOLDED;

/** `6 commands, 9 files, 2 tool calls` */
export function sumOf(items: readonly ItemShape[]): string {
  const commands = items.filter(({ command }) => command !== null).length;
  const files = new Set(items.flatMap(({ paths }) => paths)).size;
  const others = items.filter(({ command, paths }) => command === null && paths.length === 0).length;
  const parts = [counted(commands, "command"), counted(files, "file"), counted(others, "tool call")];
  return parts.filter((part) => part !== null).join(", ");
}

const counted = (count: number, word: string): string | null =>
  count === 0 ? null : `${count} ${word}${count === 1 ? "" : "s"}`;

/** How a run of calls ended, in one word or two. */
export function sumResult(items: readonly ItemShape[]): Pick<ToolLine, "result" | "tone" | "durationMs"> {
  const failed = items.filter(hasFailed).length;
  const open = items.filter(({ phase, status }) => phase === "started" || status === "inProgress").length;
  const durationMs = items.reduce((sum, item) => sum + (item.durationMs ?? 0), 0);
  if (open > 0) return { result: `${open} under way`, tone: "open", durationMs };
  if (failed > 0) return { result: `${failed} failed`, tone: "bad", durationMs };
  return { result: "all done", tone: "ok", durationMs };
}

/** What a call said in full: the command, what came out, and the diff of files. */
export interface ToolBody {
  readonly command: string | null;
  readonly text: string | null;
  readonly output: string | null;
  readonly paths: readonly string[];
  readonly cutBytes: number;
}

export const toolBody = ({ command, text, output, paths, cutBytes }: ItemShape): ToolBody => ({
  command: command !== null && command.includes("\n") ? command : null,
  text,
  output,
  paths: paths.length > 1 ? paths : [],
  cutBytes,
});

export type DiffTone = "add" | "del" | "head" | "same";

/** Lines of a diff with what each does; of anything else every line is `same`. */
export const diffLines = (diff: string): readonly { readonly text: string; readonly tone: DiffTone }[] =>
  diff.split("\n").map((text) => ({ text, tone: diffTone(text) }));

function diffTone(line: string): DiffTone {
  if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("@@") || line.startsWith("diff "))
    return "head";
  if (line.startsWith("+")) return "add";
  return line.startsWith("-") ? "del" : "same";
}
