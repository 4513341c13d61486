import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { Effect, type Scope } from "effect";
import { describe, expect, it } from "vitest";
import { givenEntry, givenEvent } from "../src/contract/index.ts";
import { append, entries, readAll } from "../src/contract/law.ts";
import { openSqliteLog } from "../src/index.ts";
import { startChildLog } from "./child.ts";
import { temporaryFolder } from "./temporary.ts";

const newPath = (): string => join(temporaryFolder(), "log.db");
const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

/** Changes a closed log's file behind the log's back. */
function tamper(path: string, work: (db: Sqlite.Database) => void): void {
  const db = new Sqlite(path);
  work(db);
  db.close();
}

const filled = (path: string): Promise<unknown> =>
  run(Effect.flatMap(openSqliteLog({ path }), (log) => append(log, entries(10))));

describe("how the log keeps its file", () => {
  it("is durable and private by settings that are read back from SQLite", async () => {
    const path = newPath();
    const pragmas = await run(Effect.flatMap(openSqliteLog({ path }), (log) => log.readPragmas));
    expect(pragmas).toEqual({
      journal_mode: "wal",
      synchronous: 2,
      busy_timeout: 5_000,
      journal_size_limit: 67_108_864,
      wal_autocheckpoint: 1_000,
      foreign_keys: 1,
      trusted_schema: 0,
      recursive_triggers: 1,
      query_only: 0,
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("says its size and its generation", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: newPath() });
        expect(log.generation).toBe(1);
        const before = yield* log.sizeBytes;
        yield* append(log, entries(500));
        expect(yield* log.sizeBytes).toBeGreaterThan(before + 50_000);
      }),
    ));

  it("refuses a file of a newer version", async () => {
    const path = newPath();
    await filled(path);
    tamper(path, (db) => db.pragma("user_version = 2"));
    const fault = await run(Effect.flip(openSqliteLog({ path })));
    expect(fault).toMatchObject({ reason: "newer", retry: "never" });
  });

  it("refuses a file that is no database", async () => {
    const path = newPath();
    writeFileSync(
      path,
      "this is not a database, and it is long enough to have a header of 100 bytes ".repeat(20),
    );
    const fault = await run(Effect.flip(openSqliteLog({ path })));
    expect(fault).toMatchObject({ reason: "corrupt", retry: "never" });
    expect(readFileSync(path, "utf8")).toMatch(/^this is not/);
  });

  it("stops readers at a damaged entry, because a history with a hole is another history", async () => {
    const path = newPath();
    await filled(path);
    tamper(path, (db) =>
      db.exec("DROP TRIGGER entries_are_final; UPDATE entries SET envelope = '{\"v\":' WHERE sequence = 5"),
    );
    const fault = await run(Effect.flip(Effect.flatMap(openSqliteLog({ path }), (log) => readAll(log))));
    expect(fault).toMatchObject({ reason: "corrupt", retry: "never", detail: "entry 5 is not JSON" });
  });
});

describe("entries are append-only by the database itself (N1-001)", () => {
  it.each([
    "UPDATE entries SET envelope = '{}' WHERE sequence = 1",
    "UPDATE entries SET id = 'test/other' WHERE sequence = 1",
    "UPDATE entries SET lane = 'decided' WHERE sequence = 1",
    "UPDATE entries SET digest = '' WHERE sequence = 1",
    "UPDATE entries SET sequence = 99 WHERE sequence = 1",
    "UPDATE entries SET bodies = '[]' WHERE sequence = 1",
    "DELETE FROM entries WHERE sequence = 10",
  ])("%s is refused", async (statement) => {
    const path = newPath();
    await filled(path);
    tamper(path, (db) => expect(() => db.exec(statement)).toThrow(/entries are never/));
  });

  it("INSERT OR REPLACE is refused on a connection of the house", async () => {
    const path = newPath();
    await filled(path);
    tamper(path, (db) => {
      db.pragma("recursive_triggers = 1");
      const replace =
        "INSERT OR REPLACE INTO entries SELECT 1, 'test/x', lane, digest, at, envelope, bodies FROM entries LIMIT 1";
      expect(() => db.exec(replace)).toThrow(/entries are never deleted/);
    });
  });

  it("bodies can be erased, and then the entry is read without them", async () => {
    const path = newPath();
    const entry = givenEntry({
      events: [givenEvent("session.named", {}, { name: "a secret plan" }), givenEvent()],
    });
    await run(Effect.flatMap(openSqliteLog({ path }), (log) => append(log, [entry])));
    tamper(path, (db) => db.exec("UPDATE entries SET bodies = NULL WHERE sequence = 1"));
    const [read] = await run(Effect.flatMap(openSqliteLog({ path }), (log) => readAll(log)));
    expect(read?.entry).toEqual({ envelope: entry.envelope, bodies: [null, null] });
  });
});

describe("one process owns a log", () => {
  it("refuses a second owner in the same process, in one sentence", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const log = yield* openSqliteLog({ path });
        const fault = yield* Effect.flip(Effect.scoped(openSqliteLog({ path })));
        expect(fault).toMatchObject({ reason: "locked", retry: "never" });
        expect(fault.detail).toBe(`${path} is in use by this very process: only one process may open it.`);
        expect(yield* append(log, entries(1))).toMatchObject([{ status: "appended" }]);
      }),
    ));

  it("names the process that owns it, and is free the moment that process is killed", async () => {
    const path = newPath();
    const child = startChildLog(path, "a");
    await child.until(1);
    const fault = await run(Effect.flip(openSqliteLog({ path })));
    expect(fault.detail).toBe(
      `${path} is in use by process ${child.process.pid}: only one process may open it.`,
    );
    await child.kill();
    expect(await run(Effect.flatMap(openSqliteLog({ path }), (log) => log.last))).toBeGreaterThanOrEqual(0);
  });

  it("refuses another process while we own it, also after a refusal in between", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        yield* openSqliteLog({ path });
        for (const attempt of ["a", "b"]) {
          const child = startChildLog(path, attempt);
          yield* Effect.promise(() => child.until(1));
          expect(child.said()).toEqual([
            `refused ${path} is in use by process ${process.pid}: only one process may open it.`,
          ]);
        }
      }),
    ));
});

describe("a full disk", () => {
  it("fails as disk_full, later; stores nothing of the append; keeps answering readers", () =>
    run(
      Effect.gen(function* () {
        const log = yield* openSqliteLog({ path: newPath(), maxBytes: 262_144 });
        let from = 0;
        const fill = Effect.suspend(() => append(log, entries(50, (from += 50))));
        const fault = yield* Effect.flip(Effect.forever(fill));
        expect(fault).toMatchObject({ reason: "disk_full", retry: "later" });
        const kept = yield* readAll(log);
        expect(kept).toHaveLength(from - 50);
        expect(yield* log.last).toBe(from - 50);
        for (const { envelope } of entries(50, from)) expect(yield* log.find(envelope.id)).toBeNull();
        expect(yield* append(log, entries(1, 50))).toMatchObject([{ status: "duplicate" }]);
      }),
    ));
});
