/** The keys of the fleet's table. */
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { announce } from "../../state/announce.ts";
import { useKeys } from "../../state/keys.ts";
import { copyText } from "../../ui/copy.tsx";
import { type Cursor, useCursor } from "../../ui/cursor.ts";
import { attachLine, type FleetRow, idOf, needsSomeone } from "./rows.ts";
import { type FleetSearchChange, VIEW_IDS } from "./views.ts";

interface FleetKeys {
  readonly shown: readonly FleetRow[];
  readonly marked: ReadonlySet<string>;
  readonly setMarked: (ids: ReadonlySet<string>) => void;
  readonly onSearch: (change: FleetSearchChange) => void;
  readonly focusFilter: () => void;
}

/** The cursor, moved by its keys; the others act on its row. */
export function useFleetKeys({ shown, marked, setMarked, onSearch, focusFilter }: FleetKeys): Cursor {
  const navigate = useNavigate();
  const ids = useMemo(() => shown.map(idOf), [shown]);
  const cursor = useCursor(
    ids,
    (sessionId) => void navigate({ to: "/sessions/$sessionId", params: { sessionId } }),
  );
  const row = shown.find(({ id }) => id === cursor.at);
  const problem = (steps: 1 | -1): void => {
    const needing = shown.filter(needsSomeone).map(idOf);
    const from = needing.indexOf(cursor.at ?? "");
    const next = from < 0 ? needing[0] : needing[(from + steps + needing.length) % needing.length];
    if (next !== undefined) cursor.setAt(next);
  };
  useKeys("Fleet", {
    "/": { does: "filter", run: focusFilter },
    " ": {
      does: "mark for a bulk action",
      run: () => row !== undefined && setMarked(toggled(marked, row.id)),
    },
    s: { does: "copy the attach command", run: () => copyAttach(row) },
    y: { does: "copy as JSON", run: () => copyJson(row) },
    g: { does: "go to its host", run: () => void navigate({ to: "/hosts", hash: row?.fleet.hostId ?? "" }) },
    n: { does: "next problem", run: () => problem(1) },
    N: { does: "problem before", run: () => problem(-1) },
    ...Object.fromEntries(
      VIEW_IDS.map((view, index) => [
        String(index + 1),
        { does: `saved view ${view}`, run: () => onSearch({ view: view === "all" ? null : view }) },
      ]),
    ),
  });
  return cursor;
}

function copyAttach(row: FleetRow | undefined): void {
  const line = row === undefined ? null : attachLine(row);
  if (line === null) announce("There is nothing to attach to in this row.");
  else void copyText(line);
}

function copyJson(row: FleetRow | undefined): void {
  if (row === undefined) announce("No row is under the cursor.");
  else void copyText(JSON.stringify(row.fleet, null, 2));
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
