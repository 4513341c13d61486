/** One item of a transcript as a person reads it: when, what kind, and what it says. */
import type { Thing } from "../client/pages.ts";
import { lines, oneLine, paint } from "./terminal.ts";

/** Lines of output shown; a terminal is no place for a build log. */
const MOST_OUTPUT_LINES = 12;

export function itemText(item: Thing, hasColour: boolean): string {
  const { kind, phase, completedAt, startedAt, status, exitCode, command, tool, text, output } = item;
  const when = String(completedAt ?? startedAt ?? "")
    .slice(0, 19)
    .replace("T", " ");
  const state = [
    phase === "started" ? "not finished" : status,
    typeof exitCode === "number" && exitCode !== 0 ? `exit ${exitCode}` : null,
  ];
  const head = [when, oneLine(String(kind)), ...state.map((word) => oneLine(String(word ?? "")))];
  const parts = [
    paint(head.filter(Boolean).join("  "), "grey", hasColour),
    command === null || command === undefined ? "" : indent(`$ ${String(command)}`),
    tool === null || tool === undefined ? "" : indent(`tool ${String(tool)}`),
    pathsOf(item),
    indent(String(text ?? "")),
    indent(shortened(String(output ?? ""))),
  ];
  return `${parts.filter(Boolean).join("\n")}\n`;
}

const pathsOf = ({ paths }: Thing): string =>
  Array.isArray(paths) ? indent(paths.map(String).join("\n")) : "";

const indent = (text: string): string =>
  lines(text).trimEnd() === ""
    ? ""
    : lines(text)
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`)
        .join("\n");

function shortened(output: string): string {
  const all = output.trimEnd().split("\n");
  if (all.length <= MOST_OUTPUT_LINES) return output;
  return [...all.slice(0, MOST_OUTPUT_LINES), `… ${all.length - MOST_OUTPUT_LINES} more lines`].join("\n");
}
