import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
  .split("\0")
  .filter(Boolean);
const packages = files
  .filter((file) => /^(libs|services|apps)\/[^/]+\/package\.json$/.test(file))
  .map((file) => file.replace("/package.json", ""));

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly optionalDependencies?: Readonly<Record<string, string>>; readonly resolved?: string }
    >
  >;
}

test("npm ci finds in the lock whatever it looks for (`npx node scripts/trim-lock.mjs` mends it)", () => {
  const lock = JSON.parse(read("package-lock.json")) as Lock;
  const held = new Set(Object.keys(lock.packages).map((key) => key.replace(/^.*node_modules\//, "")));
  const dangling = Object.values(lock.packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) => !held.has(name)),
  );
  expect(dangling).toEqual([]);
});

test("the lock names no registry", () => {
  const lock = JSON.parse(read("package-lock.json")) as Lock;
  const resolved = Object.values(lock.packages)
    .map((entry) => entry.resolved ?? "")
    .filter((url) => /^https?:/.test(url));
  expect(resolved).toEqual([]);
});

test("every dependency has one exact version", () => {
  for (const path of ["package.json", ...packages.map((folder) => `${folder}/package.json`)]) {
    const {
      dependencies = {},
      devDependencies = {},
      optionalDependencies = {},
    } = JSON.parse(read(path)) as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    }))
      expect(`${name} ${version}`).toMatch(/ (npm:[^ ]+@)?\d+\.\d+\.\d+$/);
  }
});

test("every package says what it is, and exports by name", () => {
  expect(packages.length).toBeGreaterThan(12);
  for (const folder of packages) {
    expect(existsSync(new URL(`${folder}/README.md`, root)), `${folder}/README.md`).toBe(true);
    const index = `${folder}/src/index.ts`;
    if (existsSync(new URL(index, root))) expect(read(index), index).not.toMatch(/export \*/);
  }
});

test("no test is focused or skipped without a cure", () => {
  for (const file of files.filter(
    (name) => /\.(test|suite)\.ts$/.test(name) && !name.startsWith("test/repository/"),
  ))
    expect(read(file), file).not.toMatch(/\b(test|it|describe)\.(only|todo|skip)\b/);
});
