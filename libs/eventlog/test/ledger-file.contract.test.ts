import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { position, sequence, sha256 } from "@claw/events";
import Sqlite from "better-sqlite3";
import { Effect, Exit, Fiber, Scope, Stream } from "effect";
import { describe, expect, it } from "vitest";
import { openLedger, openLedgerReader } from "../src/index.ts";
import { run, said, seen, sent, stored, visit } from "./ledger-given.ts";
import { temporaryFolder } from "./temporary.ts";

const newPath = (): string => join(temporaryFolder(), "ledger.db");
const outbox = (from: number, count: number) =>
  stored(
    Array.from({ length: count }, (_, n) => sent(said(from + n))),
    from - 1,
  );

function tamper(path: string, statement: string): void {
  const db = new Sqlite(path);
  db.exec(statement);
  db.close();
}

describe("how a ledger keeps its file", () => {
  it("is named once, private, and stands on the message that it took last", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const ids = ["first", "second"];
        const open = openLedger({ path, newId: () => ids.shift() ?? "" });
        const named = yield* Effect.scoped(Effect.map(open, (ledger) => ledger.ledgerId));
        const [again, before] = yield* Effect.scoped(
          Effect.flatMap(open, (ledger) =>
            Effect.map(ledger.cursor, (cursor) => [ledger.ledgerId, cursor] as const),
          ),
        );
        expect([named, again, before]).toEqual(["first", "first", null]);
        const messages = outbox(1, 3);
        yield* visit(path, (ledger) => ledger.take(1, messages));
        expect(yield* visit(path, (ledger) => ledger.cursor)).toEqual({
          generation: 1,
          sequence: 3,
          messageId: said(3).envelope.id,
          digest: sha256(messages[2]?.data ?? ""),
        });
        expect(statSync(path).mode & 0o777).toBe(0o600);
        expect(yield* visit(path, (ledger) => ledger.sizeBytes)).toBeGreaterThan(10_000);
      }),
    ));

  it.each([
    ["a newer version", "PRAGMA user_version = 9", "newer"],
    ["no id", "UPDATE ledger SET ledger_id = 'No Id'", "corrupt"],
    [
      "another last entry",
      "DROP TRIGGER entries_are_final; UPDATE entries SET envelope = '{}' WHERE sequence = 3",
      "corrupt",
    ],
    [
      "a hole before the last entry",
      "DROP TRIGGER entries_are_kept; DELETE FROM entries WHERE sequence = 2",
      "corrupt",
    ],
  ])("is refused when it has %s", (_, statement, reason) =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        yield* visit(path, (ledger) => ledger.take(1, outbox(1, 3)));
        tamper(path, statement);
        expect(yield* Effect.flip(openLedger({ path }))).toMatchObject({ reason, retry: "never" });
      }),
    ),
  );

  it("is refused when it is no database, and when another holds it", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        writeFileSync(path, "this is not a database, whatever its name may say ".repeat(40));
        expect(yield* Effect.flip(openLedger({ path }))).toMatchObject({ reason: "corrupt", retry: "never" });
        expect(yield* Effect.flip(openLedgerReader(path))).toMatchObject({
          reason: "corrupt",
          retry: "never",
        });
        const other = newPath();
        yield* openLedger({ path: other });
        expect(yield* Effect.flip(openLedger({ path: other }))).toMatchObject({ reason: "locked" });
      }),
    ));

  it.each([
    "UPDATE entries SET envelope = '{}' WHERE sequence = 1",
    "UPDATE entries SET chain = x'00' WHERE sequence = 1",
    "DELETE FROM entries WHERE sequence = 3",
  ])("%s is refused by the database itself (N1-001)", (statement) =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        yield* visit(path, (ledger) => ledger.take(1, outbox(1, 3)));
        expect(() => tamper(path, statement)).toThrow(/entries are never/);
      }),
    ),
  );

  it("on a full disk it takes nothing of the batch, forgets nothing, and goes on when there is room", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const messages = outbox(1, 2_000);
        const fault = yield* Effect.scoped(
          Effect.flatMap(openLedger({ path, maxBytes: 400_000 }), (ledger) =>
            Effect.flip(ledger.take(1, messages)),
          ),
        );
        expect(fault).toMatchObject({ reason: "disk_full", retry: "later" });
        const [last, cursor] = yield* visit(path, (ledger) => Effect.all([ledger.last, ledger.cursor]));
        expect(last % 500).toBe(0);
        expect(cursor?.sequence ?? 0).toBe(last);
        yield* visit(path, (ledger) => ledger.take(1, messages));
        expect((yield* visit(path, seen)).positions).toHaveLength(2_000);
      }),
    ));

  it("a batch that failed leaves nothing in memory either", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: newPath(), maxBytes: 400_000 });
        const fill = Effect.gen(function* () {
          for (let from = 1; ; from += 100) yield* ledger.take(1, outbox(from, 100));
        });
        expect(yield* Effect.flip(fill)).toMatchObject({ reason: "disk_full" });
        const last = yield* ledger.last;
        const [host] = yield* ledger.hostsSeen;
        expect(host && (yield* ledger.receipt(host.hostId, host.epoch)).confirmed).toBe(last);
        const again = yield* ledger.takeAgain(1, outbox(1, Number(last)));
        expect(again).toMatchObject({ admitted: 0, through: last, receipts: [{ confirmed: last }] });
      }),
    ));
});

