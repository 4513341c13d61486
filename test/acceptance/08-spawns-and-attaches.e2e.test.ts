/** An autonomous Codex is spawned and later human-attached. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandAnswer, SessionAnswer, TranscriptAnswer } from "./support/answers.ts";
import { type AnyHouse, FORMS, makeAnyHouse } from "./support/houses.ts";
import { runClaw } from "./support/process.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

interface SpawnedAnswer {
  readonly session: SessionAnswer & {
    readonly spawn: {
      readonly commandId: string;
      readonly purpose: string | null;
      readonly parentSessionId: string | null;
      readonly isAttachable: boolean;
    } | null;
  };
}

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

  const spawn = (commandId: string, text: string, more: object = {}) =>
    house.post<CommandAnswer>("/api/commands?wait=outcome", {
      commandId,
      type: "session.spawn",
      workspace: scene.workspace,
      text,
      ...more,
    });
  /** Under the name that it was asked for by, which answers for the thread. */
  const spawned = (commandId: string) =>
    until("the session has its thread", async () => {
      const { session } = await house.get<SpawnedAnswer>(`/api/sessions/req-${commandId}`);
      return !session.sessionId.startsWith("req-") && session;
    });

  test("S1-008 S1-015 S1-082 S1-104 S1-105 S1-106 S1-107 S1-109 S1-110 S1-111 S1-161 S1-183 W-42 An autonomous Codex is spawned and later human-attached", async () => {
    const asked = await spawn("spawn-one", "SAY I work by myself", { purpose: "to see that it works" });
    expect(asked).toMatchObject({
      status: 200,
      body: { decision: "accepted", outcome: "succeeded", mode: "spawn" },
    });
    const session = await spawned("spawn-one");
    expect(session).toMatchObject({
      workspace: scene.workspace,
      spawn: {
        commandId: "spawn-one",
        purpose: "to see that it works",
        parentSessionId: null,
        isAttachable: true,
      },
    });
    await until("its first turn is over", async () => {
      const { items } = await house.get<TranscriptAnswer>(`/api/sessions/${session.sessionId}/transcript`);
      return items.some(
        ({ kind, text }) => kind === "agentMessage" && text?.includes("I work by myself") === true,
      );
    });

    const tui = await scene.attach(session.sessionId);
    await tui.waitFor("I work by myself");
    await tui.say("SAY and now a person is here");
    await tui.waitFor("and now a person is here");
    const again = await spawn("spawn-one", "SAY I work by myself", { purpose: "to see that it works" });
    expect(again.body).toMatchObject({ outcome: "succeeded", turnId: asked.body.turnId });
  });

  test("S1-112 N1-021 a person attaches in the middle of its turn, by the command that is printed", async () => {
    await spawn("spawn-two", "WAIT later the end of the long work");
    await scene.model.nextRequest(({ text }) => text.includes("WAIT later"));
    const { sessionId } = await spawned("spawn-two");
    // The app-server does not listen where codex looks by itself; on its host the connector's own setting says where.
    const unset = await runClaw(["attach", sessionId, "--print"], { ...house.env, CLAW_ENDPOINTS: "" });
    expect(unset).toMatchObject({ code: 4, stderr: expect.stringContaining("set CLAW_ENDPOINTS") });
    const env = { ...house.env, CLAW_ENDPOINTS: scene.endpoints };
    const printed = await runClaw(["attach", sessionId, "--print"], env);
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining(`resume ${sessionId}`) });

    const tui = await scene.attach(sessionId);
    await tui.waitFor("WAIT later");
    scene.model.release("later");
    await tui.waitFor("the end of the long work");
  });

  test("S1-105 a folder outside of the host's own, and one that is not there, are refused by the host and nothing is begun", async () => {
    const loaded = async () =>
      (await house.get<{ sessions: readonly unknown[] }>("/api/sessions")).sessions.length;
    const before = await loaded();
    const missing = await spawn("spawn-three", "SAY never", {
      workspace: `${scene.workspace}/no-such-folder`,
    });
    expect(missing.body).toMatchObject({ outcome: "failed", failure: { code: "workspace_missing" } });
    const outside = await spawn("spawn-four", "SAY never", { workspace: "/etc" });
    expect(outside.body.refusal?.code).toMatch(/no_host|workspace_not_allowed/);
    expect(await loaded()).toBe(before);
  });
});
