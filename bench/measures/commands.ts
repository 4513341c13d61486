/** From asking to the turn that a real Codex starts; and how long an interrupt waits for its verdict while somebody floods the house with sends. */
import { setThreadName, startThread } from "@claw/codex-rpc";
import { markedCommand } from "@claw/events";
import { Effect, Fiber, Stream } from "effect";
import { makeHouse, type TestHouse } from "../../test/acceptance/support/house.ts";
import { makeScene, type Scene } from "../../test/acceptance/support/scene.ts";
import { until } from "../../test/acceptance/support/until.ts";
import { postingTo } from "../../test/acceptance/support/houses.ts";
import { type Bench, progress } from "../bench.ts";
import { type Measure, percentile } from "../table.ts";

const WARM_UP = 5;
const FLOODERS = 8;

interface Answer {
  readonly decision: string;
  readonly outcome?: string;
}

type Post = ReturnType<typeof postingTo>;

/** A thread that somebody is subscribed to, who says when a command's message was taken up. */
async function listeningThread(scene: Scene) {
  const connection = await scene.connect();
  const thread = await Effect.runPromise(startThread(connection, { cwd: scene.workspace }));
  await Effect.runPromise(setThreadName(connection, thread.id, "bench"));
  const takenUp = new Map<string, (at: number) => void>();
  const fiber = Effect.runFork(
    Stream.runForEach(connection.inbox, (inbound) =>
      Effect.sync(() => {
        if (inbound.kind !== "notification" || inbound.method !== "item/started") return;
        const { item } = inbound.params as { item: { clientId?: string | null } };
        const commandId = markedCommand(item.clientId ?? null);
        if (commandId !== null) takenUp.get(commandId)?.(performance.now());
      }),
    ),
  );
  return {
    threadId: thread.id,
    whenTakenUp: (commandId: string) =>
      new Promise<number>((resolve) => void takenUp.set(commandId, resolve)),
    close: () => Effect.runPromise(Fiber.interrupt(fiber)),
  };
}

const sendOf = (sessionId: string, commandId: string) => ({
  type: "session.send",
  commandId,
  target: { sessionId },
  text: `SAY ${commandId}`,
});

/** One send after another, each when the turn of the one before is over. */
async function sends(scene: Scene, house: TestHouse, post: Post, count: number): Promise<readonly number[]> {
  const thread = await listeningThread(scene);
  await until("the thread is seen", async () => {
    const { sessions } = await house.get<{ sessions: readonly { sessionId: string }[] }>("/api/sessions");
    return sessions.some(({ sessionId }) => sessionId === thread.threadId);
  });
  const samples: number[] = [];
  for (let n = 0; n < count + WARM_UP; n += 1) {
    const commandId = `bench-${n}`;
    const takenUp = thread.whenTakenUp(commandId);
    const startedAt = performance.now();
    const answered = post<Answer>("/api/commands?wait=turn", sendOf(thread.threadId, commandId));
    samples.push((await takenUp) - startedAt);
    const { body } = await answered;
    if (body.outcome !== "succeeded") throw new Error(`${commandId}: ${JSON.stringify(body)}`);
  }
  await thread.close();
  return samples.slice(WARM_UP);
}

/** Sends that are refused or not, as fast as they are answered; interrupts beside them. Answers how long each interrupt waited for its verdict. */
async function interruptsInAFlood(house: TestHouse, post: Post, count: number): Promise<readonly number[]> {
  const { sessions } = await house.get<{ sessions: readonly { sessionId: string }[] }>("/api/sessions");
  const sessionId = sessions[0]?.sessionId ?? "";
  const state = { over: false, n: 0 };
  const flood = async (): Promise<void> => {
    while (!state.over)
      await post<Answer>("/api/commands?wait=decision", sendOf(sessionId, `flood-${(state.n += 1)}`));
  };
  const flooders = Array.from({ length: FLOODERS }, flood);
  const samples: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const startedAt = performance.now();
    await post<Answer>("/api/commands?wait=decision", { type: "session.interrupt", target: { sessionId } });
    samples.push(performance.now() - startedAt);
  }
  state.over = true;
  await Promise.all(flooders);
  progress(`commands: ${state.n} sends beside ${count} interrupts`);
  return samples;
}

const linesOf = (name: string, samples: readonly number[], aim: string): readonly Measure[] => [
  { name: `${name}, p50`, value: percentile(samples, 0.5), unit: "ms", better: "less" },
  {
    name: `${name}, p99`,
    value: percentile(samples, 0.99),
    unit: "ms",
    better: "less",
    aim,
    note: `${samples.length} times`,
  },
];

export const commandsBench: Bench = {
  name: "commands",
  run: async (isQuick) => {
    const scene = await makeScene();
    const house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
    try {
      await house.start();
      const post = postingTo(house.url, house.token);
      for (const limit of ["person_rate", "person_burst"])
        await post("/api/commands", { type: "policy.set", limit, value: 10_000, reason: "a measure" });
      const taken = await sends(scene, house, post, isQuick ? 20 : 100);
      const interrupted = await interruptsInAFlood(house, post, isQuick ? 50 : 300);
      return [
        ...linesOf("send → turn of a real Codex", taken, "≤ 50"),
        ...linesOf("interrupt → verdict, in a flood of sends", interrupted, "≤ 250"),
      ];
    } finally {
      await house.remove();
      await scene.end();
    }
  },
};
