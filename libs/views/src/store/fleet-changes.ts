/** Everything that the fleet is made of and that changed after a position, of one commit. */
import { position } from "@claw/events";
import type { Database } from "@claw/sqlite";
import { FLEET_VIEWS, type FleetChanges, type FleetRow, type FleetView } from "../reader.ts";
import { prepared } from "./statements.ts";

/** What is of no use to somebody who has nothing yet: he has nothing to let go of. */
const ONLY_FROM_0: Partial<Readonly<Record<FleetView, string>>> = {
  sessions: " AND is_hidden = 0",
  approvals: " AND is_open = 1",
};
const ALWAYS: Partial<Readonly<Record<FleetView, string>>> = { rules: " AND kind = 'mute'" };

/** `positionNow` is asked in the same transaction, so position and rows are of one commit. */
export const fleetChangesAfter = (db: Database, after: number, positionNow: () => number): FleetChanges =>
  db.transaction(() => ({
    position: position(positionNow()),
    rows: FLEET_VIEWS.flatMap((view) => rowsOf(db, view, after)),
  }))();

function rowsOf(db: Database, view: FleetView, after: number): readonly FleetRow[] {
  const more = (ALWAYS[view] ?? "") + (after === 0 ? (ONLY_FROM_0[view] ?? "") : "");
  const found = prepared(db, `SELECT key, position, row FROM ${view} WHERE position > ?${more}`).all(
    after,
  ) as unknown as readonly (readonly [key: string, at: number, row: string])[];
  // The row is of the view that it was read from; the union of views cannot say so.
  return found.map(([key, at, row]) => ({
    view,
    key,
    position: position(at),
    row: JSON.parse(row),
  })) as readonly FleetRow[];
}
