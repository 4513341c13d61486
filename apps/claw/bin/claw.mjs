#!/usr/bin/env node
import "../../../scripts/ensure-node.mjs";

/** Those who serve the dashboard to people build it first, where that is due. A house without it shows a plain page. */
const SERVING = ["up", "demo", "fleet"];
const [command, service] = process.argv.slice(2);
if (SERVING.includes(command) || (command === "run" && service === "gateway")) {
  const { ensureDashboard } = await import("../../../scripts/build-dashboard.mjs");
  const problem = ensureDashboard();
  if (problem !== null) process.stderr.write(`${problem}\n`);
}

await import("../src/main.ts");
