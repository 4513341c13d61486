/** The specification's deploy list, asked of a house as `npm start` makes it: what answers to nobody, what to a viewer, and in which shape (F1-171…F1-174). */
import { readFileSync } from "node:fs";
import { startThread } from "@claw/codex-rpc";
import { Effect } from "effect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { runClaw } from "./support/process.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

let scene: Scene;
let house: TestHouse;

beforeAll(async () => {
  scene = await makeScene();
  house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
  await house.start();
});
afterAll(async () => {
  await house?.remove();
  await scene?.end();
});

const asked = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(house.url + path, { headers, redirect: "manual" });

test("F1-171 F1-172 F1-173 F1-174 the deploy list: health, both docs routes, and nothing of the fleet for nobody", async () => {
  expect((await asked("/healthz")).status).toBe(200);

  const page = await asked("/docs/spec-v2");
  expect([page.status, page.headers.get("content-type")?.split(";")[0]]).toEqual([200, "text/html"]);
  const markdown = await asked("/docs/spec-v2.md");
  expect([markdown.status, markdown.headers.get("content-type")?.split(";")[0]]).toEqual([
    200,
    "text/markdown",
  ]);
  const source = readFileSync(new URL("../../docs/look-up/fleet-spec-v2.md", import.meta.url), "utf8");
  expect(await markdown.text()).toBe(source);
  // The same text: every heading of the one stands in the other.
  const html = await page.text();
  const headings = source.match(/^#+ .+$/gm) ?? [];
  expect(headings.length).toBeGreaterThan(3);
  for (const heading of headings)
    expect(html).toContain(heading.replace(/^#+ /, "").replaceAll("`", "").split(" ")[0]);

  for (const path of ["/api/fleet", "/api/state"]) {
    const refused = await asked(path);
    expect([path, refused.status]).toEqual([path, 401]);
    expect(await refused.text()).not.toContain("sessions");
  }
});

/** The members that the specification shows, by the type of each. */
const FLEET = {
  canonicalUrl: "string",
  productUrl: "string",
  generatedAt: "number",
  registryAvailable: "boolean",
  egress: "object",
  totals: "object",
  sessions: "object",
};
const STATES = [
  "provisioning",
  "pending_adapter",
  "ready",
  "attached",
  "detached",
  "stopped",
  "expired",
  "failed",
];
const COUNTS = [
  "sessions",
  "active",
  "ready",
  "provisioning",
  "failed",
  "stopped",
  "attachable",
  "archived",
  "vnc",
];
/** `?` may be null: nobody said, or it did not happen. */
const SUMMARY = {
  id: "string",
  repo: "string?",
  branch: "string?",
  runtime: "string",
  owner: "string?",
  status: "string",
  active: "boolean",
  attachable: "boolean",
  vnc: "boolean",
  archived: "boolean",
  logEvents: "number",
  leaseId: "string?",
  sandboxId: "string?",
  lastEvent: "string?",
  createdAt: "number?",
  updatedAt: "number",
  lastSeenAt: "number",
  stoppedAt: "number?",
  policy: "object",
};
const POLICY = {
  present: "boolean",
  allowedHostCount: "number",
  githubCredentialSource: "string",
  githubRepo: "string?",
  hasGithubToken: "boolean",
  openAIBaseUrlHost: "string?",
};

/** The members that are missing or of another type than they are shown with. */
const wrongIn = (
  shape: Readonly<Record<string, string>>,
  value: Readonly<Record<string, unknown>>,
): readonly string[] =>
  Object.entries(shape).flatMap(([name, type]) => {
    const isNull = value[name] === null && type.endsWith("?");
    return isNull || typeof value[name] === type.replace("?", "") ? [] : [name];
  });

interface Fleet {
  readonly [member: string]: unknown;
  readonly totals: Readonly<Record<string, unknown>> & {
    readonly byStatus: Readonly<Record<string, number>>;
  };
  readonly egress: Readonly<Record<string, unknown>>;
  readonly sessions: readonly (Readonly<Record<string, unknown>> & {
    readonly id: string;
    readonly policy: Readonly<Record<string, unknown>>;
  })[];
}

test("F1-003…008 F1-012 F1-034 F1-041…091 F1-127…131 the deploy list: a viewer reads the fleet in the documented shape, the same by both routes", async () => {
  const out = await runClaw(["token", "create", "--name", "reader", "--role", "viewer"], {
    ...house.env,
    CLAW_URL: house.url,
    CLAW_TOKEN: house.token(),
  });
  expect(out.code).toBe(0);
  const bearer = out.stdout.trim();
  const read = async <Answer>(path: string): Promise<Answer> =>
    (await (await asked(path, { authorization: `Bearer ${bearer}` })).json()) as Answer;

  const { id: threadId } = await Effect.runPromise(
    startThread(await scene.connect(), { cwd: scene.workspace }),
  );
  const fleet = await until("the session is in the fleet", async () => {
    const answer = await read<{ readonly fleet: Fleet }>("/api/fleet");
    return answer.fleet.sessions.some(({ id }) => id === threadId) ? answer.fleet : null;
  });

  expect(wrongIn(FLEET, fleet)).toEqual([]);
  expect(Object.keys(fleet.egress).toSorted()).toEqual([
    "defaultHostCount",
    "policyCount",
    "sessionsWithPolicy",
  ]);
  expect(COUNTS.filter((name) => typeof fleet.totals[name] !== "number")).toEqual([]);
  expect(Object.keys(fleet.totals.byStatus).toSorted()).toEqual(STATES.toSorted());
  expect(fleet.totals["byRuntime"]).toEqual({ crabbox: fleet.sessions.length, container: 0 });
  expect(fleet.totals["sessions"]).toBe(fleet.sessions.length);
  for (const session of fleet.sessions) {
    expect(wrongIn(SUMMARY, session)).toEqual([]);
    expect(wrongIn(POLICY, session.policy)).toEqual([]);
  }
  const state = await read<{ readonly fleet: Fleet }>("/api/state");
  expect(Object.keys(state)).toEqual(
    expect.arrayContaining(["cards", "interactiveSessions", "workflows", "settings"]),
  );
  expect(state.fleet.sessions.map(({ id }) => id)).toEqual(fleet.sessions.map(({ id }) => id));
});
