/**
 * `npm test`: the checks, then every tier, then a count per tier. Exits with 1 when a check or a test failed, or when a tier ran nothing.
 *
 * In CI a skipped test is an error unless its title says what it needs and cannot have there ("needs root and a loop device").
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TIERS = ["unit", "contract", "nats", "codex", "acceptance"];
const EXCUSED = /needs root/;
const folder = mkdtempSync(join(tmpdir(), "claw-test-"));

function run(command, args) {
  return spawnSync(command, args, { stdio: "inherit", env: { ...process.env, NO_COLOR: "1" } }).status ?? 1;
}

function runTier(tier) {
  const startedAt = Date.now();
  const report = join(folder, `${tier}.json`);
  const args = ["run", "--config", "vitest.workspace.ts", "--project", tier, "--passWithNoTests=false"];
  const status = run("npx", [
    "vitest",
    ...args,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  return { tier, status, seconds: Math.round((Date.now() - startedAt) / 1000), ...countsOf(report) };
}

function countsOf(report) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    const skipped = testResults
      .flatMap((file) => file.assertionResults)
      .filter((test) => test.status === "skipped" || test.status === "pending");
    return { passed: numPassedTests, failed: numFailedTests, skipped: skipped.map((test) => test.fullName) };
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
}

const checkStatus = run("npm", ["run", "--silent", "check"]);
const results = TIERS.map(runTier);
rmSync(folder, { recursive: true, force: true });

process.stdout.write("\ntier         passed  failed  skipped  seconds\n");
for (const { tier, passed, failed, skipped, seconds } of results) {
  const cells = [passed, failed, skipped.length, seconds].map((value, index) =>
    String(value).padStart(index === 2 ? 9 : 8),
  );
  process.stdout.write(`${tier.padEnd(11)}${cells.join("")}\n`);
}
for (const name of results.flatMap((result) => result.skipped)) process.stdout.write(`skipped: ${name}\n`);

const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const skipped = results.flatMap((result) => result.skipped);
const unexcused = process.env.CI === undefined ? [] : skipped.filter((name) => !EXCUSED.test(name));
const isBad =
  checkStatus !== 0 ||
  results.some((result) => result.status !== 0 || result.passed === 0) ||
  unexcused.length > 0;
if (checkStatus !== 0) process.stdout.write("a check failed: see `npm run check`\n");
process.stdout.write(`${sum("passed")} passed, ${sum("failed")} failed, ${skipped.length} skipped\n`);
process.exit(isBad ? 1 : 0);
