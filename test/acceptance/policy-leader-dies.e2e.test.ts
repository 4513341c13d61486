/** Two policies: the one that leads is killed, and before a lease could run out the other one decides. */
import { setThreadName, startThread } from "@claw/codex-rpc";
import { DEFAULT_LEASE_TTL_MS } from "@claw/events";
import { Effect } from "effect";
import { expect, onTestFinished, test } from "vitest";
import type { CommandAnswer, SessionsAnswer } from "./support/answers.ts";
import { startConnector } from "./support/connecting.ts";
import { makeFleet, type Service } from "./support/fleet.ts";
import { postingTo } from "./support/houses.ts";
import { progress } from "./support/progress.ts";
import { makeScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

test("N1-012 N1-013 W-35 the death of the policy that leads costs less than a lease lasts, and nobody gets another's lease", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const fleet = await makeFleet({ policies: 2 });
  onTestFinished(fleet.end);
  await fleet.start();
  const connector = await startConnector(fleet.asHouse(), "host-a", {
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_URL: (fleet.ingests[0] as Service).url,
    CLAW_HEARTBEAT_MS: "500",
  });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const [machine] = fleet.machines;
  if (machine === undefined) throw new Error("a fleet has a machine");
  const connection = await scene.connect();
  const thread = await Effect.runPromise(startThread(connection, { cwd: scene.workspace }));
  await Effect.runPromise(setThreadName(connection, thread.id, "held"));
  await until(
    "the thread is seen",
    async () => (await machine.get<SessionsAnswer>("/api/sessions")).sessions.length === 1,
  );
  const post = postingTo(machine.gateway.url, fleet.adminToken);
  const target = { sessionId: thread.id };
  const lease = await post<CommandAnswer>("/api/commands?wait=outcome", { type: "lease.acquire", target });
  expect(lease).toMatchObject({ status: 200, body: { decision: "accepted" } });

  const leader = await until("one of them leads", () => leaderOf(fleet.policies));
  const from = performance.now();
  await leader.kill();
  const renewed = await until(
    "the lease is renewed by the other one",
    async () => {
      const answer = await post<CommandAnswer>("/api/commands?wait=decision", {
        type: "lease.renew",
        leaseId: lease.body.commandId,
      });
      return answer.body.decision === "accepted" && answer;
    },
    DEFAULT_LEASE_TTL_MS,
  );
  const tookMs = performance.now() - from;
  progress(`the other policy decided after ${Math.round(tookMs)} ms`);
  expect(renewed.status).toBe(200);
  expect(tookMs).toBeLessThan(DEFAULT_LEASE_TTL_MS);
  const sent = await post<CommandAnswer>("/api/commands?wait=turn", {
    type: "session.send",
    target,
    text: "SAY still mine",
  });
  expect(sent).toMatchObject({ status: 200, body: { outcome: "succeeded", mode: "start" } });
  await leader.restart();
});

async function leaderOf(policies: readonly Service[]): Promise<Service | null> {
  for (const policy of policies) {
    const answer = await fetch(`${policy.healthUrl}/readyz`).catch(() => null);
    if (answer !== null && /"leads"/.test(await answer.text())) return policy;
  }
  return null;
}
