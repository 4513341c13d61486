/** What a shell is offered for the next word. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { SCRIPTS } from "../src/complete/scripts.ts";
import { against, closeAll, list } from "./against.ts";
import { claw } from "./stub-house.ts";

afterEach(closeAll);

const words = async (...typed: readonly string[]): Promise<readonly string[]> => {
  const { run } = await against((url) => LISTS[/^\/api\/(\w+)/.exec(url)?.[1] ?? ""]);
  const { out, err, exitCode } = await run(["complete", "--", ...typed]);
  expect([exitCode, err]).toEqual([0, ""]);
  return out.split("\n").filter(Boolean);
};
const LISTS: Readonly<Record<string, ReturnType<typeof list>>> = {
  sessions: list("sessions", [{ sessionId: "0199-a" }, { sessionId: "0199-b" }, { sessionId: "0200-c" }]),
  hosts: list("hosts", [
    { hostId: "build-1", group: "pay" },
    { hostId: "web", group: "pay" },
  ]),
  attention: list("attention", [{ key: "waiting/0199-a/req:7" }, { key: "waiting/0199-a/$(reboot)" }]),
};

describe("claw complete", () => {
  test("commands, those that run a house too, and none that is hidden", async () => {
    expect(await words("")).toEqual(expect.arrayContaining(["get", "send", "up", "fleet", "completion"]));
    expect(await words("")).not.toContain("complete");
    expect(await words("ge")).toEqual(["get"]);
    expect(await words("policy", "")).toEqual(expect.arrayContaining(["show", "set", "grant"]));
  });

  test("choices of arguments and options, and the options of a command", async () => {
    expect(await words("get", "fl")).toEqual(["fleet"]);
    expect(await words("get", "sessions", "--fresh")).toEqual(["--freshness"]);
    expect(await words("get", "sessions", "--freshness", "")).toEqual(["live", "stale", "unknown", "gone"]);
  });

  test("live ids, by the argument's own name, by the kind before it, and by the option's name", async () => {
    expect(await words("send", "0199")).toEqual(["0199-a", "0199-b"]);
    expect(await words("describe", "host", "")).toEqual(["build-1", "web"]);
    expect(await words("host", "drain", "b")).toEqual(["build-1"]);
    expect(await words("get", "sessions", "--host", "w")).toEqual(["web"]);
    expect(await words("get", "sessions", "--group", "")).toEqual(["pay"]);
    expect(await words("policy", "set", "archive_")).toEqual(["archive_hours", "archive_keep_days"]);
  });

  test("DESIGN 14.22: an id that a shell would run is not offered", async () => {
    expect(await words("attention", "snooze", "")).toEqual(["waiting/0199-a/req:7"]);
  });

  test("a house that is away, or that lists nothing, is silence and exit 0", async () => {
    const away = await claw(["complete", "--", "send", ""], {
      CLAW_URL: "http://127.0.0.1:1",
      CLAW_TOKEN: "x",
    });
    expect(away).toEqual({ exitCode: 0, out: "", err: "" });
    const { run } = await against(() => undefined);
    expect(await run(["complete", "--", "send", ""])).toEqual({ exitCode: 0, out: "", err: "" });
    expect((await claw(["complete", "--", "send", ""], { CLAW_URL: "nonsense" })).exitCode).toBe(0);
  });
});

describe("claw completion", () => {
  test.each(["bash", "zsh", "fish"])("%s has a script; another shell is exit 2", async (shell) => {
    expect((await claw(["completion", shell], {})).out).toContain("claw complete -- ");
    expect((await claw(["completion", "tcsh"], {})).exitCode).toBe(2);
  });

  /** A folder with a `claw` that says with how many words, and which, it was asked. */
  function asked(): Readonly<Record<string, string | undefined>> {
    const folder = mkdtempSync(join(tmpdir(), "claw-completion-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "claw"), '#!/bin/sh\nprintf "%s\\n" "$#:$*"\n', { mode: 0o755 });
    return { ...process.env, HOME: folder, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  }
  const isThere = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

  test("bash asks with the words so far and offers what comes back", () => {
    const script = `${SCRIPTS.bash}
      COMP_WORDS=(claw send ""); COMP_CWORD=2; _claw; printf '%s|' "\${COMPREPLY[@]}"`;
    expect(execFileSync("bash", ["-c", script], { env: asked(), encoding: "utf8" })).toBe(
      "4:complete -- send |",
    );
  });

  test.skipIf(!isThere("zsh"))("zsh asks with the words so far and offers what comes back", () => {
    const script = `compdef() { : }; compadd() { print -r -- "$*" }
      ${SCRIPTS.zsh}
      words=(claw send ""); CURRENT=3; _claw`;
    expect(execFileSync("zsh", ["-f", "-c", script], { env: asked(), encoding: "utf8" })).toBe(
      "-- 4:complete -- send \n",
    );
  });

  test.skipIf(!isThere("fish"))("fish asks with the words so far and offers what comes back", () => {
    const script = `${SCRIPTS.fish}
      complete -C "claw send "`;
    expect(
      execFileSync("fish", ["--no-config", "-c", script], { env: asked(), encoding: "utf8" }).trim(),
    ).toBe("4:complete -- send");
  });
});
