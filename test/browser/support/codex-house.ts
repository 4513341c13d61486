/** A house over a REAL Codex with the scripted model, for what a browser does to real turns. */
import { makeHouse, type TestHouse } from "../../acceptance/support/house.ts";
import { postingTo } from "../../acceptance/support/houses.ts";
import { runClaw } from "../../acceptance/support/process.ts";
import { makeScene, type Scene } from "../../acceptance/support/scene.ts";
import { until } from "../../acceptance/support/until.ts";

export interface CodexHouse {
  readonly scene: Scene;
  readonly house: TestHouse;
  /** Hands a command to policy and waits for its end; throws where it is refused. */
  readonly command: (command: object) => Promise<void>;
  /** A session of ours with that text as its first turn, as soon as the house knows its thread. */
  readonly spawn: (commandId: string, text: string, more?: object) => Promise<string>;
  /** A bearer token of somebody else. */
  readonly tokenOf: (name: string, role: "operator" | "viewer" | "admin") => Promise<string>;
  readonly isIdle: (sessionId: string) => Promise<boolean>;
  readonly end: () => Promise<void>;
}

export async function makeCodexHouse(env: Readonly<Record<string, string>> = {}): Promise<CodexHouse> {
  const scene = await makeScene();
  const house = await makeHouse({
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_WORKSPACE_ROOTS: scene.workspace,
    ...env,
  });
  const end = async () => {
    await house.remove();
    await scene.end();
  };
  const post = postingTo(house.url, house.token);
  const command = async (one: object) => {
    const { status, body } = await post("/api/commands?wait=outcome", one);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  };
  const session = (id: string) =>
    house.get<{ session: { sessionId: string; status: string } }>(`/api/sessions/${id}`);
  try {
    await house.start();
    await until("policy would accept a spawn", async () => {
      const wish = { type: "session.spawn", workspace: scene.workspace, text: "SAY never" };
      return (
        (await post<{ decision?: string }>("/api/commands?dryRun=true", wish)).body.decision === "accepted"
      );
    });
    const more = { type: "policy.set", limit: "spawn_burst", value: 50, reason: "one admin spawns them all" };
    await command(more);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    scene,
    house,
    command,
    spawn: async (commandId, text, settings = {}) => {
      const { workspace } = scene;
      await command({ type: "session.spawn", commandId, workspace, text, ...settings });
      return (await until("its thread", () => session(`req-${commandId}`))).session.sessionId;
    },
    tokenOf: async (name, role) => {
      const env = { ...house.env, CLAW_URL: house.url, CLAW_TOKEN: house.token() };
      const { code, stdout } = await runClaw(["token", "create", "--name", name, "--role", role], env);
      if (code !== 0) throw new Error(`no token for ${name}`);
      return stdout.trim();
    },
    isIdle: async (sessionId) => (await session(sessionId)).session.status === "idle",
    end,
  };
}
