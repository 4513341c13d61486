import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const packages: Readonly<Record<string, readonly [name: string, triple: string]>> = {
  "linux-x64": ["@openai/codex-linux-x64", "x86_64-unknown-linux-musl"],
  "linux-arm64": ["@openai/codex-linux-arm64", "aarch64-unknown-linux-musl"],
  "darwin-x64": ["@openai/codex-darwin-x64", "x86_64-apple-darwin"],
  "darwin-arm64": ["@openai/codex-darwin-arm64", "aarch64-apple-darwin"],
};

/** The native Codex binary, or one sentence that says what cures its absence. */
export type CodexBinary = { readonly path: string } | { readonly cure: string };

/**
 * Finds the native binary of the `@openai/codex` dev dependency, or the one that `CLAW_CODEX` names. The package's own
 * `codex` is a wrapper: killed the hard way, it leaves the native process behind.
 */
export function findCodexBinary(
  env: Readonly<Record<string, string | undefined>> = process.env,
): CodexBinary {
  const named = env["CLAW_CODEX"];
  if (named !== undefined)
    return existsSync(named) ? { path: named } : { cure: `CLAW_CODEX names no file: ${named}` };
  const [name, triple] = packages[`${process.platform}-${process.arch}`] ?? [];
  if (name === undefined || triple === undefined)
    return { cure: "set CLAW_CODEX: no Codex package for this platform" };
  const cure = "run `npm ci` with optional dependencies, or set CLAW_CODEX to a native codex binary";
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const path = join(dirname(manifest), "vendor", triple, "bin", "codex");
    return existsSync(path) ? { path } : { cure };
  } catch {
    return { cure };
  }
}

/** The path of the binary; throws the cure. */
export function codexBinaryPath(): string {
  const found = findCodexBinary();
  if ("path" in found) return found.path;
  throw new Error(found.cure);
}
