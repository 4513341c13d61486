/**
 * Whether this outbox goes on where it left off. A copy on another machine or one brought back from a backup would give old sequences to new
 * facts, so each starts a new epoch (RELIABILITY 3.2). Three signs: the machine's id, the file's inode, and a marker that lies beside the database
 * and is renewed at every start, so that a database that was put back alone does not fit it. A snapshot of the whole machine shows none of
 * them; the house's welcome then gives it away, by confirming more than this outbox ever sent.
 */
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "@claw/events";
import { randomHex } from "@claw/runtime";
import type { Statements } from "./tables.ts";

export type EpochReason = "first" | "moved" | "restored";

export interface Surface {
  readonly databasePath: string;
  readonly markerPath: string;
  /** Identifies the machine; only its digest is stored. */
  readonly machineId: string;
}

/** What the machine calls itself for good, or its name where it does not. */
export function readMachineId(): string {
  return read("/etc/machine-id") ?? read("/var/lib/dbus/machine-id") ?? hostname();
}

/** Null when the outbox is the one that stood here before; else why it is not. */
export function judge(sql: Statements, surface: Surface): EpochReason | null {
  if (sql.getMeta.get("epoch") === undefined) return "first";
  if (metaOf(sql, "machine") !== machineDigest(surface)) return "moved";
  const marker = read(surface.markerPath);
  const fits = marker !== null && [metaOf(sql, "marker"), metaOf(sql, "next_marker")].includes(marker);
  return fits && metaOf(sql, "inode") === inodeOf(surface) ? null : "restored";
}

/** Stores who we are and renews the marker. The next marker is stored before it is written, so that a crash in between is no restore. */
export function settle(sql: Statements, surface: Surface): void {
  const marker = randomHex(16);
  sql.setMeta.run("machine", machineDigest(surface));
  sql.setMeta.run("inode", inodeOf(surface));
  sql.setMeta.run("next_marker", marker);
  writeFileSync(`${surface.markerPath}.new`, marker, { mode: 0o600 });
  renameSync(`${surface.markerPath}.new`, surface.markerPath);
  sql.setMeta.run("marker", marker);
}

const metaOf = (sql: Statements, key: string): string | undefined => sql.getMeta.get(key)?.value;
const machineDigest = ({ machineId }: Surface): string => sha256(`claw/machine/${machineId}`);
const inodeOf = ({ databasePath }: Surface): string => String(statSync(databasePath, { bigint: true }).ino);

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    return null;
  }
}
