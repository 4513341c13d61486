/** Why a file could not be opened. */

export type OpenRefusal = "newer" | "unwritable" | "corrupt" | "pragma" | "locked" | "disk_full";

/** The message is one sentence about the path; the way out is for callers to name, who know what the file is for. */
export class OpenRefused extends Error {
  override readonly name = "OpenRefused";
  readonly reason: OpenRefusal;
  readonly path: string;

  constructor(reason: OpenRefusal, path: string, detail: string) {
    super(`${path} ${detail}.`);
    this.reason = reason;
    this.path = path;
  }
}

/** By primary result code of SQLite (an extended code starts with it) or code of Node's file system. */
const MEANINGS: readonly (readonly [prefix: string, reason: OpenRefusal])[] = [
  ["SQLITE_CORRUPT", "corrupt"],
  ["SQLITE_NOTADB", "corrupt"],
  ["SQLITE_FULL", "disk_full"],
  ["ENOSPC", "disk_full"],
  ["EDQUOT", "disk_full"],
  ["SQLITE_CANTOPEN", "unwritable"],
  ["SQLITE_READONLY", "unwritable"],
  ["SQLITE_PERM", "unwritable"],
  ["EACCES", "unwritable"],
  ["EPERM", "unwritable"],
  ["EROFS", "unwritable"],
  ["ENOTDIR", "unwritable"],
  ["EISDIR", "unwritable"],
  ["ENOENT", "unwritable"],
  ["EEXIST", "unwritable"],
  ["SQLITE_BUSY", "locked"],
];

/** The refusal that an error stands for, or the error itself where it is our defect. The code is the detail: messages of SQLite may quote SQL. */
export function refusalOf(error: unknown, path: string): unknown {
  if (error instanceof OpenRefused || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const meaning = MEANINGS.find(([prefix]) => code.startsWith(prefix));
  if (meaning !== undefined) return new OpenRefused(meaning[1], path, `cannot be opened (${code})`);
  return error instanceof TypeError
    ? new OpenRefused("unwritable", path, "cannot be opened (its folder does not exist)")
    : error;
}
