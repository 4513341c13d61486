import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { Effect, Exit } from "effect";
import { expect, test } from "vitest";
import { backupTo, checkBackup } from "../src/sqlite/backup.ts";
import { holdDirectory } from "../src/sqlite/hold-directory.ts";
import { temporaryFolder } from "./temporary.ts";

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<Exit.Exit<A, E>> => Effect.runPromiseExit(effect);

test("a backup of a database that is being written holds one whole state of it, for its owner only", async () => {
  const folder = temporaryFolder();
  const from = join(folder, "log.db");
  const db = new Sqlite(from);
  db.pragma("journal_mode = wal");
  db.exec("CREATE TABLE a (n INTEGER PRIMARY KEY); PRAGMA user_version = 7");
  db.exec("INSERT INTO a VALUES (1)");
  db.exec("BEGIN; INSERT INTO a VALUES (2)");
  const to = join(folder, "copy.db");
  expect(await run(backupTo(from, to))).toEqual(Exit.succeed({ bytes: statSync(to).size }));
  db.exec("COMMIT");
  db.close();
  const copy = new Sqlite(to, { readonly: true });
  expect(copy.prepare("SELECT n FROM a").all()).toEqual([{ n: 1 }]);
  expect(copy.pragma("user_version", { simple: true })).toBe(7);
  copy.close();
  expect(statSync(to).mode & 0o777).toBe(0o600);
});

test("a backup never writes over a file, and a damaged one is not a backup", async () => {
  const folder = temporaryFolder();
  const [from, to] = [join(folder, "log.db"), join(folder, "copy.db")];
  const db = new Sqlite(from);
  db.exec("CREATE TABLE a (t TEXT)");
  const fill = db.prepare("INSERT INTO a VALUES (?)");
  for (let n = 0; n < 200; n += 1) fill.run("x".repeat(500));
  db.close();
  writeFileSync(to, "mine");
  expect(await run(backupTo(from, to))).toMatchObject({ _tag: "Failure" });
  expect(readFileSync(to, "utf8")).toBe("mine");

  const bytes = readFileSync(from);
  writeFileSync(
    from,
    Buffer.concat([bytes.subarray(0, 8_192), Buffer.alloc(8_192, 7), bytes.subarray(16_384)]),
  );
  expect(await run(checkBackup(from))).toMatchObject({ _tag: "Failure" });
  expect(await run(backupTo(from, join(folder, "second.db")))).toMatchObject({ _tag: "Failure" });
  expect(existsSync(join(folder, "second.db"))).toBe(false);
  expect(existsSync(join(folder, "second.db.partial"))).toBe(false);
});

test("a folder has one holder at a time", async () => {
  const folder = join(temporaryFolder(), "store");
  const twice = Effect.scoped(Effect.andThen(holdDirectory(folder), Effect.scoped(holdDirectory(folder))));
  const second = await run(Effect.flip(twice));
  expect(second).toMatchObject({ _tag: "Success", value: { reason: "locked" } });
  expect(await run(Effect.scoped(holdDirectory(folder)))).toMatchObject({ _tag: "Success" });
});
