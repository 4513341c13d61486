/** Statements that are kept: the same question is prepared once, and any number of different ones is answered. */
import { IN_MEMORY, openDatabase } from "@claw/sqlite";
import { expect, test } from "vitest";
import { prepared } from "../src/store/statements.ts";

const open = () =>
  openDatabase({ path: IN_MEMORY, durability: "normal", schemaVersion: 1, migrate: () => {} });

test("the same question of one connection is prepared once, and of another connection anew", () => {
  const [one, other] = [open(), open()];
  expect(prepared(one, "SELECT 1")).toBe(prepared(one, "SELECT 1"));
  expect(prepared(other, "SELECT 1")).not.toBe(prepared(one, "SELECT 1"));
  one.close();
  expect(prepared(other, "SELECT 1").get()).toEqual([1]);
  other.close();
});

test("those asked longest ago make room, and are answered all the same", () => {
  const db = open();
  const first = prepared(db, "SELECT 0");
  const kept = prepared(db, "SELECT -1");
  for (let n = 1; n <= 1_000; n += 1) {
    expect(prepared(db, `SELECT ${n}`).get()).toEqual([n]);
    expect(prepared(db, "SELECT -1")).toBe(kept);
  }
  expect(prepared(db, "SELECT 0")).not.toBe(first);
  expect(prepared(db, "SELECT 0").all()).toEqual([[0]]);
  db.close();
});
