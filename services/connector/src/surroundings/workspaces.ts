/**
 * Which folders of this machine sessions may be spawned in: those under a root of the operator's choice, with every link followed (S1-105). Looked at anew
 * each time, because folders and links change; what Codex gets is the real path that was compared.
 */
import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { failure, type RefusalCode, type Result, success } from "@claw/events";

/** The real paths of those that there are. */
export async function realRoots(roots: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(roots.map(realFolder));
  return [...new Set(found.filter((path) => path !== null))];
}

/** Those that are no folder now, as the operator wrote them: nothing is spawned there until they are (S1-105). */
export async function missingRoots(roots: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(roots.map(realFolder));
  return roots.filter((_, index) => found[index] === null);
}

/** The real path of the workspace, or why it may not be used. What lies outside the roots is refused alike, whether it is there or not. */
export async function checkWorkspace(
  workspace: string,
  roots: readonly string[],
): Promise<Result<string, Extract<RefusalCode, "workspace_missing" | "workspace_not_allowed">>> {
  const real = await realRoots(roots);
  const path = await realFolder(workspace);
  if (path !== null)
    return real.some((root) => isUnder(root, path)) ? success(path) : failure("workspace_not_allowed");
  const wanted = resolve(workspace);
  const isInside = [...roots, ...real].some((root) => isUnder(resolve(root), wanted));
  return failure(isInside ? "workspace_missing" : "workspace_not_allowed");
}

async function realFolder(path: string): Promise<string | null> {
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

/** Of two absolute paths without links. */
export function isUnder(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
