/**
 * Proves that the kill test can fail: breaks the code in one place in a copy of the checkout, runs the test there, and expects red. Slow, so it is
 * run by hand: `npm run sabotage`, or `npm run sabotage -- <name>`. Exits with 1 if a sabotage stays green.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SABOTAGES = [
  {
    name: "ack-before-append",
    says: "ingest acknowledges before its append commits",
    file: "services/ingest/src/writer.ts",
    edits: [
      [
        "  const outcomes = yield* patiently(",
        "  tellLines(parts, items, []);\n  const outcomes = yield* patiently(",
      ],
    ],
  },
  {
    name: "row-apart-from-state",
    says: "an outbox row is committed apart from the state that it reports",
    file: "services/connector/src/outbox/tell.ts",
    edits: [
      [
        "  append(core, lane, event);\n  if (key",
        "  setImmediate(() => append(core, lane, event));\n  if (key",
      ],
    ],
  },
  {
    name: "checkpoint-apart-from-rows",
    says: "a view's checkpoint is committed before its rows",
    file: "libs/views/src/store/store.ts",
    edits: [
      ["    mark.run(batch.checkpoint.position, batch.checkpoint.entryId, versions);\n  });", "  });"],
      [
        "    write.immediate(batch, texts);",
        "    mark.run(batch.checkpoint.position, batch.checkpoint.entryId, versions);\n    write.immediate(batch, texts);",
      ],
    ],
  },
  {
    name: "rowid-used-again",
    says: "the outbox's rowid has no AUTOINCREMENT",
    file: "services/connector/src/outbox/tables.ts",
    edits: [
      ["INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER PRIMARY KEY"],
      [
        "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'",
        "SELECT coalesce(max(seq), 0) AS seq FROM outbox",
      ],
    ],
    also: {
      file: "services/connector/src/outbox/core.ts",
      edits: [["DELETE FROM sqlite_sequence WHERE name = 'outbox'", "SELECT 1"]],
    },
  },
  {
    name: "no-natural-key",
    says: "facts have no natural key",
    file: "services/connector/src/outbox/tell.ts",
    edits: [["  if (key === null) return true;\n", "  if (key !== undefined) return true;\n"]],
  },
];

const root = new URL("..", import.meta.url).pathname;

function copyOfCheckout() {
  const copy = mkdtempSync(join(tmpdir(), "claw-sabotage-"));
  const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  execFileSync("tar", ["-cf", join(copy, "tree.tar"), "--null", "-T", "-"], { cwd: root, input: files });
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

const TEST = [
  "vitest",
  "run",
  "--config",
  "vitest.workspace.ts",
  "--project",
  "acceptance",
  "test/acceptance/kills-lose-nothing",
];
let isAnyGreen = false;
for (const one of SABOTAGES.filter(({ name }) => process.argv[2] === undefined || process.argv[2] === name)) {
  const copy = copyOfCheckout();
  try {
    sabotage(copy, one);
    if (one.also !== undefined) sabotage(copy, one.also);
    const { status, stdout } = spawnSync("npx", TEST, {
      cwd: copy,
      encoding: "utf8",
      timeout: 600_000,
      env: { ...process.env, KILL_SEED: "7" },
    });
    const why = /(?:AssertionError|Error).*$/m.exec(stdout ?? "")?.[0] ?? "";
    process.stdout.write(
      `${status === 0 ? "GREEN" : "red  "}  ${one.name}: ${one.says}  ${why.slice(0, 120)}\n`,
    );
    if (status === 0) isAnyGreen = true;
  } finally {
    rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
  }
}
process.exit(isAnyGreen ? 1 : 0);
