/**
 * Prints which requirement rows (S1-…, F1-…, X1-…, N1-…, W-…) are named by which tests, by a row's first mention in a title or comment of a test file.
 * `npm run trace` prints a line a row; `npm run trace -- S1-047` names the tests of one.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const ROW = /\b(?:(S1|F1|X1|N1)-\d{3}|W-\d{2})(?:…(\d{3})\b| ?… ?\1-(\d{3})\b)?/g;
const files = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.test.ts", "*.suite.ts"],
  { encoding: "utf8" },
)
  .split("\0")
  .filter((file) => file !== "");

const found = new Map();
for (const file of files)
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries())
    for (const row of rowsIn(line)) found.set(row, [...(found.get(row) ?? []), `${file}:${index + 1}`]);

/** `S1-047…050` and `S1-047 … S1-050` stand for the four rows. */
function rowsIn(line) {
  return [...line.matchAll(ROW)].flatMap(([text, , short, long]) => {
    const last = short ?? long;
    const [first = text] = text.split(/ ?…/);
    if (last === undefined) return [first];
    const [prefix, number] = first.split("-");
    const length = Number(last) - Number(number) + 1;
    return Array.from(
      { length: Math.max(0, length) },
      (_, step) => `${prefix}-${String(Number(number) + step).padStart(3, "0")}`,
    );
  });
}

const asked = process.argv[2];
if (asked !== undefined)
  process.stdout.write(`${(found.get(asked) ?? ["no test names this row"]).join("\n")}\n`);
else {
  for (const row of [...found.keys()].sort())
    process.stdout.write(`${row}  ${found.get(row)[0]}${more(found.get(row).length)}\n`);
  process.stdout.write(`${found.size} rows named by ${files.length} test files\n`);
}

function more(count) {
  return count > 1 ? ` and ${count - 1} more` : "";
}
