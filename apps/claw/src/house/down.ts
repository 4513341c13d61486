/** `claw down`: stops what `claw up` or `claw fleet` started, the app-server that its connector started included. Nothing else. */
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { stopOwnAppServer } from "@claw/connector";
import { EXIT, type Stopped } from "@claw/runtime";
import { Effect } from "effect";
import { isAlive, runningHouse } from "./pid-file.ts";
import { fromEnvironment, placeSettings } from "./settings.ts";

/** How long a house may take to end before it is killed. */
const PATIENCE_MS = 10_000;

/** Ends with `notFound` when nothing was running. */
export const down = (): Effect.Effect<number, Stopped> =>
  Effect.gen(function* () {
    const { dataDir } = yield* fromEnvironment(placeSettings);
    const pid = runningHouse(resolve(dataDir));
    if (pid !== null) yield* Effect.promise(() => end(pid));
    const hadAppServer = yield* stopOwnAppServer(join(resolve(dataDir), "connector"));
    const stopped = [
      pid === null ? null : `the house (process ${pid})`,
      hadAppServer ? "the app-server that it had started" : null,
    ];
    const names = stopped.filter((name) => name !== null);
    process.stderr.write(
      names.length > 0 ? `Stopped ${names.join(" and ")}.\n` : `Nothing of ours runs on ${dataDir}.\n`,
    );
    return names.length > 0 ? EXIT.ok : EXIT.notFound;
  });

async function end(pid: number): Promise<void> {
  process.kill(pid, "SIGTERM");
  for (const deadline = performance.now() + PATIENCE_MS; isAlive(pid); await pause(50)) {
    if (performance.now() < deadline) continue;
    process.kill(pid, "SIGKILL");
    return;
  }
}
