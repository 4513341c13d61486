/** A person who types in a session that automation writes to takes it over at once, and automation is told. */
import { expect, onTestFinished, test } from "vitest";
import type { CommandAnswer, SessionsAnswer } from "./support/answers.ts";
import { makeAnyHouse } from "./support/houses.ts";
import { postingTo } from "./support/houses.ts";
import { runClaw } from "./support/process.ts";
import { makeScene } from "./support/scene.ts";
import { until } from "./support/until.ts";

interface LeaseRow {
  readonly leaseId: string;
  readonly state: string;
}

test("N1-012 N1-020 S1-172 W-43 a lease excludes others, and ends when a person types in the terminal", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeAnyHouse("one machine", scene);
  onTestFinished(house.end);
  const tui = await scene.tui();
  await tui.say("SAY the first word");
  await tui.waitFor("the first word");
  const { sessionId } = await until("the session rests", async () => {
    const [session] = (await house.get<SessionsAnswer>("/api/sessions")).sessions;
    return session?.status === "idle" && session.turnCount === 1 && session;
  });
  const [one, other] = [await clawNamed(house.env, "claw-one"), await clawNamed(house.env, "claw-two")];
  const [asOne, asOther] = [postingTo(house.url, () => one), postingTo(house.url, () => other)];
  const send = (post: typeof asOne, text: string, wait = "turn") =>
    post<CommandAnswer>(`/api/commands?wait=${wait}`, { type: "session.send", target: { sessionId }, text });

  const quietFor = async (value: number): Promise<void> => {
    const reason = "the test has no minute to wait, or needs one";
    const set = { type: "policy.set", limit: "human_quiet_ms", value, reason };
    const { body } = await house.post<CommandAnswer>("/api/commands?wait=decision", set);
    expect(body).toMatchObject({ decision: "accepted" });
  };
  await quietFor(2_000);
  const acquire = { type: "lease.acquire", target: { sessionId } };
  await until(
    "the person was quiet long enough",
    async () => (await asOne("/api/commands?dryRun=true", acquire)).status === 200,
  );
  const leased = await asOne<CommandAnswer>("/api/commands?wait=outcome", acquire);
  expect(leased).toMatchObject({ status: 200, body: { decision: "accepted" } });
  const leaseId = leased.body.commandId;
  expect(await stateOf(leaseId)).toBe("inForce");
  expect(await send(asOther, "SAY from the other", "decision")).toMatchObject({
    status: 409,
    body: { refusal: { code: "lease_held" } },
  });
  expect(await send(asOne, "SAY from the holder")).toMatchObject({ body: { outcome: "succeeded" } });
  await tui.waitFor("from the holder");

  await quietFor(60_000);
  await tui.say("SAY the person is back");
  await tui.waitFor("the person is back");
  await until("the lease is over", async () => (await stateOf(leaseId)) === "ended");
  const refused = await send(asOne, "SAY automation again", "decision");
  expect(refused).toMatchObject({ status: 409, body: { refusal: { code: "human_at_work" } } });
  // A word that is meant for the person's turn, as long as that runs, starts no turn in its place.
  await until("the person's turn is over", async () => {
    const [session] = (await house.get<SessionsAnswer>("/api/sessions")).sessions;
    return session?.status === "idle" && session.turnCount === 3;
  });
  expect(
    await house.post("/api/commands?wait=turn", {
      type: "session.send",
      target: { sessionId },
      text: "SAY an operator may",
    }),
  ).toMatchObject({ body: { outcome: "succeeded" } });

  async function stateOf(id: string): Promise<string> {
    const { lease } = await house.get<{ lease: LeaseRow }>(`/api/leases/${id}`);
    return lease.state;
  }
});

async function clawNamed(env: Readonly<Record<string, string>>, name: string): Promise<string> {
  const made = await runClaw(["token", "create", "--name", name, "--role", "claw"], env);
  const token = /clw_[A-Za-z0-9_-]+/.exec(made.stdout)?.[0];
  if (token === undefined) throw new Error(`claw token create: ${made.stderr}`);
  return token;
}
