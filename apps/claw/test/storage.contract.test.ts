/** Backup and restore of a data directory, as an operator runs them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger, openSqliteLog } from "@claw/eventlog";
import type { Stopped } from "@claw/runtime";
import { Effect, Exit } from "effect";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backup, restore } from "../src/storage/backup.ts";
import { partsOf, shownBytes } from "../src/storage/parts.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "claw-backup-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

function inDirectory<A>(dataDir: string, work: Effect.Effect<A, Stopped>): Promise<Exit.Exit<A, Stopped>> {
  vi.stubEnv("CLAW_DATA_DIR", dataDir);
  return Effect.runPromiseExit(work);
}
const exitCodeOf = (exit: Exit.Exit<unknown, Stopped>): number =>
  Exit.isSuccess(exit) ? 0 : ((exit.cause.reasons[0] as { error?: Stopped }).error?.exitCode ?? -1);

test("a log that is open in another connection is copied, and comes back in an empty folder", async () => {
  const [from, copy, to] = ["data", "copy", "back"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(from);
  writeFileSync(join(from, "link-key"), "k\n", { mode: 0o600 });
  writeFileSync(join(from, "admin-token"), "t\n", { mode: 0o600 });
  const whileOpen = Effect.flatMap(openSqliteLog({ path: join(from, "log.db") }), () =>
    Effect.promise(() => inDirectory(from, backup(copy))),
  );
  expect(exitCodeOf(await Effect.runPromise(Effect.scoped(whileOpen)))).toBe(0);
  expect(existsSync(join(copy, "admin-token"))).toBe(false);
  expect(exitCodeOf(await inDirectory(to, restore(copy)))).toBe(0);
  expect(readFileSync(join(to, "link-key"), "utf8")).toBe("k\n");
  expect(statSync(join(to, "log.db")).mode & 0o777).toBe(0o600);
  await Effect.runPromise(Effect.scoped(openSqliteLog({ path: join(to, "log.db") })));
});

test("a restored ledger is the same ledger", async () => {
  const [from, copy, to] = ["data", "copy", "back"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  const idOf = (dataDir: string) =>
    Effect.runPromise(
      Effect.scoped(Effect.map(openLedger({ path: join(dataDir, "ledger.db") }), ({ ledgerId }) => ledgerId)),
    );
  const id = await idOf(from);
  expect(exitCodeOf(await inDirectory(from, backup(copy)))).toBe(0);
  expect(exitCodeOf(await inDirectory(to, restore(copy)))).toBe(0);
  expect(await idOf(to)).toBe(id);
});

test("nothing is written over: not a backup, not a data directory; what is no backup is not restored", async () => {
  const [from, full] = [join(root, "data"), join(root, "full")];
  await Effect.runPromise(Effect.scoped(openSqliteLog({ path: join(from, "log.db") })));
  mkdirSync(full);
  writeFileSync(join(full, "mine"), "");
  expect(exitCodeOf(await inDirectory(from, backup(full)))).toBe(2);
  expect(exitCodeOf(await inDirectory(join(root, "nothing"), backup(join(root, "copy"))))).toBe(3);
  expect(exitCodeOf(await inDirectory(join(root, "empty"), restore(full)))).toBe(3);
  expect(exitCodeOf(await inDirectory(from, backup(join(root, "copy"))))).toBe(0);
  expect(exitCodeOf(await inDirectory(full, restore(join(root, "copy"))))).toBe(5);
});

test("a damaged backup is refused before anything is made of it", async () => {
  const [from, copy, to] = ["data", "copy", "back"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await Effect.runPromise(Effect.scoped(openSqliteLog({ path: join(from, "log.db") })));
  expect(exitCodeOf(await inDirectory(from, backup(copy)))).toBe(0);
  writeFileSync(join(copy, "log.db"), Buffer.alloc(8_192, 7));
  expect(exitCodeOf(await inDirectory(to, restore(copy)))).toBe(1);
  expect(existsSync(to)).toBe(false);
});

test("parts are told apart, with what grows back", () => {
  mkdirSync(join(root, "views"));
  writeFileSync(join(root, "views", "1.db"), "x".repeat(10));
  writeFileSync(join(root, "ledger.db"), "x".repeat(2_048));
  writeFileSync(join(root, "ledger.db-wal"), "x".repeat(1_024));
  writeFileSync(join(root, "admin-token"), "xy");
  expect(partsOf(root)).toEqual([
    { part: "ledger", bytes: 3_072, growsBack: false },
    { part: "views", bytes: 10, growsBack: true },
    { part: "other", bytes: 2, growsBack: false },
  ]);
  expect([0, 1_023, 1_024, 1_572_864, 5e15].map(shownBytes)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 MiB",
    "4547.5 TiB",
  ]);
});
