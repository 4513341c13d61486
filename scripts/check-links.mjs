/** Every relative link in a Markdown file of the repository leads to a file that exists. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"], {
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(file));

const broken = files.flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)[^)]*\)/g)]
    .map((match) => join(dirname(file), decodeURIComponent(match[1])))
    .filter((target) => !existsSync(target))
    .map((target) => `${file} -> ${target}`),
);

for (const line of broken) process.stderr.write(`broken link: ${line}\n`);
process.stdout.write(`${files.length} pages, ${broken.length} broken links\n`);
process.exit(files.length === 0 || broken.length > 0 ? 1 : 0);
