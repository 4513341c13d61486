/**
 * A person's approval in a real terminal: nothing automatic answers it, whatever the rules say; a person who is elsewhere does, and the dialogue closes
 * (N1-015, N1-025, S1-094).
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CodexTui } from "@claw/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommandAnswer, SessionsAnswer } from "./support/answers.ts";
import { type AnyHouse, makeAnyHouse } from "./support/houses.ts";
import { runClaw } from "./support/process.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

interface Asked {
  readonly sessionId: string;
  readonly requestId: string;
  readonly subject: string;
  readonly isOurs: boolean;
  readonly state: "open" | "closed";
  readonly how: string | null;
}
interface Decision {
  readonly type: string;
  readonly principal: { readonly kind: string; readonly name: string };
  readonly outcome: string | null;
}

/** The last line of Codex's dialogue, and what stands where one types as soon as it is gone. */
const DIALOGUE = "Press enter to confirm or esc to cancel";
const COMPOSER = "Ask Codex to do anything";

let scene: Scene;
let house: AnyHouse;
let tui: CodexTui;
/** The session of the terminal. */
let person = "";

beforeAll(async () => {
  scene = await makeScene();
  house = await makeAnyHouse("one machine", scene);
  const more = { type: "policy.set", limit: "spawn_burst", value: 20, reason: "one admin spawns them all" };
  expect(await house.post("/api/commands?wait=decision", more)).toMatchObject({ status: 200 });
  tui = await scene.tui(["--ask-for-approval", "on-request"]);
  ({ sessionId: person } = await until("the terminal's session", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    return sessions[0];
  }));
});
afterAll(async () => {
  await house?.end();
  await scene?.end();
});

const made = (name: string): string => join(scene.workspace, name);
const approvals = async (query: string): Promise<readonly Asked[]> =>
  (await house.get<{ approvals: readonly Asked[] }>(`/api/approvals?${query}`)).approvals;
const decisions = async (sessionId: string): Promise<readonly Decision[]> => {
  const path = `/api/commands?session=${sessionId}&limit=200`;
  const { commands } = await house.get<{ commands: readonly Decision[] }>(path);
  return commands.filter(({ type }) => type === "approval.decide");
};

/** The person types what makes Codex ask, and sees the dialogue. */
async function ask(name: string): Promise<Asked> {
  await tui.say(`SHELLESC touch ${name}`);
  const asked = await until("the question is open in the house", async () => {
    const [one] = await approvals(`state=open&session=${person}`);
    return one?.subject.endsWith(`touch ${name}'`) === true && one;
  });
  await until("the dialogue stands on the screen", () => isAsking(`touch ${name}`));
  return asked;
}

const isAsking = (what: string): boolean => {
  const view = tui.view();
  return view.includes(DIALOGUE) && view.includes(`$ ${what}`) && !view.includes(COMPOSER);
};

/** The dialogue is gone for good: what is typed is a message again, and is answered. */
async function closed(word: string): Promise<void> {
  await until("the dialogue is gone", () => {
    const view = tui.view();
    return !view.includes(DIALOGUE) && view.includes(COMPOSER);
  });
  await until("the turn is over", async () => {
    const { session } = await house.get<{ session: { status: string } }>(`/api/sessions/${person}`);
    return session.status === "idle";
  });
  await tui.say(`SAY ${word}`);
  await until("the terminal goes on", () => tui.view().includes(`• ${word}`));
}

async function rule(answer: "accept" | "ask" | "decline" | null): Promise<void> {
  const more = { accept: { pattern: "*" }, ask: { waitMs: 1_000 }, decline: {} };
  const { body } = await house.post<CommandAnswer>("/api/commands?wait=decision", {
    type: "policy.approvals",
    scope: "global",
    answer,
    ...(answer === null ? {} : more[answer]),
    reason: "to see whom it reaches",
  });
  expect(body.decision).toBe("accepted");
}

/** A session of ours asks after the person did, and has its answer of the house: so the house has looked at the person's question as well. */
async function ours(commandId: string): Promise<Decision> {
  const { body } = await house.post<CommandAnswer>("/api/commands?wait=turn", {
    type: "session.spawn",
    commandId,
    workspace: scene.workspace,
    text: `SHELL touch ${commandId}`,
    settings: { approvalPolicy: "untrusted" },
  });
  expect(body).toMatchObject({ decision: "accepted", outcome: "succeeded" });
  const { session } = await house.get<{ session: { sessionId: string } }>(`/api/sessions/req-${commandId}`);
  const [decided, ...more] = await decisions(session.sessionId);
  expect(more).toEqual([]);
  if (decided === undefined) throw new Error("the house did not answer its own question");
  return decided;
}

const HOUSE = { principal: { kind: "house" } };

test("N1-015 N1-025 the house answers its own sessions' questions, and never the person's; a person decides over the API, and the dialogue closes", async () => {
  await rule("accept");
  const asked = await ask("by-api");
  expect(asked.isOurs).toBe(false);
  expect(await ours("accepted-one")).toMatchObject(HOUSE);
  await rule("ask");
  expect(await ours("asked-one")).toMatchObject(HOUSE);
  await rule("decline");
  expect(await ours("declined-one")).toMatchObject(HOUSE);
  await rule(null);
  expect(await ours("unruled-one")).toMatchObject(HOUSE);
  expect(["accepted-one", "declined-one", "unruled-one"].map((name) => existsSync(made(name)))).toEqual([
    true,
    false,
    false,
  ]);

  expect(await decisions(person)).toEqual([]);
  expect(await approvals(`session=${person}`)).toMatchObject([{ state: "open", how: null }]);
  expect(isAsking("touch by-api")).toBe(true);
  expect(existsSync(made("by-api"))).toBe(false);

  const { sessionId, requestId } = asked;
  const decided = await house.post<CommandAnswer>("/api/commands?wait=turn", {
    type: "approval.decide",
    target: { sessionId, requestId },
    answer: "accept",
  });
  expect(decided).toMatchObject({ status: 200, body: { outcome: "succeeded", mode: "answer" } });
  await closed("after the first");
  expect(existsSync(made("by-api"))).toBe(true);
});

test("N1-027 a person denies by the CLI: the dialogue closes, the command is not run, and the model reads why", async () => {
  await rule("accept");
  await ask("by-nobody");
  expect(await ours("accepted-two")).toMatchObject(HOUSE);
  expect(isAsking("touch by-nobody")).toBe(true);
  const denied = await runClaw(["deny", person, "--reason", "not on this host"], house.env);
  expect(denied).toMatchObject({ code: 0, stderr: expect.stringContaining("touch by-nobody") });
  await closed("after the second");
  expect(existsSync(made("by-nobody"))).toBe(false);
  const read = scene.model.requests
    .filter(({ threadId }) => threadId === person)
    .map(({ body }) => JSON.stringify(body.input));
  expect(read.some((input) => input.includes("Declined: not on this host"))).toBe(true);
});

test("N1-025 a person approves by the CLI: the dialogue closes, and the command is run", async () => {
  await rule("decline");
  await ask("by-cli");
  expect(await ours("declined-two")).toMatchObject(HOUSE);
  expect(isAsking("touch by-cli")).toBe(true);
  const approved = await runClaw(["approve", person], house.env);
  expect(approved).toMatchObject({ code: 0, stderr: expect.stringContaining("touch by-cli") });
  await closed("after the third");
  expect(existsSync(made("by-cli"))).toBe(true);

  const all = await decisions(person);
  expect(all.map(({ principal }) => principal.kind)).toEqual(["person", "person", "person"]);
  expect(await approvals(`state=open&session=${person}`)).toEqual([]);
});
