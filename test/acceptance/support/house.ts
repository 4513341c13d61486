/** A house of its own for a test: a data directory, a free port, an admin token, and questions to its API. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@claw/testkit/nats";
import { type ClawProcess, startClaw } from "./process.ts";
import { until } from "./until.ts";

/** How long a house may take until it is ready, in ms: where sources changed, it builds the dashboard first, with two cores that others use. */
const START_MS = 60_000;

export interface TestHouse {
  readonly dataDir: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly claw: () => ClawProcess;
  readonly token: () => string;
  /** GET of a path under the house's URL, as JSON. Throws on any status but 200. */
  readonly get: <Answer>(path: string) => Promise<Answer>;
  /** Starts it and waits until it is ready. */
  readonly start: (args?: readonly string[]) => Promise<void>;
  /** Starts it, with more in its environment, and does not wait. */
  readonly launch: (args: readonly string[], env?: Readonly<Record<string, string>>) => ClawProcess;
  readonly remove: () => Promise<void>;
}

export async function makeHouse(env: Readonly<Record<string, string>> = {}): Promise<TestHouse> {
  const dataDir = mkdtempSync(join(tmpdir(), "claw-house-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const houseEnv = {
    HOME: dataDir,
    CLAW_DATA_DIR: dataDir,
    CLAW_HTTP_PORT: String(port),
    CLAW_DIAGNOSTICS_LEVEL: "warn",
    ...env,
  };
  let claw: ClawProcess | null = null;
  const current = () => {
    if (claw === null) throw new Error("the house was not started");
    return claw;
  };
  const token = () => readFileSync(join(dataDir, "admin-token"), "utf8").trim();
  const get = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token()}` } });
    if (response.status !== 200)
      throw new Error(`GET ${path}: ${response.status} ${(await response.text()).slice(0, 500)}`);
    return (await response.json()) as Answer;
  };
  return {
    dataDir,
    url,
    env: houseEnv,
    claw: current,
    token,
    get,
    launch: (args, more = {}) => {
      claw = startClaw(["up", ...args], { ...houseEnv, ...more });
      return claw;
    },
    start: async (args = []) => {
      claw = startClaw(["up", ...args], houseEnv);
      await until(
        "the house is ready",
        async () => {
          if (current().child.exitCode !== null)
            throw new Error(`claw up ended: ${current().stderr().slice(-2_000)}`);
          return (await fetch(`${url}/readyz`)).ok;
        },
        START_MS,
      );
      // Its gateway answers before the first start has made the token.
      await until("the admin token is known", async () => (await get("/api/hosts")) !== null);
    },
    remove: async () => {
      await claw?.stop("SIGKILL");
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
