import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A CODEX_HOME of its own, with a clean environment: no account, no login, no word to the outside. */
export interface CodexHome {
  readonly path: string;
  /** The whole environment for a Codex process; nothing is inherited but PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => Promise<void>;
}

export interface CodexHomeOptions {
  /** `FakeModel.url`. */
  readonly modelUrl: string;
  /** Directories that need no "Trust this folder?". */
  readonly trustedProjects?: readonly string[];
  /** How long an idle thread without subscribers stays loaded; 30 minutes by default. */
  readonly threadUnloadDelaySecs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Makes the home. Its path is short enough for a unix socket beside its files. */
export async function makeCodexHome(options: CodexHomeOptions): Promise<CodexHome> {
  const path = await mkdtemp(join(tmpdir(), "claw-codex-"));
  await writeFile(join(path, "config.toml"), configToml(options));
  return {
    path,
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: path,
      CODEX_HOME: path,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      // A terminal fetches an announcement that no setting stops; a proxy that refuses does.
      HTTP_PROXY: "http://127.0.0.1:9",
      HTTPS_PROXY: "http://127.0.0.1:9",
      NO_PROXY: "127.0.0.1,localhost",
      ...options.env,
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function configToml({ modelUrl, trustedProjects = [], threadUnloadDelaySecs }: CodexHomeOptions): string {
  const delay =
    threadUnloadDelaySecs === undefined ? [] : [`thread_unload_delay_secs = ${threadUnloadDelaySecs}`];
  const projects = trustedProjects.flatMap((path) => [
    `[projects.${JSON.stringify(path)}]`,
    'trust_level = "trusted"',
  ]);
  const lines = [
    'model = "fake-model"',
    'model_provider = "fake"',
    "check_for_update_on_startup = false",
    ...delay,
    "[model_providers.fake]",
    'name = "fake"',
    `base_url = ${JSON.stringify(modelUrl)}`,
    'wire_api = "responses"',
    "request_max_retries = 0",
    "stream_max_retries = 0",
    "[analytics]",
    "enabled = false",
    // Plugins look up hosts on the network.
    "[features]",
    "plugins = false",
    ...projects,
  ];
  return `${lines.join("\n")}\n`;
}
