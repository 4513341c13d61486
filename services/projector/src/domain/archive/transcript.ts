/**
 * A session's transcript as Markdown (X1-035), piece by piece, so that a long one is never whole in memory. Pure. What people, models and tools said stands in
 * fences that it cannot close, because somebody will show it as a page.
 */
import type { KeptItem, KeptSession, KeptTurn } from "./kept.ts";
import { standingOf, type Subject } from "./subject.ts";

export function headText(subject: Subject): string {
  const { row } = subject;
  const { status, failure } = standingOf(subject);
  const said: readonly (readonly [name: string, value: string | null])[] = [
    ["Host", row.hostId],
    ["Workspace", row.workspace],
    ["Repository", row.repo],
    ["Branch", row.branch],
    ["Model", row.model],
    ["Name", row.name],
    ["Purpose", row.purpose],
    ["Created", isoOf(row.createdAt)],
    ["Last fact", isoOf(row.lastFactAt)],
    ["Status", failure === null ? status : `${status} (${failure})`],
    ["Turns and items", `${row.turnCount} and ${row.itemCount}`],
    ["Tokens", row.usage === null ? null : String(row.usage.totalTokens)],
    ["Parts of the history that could not be had", gapsOf(row)],
  ];
  const lines = said.flatMap(([name, value]) => (value === null ? [] : [`- ${name}: ${code(value)}`]));
  return `# Session ${row.sessionId}\n\n${lines.join("\n")}\n`;
}

const gapsOf = ({ historyGaps }: KeptSession): string | null =>
  historyGaps === 0 ? null : String(historyGaps);

/** The heading of a turn. `turn` is null where only items of it are known. */
export function turnText(turnId: string, turn: KeptTurn | null): string {
  const status = turn === null ? "" : `, ${word(turn.status)}`;
  const failed = turn?.error ?? turn?.errorKind ?? null;
  return `\n## Turn ${code(turnId)}${status}\n${failed === null ? "" : `\nIts error:\n\n${fenced(failed)}`}`;
}

export function itemText(item: KeptItem): string {
  const { kind, phase, status, exitCode, cutBytes } = item;
  const words = [
    isoOf(item.completedAt ?? item.startedAt),
    phase === "started" ? "not finished" : status === null ? null : word(status),
    exitCode === null ? null : `exit ${exitCode}`,
    cutBytes === 0 ? null : `${cutBytes} bytes cut`,
  ].filter((said) => said !== null);
  const parts = [
    item.command === null ? "" : fenced(item.command, "sh"),
    item.tool === null ? "" : `Tool ${code(item.tool)}\n`,
    item.paths.map((path) => `- ${code(path)}\n`).join(""),
    item.text === null ? "" : fenced(item.text),
    item.output === null ? "" : `Output:\n\n${fenced(item.output)}`,
  ].filter((part) => part !== "");
  return [`\n### ${word(kind)}\n`, `${words.join(", ")}\n`, ...parts].join("\n");
}

const isoOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** Letters of a peer's word that mean nothing to Markdown. */
const word = (text: string): string => text.replace(/[^A-Za-z0-9 .-]/g, "_");

/** More backticks than there are in a row in the text. */
const ticksFor = (text: string, least: number): string => {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  return "`".repeat(Math.max(least, longest + 1));
};

function code(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const ticks = ticksFor(line, 1);
  return line.startsWith("`") || line.endsWith("`") ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

function fenced(text: string, language = "text"): string {
  const ticks = ticksFor(text, 3);
  return `${ticks}${language}\n${text.replace(/\n$/, "")}\n${ticks}\n`;
}
