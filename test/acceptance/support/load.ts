/** Work for a real app-server: threads that take one turn after another until they are told to stop. */
import { type Connection, setThreadName, startThread, startTurn } from "@claw/codex-rpc";
import { Effect, Fiber, Stream } from "effect";
import type { Scene } from "./scene.ts";

export interface Load {
  readonly threadIds: readonly string[];
  readonly turnsDone: () => number;
  /** Lets every thread finish its turn and start no other. */
  readonly stop: () => Promise<void>;
}

const message = (turn: number): string =>
  turn % 5 === 4 ? `SHELL echo step-${turn}` : `SAY answer number ${turn}`;

/** One client a thread; each turn's end starts the next turn. */
export async function startLoad(scene: Scene, threads: number, turnsBefore = 0): Promise<Load> {
  const workers = await Promise.all(Array.from({ length: threads }, () => startWorker(scene, turnsBefore)));
  return {
    threadIds: workers.map((worker) => worker.threadId),
    turnsDone: () => workers.reduce((sum, worker) => sum + worker.turnsDone(), 0),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

async function startWorker(scene: Scene, turnsBefore: number) {
  const connection = await scene.connect();
  const thread = await Effect.runPromise(
    startThread(connection, { cwd: scene.workspace, sandbox: "danger-full-access", approvalPolicy: "never" }),
  );
  await Effect.runPromise(setThreadName(connection, thread.id, "load"));
  const worker = { turnsDone: 0, stopping: false };
  const finished = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  const fiber = Effect.runFork(
    keepWorking(connection, thread.id, worker, finished.resolve, () => {
      if (worker.turnsDone >= turnsBefore) ready.resolve();
    }),
  );
  fiber.addObserver(() => finished.resolve());
  await ready.promise;
  return {
    threadId: thread.id,
    turnsDone: () => worker.turnsDone,
    stop: async () => {
      worker.stopping = true;
      await finished.promise;
      await Effect.runPromise(Fiber.interrupt(fiber));
    },
  };
}

const keepWorking = (
  connection: Connection,
  threadId: string,
  worker: { turnsDone: number; stopping: boolean },
  finished: () => void,
  progressed: () => void,
) =>
  Effect.andThen(
    startTurn(connection, { threadId, text: message(0) }),
    Stream.runForEach(connection.inbox, (inbound) => {
      progressed();
      if (inbound.kind !== "notification" || inbound.method !== "turn/completed") return Effect.void;
      worker.turnsDone += 1;
      progressed();
      if (!worker.stopping)
        return Effect.asVoid(startTurn(connection, { threadId, text: message(worker.turnsDone) }));
      return Effect.sync(finished);
    }),
  );
