/** What tests of spawns share: a house that confirms, a folder to work in, and the order itself. */
import { mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "@claw/codex-rpc";
import {
  type CommandId,
  type EndpointId,
  type Instruction,
  requestedSession,
  type SessionId,
} from "@claw/events";
import type { CommandFrame } from "@claw/wire";
import { command, type CommandingHouse, until } from "./acting.ts";
import { expect } from "vitest";
import type { Folder } from "./support.ts";
import { run, type Running } from "./watching.ts";

type SpawnAct = Extract<Instruction["act"], { kind: "spawn" }>;

export interface Workshop {
  readonly root: string;
  readonly workspace: string;
}

/** A root with one folder in it, and the host's token. */
export function furnish(folder: Folder): Workshop {
  const root = join(realpathSync(folder.path), "root");
  const workspace = join(root, "project");
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(folder.path, "token"), "token of the test");
  return { root, workspace };
}

/** A connector that may spawn under the root; returns when its keys are confirmed. */
export async function beginIn(
  folder: Folder,
  { root }: Workshop,
  house: CommandingHouse,
  target: Target,
): Promise<Running> {
  const before = house.welcomes;
  const told = house.facts.length;
  const endpoints = [{ endpointId: "local" as EndpointId, target }];
  const running = await run(folder, endpoints, {
    url: house.url,
    settings: { endpoints, codex: undefined, workspaceRoots: [root] },
  });
  await house.welcomed(before + 1);
  await until("its keys", () => house.facts.slice(told).some(({ type }) => type === "keys.registered"));
  return running;
}

let counter = 0;

/** An order to spawn, in the session that policy names for it. */
export function spawnOrder(
  { workspace }: Workshop,
  act: Partial<SpawnAct> = {},
  over: Partial<CommandFrame> = {},
): CommandFrame {
  counter += 1;
  const commandId = `spawn-${counter}` as CommandId;
  const settings = { model: null, sandbox: "danger-full-access", approvalPolicy: "never" } as const;
  const whole: SpawnAct = { kind: "spawn", workspace, purpose: null, forkOf: null, settings, ...act };
  return command(requestedSession(commandId), whole, { commandId, ...over });
}

export const resumeOrder = (sessionId: string): CommandFrame => command(sessionId, { kind: "resume" });

export const laneOf = ({ commandId }: CommandFrame): string => `session/${requestedSession(commandId)}`;
export const boundIn = (house: CommandingHouse, frame: CommandFrame): SessionId | null => {
  const found = house.facts.find(({ type, lane }) => type === "session.bound" && lane === laneOf(frame));
  return found?.type === "session.bound" ? found.data.boundTo : null;
};

export const typed = (type: string, data: object = {}): unknown =>
  expect.objectContaining({ type, data: expect.objectContaining(data) });
export const failure = (code: string, facts: object = {}): unknown =>
  typed("command.failed", { code, facts: expect.objectContaining(facts) });

/** What a thread calls the supervisor with, in the configuration that Codex was asked to give it. */
export const keyIn = (config: unknown): string =>
  (config as { mcp_servers: Record<string, { http_headers: { Authorization: string } }> }).mcp_servers[
    "openclaw-codex-supervisor"
  ]?.http_headers.Authorization ?? "";
