/** Whether one folder lies under another, by their names alone: where links lead, only the host can tell, and it looks again. */

/** A path without empty parts, `.` and `..`; null for one that is not absolute. */
export function resolved(path: string): string | null {
  if (!path.startsWith("/")) return null;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** True for the folder itself, and for all below it. */
export function isUnder(root: string, path: string): boolean {
  const [above, below] = [resolved(root), resolved(path)];
  if (above === null || below === null) return false;
  return above === "/" || below === above || below.startsWith(`${above}/`);
}
