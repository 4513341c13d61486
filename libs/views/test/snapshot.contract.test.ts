/** Rows of one moment: answers that stay as they are while their file is written, and a file that is none the worse for it afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goldenMix } from "@claw/testkit/arbitraries";
import { expect, onTestFinished, test } from "vitest";
import {
  openViewReader,
  openViewStore,
  type ViewReader,
  viewProjections,
  ViewsRefused,
} from "../src/index.ts";
import { ALL, foldInto, placed } from "./given.ts";

function given() {
  const folder = mkdtempSync(join(tmpdir(), "claw-snapshot-"));
  const path = join(folder, "views-1.db");
  const store = openViewStore({ path, projections: viewProjections });
  const reader = openViewReader(path);
  onTestFinished(() => {
    reader.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { path, store, reader };
}

const said = (reader: ViewReader): string =>
  JSON.stringify([
    reader.position(),
    reader.sessions({ includeClosed: true }, ALL).rows,
    reader.hosts(ALL).rows,
    reader.changedAfter(["items", "turns"], 0, 500),
  ]);

const entries = placed([...goldenMix(4)]);
const half = Math.floor(entries.length / 2);

test("every answer of a snapshot is of the commit that was the last when it was taken", () => {
  const { store, reader } = given();
  foldInto(store, entries.slice(0, half));
  const snapshot = reader.snapshot();
  const then = said(reader);
  for (const entry of entries.slice(half)) foldInto(store, [entry]);
  expect(said(snapshot)).toBe(then);
  expect(snapshot.position()).toBe(half);
  expect(reader.position()).toBe(entries.length);
  expect(said(reader)).not.toBe(then);
  snapshot.close();
  const next = reader.snapshot();
  expect(said(next)).toBe(said(reader));
  next.close();
});

test("the write-ahead log is held by a snapshot that is open, and by none that was closed", () => {
  const { store, reader } = given();
  foldInto(store, entries.slice(0, half));
  const cut = (): unknown => store.db.pragma("wal_checkpoint(PASSIVE)");
  const snapshot = reader.snapshot();
  foldInto(store, entries.slice(half), [20]);
  const [held] = cut() as readonly [{ readonly log: number; readonly checkpointed: number }];
  expect(held.checkpointed).toBeLessThan(held.log);
  snapshot.close();
  expect(store.db.pragma("wal_checkpoint(TRUNCATE)")).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
});

test("a snapshot outlives its file; of a file that is gone there is none", () => {
  const { path, store, reader } = given();
  foldInto(store, entries);
  const snapshot = reader.snapshot();
  const then = said(snapshot);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
  expect(said(snapshot)).toBe(then);
  snapshot.close();
  expect(() => reader.snapshot()).toThrow(ViewsRefused);
});
