/** Codex calls supervisor MCP and lists peer sessions. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandAnswer, SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { type AnyHouse, FORMS, makeAnyHouse } from "./support/houses.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

/** As Codex names the tools of a server to the model. */
const NAMESPACE = "mcp__openclaw_codex_supervisor";

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

  const items = async (sessionId: string) =>
    (await house.get<TranscriptAnswer>(`/api/sessions/${sessionId}/transcript`)).items;
  const spawn = async (commandId: string, text: string) => {
    const asked = { commandId, type: "session.spawn", workspace: scene.workspace, text };
    const { body } = await house.post<CommandAnswer>("/api/commands?wait=turn", asked);
    expect(body).toMatchObject({ decision: "accepted", outcome: "succeeded" });
    const { session } = await house.get<{ session: { sessionId: string } }>(`/api/sessions/req-${commandId}`);
    return session.sessionId;
  };
  const toolResult = (sessionId: string) =>
    until("the model has seen the tool's result", async () => {
      const found = (await items(sessionId)).find(({ text }) => text?.includes("tool-result:") === true);
      return found?.text ?? undefined;
    });

  /** All that the model was asked with for a thread, what tools answered among it. */
  const seenByModel = (sessionId: string) =>
    JSON.stringify(
      scene.model.requests.filter(({ threadId }) => threadId === sessionId).map(({ body }) => body.input),
    );

  test("S1-010 S1-028 S1-064 S1-065 S1-108 S1-142 S1-147 S1-182 Codex calls supervisor MCP and lists peer sessions", async () => {
    const tui = await scene.tui();
    await tui.say("SAY a person is here");
    const person = await until("the person's session is seen", async () => {
      const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
      return sessions[0]?.turnCount === 1 && sessions[0];
    });
    const caller = await spawn("caller", `CALL ${NAMESPACE} codex_sessions_list {}`);
    await toolResult(caller);
    expect(seenByModel(caller)).toContain(person.sessionId);
    const called = (await items(caller)).filter(({ kind }) => kind === "mcpToolCall");
    expect(called).toHaveLength(1);
  });

  test("S1-092 S1-093 what no trusted policy opens is refused, and the refusal names it", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    const target = sessions.find(({ turnCount }) => turnCount === 1)?.sessionId ?? "";
    const args = JSON.stringify({ session_id: target, text: "SAY from a session" });
    const refused = await spawn("sender", `CALL ${NAMESPACE} codex_session_send ${args}`);
    expect(await toolResult(refused)).toContain("not_enabled");
    expect((await items(target)).some(({ text }) => text?.includes("from a session") === true)).toBe(false);
  });
});
