/** A connector that slept performs nothing stale: what lay unread is from before, and what is too late is never done. */
import { setThreadName, startThread } from "@claw/codex-rpc";
import { Effect } from "effect";
import { expect, onTestFinished, test } from "vitest";
import type { CommandAnswer, SessionsAnswer } from "./support/answers.ts";
import { readMarks } from "./support/commander.ts";
import { startConnector } from "./support/connecting.ts";
import { readOutcomes } from "./support/evidence.ts";
import { makeHouse } from "./support/house.ts";
import { postingTo } from "./support/houses.ts";
import { runClaw } from "./support/process.ts";
import { makeScene, type Scene } from "./support/scene.ts";
import { until } from "./support/until.ts";

interface CommandRow {
  readonly command: { readonly outcome: string | null; readonly failure: { readonly code: string } | null };
}

/** As long as the issue of this capability asks for; also longer than a host may be silent, and than every lease and deadline that is not said. */
const SLEEP_MS = 120_000;
/** As long as a command may be waited for. */
const LONG_MS = 600_000;
const NAMES = ["halted", "broken", "resting", "late", "fenced"] as const;
type Name = (typeof NAMES)[number];
/** Sessions in which a turn goes on all the while, so that what is sent there goes into it, and none of that ends it. */
const ON_GOING = ["halted", "broken"] as const;

test("N1-012 N1-029 W-01 RELIABILITY-R9 a connector that wakes after two minutes performs nothing stale, and what has time left once", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const house = await makeHouse({ CLAW_HEARTBEAT_MS: "500" });
  onTestFinished(house.remove);
  await house.start(["--no-connector"]);
  const connector = await startConnector(house, "host-a", { CLAW_ENDPOINTS: scene.endpoints });
  onTestFinished(() => connector.claw().stop("SIGKILL"));
  const threads = await threadsOf(scene);
  await until(
    "the threads are seen",
    async () => (await house.get<SessionsAnswer>("/api/sessions")).sessions.length === NAMES.length,
  );
  const asAdmin = postingTo(house.url, house.token);
  const made = await runClaw(["token", "create", "--name", "dora", "--role", "claw"], {
    ...house.env,
    CLAW_URL: house.url,
    CLAW_TOKEN: house.token(),
  });
  const asClaw = postingTo(house.url, () => /clw_[A-Za-z0-9_-]+/.exec(made.stdout)?.[0] ?? "");
  const asked: string[] = [];
  const ask = async (body: object, post = asAdmin, wait = "decision"): Promise<CommandAnswer> => {
    const answer = (await post<CommandAnswer>(`/api/commands?wait=${wait}`, body)).body;
    expect(answer, JSON.stringify(answer)).toMatchObject({ decision: "accepted" });
    return answer;
  };
  const send = async (name: Name, commandId: string, more: object = {}, post = asAdmin): Promise<void> => {
    const target = { sessionId: threads[name] };
    const text = (ON_GOING as readonly Name[]).includes(name) ? `WAIT ${name}` : `SAY ${commandId} was here`;
    await ask({ type: "session.send", commandId, target, text, deadlineMs: LONG_MS, ...more }, post);
    asked.push(commandId);
  };
  const lease = (name: Name): Promise<CommandAnswer> =>
    ask({ type: "lease.acquire", target: { sessionId: threads[name] } }, asClaw, "outcome");
  const ofHost = async (commandId: string): Promise<string | null> => {
    const { command } = await house.get<CommandRow>(`/api/commands/${commandId}`);
    const { outcome, failure } = command;
    if (outcome !== "failed") return failure?.code === "overdue" ? null : outcome;
    return `failed ${failure?.code ?? ""}`;
  };

  for (const name of ON_GOING)
    await ask(
      { type: "session.send", target: { sessionId: threads[name] }, text: `WAIT ${name}` },
      asAdmin,
      "outcome",
    );
  await lease("broken");

  // Commands that the connector has, and cannot carry out: its app-server does not answer. A fence that came after them needs none.
  process.kill(scene.server().pid, "SIGSTOP");
  for (const n of [1, 2, 3]) await send("halted", `in-lane-${n}`);
  await lease("fenced");
  const { pid } = connector.claw();
  process.kill(pid, "SIGSTOP");
  const wakesAtMs = performance.now() + SLEEP_MS;
  try {
    process.kill(scene.server().pid, "SIGCONT");
    // And commands that nobody reads.
    await send("halted", "in-socket");
    await send("broken", "of-the-holder", {}, asClaw);
    await send("resting", "in-time");
    await send("late", "too-late", { deadlineMs: 20_000 });
    await ask({
      type: "switch.set",
      scope: "session",
      id: threads.halted,
      state: "halted",
      reason: "a test",
    });
    await ask({ type: "lease.break", target: { sessionId: threads.broken }, reason: "a test" });
    await send("broken", "of-the-breaker");
    await new Promise((resolve) => setTimeout(resolve, wakesAtMs - performance.now()));
    for (const commandId of asked) expect(await ofHost(commandId), commandId).toBeNull();
  } finally {
    process.kill(pid, "SIGCONT");
  }
  const ends = await until("its host says of each what became of it", async () => {
    const all = await Promise.all(asked.map(async (id) => [id, await ofHost(id)] as const));
    return all.every(([, outcome]) => outcome !== null) && Object.fromEntries(all);
  });
  for (const name of ON_GOING) scene.model.release(name);
  await until("all rest", async () =>
    (await house.get<SessionsAnswer>("/api/sessions")).sessions.every(({ status }) => status === "idle"),
  );

  const marks = await readMarks(await scene.connect(), Object.values(threads));
  const { "of-the-holder": ofHolder, ...others } = ends;
  expect(others).toEqual({
    "in-lane-1": "expired",
    "in-lane-2": "expired",
    "in-lane-3": "expired",
    "in-socket": "expired",
    "in-time": "succeeded",
    "too-late": "expired",
    "of-the-breaker": "succeeded",
  });
  // It was accepted while its lease was in force: it may be carried out before the newer token comes to the host, and never after.
  expect(["succeeded", "failed stale_token"]).toContain(ofHolder);
  for (const commandId of asked) {
    expect(marks.get(commandId) ?? 0, commandId).toBe(ends[commandId] === "succeeded" ? 1 : 0);
    expect(readOutcomes(house.dataDir, commandId), commandId).toEqual([
      `command.${ends[commandId]?.split(" ")[0]}`,
    ]);
  }
  const order = [...marks.keys()].filter((id) => id.startsWith("of-the-"));
  expect(order.at(-1)).toBe("of-the-breaker");
});

/** Threads that nobody has said anything in. */
async function threadsOf(scene: Scene): Promise<Readonly<Record<Name, string>>> {
  const connection = await scene.connect();
  const ids: [Name, string][] = [];
  for (const name of NAMES) {
    const { id } = await Effect.runPromise(startThread(connection, { cwd: scene.workspace }));
    await Effect.runPromise(setThreadName(connection, id, name));
    ids.push([name, id]);
  }
  return Object.fromEntries(ids) as Record<Name, string>;
}
