/** The secrets of this host and its connector: where they stand, and the redaction that knows them. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { counter, type Metrics } from "@claw/runtime";
import { makeRedaction, type Redaction } from "./redaction.ts";
import { secretsOfEnvironment } from "./surroundings/secrets.ts";

interface Places {
  /** Whose secrets are kept out; by default the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  readonly tokenFile: string;
  readonly metrics?: Metrics;
}

/** What this host knows to be secret, its own token among it, is taken out by value wherever it stands. */
export function redactionOf({ env = process.env, dataDir, tokenFile, metrics }: Places): Redaction {
  const token = tokenIn(tokenFile);
  const secrets = [...secretsOfEnvironment(env), ...(token === null ? [] : [token])];
  return makeRedaction(linkKeyIn(dataDir), secrets, metrics === undefined ? undefined : countingIn(metrics));
}

/** How many, and never which or of what (N1-035). */
function countingIn(metrics: Metrics): (count: number) => void {
  const redactions = counter(
    metrics,
    "claw_redactions_total",
    "Secrets taken out of text before it left this host.",
    {},
  );
  return (count) => redactions.add({}, count);
}

/** Null where there is none that could be read. */
export function tokenIn(tokenFile: string): string | null {
  try {
    return readFileSync(tokenFile, "utf8").trim() || null;
  } catch {
    return null;
  }
}

/** Random, and kept: the marks of one secret stay the same over restarts. */
function linkKeyIn(directory: string): string {
  const path = join(directory, "link.key");
  try {
    return readFileSync(path, "utf8");
  } catch {
    const key = randomBytes(32).toString("hex");
    writeFileSync(path, key, { mode: 0o600 });
    return key;
  }
}
