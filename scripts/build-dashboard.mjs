/**
 * Builds the dashboard where what is built is not there, or is older than what it is built of. `claw up`, `claw demo`, `claw fleet` and `claw run gateway` call it before they
 * start, because `npm ci` runs no scripts here (.npmrc). It needs no network and takes about a second.
 *
 * It is built beside and then put in place, so that a house that starts meanwhile reads the old files or the new ones and never half of them. Run it with a file's name to
 * build by hand: `node scripts/build-dashboard.mjs`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "apps", "dashboard");
const dist = join(folder, "dist");
const vite = join(root, "node_modules", "vite", "bin", "vite.js");
const SOURCES = ["src", "public", "index.html", "vite.config.ts", "package.json"];

/** Epoch ms of the newest file at or below `path`; 0 where there is none. */
function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isCurrent() {
  const builtAt = statSync(join(dist, "index.html"), { throwIfNoEntry: false })?.mtimeMs;
  return builtAt !== undefined && SOURCES.every((name) => newest(join(folder, name)) <= builtAt);
}

/** Null where the dashboard stands as it should, else one sentence that says why not. What was built before is kept then. */
export function ensureDashboard() {
  if (!existsSync(join(folder, "src")) || isCurrent()) return null;
  if (!existsSync(vite))
    return existsSync(dist)
      ? null
      : "The dashboard is not built, and vite is not installed here: run `npm ci`, or build it elsewhere.";
  const fresh = `${dist}-${process.pid}`;
  const begunAt = new Date();
  try {
    const args = [vite, "build", "--outDir", fresh, "--logLevel", "error"];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) return `The dashboard could not be built: ${(stderr ?? "").trim().slice(0, 400)}`;
    // As old as the moment in which it was begun: what is changed while it is built is newer than it.
    utimesSync(join(fresh, "index.html"), begunAt, begunAt);
    putInPlace(fresh);
    return null;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** Whoever else built it at the same moment built the same. */
function putInPlace(fresh) {
  const old = `${fresh}-old`;
  try {
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } catch (error) {
    if (!isCurrent()) throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const problem = ensureDashboard();
  if (problem !== null) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
