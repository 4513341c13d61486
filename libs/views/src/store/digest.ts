/** Equality of views: one digest over every row, its position, the quarantine and the checkpoint. */
import { createHash } from "node:crypto";
import type { Database } from "@claw/sqlite";
import { viewNames } from "./tables.ts";

/** Rows hashed between two breaths. */
const ROWS_A_STEP = 1_000;

/**
 * SHA-256 in hex over all rows in the order of their keys, as their text was stored. Two files with the same digest hold the same, byte for
 * byte, whatever batches made them.
 */
export function viewDigest(db: Database): string {
  const steps = viewDigestSteps(db);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** The same in steps, for callers that have something else to do meanwhile. The file must not change between them. */
export function* viewDigestSteps(db: Database): Generator<void, string> {
  const digest = createHash("sha256");
  for (const [name, sql] of sources) {
    digest.update(`${name}\n`);
    const select = db
      .prepare<[string | number, number], readonly [string | number, number | string, string]>(sql)
      .raw();
    let after: string | number = name === "quarantine" ? 0 : "";
    for (;;) {
      const rows = select.all(after, ROWS_A_STEP);
      for (const row of rows) digest.update(`${JSON.stringify(row)}\n`);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last[0];
      yield;
    }
  }
  digest.update(String(db.prepare("SELECT position FROM checkpoint").pluck().get() ?? 0));
  return digest.digest("hex");
}

const sources: readonly (readonly [name: string, sql: string])[] = [
  ...viewNames.map(
    (name) => [name, `SELECT key, position, row FROM ${name} WHERE key > ? ORDER BY key LIMIT ?`] as const,
  ),
  ["quarantine", "SELECT position, state, row FROM quarantine WHERE position > ? ORDER BY position LIMIT ?"],
];
