/**
 * Tells Claw Supervisor of a job of GitHub Actions: `node claw-runtime.mjs begin | ready | end`. Needs nothing but the Node that every runner has. The job is a runtime of the
 * fleet then: whose it is, where its log is, how it ended; and `expired` where nobody said so before its lease was over, as when a runner was lost.
 *
 * CLAW_URL and CLAW_TOKEN say where and as whom (an operator's token); the rest GitHub sets itself. JOB_STATUS is `${{ job.status }}` for `end`; CLAW_LEASE_MINUTES is
 * for how long the job may take (default: 360, as GitHub's own limit).
 */
import { randomUUID } from "node:crypto";

const { env } = process;
const TRIES = 5;
const PAUSE_MS = 500;

const word = (text) => text.toLowerCase().replace(/[^a-z0-9_-]+/g, "-");
const run = `${env.GITHUB_RUN_ID}-${env.GITHUB_RUN_ATTEMPT ?? "1"}`;
/** One job of one attempt of one run is one runtime. */
const runtimeId = word(`gha-${run}-${env.GITHUB_JOB}`).slice(0, 63);

const begin = () => ({
  type: "runtime.register",
  runtimeId,
  runtime: "container",
  backing: "github-actions",
  status: "provisioning",
  repo: env.GITHUB_REPOSITORY,
  branch: env.GITHUB_HEAD_REF || env.GITHUB_REF_NAME || null,
  owner: env.GITHUB_ACTOR ?? null,
  attachUrl: `${env.GITHUB_SERVER_URL ?? "https://github.com"}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`,
  leaseId: `run-${run}`,
  leaseUntil: Date.now() + Number(env.CLAW_LEASE_MINUTES ?? 360) * 60_000,
});

/** A change names the revision that it is a change of. */
const become = async (status) => {
  const { runtime } = await call("GET", `/api/runtimes/${runtimeId}`);
  return { type: "runtime.update", runtimeId, revision: runtime.revision, changes: { status } };
};

const COMMANDS = {
  begin,
  ready: () => become("ready"),
  end: () => become(env.JOB_STATUS === "success" ? "stopped" : "failed"),
};

/** What the house refuses is an error with its code; what did not reach it is tried again, by the same id, so that it is done once. */
async function call(method, path, body) {
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(new URL(path, env.CLAW_URL), {
        method,
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
        headers: { authorization: `Bearer ${env.CLAW_TOKEN}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = await response.json();
      if (response.ok) return answer;
      if (response.status < 500) throw new Refusal(`${answer.code}: ${answer.title} ${answer.remedy ?? ""}`);
    } catch (error) {
      if (error instanceof Refusal || tries === TRIES) throw error;
    }
    if (tries === TRIES) throw new Error("the house does not answer");
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
  }
}
class Refusal extends Error {}

const made = COMMANDS[process.argv[2]];
if (made === undefined) throw new Error("say begin, ready or end");
await call("POST", "/api/commands", { commandId: `gha-${randomUUID()}`, ...(await made()) });
process.stdout.write(`${runtimeId}: ${process.argv[2]}\n`);
