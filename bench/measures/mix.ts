/** A real turn beside the load: what Codex made us say of a turn with one command, and what the bench says of one. */
import { join } from "node:path";
import { startThread, startTurn } from "@claw/codex-rpc";
import Database from "better-sqlite3";
import { Effect } from "effect";
import { makeHouse } from "../../test/acceptance/support/house.ts";
import { makeScene } from "../../test/acceptance/support/scene.ts";
import { until } from "../../test/acceptance/support/until.ts";
import type { Bench } from "../bench.ts";
import { makeEntries } from "../mix.ts";
import type { Measure } from "../table.ts";

const TURNS = 5;
const SESSION = "session.";

interface Said {
  readonly type: string;
  readonly bytes: number;
}

/** What a real house stored of a real app-server's turns, without the session's own introduction. */
async function record(): Promise<readonly Said[]> {
  const scene = await makeScene();
  const house = await makeHouse({ CLAW_ENDPOINTS: scene.endpoints });
  try {
    await house.start();
    const connection = await scene.connect();
    const { id: threadId } = await Effect.runPromise(
      startThread(connection, {
        cwd: scene.workspace,
        sandbox: "danger-full-access",
        approvalPolicy: "never",
      }),
    );
    for (let done = 0; done < TURNS; done += 1) {
      await Effect.runPromise(startTurn(connection, { threadId, text: `SHELL echo step-${done}` }));
      await until("the turn's end is stored", () => endsIn(house.dataDir) > done);
    }
    return readSaid(house.dataDir);
  } finally {
    await house.remove();
    await scene.end();
  }
}

function readSaid(dataDir: string): readonly Said[] {
  const db = new Database(join(dataDir, "log.db"), { readonly: true });
  try {
    return db
      .prepare<[], Said>(
        `SELECT json_extract(envelope, '$.events[0].type') AS type, length(envelope) + length(bodies) AS bytes
           FROM entries WHERE lane LIKE 'session/%'`,
      )
      .all();
  } finally {
    db.close();
  }
}

const isEnd = ({ type }: Said): boolean => type === "turn.completed";
const endsIn = (dataDir: string): number => readSaid(dataDir).filter(isEnd).length;

const sayings = (): readonly Said[] =>
  [...makeEntries(1 + 11 * TURNS, 1)].map(({ envelope, bodies }) => ({
    type: envelope.events[0]?.type ?? "",
    bytes: JSON.stringify(envelope).length + JSON.stringify(bodies).length,
  }));

/** Facts a turn and bytes a fact; what introduces a session is left out, what becomes of it belongs to its turns. */
function linesOf(whose: string, all: readonly Said[]): readonly Measure[] {
  const said = all.filter(({ type }) => !type.startsWith(SESSION) || type === "session.became");
  const turns = all.filter(isEnd).length;
  const bytes = said.reduce((sum, one) => sum + one.bytes, 0);
  const note = "a turn with one command";
  return [
    { name: `facts a turn, ${whose}`, value: said.length / turns, unit: "events", better: "more", note },
    { name: `bytes a fact, ${whose}`, value: bytes / said.length, unit: "bytes", better: "more", note },
  ];
}

export const mixBench: Bench = {
  name: "mix",
  run: async () => [...linesOf("a real Codex", await record()), ...linesOf("this load", sayings())],
};
