/**
 * A workspace's repository, branch and commit, read from git's own files (S1-062, S1-153). No git runs: a repository can configure programs
 * that git would start. Reads are small and have a deadline, because a workspace may lie on a disk that hangs.
 */
import { open, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { Effect } from "effect";
import { branchOf, commitOf, gitdirOf, headOf, originOf, packedCommit, repoOf } from "../domain/repo.ts";
import type { GitFacts } from "../domain/translate/thread.ts";

const MAX_BYTES = 1_048_576;
const MAX_PARENTS = 32;
const DEADLINE = "1 second";

/** What git says of the folder, or null when it is in no repository, is not there, or does not answer in a second. */
export const readGit = (workspace: string): Effect.Effect<GitFacts | null> =>
  Effect.promise(() => gitFacts(workspace)).pipe(
    Effect.timeoutOrElse({ duration: DEADLINE, orElse: () => Effect.succeed(null) }),
  );

async function gitFacts(workspace: string): Promise<GitFacts | null> {
  const gitDir = isAbsolute(workspace) ? await findGitDir(workspace) : null;
  if (gitDir === null) return null;
  const common = await commonDirOf(gitDir);
  const head = headOf((await readText(join(gitDir, "HEAD"))) ?? "");
  return {
    repo: repoOf(originOf((await readText(join(common, "config"))) ?? "")),
    branch: branchOf(head.ref),
    commit: head.ref === null ? head.commit : await commitOfRef(gitDir, common, head.ref),
  };
}

async function findGitDir(workspace: string): Promise<string | null> {
  let folder = workspace;
  for (let parents = 0; parents < MAX_PARENTS; parents += 1) {
    const found = await gitDirIn(folder);
    if (found !== null || dirname(folder) === folder) return found;
    folder = dirname(folder);
  }
  return null;
}

/** A folder, or in worktrees and submodules a file that names one. */
async function gitDirIn(folder: string): Promise<string | null> {
  const path = join(folder, ".git");
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (found.isDirectory()) return path;
  const gitdir = gitdirOf((await readText(path)) ?? "");
  return gitdir === null ? null : resolve(folder, gitdir);
}

async function commonDirOf(gitDir: string): Promise<string> {
  const common = (await readText(join(gitDir, "commondir")))?.trim();
  return common === undefined || common === "" ? gitDir : resolve(gitDir, common);
}

/** `headOf` admits no ref that climbs: a name with `..` is no ref. */
async function commitOfRef(gitDir: string, common: string, ref: string): Promise<string | null> {
  if (ref.includes("..")) return null;
  const loose = (await readText(join(gitDir, ref))) ?? (await readText(join(common, ref)));
  if (loose !== null) return commitOf(loose);
  return packedCommit((await readText(join(common, "packed-refs"))) ?? "", ref);
}

async function readText(path: string): Promise<string | null> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return null;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
