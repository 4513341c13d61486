/**
 * A house with something to see, in seconds: one host whose app-server is the testkit's (threads and turns on order, no Codex needed), two registered runtimes, an egress
 * policy, a checkpoint, and an owner.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import { makeHouse, type TestHouse } from "../../acceptance/support/house.ts";
import { postingTo } from "../../acceptance/support/houses.ts";
import { until } from "../../acceptance/support/until.ts";

export interface BusyHouse {
  readonly house: TestHouse;
  readonly codex: FakeAppServer;
  readonly post: ReturnType<typeof postingTo>;
  /** Hands a command to policy; throws where it is refused. */
  readonly command: (command: object) => Promise<void>;
  /** A thread that a person has open, with its folder, repository and branch; waits until the house shows it. */
  readonly session: (name: string, options?: SessionOptions) => Promise<string>;
  readonly end: () => Promise<void>;
}

export interface SessionOptions {
  readonly branch?: string;
  /** Commands wait for somebody's word. */
  readonly asksFirst?: boolean;
}

export async function makeBusyHouse(env: Readonly<Record<string, string>> = {}): Promise<BusyHouse> {
  const work = mkdtempSync(join(tmpdir(), "claw-browser-"));
  const codex = await startFakeAppServer({ listen: "unix" });
  if (codex.target.kind !== "unix") throw new Error("the fake listens on a socket");
  const house = await makeHouse({ CLAW_ENDPOINTS: `main=unix://${codex.target.path}`, ...env });
  const post = postingTo(house.url, house.token);
  const end = async () => {
    await house.remove();
    await codex.stop();
    rmSync(work, { recursive: true, force: true });
  };
  try {
    await house.start();
  } catch (error) {
    await end();
    throw error;
  }
  const command = async (one: object) => {
    const { status, body } = await post("/api/commands", one);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  };
  const session = async (name: string, { branch = "main", asksFirst = false }: SessionOptions = {}) => {
    const cwd = makeRepo(join(work, name), `acme/${name}`, branch);
    const id = codex.createThread({ cwd, ...(asksFirst && { approvalPolicy: "untrusted" }) });
    await until(`the session ${name} is there`, () => house.get(`/api/sessions/${id}`));
    return id;
  };
  return { house, codex, post, command, session, end };
}

/** A git repository by its files. */
function makeRepo(folder: string, repo: string, branch: string): string {
  mkdirSync(join(folder, ".git", "objects"), { recursive: true });
  mkdirSync(join(folder, ".git", "refs", "heads"), { recursive: true });
  writeFileSync(join(folder, ".git", "HEAD"), `ref: refs/heads/${branch}\n`);
  writeFileSync(
    join(folder, ".git", "config"),
    `[core]\n\trepositoryformatversion = 0\n[remote "origin"]\n\turl = https://git.example/${repo}.git\n`,
  );
  return folder;
}

/** A machine that no connector reports. */
export const runtime = (runtimeId: string, more: object = {}) => ({
  type: "runtime.register",
  runtimeId,
  runtime: "container",
  backing: "github-actions",
  status: "ready",
  repo: "acme/shop",
  branch: "main",
  owner: "Mara Lindqvist",
  attachUrl: "https://runtimes.example/box-1",
  ...more,
});

export const egress = (sessionId: string, more: object = {}) => ({
  type: "egress.register",
  // The ends of ids that begin with a time differ most, and of one sandbox the newest policy counts.
  sandboxId: `sandbox-${sessionId.slice(-8)}`,
  sessionId,
  owner: "Mara Lindqvist",
  allowedHosts: ["github.com", "api.openai.com", "registry.npmjs.org"],
  githubRepo: "acme/shop",
  githubCredentialSource: "session",
  hasGithubToken: true,
  hasGithubRepoNodeId: true,
  hasOpenaiOrg: false,
  openaiBaseUrlHost: "api.openai.com",
  ...more,
});
