/** Secrets of every known format, and one of no format that the host holds in a variable named for it, go through a real Codex session; afterwards every place where text can be is searched for them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Connection, interruptTurn, setThreadName, startThread, startTurn } from "@claw/codex-rpc";
import { secretFormats, seededRng } from "@claw/redact/formats";
import { Effect, Stream } from "effect";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionsAnswer, TranscriptAnswer } from "./support/answers.ts";
import { type Connecting, startConnector } from "./support/connecting.ts";
import { makeHouse, type TestHouse } from "./support/house.ts";
import { runClaw } from "./support/process.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { answersOf, filesIn, leaksIn, liveFrames, type Sink } from "./support/sinks.ts";
import { until } from "./support/until.ts";

let scene: Scene;
let house: TestHouse;
let host: Connecting;

const loud = { CLAW_DIAGNOSTICS_LEVEL: "debug" };
beforeAll(async () => {
  scene = await makeScene();
  house = await makeHouse(loud);
  await house.start(["--no-connector"]);
  host = await startConnector(house, "host-1", {
    ...loud,
    CLAW_ENDPOINTS: scene.endpoints,
    ACME_DEPLOY_TOKEN: SLOTTED,
  });
});
afterAll(async () => {
  await host?.claw().stop("SIGKILL");
  await house?.remove();
  await scene?.end();
});

const rng = seededRng(20_261_121);
const planted: { readonly name: string; readonly secret: string }[] = [];

/** Like no secret at all: only the slot in which the host keeps it says that it is one. */
const SLOTTED = Array.from({ length: 4 }, () => syllables()).join("-");
planted.push({ name: "of no format, in a slot", secret: SLOTTED });

function syllables(): string {
  const letter = (from: string): string => from[Math.floor(rng() * from.length)] ?? "a";
  return Array.from({ length: 3 }, () => letter("bdfgklmnprst") + letter("aeiou")).join("");
}

/** A new specimen of each format; what of it must not survive is remembered. */
const specimenOf = (name: string): string => {
  const format = secretFormats.find((one) => one.name === name);
  if (format === undefined) throw new Error(`there is no format ${name}`);
  const made = format.make(rng);
  planted.push({ name, secret: format.secretOf(made) });
  return made;
};

const GROUP = 8;
const names = secretFormats.map(({ name }) => name);
const groups = Array.from({ length: Math.ceil(names.length / GROUP) }, (_, at) =>
  names.slice(at * GROUP, (at + 1) * GROUP),
);
/** Each specimen on a line of its own, behind a word by which the line is found again. */
const linesOf = (group: readonly string[], word: string): string =>
  group.map((name) => `${word}-${names.indexOf(name)}- ${specimenOf(name)}`).join("\n");

/** Things that are random and public. */
const PUBLIC = {
  commit: "4f9d1c2b7a".repeat(4),
  uuid: "0199c0de-4b1d-7c3e-9a2f-5d6e7f809aab",
  digest: "9e107d9d372bb682".repeat(4),
} as const;

/** Gives a turn and waits for its end. */
const take = (connection: Connection, threadId: string, text: string): Promise<void> =>
  Effect.runPromise(
    Effect.andThen(
      startTurn(connection, { threadId, text }),
      connection.inbox.pipe(
        Stream.filter((inbound) => inbound.kind === "notification" && inbound.method === "turn/completed"),
        Stream.take(1),
        Stream.runDrain,
      ),
    ),
  );

/** A repository whose folder, branch and remote hold secrets. */
function hostileWorkspace(): string {
  const folder = join(scene.workspace, `app-${specimenOf("gitlab personal")}-${SLOTTED}`);
  mkdirSync(join(folder, ".git"), { recursive: true });
  writeFileSync(
    join(folder, ".git", "HEAD"),
    `ref: refs/heads/fix-${specimenOf("github personal")}-${SLOTTED}\n`,
  );
  const remote = `https://me:${specimenOf("npm")}@git.example/acme/${specimenOf("xata")}.git`;
  writeFileSync(join(folder, ".git", "config"), `[remote "origin"]\n\turl = ${remote}\n`);
  return folder;
}

const FILLER = `${"what comes first is repeated by the scripted model\n".repeat(12)}\n`;

async function talk(connection: Connection, cwd: string): Promise<string> {
  const started = await Effect.runPromise(
    startThread(connection, { cwd, sandbox: "danger-full-access", approvalPolicy: "never" }),
  );
  for (const [at, group] of groups.entries()) {
    await take(connection, started.id, `TELL 0.1 ${linesOf(group, "said")}\n`);
    const file = join(scene.workspace, `output-${at}.txt`);
    writeFileSync(file, `${FILLER}${linesOf(group, "shown")}\n`);
    await take(connection, started.id, `SHELL cat ${file}`);
  }
  await take(connection, started.id, `SHELL echo typed-${specimenOf("stripe live")} >/dev/null`);
  await take(connection, started.id, `FAIL 400 the server says ${specimenOf("sendgrid")} ${SLOTTED}`);
  await take(connection, started.id, `SAY ${Object.values(PUBLIC).join(" ")}`);
  await take(connection, started.id, `SHELL ACME=${SLOTTED} env; echo said-aloud ${SLOTTED}`);
  await Effect.runPromise(
    setThreadName(connection, started.id, `about ${specimenOf("slack bot")} ${SLOTTED}`),
  );
  return started.id;
}

