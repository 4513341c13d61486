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
export const shown = (path: string): string =>
  path.startsWith(`${process.cwd()}/`) ? `.${path.slice(process.cwd().length)}` : path;

/** A link makes whoever reads it an admin, so it is shown to a person: at the first start only, and on a terminal only. What is no terminal is somebody's log (X1-027). */
export function signInLine(link: string | null, isTerminal = process.stderr.isTTY): readonly string[] {
  if (link === null) return [];
  return isTerminal === true
    ? [`  sign in   ${link}`, "            (once, within ten minutes; `npx claw login` makes another)"]
    : ["  sign in   `npx claw login` makes a link (once, within ten minutes)"];
}

function greeting({ gateway, dataDir, hostId, connector, adminTokenIsNew, loginLink }: House): string {
  const made = adminTokenIsNew ? " (made now)" : "";
  const watching = connector === null ? "no host yet: `claw host add` lets one join" : `host ${hostId}`;
  const tokenFile = shown(adminTokenFile(dataDir));
  return [
    `Claw Supervisor is up at ${gateway.url}`,
    `  watching  ${watching}`,
    `  data      ${shown(dataDir)}`,
    `  token     ${tokenFile}${made}`,
    ...signInLine(loginLink),
    "",
    "In another terminal:  npx claw get sessions   ·   npx claw watch",
    "Stop with Ctrl-C, or from elsewhere with `npx claw down`.",
    "",
  ].join("\n");
}
