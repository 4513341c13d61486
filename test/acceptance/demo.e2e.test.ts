/** `claw demo`: real Codex sessions at work, with no account and nothing to set up. */
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import type { SessionsAnswer } from "./support/answers.ts";
import { runClaw, startClaw } from "./support/process.ts";
import { until } from "./support/until.ts";

const WITHIN_MS = 15_000;

test("X1-050 the demo shows at least four real Codex sessions at work within 15 seconds", async () => {
  const startedAt = performance.now();
  const demo = startClaw(["demo"], { HOME: process.env["HOME"] ?? "/", CLAW_DIAGNOSTICS_LEVEL: "error" });
  onTestFinished(() => demo.stop());
  const [, url = "", tokenFile = ""] = await until(
    "it says how to look",
    () => /CLAW_URL=(\S+) CLAW_TOKEN_FILE=(\S+)/.exec(demo.stderr()),
    WITHIN_MS,
  );
  await until(
    "four sessions are active, each in a repository of its own",
    async () => {
      // Not by the CLI: a process for each look would take what the demo needs.
      const headers = { authorization: `Bearer ${readFileSync(tokenFile, "utf8").trim()}` };
      const { sessions } = (await (await fetch(`${url}/api/sessions`, { headers })).json()) as SessionsAnswer;
      const active = sessions.filter((session) => session.status === "active");
      const repos = new Set(sessions.flatMap(({ repo }) => repo ?? []));
      if (active.length < 4 || repos.size < 4)
        throw new Error(JSON.stringify(sessions.map(({ status, repo }) => [status, repo])));
      return true;
    },
    WITHIN_MS,
  );
  expect(performance.now() - startedAt).toBeLessThan(WITHIN_MS);
  const { stdout } = await runClaw(["get", "sessions", "-o", "json"], {
    CLAW_URL: url,
    CLAW_TOKEN_FILE: tokenFile,
  });
  expect((JSON.parse(stdout) as SessionsAnswer).sessions.length).toBeGreaterThanOrEqual(4);
  await demo.stop();
  expect(demo.stderr()).not.toMatch(/error|defect/i);
});
