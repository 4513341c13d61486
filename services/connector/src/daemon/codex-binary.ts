/**
 * Finds the `codex` to start. The package's own command is a wrapper that survives neither a hard kill nor an old Node well, so the native
 * program behind it is preferred where it can be found.
 */
import { accessSync, constants, existsSync, readdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** `command` is the operator's `CLAW_CODEX`, which is believed. Null when there is no codex. */
export function findCodex(command: string | undefined, env: Environment): string | null {
  if (command !== undefined) return command.includes("/") ? command : onPath(command, env);
  const found = onPath("codex", env);
  return (found === null ? null : (nativeBehind(found) ?? found)) ?? nativeOfDependency();
}

function onPath(name: string, env: Environment): string | null {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** From `…/@openai/codex/bin/codex.js` to the program of this platform beside it. */
function nativeBehind(wrapper: string): string | null {
  const real = realpathSync(wrapper);
  if (!real.endsWith(".js")) return null;
  const scope = dirname(dirname(dirname(real)));
  return (
    nativeIn(join(scope, platformPackage)) ??
    nativeIn(join(scope, "codex", "node_modules", "@openai", platformPackage))
  );
}

function nativeOfDependency(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve(`@openai/${platformPackage}/package.json`);
    return nativeIn(dirname(manifest));
  } catch {
    return null;
  }
}

const platformPackage = `codex-${process.platform}-${process.arch}`;

function nativeIn(folder: string): string | null {
  const vendor = join(folder, "vendor");
  if (!existsSync(vendor)) return null;
  const programs = readdirSync(vendor).map((triple) => join(vendor, triple, "bin", "codex"));
  return programs.find(isExecutable) ?? null;
}
