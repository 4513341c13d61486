/**
 * A workspace's repository, branch and commit, read from git's own files (S1-062, S1-153). No git runs: a repository can configure programs
 * that git would start. Reads are small and have a deadline, because a workspace may lie on a disk that hangs.
 */
import { stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { Effect, Fiber, Semaphore } from "effect";
import { branchOf, commitOf, gitdirOf, headOf, originOf, packedCommit, repoOf } from "../domain/repo.ts";
import type { GitFacts } from "../domain/translate/thread.ts";
import { readSmallFile } from "./small-file.ts";

const MAX_PARENTS = 32;
const DEADLINE = "1 second";

/** Workspaces that are read at a time. One whose disk hangs keeps its seat, so that it never gets the threads that names are looked up with. */
const SEATS = 2;

export type ReadGit = (workspace: string) => Effect.Effect<GitFacts | null>;

/** Makes the reader. It tells what git says of a folder, or null when it is in no repository, is not there, or does not answer in a second. */
export function makeReadGit(): ReadGit {
  const seats = Semaphore.makeUnsafe(SEATS);
  return Effect.fnUntraced(function* (workspace: string) {
    const facts = Effect.uninterruptible(Effect.promise(() => gitFacts(workspace)));
    const reading = yield* Effect.forkDetach(seats.withPermits(1)(facts));
    const giveUp = Effect.sync(() => {
      reading.interruptUnsafe();
      return null;
    });
    return yield* Fiber.join(reading).pipe(
      Effect.timeoutOrElse({ duration: DEADLINE, orElse: () => giveUp }),
    );
  });
}

async function gitFacts(workspace: string): Promise<GitFacts | null> {
  const gitDir = isAbsolute(workspace) ? await findGitDir(workspace) : null;
  if (gitDir === null) return null;
  const common = await commonDirOf(gitDir);
  const head = headOf((await readSmallFile(join(gitDir, "HEAD"), true)) ?? "");
  return {
    repo: repoOf(originOf((await readSmallFile(join(common, "config"))) ?? "")),
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
  const gitdir = gitdirOf((await readSmallFile(path)) ?? "");
  return gitdir === null ? null : resolve(folder, gitdir);
}

async function commonDirOf(gitDir: string): Promise<string> {
  const common = (await readSmallFile(join(gitDir, "commondir")))?.trim();
  return common === undefined || common === "" ? gitDir : resolve(gitDir, common);
}

/**
 * `headOf` admits no ref that climbs: a name with `..` is no ref. Nor may a ref be a link: it could lead to any file that holds nothing but hex
 * digits, as keys do, and that would then be told as a commit.
 */
async function commitOfRef(gitDir: string, common: string, ref: string): Promise<string | null> {
  if (ref.includes("..")) return null;
  const loose =
    (await readSmallFile(join(gitDir, ref), true)) ?? (await readSmallFile(join(common, ref), true));
  if (loose !== null) return commitOf(loose);
  return packedCommit((await readSmallFile(join(common, "packed-refs"))) ?? "", ref);
}
