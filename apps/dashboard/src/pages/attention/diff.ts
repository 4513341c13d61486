/** A unified diff, read only as far as it is shown: files, lines that come and lines that go. Pure; what is no diff has no files and is shown as it is. */

export interface DiffFile {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
  readonly lines: readonly DiffLine[];
}
export interface DiffLine {
  readonly kind: "add" | "del" | "hunk" | "same";
  readonly text: string;
}

/** Lines of one file that a card shows; more of them says so. */
export const MAX_LINES = 400;

const FILE = /^(?:diff --git a\/.* b\/(?<git>.+)|\+\+\+ (?:b\/)?(?<plus>.+))$/;
const HUNK = /^@@ -\d+(?:,(?<old>\d+))? \+\d+(?:,(?<fresh>\d+))? @@/;

interface Reading {
  readonly files: { readonly path: string; readonly lines: DiffLine[] }[];
  /** Lines that the hunk says it still has, of the old and of the new file. */
  old: number;
  fresh: number;
}

/**
 * The files of a diff. Inside a hunk every line is a line of the file, for as many as the hunk says it has: a removed `-- x` reads `--- x`, and must neither be lost nor taken for
 * the beginning of another file, because somebody decides by what they see here.
 */
export function diffFiles(text: string): readonly DiffFile[] {
  const reading: Reading = { files: [], old: 0, fresh: 0 };
  for (const line of text.split("\n")) read(reading, line);
  return reading.files.map(({ path, lines }) => ({
    path,
    lines,
    added: lines.filter(({ kind }) => kind === "add").length,
    removed: lines.filter(({ kind }) => kind === "del").length,
  }));
}

function read(reading: Reading, line: string): void {
  const last = reading.files.at(-1);
  if (last !== undefined && (reading.old > 0 || reading.fresh > 0)) {
    if (!line.startsWith("+") && !line.startsWith("\\")) reading.old -= 1;
    if (!line.startsWith("-") && !line.startsWith("\\")) reading.fresh -= 1;
    last.lines.push(lineOf(line));
    return;
  }
  const named = FILE.exec(line)?.groups;
  const path = named?.["git"] ?? named?.["plus"];
  if (path !== undefined) {
    if (last?.path !== path) reading.files.push({ path, lines: [] });
    return;
  }
  if (last === undefined || line.startsWith("--- ") || line.startsWith("index ")) return;
  const hunk = HUNK.exec(line)?.groups;
  if (hunk !== undefined) {
    reading.old = Number(hunk["old"] ?? 1);
    reading.fresh = Number(hunk["fresh"] ?? 1);
  }
  last.lines.push(lineOf(line));
}

function lineOf(text: string): DiffLine {
  if (text.startsWith("@@")) return { kind: "hunk", text };
  if (text.startsWith("+")) return { kind: "add", text };
  return { kind: text.startsWith("-") ? "del" : "same", text };
}

export interface Share {
  readonly added: number;
  readonly removed: number;
}
const BLOCKS = 5;

/** How five blocks are divided between what comes and what goes: at least one for what there is any of. */
export function blocksOf({ added, removed }: Share): readonly ("a" | "d" | "")[] {
  const total = added + removed;
  if (total === 0) return Array.from({ length: BLOCKS }, () => "" as const);
  const filled = Math.min(
    BLOCKS,
    Math.max(Number(added > 0) + Number(removed > 0), Math.ceil(Math.log2(total + 1))),
  );
  const plus =
    added === 0
      ? 0
      : Math.min(filled - Number(removed > 0), Math.max(1, Math.round((filled * added) / total)));
  return Array.from({ length: BLOCKS }, (_, index) => (index < plus ? "a" : index < filled ? "d" : ""));
}
