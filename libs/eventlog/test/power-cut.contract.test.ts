import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, it, type TestContext } from "vitest";
import { startChild } from "./child.ts";
import { testScale } from "./temporary.ts";
import { makeWeakDisk } from "./weak-disk.ts";

const SKIPPED = "needs root and a loop device: run as root on ext4-capable Linux";
/** The power goes after that many acks and a few more: the disk decides. */
const ACKS = 400;
const CUTS = testScale;

interface Cut {
  readonly acked: number;
  readonly survived: number;
}

/** Commits until the power is cut, and counts what is left. Null where power cannot be cut. */
async function cutPower(synchronous: "full" | "normal"): Promise<Cut | null> {
  const disk = makeWeakDisk();
  if (disk === null) return null;
  const path = join(disk.mount, "log.db");
  const child = startChild("child-commit.ts", [path, synchronous]);
  await child.until(ACKS + Math.floor(Math.random() * ACKS));
  // What counts is what was heard before the cut: unlike the power, the process lives on for a moment, and a kernel that is just then
  // giving up the disk may answer its last sync either way.
  const acked = child.said().length;
  disk.cutPower();
  await child.kill();
  await disk.bringBack();
  return { acked, survived: countEntries(path) };
}

function countEntries(path: string): number {
  const db = new Sqlite(path);
  try {
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    const tables = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'entries'").pluck().get();
    return tables === 0 ? 0 : Number(db.prepare("SELECT count(*) FROM entries").pluck().get());
  } finally {
    db.close();
  }
}

async function cutOften(context: TestContext, synchronous: "full" | "normal"): Promise<readonly Cut[]> {
  const cuts: Cut[] = [];
  for (let index = 0; index < CUTS; index += 1) {
    const cut = await cutPower(synchronous);
    if (cut === null) return context.skip(SKIPPED);
    cuts.push(cut);
  }
  return cuts;
}

it("a power cut takes no entry that was acked: synchronous=FULL (N1-001)", async (context) => {
  for (const { acked, survived } of await cutOften(context, "full")) {
    expect(acked).toBeGreaterThanOrEqual(ACKS);
    expect(survived).toBeGreaterThanOrEqual(acked);
  }
});

it("the same cut does take acked entries at synchronous=NORMAL: the test can tell", async (context) => {
  const cuts = await cutOften(context, "normal");
  expect(cuts.some(({ acked, survived }) => survived < acked)).toBe(true);
});
