/** The one row that says which ledger this is, and on which message it stands. */
import { type Digest, LedgerId, sequence } from "@claw/events";
import type { Database } from "../sqlite/database.ts";
import { damaged } from "./faults.ts";
import type { Cursor } from "./ledger.ts";

export interface Identity {
  readonly ledgerId: LedgerId;
  readonly cursor: Cursor | null;
  /** The newest generation that a `log.resumed` opened; 1 needs none. */
  readonly opened: number;
}

interface Row {
  readonly ledger_id: string;
  readonly opened: number;
  readonly generation: number | null;
  readonly sequence: number | null;
  readonly message_id: string | null;
  readonly digest: string | null;
}

/** Reads the row; null in a file that has none yet. Refuses (`corrupt`) a row that no ledger writes. */
export function readIdentity(db: Database): Identity | null {
  const row = db.prepare<[], Row>("SELECT * FROM ledger").get();
  if (row === undefined) return null;
  const ledgerId = LedgerId.safeParse(row.ledger_id);
  if (!ledgerId.success) throw damaged("it has no id");
  return { ledgerId: ledgerId.data, opened: row.opened, cursor: cursorOf(row) };
}

function cursorOf({ generation, sequence: at, message_id, digest }: Row): Cursor | null {
  if (generation === null || at === null || digest === null) return null;
  return { generation, sequence: sequence(at), messageId: message_id, digest: digest as Digest };
}

/** Gives a new file its id, once. */
export function establish(db: Database, newId: () => string): Identity {
  const found = readIdentity(db);
  if (found !== null) return found;
  const ledgerId = LedgerId.parse(newId());
  db.prepare<[string]>("INSERT INTO ledger (one, ledger_id, opened) VALUES (1, ?, 1)").run(ledgerId);
  return { ledgerId, cursor: null, opened: 1 };
}

/** Moves the cursor. Belongs into the transaction of what it says was taken. */
export function writeCursor(db: Database): (cursor: Cursor | null, opened: number) => void {
  const write = db.prepare<[number, number | null, number | null, string | null, string | null]>(
    "UPDATE ledger SET opened = ?, generation = ?, sequence = ?, message_id = ?, digest = ?",
  );
  return (cursor, opened) =>
    void write.run(
      opened,
      cursor?.generation ?? null,
      cursor?.sequence ?? null,
      cursor?.messageId ?? null,
      cursor?.digest ?? null,
    );
}
