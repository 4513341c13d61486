import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSqliteLog } from "@claw/eventlog";
import { Effect } from "effect";
import { expect, it, onTestFinished } from "vitest";
import { digestFromZero, digestInFolder, run, temporaryFolder, testScale } from "./given.ts";

const KILLS = 4 * testScale;
const MOST_COMMITS = 150;

/** Starts the child and kills it after so many commits, as a power button would; answers what it said last. */
async function projectAndKill(folder: string, life: number, commits: number): Promise<number> {
  const script = fileURLToPath(new URL("child-projector.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder, String(life)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  const said: string[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    said.push(...lines);
    if (said.length >= commits) child.kill("SIGKILL");
  });
  await ended;
  return Number(said.at(-1) ?? 0);
}

it(
  `after each of ${KILLS} kill -9 while projecting, the views are those of a rebuild from zero, byte for byte (N1-001)`,
  { timeout: 60_000 + KILLS * 30_000 },
  async () => {
    const folder = temporaryFolder();
    for (let life = 1; life <= KILLS; life += 1) {
      const said = await projectAndKill(folder, life, 1 + Math.floor(Math.random() * MOST_COMMITS));
      const found = digestInFolder(folder);
      expect(found.position).toBeGreaterThanOrEqual(said);
      const expected = await run(
        Effect.flatMap(openSqliteLog({ path: join(folder, "log.db") }), (log) =>
          digestFromZero(log, found.position),
        ),
      );
      expect(found.digest).toBe(expected);
    }
    expect(digestInFolder(folder).position).toBeGreaterThan(KILLS);
  },
);