/** A question that nobody answers. */
async function ask(connection: Connection, cwd: string): Promise<void> {
  const { id } = await Effect.runPromise(
    startThread(connection, { cwd, sandbox: "read-only", approvalPolicy: "on-request" }),
  );
  const text = `SHELLESC echo ${specimenOf("anthropic")}`;
  const turn = await Effect.runPromise(startTurn(connection, { threadId: id, text }));
  await until("the question is told", async () => {
    const { approvals } = await house.get<{ approvals: readonly object[] }>("/api/approvals");
    return approvals.length > 0;
  });
  await Effect.runPromise(interruptTurn(connection, id, turn.id));
}

/** What a person's tools and resources say of it over MCP. */
async function overMcp(sessionId: string): Promise<readonly Sink[]> {
  const asked = [
    { method: "tools/call", params: { name: "codex_sessions_list", arguments: { include_closed: true } } },
    { method: "tools/call", params: { name: "codex_session_read", arguments: { session_id: sessionId } } },
    { method: "resources/read", params: { uri: `codex://sessions/${sessionId}/transcript` } },
    { method: "resources/read", params: { uri: "codex://sessions" } },
  ];
  return Promise.all(
    asked.map(async (message) => {
      const response = await fetch(`${house.url}/mcp`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${house.token()}`,
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...message }),
      });
      const text = await response.text();
      if (!text.includes('"result"')) throw new Error(`${message.method}: ${text.slice(0, 500)}`);
      return { name: `MCP ${JSON.stringify(message)}`, text };
    }),
  );
}

test("S10 N1-043 S1-137 X1-022 what a session says, runs, is called and lies in leaves no secret anywhere", async () => {
  expect(names.length).toBeGreaterThanOrEqual(60);
  const cwd = hostileWorkspace();
  const sessionId = await talk(await scene.connect(), cwd);
  await ask(await scene.connect(), cwd);
  const turns = groups.length * 2 + 4;
  await until("all turns and the name are told", async () => {
    const { sessions } = await house.get<SessionsAnswer>("/api/sessions");
    const { session } = await house.get<{ session: { name: string | null } }>(`/api/sessions/${sessionId}`);
    const row = sessions.find((one) => one.sessionId === sessionId);
    return row?.turnCount === turns && row.status !== "active" && session.name?.startsWith("about") === true;
  });

  const transcript = `/api/sessions/${sessionId}/transcript`;
  const { items } = await house.get<TranscriptAnswer>(`${transcript}?limit=500`);
  const said = JSON.stringify(items);
  for (const [at] of names.entries()) expect(said).toContain(`said-${at}- `);
  for (const [at] of names.entries()) expect(said).toContain(`shown-${at}- `);
  for (const thing of Object.values(PUBLIC)) expect(said).toContain(thing);
  expect(said).toContain("said-aloud ");

  const cli = { ...house.env, CLAW_URL: house.url };
  const ran = await Promise.all(
    [
      ["transcript", sessionId],
      ["get", "sessions", "-o", "wide"],
      ["describe", "session", sessionId],
    ].map(async (argv) => ({ name: `claw ${argv[0]}`, ...(await runClaw(argv, cli)) })),
  );
  const list = `/api/sessions?search=${encodeURIComponent("app-")}`;
  const rest = ["hosts", "endpoints", "approvals", "tokens", "quarantine"].map((name) => `/api/${name}`);
  const older = `${transcript}?older=1&limit=50`;
  const events = `/api/sessions/${sessionId}/events`;
  const fleet = [
    "fleet",
    "state",
    "attention",
    "policies",
    "runtimes",
    "archives",
    "rules",
    "leases",
    "commands",
    "ledgers",
  ];
  const session = [`/api/sessions/${sessionId}`, `/api/sessions/${sessionId}/record`];
  const sinks = [
    ...(await answersOf(house, [
      list,
      transcript,
      older,
      events,
      `${events}?order=newest`,
      ...rest,
      ...fleet.map((name) => `/api/${name}`),
      ...session,
      "/readyz",
      "/metrics",
    ])),
    ...(await overMcp(sessionId)),
    await liveFrames(house, ""),
    await liveFrames(house, "views=sessions,hosts,endpoints,approvals"),
    await liveFrames(house, `views=items,turns&session=${sessionId}`),
    ...ran.map(({ name, stdout, stderr }) => ({ name, text: stdout + stderr })),
    { name: "the house's own lines", text: house.claw().stdout() + house.claw().stderr() },
    { name: "the connector's own lines", text: host.claw().stdout() + host.claw().stderr() },
    ...filesIn(house.dataDir),
    ...filesIn(host.dataDir),
  ];
  const whispers = sinks.filter(({ name, text }) => name.includes("pulse.db") && text.includes(`"itemId"`));
  expect(whispers.length).toBeGreaterThan(0);
  expect(leaksIn(sinks, planted)).toEqual([]);
  // The search itself finds what is there.
  const [first] = planted;
  expect(leaksIn([{ name: "here", text: `x${first?.secret}y` }], planted)).toEqual([
    `${first?.name} in here`,
  ]);
});
