/**
 * Proves that tests can fail: those against loss, and those of deciding and carrying out. Breaks the code in one place (`sabotages.mjs`) in a copy of the
 * checkout, runs the test there, and expects red. Slow, so it is run by hand: `npm run sabotage`, or `npm run sabotage -- <name>`. Exits with 1 if a sabotage stays green.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SABOTAGES } from "./sabotages.mjs";

const root = new URL("..", import.meta.url).pathname;

function copyOfCheckout() {
  const copy = mkdtempSync(join(tmpdir(), "claw-sabotage-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  // One that was deleted and not committed yet is still listed.
  const files = listed.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
  execFileSync("tar", ["-cf", join(copy, "tree.tar"), "--null", "-T", "-"], {
    cwd: root,
    input: files.join("\0"),
  });
  execFileSync("tar", ["-xf", "tree.tar"], { cwd: copy });
  execFileSync("cp", ["-al", join(root, "node_modules"), copy]);
  return copy;
}

function sabotage(copy, { file, edits }) {
  const path = join(copy, file);
  let text = readFileSync(path, "utf8");
  for (const [before, after] of edits) {
    if (text.split(before).length !== 2) throw new Error(`${file} does not hold exactly once: ${before}`);
    text = text.replace(before, after);
  }
  writeFileSync(path, text);
}

const TEST = ["vitest", "run", "--config", "vitest.workspace.ts", "--project"];
const KILLS = "test/acceptance/kills-lose-nothing";
let isAnyGreen = false;
for (const one of SABOTAGES.filter(({ name }) => process.argv[2] === undefined || process.argv[2] === name)) {
  const copy = copyOfCheckout();
  try {
    sabotage(copy, one);
    if (one.also !== undefined) sabotage(copy, one.also);
    const { status, stdout, stderr } = spawnSync(
      "npx",
      [...TEST, one.tier ?? "acceptance", one.test ?? KILLS],
      {
        cwd: copy,
        encoding: "utf8",
        timeout: 600_000,
        env: { ...process.env, KILL_SEED: "7", NO_COLOR: "1" },
      },
    );
    const why = /(?:AssertionError|Error): .*$/m.exec(`${stdout ?? ""}${stderr ?? ""}`)?.[0] ?? "";
    process.stdout.write(
      `${status === 0 ? "GREEN" : "red  "}  ${one.name}: ${one.says}  ${why.slice(0, 120)}\n`,
    );
    if (status === 0) isAnyGreen = true;
  } finally {
    rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
  }
}
process.exit(isAnyGreen ? 1 : 0);
