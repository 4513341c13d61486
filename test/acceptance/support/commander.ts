/** Somebody who keeps sending and interrupting while the house around him dies: every command under an id that he repeats until it is decided. */
import { type Connection, listTurns } from "@claw/codex-rpc";
import { markedCommand } from "@claw/events";
import { Effect } from "effect";
import { pickOne } from "./kills.ts";

export interface Commander {
  /** Every command that policy accepted, and which thread it was for. */
  readonly accepted: ReadonlyMap<string, string>;
  readonly refused: () => number;
  /** Lets the last command be decided, and sends no other. */
  readonly stop: () => Promise<void>;
}

interface Answer {
  readonly decision?: string;
  readonly refusal?: object;
}

const PAUSE_MS = 120;

/** Commands for random threads, one after another: mostly sends, some interrupts. What is not answered is asked again under the same id. */
export function startCommander(
  post: (body: object) => Promise<Answer | null>,
  threadIds: readonly string[],
  random: () => number,
): Commander {
  const accepted = new Map<string, string>();
  const state = { refused: 0, stopping: false };
  const work = async (): Promise<void> => {
    for (let n = 1; !state.stopping; n += 1) {
      const sessionId = pickOne(threadIds, random);
      const commandId = `storm-${n}`;
      const body =
        random() < 0.8
          ? { type: "session.send", commandId, target: { sessionId }, text: `SAY ${commandId} was here` }
          : { type: "session.interrupt", commandId, target: { sessionId } };
      const answer = await decided(post, body);
      if (answer.decision === "accepted") accepted.set(commandId, sessionId);
      else state.refused += 1;
      await pauseFor(PAUSE_MS * random());
    }
  };
  const done = work();
  return {
    accepted,
    refused: () => state.refused,
    stop: async () => {
      state.stopping = true;
      await done;
    },
  };
}

async function decided(post: (body: object) => Promise<Answer | null>, body: object): Promise<Answer> {
  for (;;) {
    const answer = await post(body).catch(() => null);
    if (answer?.decision !== undefined) return answer;
    await pauseFor(PAUSE_MS);
  }
}

const pauseFor = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How often each command's mark stands on a user message of a thread, as the app-server persisted it. */
export async function readMarks(
  connection: Connection,
  threadIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const marks = new Map<string, number>();
  for (const threadId of threadIds)
    for (let cursor: string | null = null, isLast = false; !isLast;) {
      const page: Effect.Success<ReturnType<typeof listTurns>> = await Effect.runPromise(
        listTurns(connection, { threadId, limit: 100, itemsView: "full", cursor }),
      );
      for (const item of page.data.flatMap(({ items }) => items)) {
        const command = markedCommand("clientId" in item ? String(item.clientId) : null);
        if (command !== null) marks.set(command, (marks.get(command) ?? 0) + 1);
      }
      cursor = page.nextCursor;
      isLast = cursor === null;
    }
  return marks;
}
