/** Statements of a connection, kept: nearly all who ask, ask the same, and preparing costs more than asking. */
import type { Database } from "@claw/sqlite";

type Value = string | number;

const prepare = (db: Database, sql: string) => db.prepare<Value[], readonly Value[]>(sql).raw();
type Select = ReturnType<typeof prepare>;
const statements = new WeakMap<Database, Map<string, Select>>();
/** Different questions of one connection whose statements are kept. Beyond it the one that was asked longest ago makes room. */
const MAX_STATEMENTS = 128;

/** A question whose text is ours; what comes from outside is bound to it. Its rows are arrays, to be read at once. */
export function prepared(db: Database, sql: string): Select {
  const known = statements.get(db) ?? new Map<string, Select>();
  statements.set(db, known);
  const kept = known.get(sql);
  const found = kept ?? prepare(db, sql);
  // Put in again, so that the map's order is that of asking.
  if (kept !== undefined) known.delete(sql);
  else if (known.size >= MAX_STATEMENTS) known.delete(known.keys().next().value ?? "");
  known.set(sql, found);
  return found;
}
