/** Commands are in flight while any process of the house is killed: each ends once, in a word that is true, and none is silent. */
import { setThreadName, startThread } from "@claw/codex-rpc";
import { outcomeWords } from "@claw/events";
import { Effect } from "effect";
import { expect, onTestFinished, test } from "vitest";
import { type Commander, readMarks, startCommander } from "./support/commander.ts";
import { type Connecting, startConnector } from "./support/connecting.ts";
import { makeFleet, type Service } from "./support/fleet.ts";
import { makeHouse } from "./support/house.ts";
import { dieInside, pickOne, seeded, waitForDeath } from "./support/kills.ts";
import { progress } from "./support/progress.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");
const KILLS_EACH = 2 + scale;
const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 1_000_000);
/** A command's deadline, what policy waits beyond it, and the time in which the host says what it knows. */
const SETTLED_MS = 90_000;
/** A policy that died is missed after ten seconds, and a session that was written to at its death may be waited for. */
const GOES_ON_MS = 60_000;

interface CommandRow {
  readonly commandId: string;
  readonly decision: string;
  readonly outcome: string | null;
  readonly failure: { readonly code: string } | null;
}
type Get = <Answer>(path: string) => Promise<Answer>;
type Kill = () => Promise<void>;

test(`N1-005 N1-029 W-29 S5 one machine (KILL_SEED=${seed}): commands survive the deaths of house and connector`, async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse({ CLAW_HEARTBEAT_MS: "500" });
  onTestFinished(house.remove);
  await house.start(["--no-connector"]);
  const connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: scene.endpoints });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  await stormAndDie(scene, house.url, house.token, house.get, {
    connector: () => connector.restart(),
    "connector, inside a transaction": () => dieInsideOutbox(connector),
    house: async () => {
      await house.claw().stop("SIGKILL");
      await house.start(["--no-connector"]);
    },
  });
});

test(`N1-005 N1-029 W-29 S5 a fleet (KILL_SEED=${seed}): commands survive the death of any process`, async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const fleet = await makeFleet({ policies: 2 });
  onTestFinished(fleet.end);
  await fleet.start();
  const connector = await startConnector(fleet.asHouse(), "host-a", {
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_URL: (fleet.ingests[0] as Service).url,
    CLAW_HEARTBEAT_MS: "500",
  });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const [machine] = fleet.machines;
  if (machine === undefined) throw new Error("a fleet has a machine");
  const services = [...fleet.policies, ...fleet.ingests, machine.projector, machine.gateway];
  await stormAndDie(scene, machine.gateway.url, fleet.adminToken, machine.get, {
    connector: () => connector.restart(),
    "connector, inside a transaction": () => dieInsideOutbox(connector),
    ...Object.fromEntries(
      services.map((service) => [service.name, async () => void (await service.restart())]),
    ),
    nats: async () => {
      await fleet.nats.stop("SIGKILL");
      await fleet.nats.start();
    },
  });
});

const random = seeded(seed);

/** Between what is written before a call and after it lies where a command can be lost or done twice. */
async function dieInsideOutbox(connector: Connecting): Promise<void> {
  await connector.restart({ DIE_INSIDE: dieInside("connector", random) });
  await waitForDeath(connector.claw(), 4_000);
  await connector.restart();
}

async function stormAndDie(
  scene: Scene,
  url: string,
  token: () => string,
  get: Get,
  victims: Readonly<Record<string, Kill>>,
): Promise<void> {
  const threadIds = await fourThreads(scene);
  await until(
    "all threads are seen",
    async () => (await get<{ sessions: readonly unknown[] }>("/api/sessions")).sessions.length === 4,
    30_000,
  );
  const commander = startCommander(poster(url, token), threadIds, random);
  await killAll(victims, commander);
  await commander.stop();
  progress(`${commander.accepted.size} commands accepted, ${commander.refused()} refused`);
  expect(commander.accepted.size).toBeGreaterThan(10 * scale);

  const rows = await until("every command has an end", () => allEnded(get, commander), SETTLED_MS);
  const words = outcomeWords.map(
    (word) => `${rows.filter(({ outcome }) => outcome === word).length} ${word}`,
  );
  progress(`ends: ${words.join(", ")}`);
  const marks = await readMarks(await scene.connect(), threadIds);
  for (const { commandId, outcome } of rows) {
    const times = marks.get(commandId) ?? 0;
    expect(times, `${commandId} ${outcome}`).toBeLessThanOrEqual(1);
    if (outcome === "failed" || outcome === "expired") expect(times, `${commandId} ${outcome}`).toBe(0);
  }
  for (const commandId of marks.keys()) expect(commander.accepted.has(commandId), commandId).toBe(true);
  expect(rows.filter(({ outcome }) => outcome === "succeeded").length).toBeGreaterThan(0);
}

const poster =
  (url: string, token: () => string) =>
  async (body: object): Promise<{ decision?: string }> => {
    const response = await fetch(`${url}/api/commands?wait=decision`, {
      method: "POST",
      headers: { authorization: `Bearer ${token()}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    return (await response.json()) as { decision?: string };
  };

async function fourThreads(scene: Scene): Promise<readonly string[]> {
  const connection = await scene.connect();
  const threadIds: string[] = [];
  for (let n = 0; n < 4; n += 1) {
    const thread = await Effect.runPromise(
      startThread(connection, {
        cwd: scene.workspace,
        sandbox: "danger-full-access",
        approvalPolicy: "never",
      }),
    );
    await Effect.runPromise(setThreadName(connection, thread.id, `storm ${n}`));
    threadIds.push(thread.id);
  }
  return threadIds;
}

/** Each victim in turn, at a time that the seed chooses, each when commands go through again after the death before. */
async function killAll(victims: Readonly<Record<string, Kill>>, commander: Commander): Promise<void> {
  for (let round = 0; round < KILLS_EACH; round += 1)
    for (const [name, kill] of Object.entries(victims)) {
      const before = commander.accepted.size;
      await until("commands go through", () => commander.accepted.size >= before + 3, GOES_ON_MS);
      await new Promise((resolve) => setTimeout(resolve, pickOne([0, 50, 100, 400], random)));
      await kill();
      progress(`killed ${name} (round ${round + 1} of ${KILLS_EACH}), ${commander.accepted.size} accepted`);
    }
}

async function allEnded(get: Get, { accepted }: Commander): Promise<readonly CommandRow[] | null> {
  const rows = await Promise.all(
    [...accepted.keys()].map(async (commandId) => {
      const { command } = await get<{ command: CommandRow }>(`/api/commands/${commandId}`);
      return command;
    }),
  );
  return rows.every(isEndedByHost) ? rows : null;
}

/** "Unknown" is an end where the host says so: what policy says because nothing was heard is none yet, for the host is still asked. */
const isEndedByHost = ({ outcome, failure }: CommandRow): boolean =>
  outcome !== null && outcomeWords.some((word) => word === outcome) && failure?.code !== "overdue";
