import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { setAside } from "../src/fleet/run/set-aside.ts";

function givenFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "claw-aside-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function givenLedger(folder: string, words: string): void {
  for (const name of ["ledger.db", "ledger.db-wal", "ledger.db-shm"])
    writeFileSync(join(folder, name), words);
  mkdirSync(join(folder, "views"));
  writeFileSync(join(folder, "views", "current"), "1\n");
}

it("a ledger and its views go together, each time into a folder of their own, and nothing else does", () => {
  const folder = givenFolder();
  writeFileSync(join(folder, "admin-token"), "kept");
  for (const words of ["one", "two"]) {
    givenLedger(folder, words);
    const aside = setAside(folder);
    expect(readdirSync(aside).sort()).toEqual(["ledger.db", "ledger.db-shm", "ledger.db-wal", "views"]);
    expect(readFileSync(join(aside, "ledger.db"), "utf8")).toBe(words);
  }
  expect(readdirSync(folder).sort()).toEqual(["admin-token", "diverged-1", "diverged-2"]);
});

it("a folder that somebody took away is no reason to stop", () => {
  const folder = givenFolder();
  mkdirSync(join(folder, "diverged-2"));
  expect(setAside(folder)).toBe(join(folder, "diverged-3"));
});

it("what is not there is not missed", () => {
  const folder = givenFolder();
  writeFileSync(join(folder, "ledger.db"), "alone");
  expect(existsSync(join(setAside(folder), "ledger.db"))).toBe(true);
});
