/** A ledger that holds another history than the one of record: kept for whoever wants to look, and out of the way of the one that grows in its place. */
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

/** The ledger's file with what SQLite keeps beside it, and the views that were made of it. */
const PARTS = ["views", "ledger.db", "ledger.db-wal", "ledger.db-shm"] as const;

/**
 * Moves ledger and views into a folder of their own in the data directory, `diverged-1` and so on, and answers with it. Whoever has the files open
 * keeps them; the gateway of this machine notices and starts again.
 */
export function setAside(dataDir: string): string {
  const numbers = readdirSync(dataDir).map((name) => Number(/^diverged-(\d{1,9})$/.exec(name)?.[1] ?? 0));
  const folder = join(dataDir, `diverged-${Math.max(0, ...numbers) + 1}`);
  mkdirSync(folder, { mode: 0o700 });
  for (const part of PARTS)
    if (existsSync(join(dataDir, part))) renameSync(join(dataDir, part), join(folder, part));
  return folder;
}
