/** What git's own files say, as text: pure readers, so that no `git` has to run on anybody's host. */

/**
 * `owner/repo` of a remote, or host and path where it has another form; null for what is no remote. Never the user or password that people put
 * into URLs.
 */
export function repoOf(remote: string | null | undefined): string | null {
  const trimmed = (remote ?? "").trim();
  const scp = /^(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!\/\/)(\S+)$/.exec(trimmed);
  const path = scp === null ? pathOfUrl(trimmed) : scp[2];
  const words = (path ?? "")
    .replace(/\.git\/?$/, "")
    .split("/")
    .filter((word) => word !== "");
  return words.length === 0 ? null : words.slice(-2).join("/");
}

function pathOfUrl(text: string): string | null {
  const url = URL.parse(text);
  return url === null || url.host === "" ? null : url.pathname;
}

/** The URL of `origin` in a git config; the first remote's where there is no origin. */
export function originOf(config: string): string | null {
  let section = "";
  let first: string | null = null;
  for (const line of config.split("\n")) {
    section = /^\s*\[([^\]]*)\]/.exec(line)?.[1] ?? section;
    const url = /^\s*url\s*=\s*(\S+)\s*$/.exec(line)?.[1];
    if (url === undefined || !section.startsWith("remote")) continue;
    if (section === 'remote "origin"') return url;
    first ??= url;
  }
  return first;
}

/** `HEAD`: a branch by its ref, or a commit when it is detached. */
export function headOf(head: string): { readonly ref: string | null; readonly commit: string | null } {
  const text = head.trim();
  const ref = /^ref: (refs\/\S+)$/.exec(text)?.[1] ?? null;
  return { ref, commit: ref === null ? commitOf(text) : null };
}

export const branchOf = (ref: string | null): string | null =>
  ref?.startsWith("refs/heads/") === true ? ref.slice("refs/heads/".length) : null;

export const commitOf = (text: string): string | null => /^[0-9a-f]{40,64}$/.exec(text.trim())?.[0] ?? null;

/** The commit of a ref in `packed-refs`. */
export function packedCommit(packed: string, ref: string): string | null {
  const line = packed.split("\n").find((candidate) => candidate.endsWith(` ${ref}`));
  return line === undefined ? null : commitOf(line.slice(0, -ref.length - 1));
}

/** Where a worktree's or submodule's `.git` file points. */
export const gitdirOf = (file: string): string | null => /^gitdir: (.+)$/m.exec(file)?.[1]?.trim() ?? null;
