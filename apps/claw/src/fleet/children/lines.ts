/** What a child writes, as lines for people: whose it is before each, and of a diagnostic its level and sentence. Pure. */

const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};
const MAX_LINE = 2_000;

/** One line of a child. Control characters have no place in it: a name inside must not move the cursor. */
export function lineOf(child: string, line: string): string {
  const read = readDiagnostic(line);
  const text = read === null ? line : `${read.level}${read.part}: ${read.sentence}`;
  return `${child} | ${text.slice(0, MAX_LINE).replaceAll(/\p{Cc}/gu, " ")}`;
}

function readDiagnostic(
  line: string,
): { readonly level: string; readonly part: string; readonly sentence: string } | null {
  if (!line.startsWith("{")) return null;
  try {
    const { level, part, msg } = JSON.parse(line) as Record<string, unknown>;
    if (typeof level !== "number" || typeof msg !== "string") return null;
    return {
      level: LEVELS[level] ?? "info",
      part: typeof part === "string" ? ` ${part}` : "",
      sentence: msg,
    };
  } catch {
    return null;
  }
}

/** Whole lines of what arrives in pieces; the rest is kept for the next piece, bounded. */
export function splitLines(
  kept: string,
  piece: string,
): { readonly lines: readonly string[]; readonly kept: string } {
  const lines = (kept + piece).split("\n");
  const rest = lines.pop() ?? "";
  return { lines: lines.filter((line) => line !== ""), kept: rest.slice(0, MAX_LINE * 4) };
}
