/** A connector as a process of its own, over the uplink: the way hosts join, and the way kill tests need it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestHouse } from "./house.ts";
import { type ClawProcess, runClaw, startClaw } from "./process.ts";

export interface Connecting {
  readonly hostId: string;
  readonly dataDir: string;
  readonly claw: () => ClawProcess;
  /** Starts it again, with more in its environment; a running one is killed first. */
  readonly restart: (more?: Readonly<Record<string, string>>) => Promise<void>;
}

/** Registers a host with `claw host add`, and starts `claw connect` with the token that it printed. */
export async function startConnector(
  house: Pick<TestHouse, "env" | "url" | "dataDir">,
  hostId: string,
  env: Readonly<Record<string, string>>,
): Promise<Connecting> {
  const added = await runClaw(["host", "add", hostId], { ...house.env, CLAW_URL: house.url });
  if (added.code !== 0) throw new Error(`claw host add: ${added.stderr}`);
  const [, token = ""] = /printf %s (\S+) \|/.exec(added.stdout) ?? [];
  const dataDir = mkdtempSync(join(house.dataDir, "connector-of-"));
  const tokenFile = join(dataDir, "host-token");
  writeFileSync(tokenFile, token, { mode: 0o600 });
  const start = (more: Readonly<Record<string, string>> = {}) =>
    startClaw(["connect"], {
      HOME: dataDir,
      CLAW_DATA_DIR: dataDir,
      CLAW_URL: house.url,
      CLAW_HOST_ID: hostId,
      CLAW_TOKEN_FILE: tokenFile,
      CLAW_DIAGNOSTICS_LEVEL: "warn",
      ...env,
      ...more,
    });
  let claw = start();
  return {
    hostId,
    dataDir,
    claw: () => claw,
    restart: async (more) => {
      await claw.stop("SIGKILL");
      claw = start(more);
    },
  };
}
