import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Node } from "./json-schema.ts";

const run = promisify(execFile);

/** What the installed Codex says about its protocol. */
export interface GeneratedSchema {
  readonly version: string;
  readonly bundle: Node;
}

/** Has the installed `@openai/codex` write its schema into a temporary folder, and reads it. No network, no login. */
export async function generateSchema(): Promise<GeneratedSchema> {
  const folder = await mkdtemp(join(tmpdir(), "claw-schema-"));
  const env = { PATH: process.env["PATH"], HOME: folder, CODEX_HOME: folder };
  const codex = (...args: readonly string[]) => run(process.execPath, [wrapperPath(), ...args], { env });
  try {
    const { stdout } = await codex("--version");
    // With what is experimental: one method of it is spoken here.
    await codex("app-server", "generate-json-schema", "--experimental", "--out", folder);
    const text = await readFile(join(folder, "codex_app_server_protocol.schemas.json"), "utf8");
    return { version: /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? "unknown", bundle: JSON.parse(text) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function wrapperPath(): string {
  return join(
    dirname(createRequire(import.meta.url).resolve("@openai/codex/package.json")),
    "bin",
    "codex.js",
  );
}
