import { comparedCodexVersion } from "../src/protocol/version.ts";
import { generateSchema } from "./generate-schema.ts";
import { protocolDrift } from "./protocol-drift.ts";

/** Compares our subset of the protocol with the installed Codex, prints a report, and exits with 1 on drift. */
async function main(): Promise<void> {
  const { version, bundle } = await generateSchema();
  const { drift, news } = protocolDrift(bundle);
  const lines = [
    `installed Codex ${version}, last compared with ${comparedCodexVersion}`,
    ...news.map((line) => `  news   ${line}`),
    ...drift.map((line) => `  DRIFT  ${line}`),
    drift.length === 0 ? "no drift" : `${drift.length} differences break this client`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (drift.length === 0 && version !== comparedCodexVersion) {
    process.stdout.write(`set comparedCodexVersion to "${version}" in src/protocol/version.ts\n`);
  }
  process.exitCode = drift.length === 0 ? 0 : 1;
}

await main();
