/**
 * Reads small files of folders that somebody else chose: a workspace, a Codex home. Only regular files are opened, and never with a wait: a named
 * pipe or a device in their place would hold a thread of this process for ever, and there are four of them.
 */
import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";

/** What is read of a file at most; the rest is nobody's business here. */
const MAX_BYTES = 1_048_576;

/** The text of a regular file, its first MiB at most; null for anything else. With `isLinkRefused` the file itself may be no symbolic link. */
export async function readSmallFile(path: string, isLinkRefused = false): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) return null;
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (isLinkRefused ? constants.O_NOFOLLOW : 0);
  const file = await open(path, flags).catch(() => null);
  if (file === null) return null;
  try {
    // What was a file a moment ago may be a pipe by now.
    if (!(await file.stat()).isFile()) return null;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
