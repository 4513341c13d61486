/** Nobody runs an app-server: `claw up` starts Codex's own where a plain `codex` looks for it, uses it again, and `claw down` ends it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSocketPath } from "@claw/codex-rpc";
import {
  codexBinaryPath,
  type CodexHome,
  type FakeModel,
  makeCodexHome,
  startCodexServer,
  startCodexTui,
  startFakeModel,
} from "@claw/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SessionsAnswer } from "./support/answers.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { runClaw } from "./support/process.ts";
import { until } from "./support/until.ts";

let model: FakeModel;
let home: CodexHome;
let workspace: string;
let house: TestHouse;

beforeEach(async () => {
  workspace = mkdtempSync(join(tmpdir(), "claw-work-"));
  model = await startFakeModel();
  home = await makeCodexHome({ modelUrl: model.url, trustedProjects: [workspace] });
});
afterEach(async () => {
  if (house !== undefined) await runClaw(["down"], house.env);
  await house?.remove();
  await model.close();
  await home.remove();
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
});

/** A house in the environment of somebody who has Codex, and has set nothing up. */
const houseWith = (codex: string): Promise<TestHouse> => makeHouse({ ...home.env, CLAW_CODEX: codex });

const pidOfOurs = (): number | null => {
  const path = join(house.dataDir, "connector", "app-server.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { readonly pid: number }).pid : null;
};
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
interface EndpointsAnswer {
  readonly endpoints: readonly { readonly state: string; readonly startedByConnector: boolean }[];
}
const isReady = () =>
  until("its endpoint is ready", async () => {
    const { endpoints } = await house.get<EndpointsAnswer>("/api/endpoints");
    return endpoints.find(({ state }) => state === "ready");
  });
const STARTED = "No app-server was running, so one was started";

test("S1-021 S1-115 an app-server is started, said, used by a plain codex, used again, and ended", async () => {
  house = await houseWith(codexBinaryPath());
  await house.start();
  expect(await isReady()).toMatchObject({ startedByConnector: true });
  expect(house.claw().stderr().split(STARTED)).toHaveLength(2);
  const pid = pidOfOurs();
  expect(pid).not.toBeNull();

  const target = { kind: "unix", path: defaultSocketPath(home.env) } as const;
  const tui = await startCodexTui({ home, target, cwd: workspace, remote: "unix://" });
  await tui.waitFor("Ask Codex");
  const { sessionId } = await until("the session is listed", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    return sessions[0];
  });
  await tui.say("SAY served by the default socket");
  await tui.waitFor("served by the default socket");
  await until("its turn is told", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    return sessions.some((session) => session.sessionId === sessionId && session.turnCount === 1);
  });

  await house.claw().stop();
  expect(pidOfOurs()).toBe(pid);
  await tui.say("SAY nobody noticed");
  await tui.waitFor("nobody noticed");
  await house.start();
  expect(await isReady()).toMatchObject({ startedByConnector: true });
  expect(house.claw().stderr()).not.toContain(STARTED);
  expect(pidOfOurs()).toBe(pid);
  await tui.close();

  const stopped = await runClaw(["down"], house.env);
  expect(stopped.stderr).toMatch(/^Stopped the house \(process \d+\) and the app-server/);
  expect(pidOfOurs()).toBeNull();
  await until("its process is gone, and buried", () => !isAlive(pid ?? 0));
});

test("S1-021 without a codex there is one sentence, and the house waits for a server that others start", async () => {
  house = await houseWith(join(home.path, "no-such-codex"));
  await house.start();
  const sentence = await until("it says what to do", () =>
    house
      .claw()
      .stderr()
      .split("\n")
      .find((line) => line.includes("CLAW_CODEX")),
  );
  expect(sentence).toContain("no-such-codex");
  const theirs = await startCodexServer({ home, listen: "unix", socketPath: defaultSocketPath(home.env) });
  try {
    expect(await isReady()).toMatchObject({ startedByConnector: false });
    expect(house.claw().stderr().split("CLAW_CODEX")).toHaveLength(2);
    expect(house.claw().child.exitCode).toBeNull();
  } finally {
    await theirs.stop();
  }
});
