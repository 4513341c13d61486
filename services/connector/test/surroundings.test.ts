/** What is read of the host: git without git, secrets, the redactor, and the settings. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectorSettings } from "@claw/connector";
import { kindOf } from "@claw/events";
import { readConfig } from "@claw/runtime";
import { Effect } from "effect";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeRedaction } from "../src/redaction.ts";
import { makeReadGit } from "../src/surroundings/git.ts";
import { describeHost } from "../src/surroundings/host.ts";
import { secretsOfCodexHome, secretsOfEnvironment } from "../src/surroundings/secrets.ts";
import { storeIdOf } from "../src/surroundings/store.ts";
import { type Folder, makeFolder } from "./support.ts";

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const write = (path: string, text: string): void => {
  mkdirSync(join(folder.path, path, ".."), { recursive: true });
  writeFileSync(join(folder.path, path), text);
};
const commit = "0123456789".repeat(4);
const readGit = makeReadGit();
/** Made here, so that no file holds what looks like a live secret. */
const secret = (seed: string): string => `${seed}${"q7Zr2Lw9".repeat(4)}`;

describe("git facts (S1-062, S1-153)", () => {
  it("come from a repository's files, from any folder in it, without userinfo", async () => {
    write("repo/.git/HEAD", "ref: refs/heads/main\n");
    write("repo/.git/refs/heads/main", `${commit}\n`);
    write(
      "repo/.git/config",
      `[remote "origin"]\n\turl = https://me:${secret("pw")}@example.invalid/acme/repo.git\n`,
    );
    write("repo/src/deep/file", "");
    expect(await Effect.runPromise(readGit(join(folder.path, "repo/src/deep")))).toEqual({
      repo: "acme/repo",
      branch: "main",
      commit,
    });
  });

  it("come from a worktree's own head and its repository's refs", async () => {
    write("repo/.git/config", '[remote "origin"]\n\turl = git@example.invalid:acme/repo.git\n');
    write("repo/.git/packed-refs", `${commit} refs/heads/side\n`);
    write("repo/.git/worktrees/side/HEAD", "ref: refs/heads/side\n");
    write("repo/.git/worktrees/side/commondir", "../..\n");
    write("side/.git", `gitdir: ${join(folder.path, "repo/.git/worktrees/side")}\n`);
    expect(await Effect.runPromise(readGit(join(folder.path, "side")))).toEqual({
      repo: "acme/repo",
      branch: "side",
      commit,
    });
  });

  it("are null outside of any repository, and for what is no path", async () => {
    expect(await Effect.runPromise(readGit("/nowhere/at/all"))).toBeNull();
    expect(await Effect.runPromise(readGit("relative"))).toBeNull();
  });
});

describe("redaction on the host (N1-043)", () => {
  it("knows what the environment and Codex's sign-in hold", async () => {
    write(
      "home/auth.json",
      JSON.stringify({ auth_mode: "chatgpt", tokens: { access_token: secret("acc") } }),
    );
    expect(await secretsOfCodexHome(join(folder.path, "home"))).toEqual([secret("acc")]);
    expect(await secretsOfCodexHome("/nowhere")).toEqual([]);
    expect(
      secretsOfEnvironment({ MY_API_KEY: secret("key"), HOME: "/home/me", SSH_AUTH_SOCK: "/run/agent" }),
    ).toEqual([secret("key")]);
  });

  it("takes them out also when it learned of them late, and when they stand across a cap", () => {
    const redaction = makeRedaction("link", []);
    const value = secret("late");
    expect(redaction.scrub(value, 1_000).text).toBe(value);
    redaction.learn([value]);
    expect(redaction.scrub(`x ${value} y`, 1_000).text).not.toContain(value);
    const across = redaction.scrub(`${"a ".repeat(40)}${value}`, 90).text;
    expect(across).not.toContain(value.slice(0, 8));
  });

  it("N1-035 counts what it takes out, and says nothing more of it", () => {
    const counts: number[] = [];
    const [one, other] = [secret("one"), secret("two")];
    const redaction = makeRedaction("link", [one, other], (count) => counts.push(count));
    redaction.scrub(`${one} and ${other}`, 1_000);
    redaction.scrub("nothing of the kind", 1_000);
    redaction.scrub(one, 1_000);
    expect(counts).toEqual([2, 1]);
  });

  it("strips what a terminal would obey", () => {
    expect(makeRedaction("link", []).scrub("a\u001b[31mred\u001b[0m\u202eb", 100).text).toBe("aredb");
  });
});

describe("the host (S1-152)", () => {
  it("is described in a valid fact", () => {
    expect(kindOf("host.described")?.data.safeParse(describeHost(["/srv"])).error).toBeUndefined();
  });

  it("names a Codex home without its path, the same by every way to it (W-06, X1-024)", () => {
    mkdirSync(join(folder.path, "home"));
    const id = storeIdOf(join(folder.path, "home"), "m1");
    expect(storeIdOf(`${folder.path}/./home/`, "m1")).toBe(id);
    expect(storeIdOf(join(folder.path, "home"), "m2")).not.toBe(id);
    expect(id).not.toContain("home");
  });
});

describe("the settings (S1-143, W-13)", () => {
  it("read endpoints, and are null without", () => {
    const read = readConfig(connectorSettings, {
      CLAW_ENDPOINTS: "a=unix:///x;b=ws://127.0.0.1:1;c=stdio:codex app-server",
    });
    expect(read.ok && read.config.endpoints?.map(({ target }) => target.kind)).toEqual([
      "unix",
      "websocket",
      "stdio",
    ]);
    expect(readConfig(connectorSettings, {})).toMatchObject({ ok: true, config: { endpoints: null } });
  });

  it("say in a sentence what is wrong", () => {
    const read = readConfig(connectorSettings, { CLAW_ENDPOINTS: "a=ws://me:you@example.invalid" });
    expect(read.ok ? [] : read.problems.map(({ sentence }) => sentence)).toEqual([
      "CLAW_ENDPOINTS: the target of a is not understood: a URL must not hold credentials, a query or a fragment; tokens have their own setting.",
    ]);
  });
});
