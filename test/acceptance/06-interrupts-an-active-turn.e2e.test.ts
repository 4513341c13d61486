/** Supervisor interrupt stops an active turn via `turn/interrupt`. */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommandAnswer, isInTurn, type SessionAnswer, type SessionsAnswer } from "./support/answers.ts";
import { type AnyHouse, FORMS, makeAnyHouse } from "./support/houses.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { runClaw } from "./support/process.ts";
import { until } from "./support/until.ts";

describe.each(FORMS)("%s", (form) => {
  let scene: Scene;
  let house: AnyHouse;

  beforeAll(async () => {
    scene = await makeScene();
    house = await makeAnyHouse(form, scene);
  });
  afterAll(async () => {
    await house?.end();
    await scene?.end();
  });

  const only = async () => (await house.get<SessionsAnswer>("/api/sessions")).sessions[0];
  const becomes = (what: string, isSo: (session: SessionAnswer) => boolean) =>
    until(`the session is ${what}`, async () => {
      const session = await only();
      return session !== undefined && isSo(session) && session;
    });

  test("S1-007 S1-042 S1-081 S1-181 Supervisor interrupt stops an active turn via turn/interrupt", async () => {
    const tui = await scene.tui();
    // A length that no other process on this machine sleeps for.
    const seconds = String(4_000 + (process.pid % 1_000));
    await tui.say(`SHELL sleep ${seconds}`);
    await until("the command runs", () => isRunning(seconds));
    const { sessionId } = await becomes("in a turn", isInTurn);

    const interrupt = { type: "session.interrupt", target: { sessionId } };
    // Policy reads the log by itself, and may be behind the view.
    await until(
      "policy knows of the turn",
      async () => (await house.post("/api/commands?dryRun=true", interrupt)).status === 200,
    );
    const interrupted = await house.post<CommandAnswer>("/api/commands?wait=turn", interrupt);
    expect(interrupted).toMatchObject({
      status: 200,
      body: { decision: "accepted", outcome: "succeeded" },
    });
    await tui.waitFor("interrupted");
    await becomes("at rest", isAtRest);
    await until("what the turn ran is gone", () => !isRunning(seconds));

    await tui.say("SAY the person goes on");
    await tui.waitFor("the person goes on");
  });

  test("S1-091 S1-130 with no active turn there is nothing to interrupt, and the CLI says so", async () => {
    const { sessionId } = await becomes("at rest", isAtRest);
    const refused = await runClaw(["interrupt", sessionId], house.env);
    expect(refused.stderr).toContain("no active turn");
    expect([4, 5]).toContain(refused.code);
  });
});

const isAtRest = ({ status, lastTurn }: SessionAnswer): boolean =>
  status === "idle" && lastTurn?.status !== "inProgress";

function isRunning(seconds: string): boolean {
  try {
    return execFileSync("pgrep", ["-f", `^sleep ${seconds}$`], { encoding: "utf8" }).trim() !== "";
  } catch {
    return false;
  }
}
