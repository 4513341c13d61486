/** The example of a runtime that is no Codex host, run as it is written: each step of the workflow against a real house (ADR 0014). */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { makeHouse, type TestHouse } from "../../../test/acceptance/support/house.ts";
import { runClaw } from "../../../test/acceptance/support/process.ts";

const EXAMPLE = join(import.meta.dirname, "../../../infra/github-actions");
const Step = z.object({
  name: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
type Step = z.infer<typeof Step>;
const Workflow = z.object({ jobs: z.object({ codex: z.object({ steps: z.array(Step) }) }) });
const { steps } = Workflow.parse(parse(readFileSync(join(EXAMPLE, "codex-job.yml"), "utf8"))).jobs.codex;
const telling = steps.filter(({ run }) => run?.includes("claw-runtime.mjs") === true);

let house: TestHouse;
let checkout = "";
let token = "";

beforeAll(async () => {
  house = await makeHouse();
  await house.start(["--no-connector"]);
  checkout = mkdtempSync(join(tmpdir(), "claw-checkout-"));
  mkdirSync(join(checkout, ".github"));
  copyFileSync(join(EXAMPLE, "claw-runtime.mjs"), join(checkout, ".github/claw-runtime.mjs"));
  const out = join(checkout, "token");
  await runClaw(["token", "create", "--name", "gha", "--role", "operator", "--days", "1", "--out", out], {
    ...house.env,
    CLAW_URL: house.url,
    CLAW_TOKEN: house.token(),
  });
  token = readFileSync(out, "utf8").trim();
});
afterAll(async () => {
  await house.remove();
  rmSync(checkout, { recursive: true, force: true });
});

/** What stands in `${{ }}`, as GitHub would put it in. */
const given = (text: string, status: string): string =>
  text
    .replace("${{ vars.CLAW_URL }}", house.url)
    .replace("${{ secrets.CLAW_TOKEN }}", token)
    .replace("${{ job.status }}", status);

/** Runs a step as a runner does: bash, in the checkout, with what GitHub sets. */
async function runStep(step: Step | undefined, runId: string, status = "success", more = {}): Promise<void> {
  const env = Object.fromEntries(
    Object.entries(step?.env ?? {}).map(([name, value]) => [name, given(value, status)]),
  );
  await promisify(execFile)("bash", ["-e", "-c", step?.run ?? "exit 1"], {
    cwd: checkout,
    env: {
      PATH: `${join(process.execPath, "..")}:${process.env["PATH"] ?? ""}`,
      GITHUB_RUN_ID: runId,
      GITHUB_RUN_ATTEMPT: "1",
      GITHUB_JOB: "codex",
      GITHUB_REPOSITORY: "acme/app",
      GITHUB_REF_NAME: "main",
      GITHUB_HEAD_REF: "",
      GITHUB_ACTOR: "ann",
      GITHUB_SERVER_URL: "https://github.com",
      ...env,
      ...more,
    },
  });
}

interface Line {
  readonly id: string;
  readonly status: string;
  readonly attachable: boolean;
  readonly owner: string | null;
}
async function lineOf(runId: string): Promise<Line | undefined> {
  const { fleet } = await house.get<{ readonly fleet: { readonly sessions: readonly Line[] } }>("/api/fleet");
  return fleet.sessions.find(({ id }) => id === `gha-${runId}-1-codex`);
}

describe("a job of GitHub Actions", () => {
  test("the workflow tells of its beginning, its work and its end, and Codex's own step has no token of the house", () => {
    expect(telling).toHaveLength(3);
    const codex = steps.find(({ name }) => name === "Codex");
    expect(Object.keys(codex?.env ?? { CLAW_TOKEN: "" })).not.toContain("CLAW_TOKEN");
  });

  test("F1-057 X1-013: is provisioning, ready with its run as the attach address, then stopped", async () => {
    await runStep(telling[0], "7001");
    expect(await lineOf("7001")).toMatchObject({
      status: "provisioning",
      runtime: "container",
      backing: "github-actions",
      repo: "acme/app",
      branch: "main",
      owner: "ann",
      leaseId: "run-7001-1",
    });
    await runStep(telling[1], "7001");
    expect(await lineOf("7001")).toMatchObject({
      status: "ready",
      attachable: true,
      attachUrl: "https://github.com/acme/app/actions/runs/7001",
    });
    await runStep(telling[2], "7001");
    expect(await lineOf("7001")).toMatchObject({ status: "stopped", attachable: false });
  });

  test("a job that failed is failed; one whose runner was lost is expired by its lease alone (F1-143)", async () => {
    await runStep(telling[0], "7002");
    await runStep(telling[2], "7002", "failure");
    expect(await lineOf("7002")).toMatchObject({ status: "failed" });
    await runStep(telling[0], "7003", "success", { CLAW_LEASE_MINUTES: "0" });
    expect(await lineOf("7003")).toMatchObject({ status: "expired", attachable: false });
  });

  test("a token that may not is refused by its code, and the step fails", async () => {
    const refused = runStep(telling[0], "7004", "success", { CLAW_TOKEN: "claw_nonsense" });
    await expect(refused).rejects.toThrow(/unauthorized|token/);
    expect(await lineOf("7004")).toBeUndefined();
  });
});
