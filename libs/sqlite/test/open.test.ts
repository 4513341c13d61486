import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockDirectory, openDatabase, OpenRefused } from "../src/index.ts";

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), "claw-sqlite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const options = (path: string) => ({
  path,
  durability: "full" as const,
  schemaVersion: 1,
  migrate: (db: import("better-sqlite3").Database) => db.exec("CREATE TABLE t(x)"),
});

test("a connection reads back write-ahead log and full sync", () => {
  const db = openDatabase(options(join(fresh(), "a.db")));
  expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
  expect(db.pragma("synchronous", { simple: true })).toBe(2);
  db.close();
});

test("a file of a newer version is refused and left alone", () => {
  const path = join(fresh(), "a.db");
  const db = openDatabase(options(path));
  db.pragma("user_version = 9");
  db.close();
  expect(() => openDatabase(options(path))).toThrow(expect.objectContaining({ reason: "newer" }));
});

test("a file that is no database is refused as corrupt", () => {
  const path = join(fresh(), "a.db");
  writeFileSync(path, "this is not a database, and it is long enough to have a header of its own".repeat(20));
  expect(() => openDatabase(options(path))).toThrow(expect.objectContaining({ reason: "corrupt" }));
});

test("a path below a file is refused as unwritable", () => {
  const path = join(fresh(), "plain");
  writeFileSync(path, "");
  chmodSync(path, 0o400);
  expect(() => openDatabase(options(join(path, "a.db")))).toThrow(OpenRefused);
});

test("the lock of a directory is refused to a second process and free again after SIGKILL of the first", async () => {
  const directory = fresh();
  const code = `import {lockDirectory} from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
    lockDirectory(${JSON.stringify(directory)}); process.stdout.write("held"); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  expect(() => lockDirectory(directory)).toThrow(`process ${holder.pid}`);
  holder.kill("SIGKILL");
  await once(holder, "exit");
  lockDirectory(directory).release();
});
