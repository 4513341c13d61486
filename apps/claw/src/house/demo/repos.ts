/** Folders for the demo's sessions: real git repositories, made by hand so that the demo needs no git. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Story } from "./work.ts";

/** Makes the folder of a story below `root` and returns its path. */
export function makeRepo(
  root: string,
  { name, repo, branch }: Pick<Story, "name" | "repo" | "branch">,
): string {
  const folder = join(root, name);
  mkdirSync(join(folder, ".git", "objects"), { recursive: true });
  mkdirSync(join(folder, ".git", "refs", "heads"), { recursive: true });
  writeFileSync(join(folder, ".git", "HEAD"), `ref: refs/heads/${branch}\n`);
  writeFileSync(join(folder, ".git", "config"), gitConfig(repo));
  writeFileSync(join(folder, "README.md"), `# ${name}\n\nA folder for the demonstration.\n`);
  return folder;
}

const gitConfig = (repo: string): string => `[core]
\trepositoryformatversion = 0
\tbare = false
[remote "origin"]
\turl = https://git.example/${repo}.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
`;