describe("a ledger that another process reads", () => {
  it("sees what is committed, wakes when it is told, and when nobody tells it", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        const ledger = yield* openLedger({ path });
        yield* ledger.take(1, outbox(1, 2));
        const reader = yield* openLedgerReader(path, { pollMs: 60_000 });
        expect(reader.ledgerId).toBe(ledger.ledgerId);
        const told = yield* Effect.forkScoped(Stream.runCollect(Stream.take(reader.follow(0), 4)), {
          startImmediately: true,
        });
        yield* ledger.take(1, outbox(3, 2));
        expect(yield* reader.refresh).toBe(4);
        expect((yield* Fiber.join(told)).map((logged) => Number(logged.sequence))).toEqual([1, 2, 3, 4]);
        const alone = yield* openLedgerReader(path, { pollMs: 10 });
        const followed = yield* Effect.forkScoped(
          Stream.runCollect(Stream.take(alone.follow(sequence(4)), 1)),
          {
            startImmediately: true,
          },
        );
        yield* ledger.take(1, outbox(5, 1));
        expect((yield* Fiber.join(followed))[0]?.entry).toEqual(said(5));
        expect(yield* seen(reader)).toEqual(yield* seen(ledger));
        expect(yield* reader.chain(position(6))).toBeNull();
      }),
    ));

  it("goes on when the projector is started again, and ends as closed with its own scope", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        yield* visit(path, (ledger) => ledger.take(1, outbox(1, 2)));
        const scope = yield* Scope.make();
        const reader = yield* Effect.provideService(openLedgerReader(path), Scope.Scope, scope);
        expect(yield* reader.last).toBe(2);
        yield* visit(path, (ledger) => ledger.take(1, outbox(3, 2)));
        expect(yield* reader.last).toBe(4);
        expect((yield* reader.find(said(4).envelope.id))?.sequence).toBe(4);
        yield* Scope.close(scope, Exit.void);
        expect(yield* Effect.flip(reader.last)).toMatchObject({ reason: "closed", retry: "never" });
        expect(yield* Effect.flip(Stream.runDrain(reader.follow(0)))).toMatchObject({ reason: "closed" });
      }),
    ));

  it("makes no file, and writes nothing into one", () =>
    run(
      Effect.gen(function* () {
        const path = newPath();
        expect(yield* Effect.flip(openLedgerReader(path))).toMatchObject({
          reason: "unreachable",
          retry: "later",
        });
        expect(() => statSync(path)).toThrow(/ENOENT/);
        writeFileSync(path, "");
        expect(yield* Effect.flip(openLedgerReader(path))).toMatchObject({
          reason: "unreachable",
          retry: "later",
        });
        yield* visit(path, (ledger) => ledger.take(1, outbox(1, 1)));
        tamper(path, "PRAGMA user_version = 9");
        expect(yield* Effect.flip(openLedgerReader(path))).toMatchObject({ reason: "newer", retry: "never" });
      }),
    ));
});
