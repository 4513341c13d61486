/** `claw up`: the house in this process until it is told to stop. */
import type { Stopped } from "@claw/runtime";
import { Effect, type Scope } from "effect";
import { adminTokenFile } from "./credentials.ts";
import { type House, openHouse } from "./house.ts";
import { removePidFile, writePidFile } from "./pid-file.ts";

/** Runs until interrupted. */
export const up = (options: { readonly connector: boolean }): Effect.Effect<never, Stopped> =>
  Effect.scoped(
    Effect.gen(function* () {
      const house = yield* openHouse(options);
      yield* holdPidFile(house);
      process.stderr.write(greeting(house));
      return yield* house.ended;
    }),
  );

export const holdPidFile = ({
  dataDir,
  gateway,
}: Pick<House, "dataDir" | "gateway">): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => writePidFile(dataDir, gateway.url)),
    () => Effect.sync(() => removePidFile(dataDir)),
  );

/** Paths below the current folder are shown as people would type them. */
const shown = (path: string): string =>
  path.startsWith(`${process.cwd()}/`) ? `.${path.slice(process.cwd().length)}` : path;

function greeting({ gateway, dataDir, hostId, connector, adminTokenIsNew }: House): string {
  const made = adminTokenIsNew ? " (made now)" : "";
  const watching = connector === null ? "no host yet: `claw host add` lets one join" : `host ${hostId}`;
  const tokenFile = shown(adminTokenFile(dataDir));
  return [
    `Claw Supervisor is up at ${gateway.url}`,
    `  watching  ${watching}`,
    `  data      ${shown(dataDir)}`,
    `  token     ${tokenFile}${made}`,
    "",
    "In another terminal:  npx claw get sessions   ·   npx claw watch",
    "Stop with Ctrl-C, or from elsewhere with `npx claw down`.",
    "",
  ].join("\n");
}
