/** Every session and runtime: views, filters, the table or the operators, and what can be done to those that are marked. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { meQuery } from "../../api/queries.ts";
import { usePref } from "../../state/prefs.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/states.tsx";
import { GridTable } from "../../ui/table.tsx";
import { Bulk } from "./bulk.tsx";
import { ColumnsDialog } from "./columns-dialog.tsx";
import { FLEET_COLUMNS } from "./columns.tsx";
import { filterFor } from "./filter.ts";
import { OperatorSections } from "./operator-sections.tsx";
import { operatorsOf } from "./operators.ts";
import { Peek } from "./peek.tsx";
import { type FleetRow, idOf, lookOf } from "./rows.ts";
import { captionOf } from "./summary.tsx";
import { Tools } from "./tools.tsx";
import { useFleetKeys } from "./use-fleet-keys.ts";
import { type FleetSearch, type FleetSearchChange, isInView, readSearch } from "./views.ts";

/** What the address says, and how to change it: a view is a link that can be sent. */
function useFleetSearch() {
  const search = useSearch({ from: "/" });
  const navigate = useNavigate();
  const change = (next: FleetSearchChange): void => {
    const merged: FleetSearch = readSearch({ ...search, ...next });
    void navigate({ to: "/", search: merged, replace: true, resetScroll: false });
  };
  return [search, change] as const;
}

export function Sessions({ rows }: { readonly rows: readonly FleetRow[] }) {
  const [search, onSearch] = useFleetSearch();
  const me = useQuery(meQuery).data?.principal.name ?? null;
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [hidden, setHidden] = useHidden();
  const [isChoosing, setChoosing] = useState(false);
  const titles = useMemo(() => new Map(rows.map(({ id, title }) => [id, title])), [rows]);
  const nameOf = (id: string): string => titles.get(id) ?? id;
  const filterRef = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => shownRows(rows, search, me), [rows, search, me]);
  const cursor = useFleetKeys({
    shown,
    marked,
    setMarked,
    onSearch,
    focusFilter: () => filterRef.current?.focus(),
  });
  return (
    <section aria-label="Sessions" className="sessions">
      <Tools
        rows={rows}
        search={search}
        onSearch={onSearch}
        me={me}
        filterRef={filterRef}
        onColumns={() => setChoosing(true)}
      />
      {search.by === "operator" ? (
        <OperatorSections operators={operatorsOf(shown)} />
      ) : (
        <GridTable<FleetRow>
          caption={captionOf(shown.length, rows.length)}
          columns={FLEET_COLUMNS}
          rows={shown}
          idOf={idOf}
          cursor={cursor}
          marks={{ ids: marked, set: setMarked, nameOf }}
          hidden={hidden}
          lookOf={lookOf}
          peek={(row) => <Peek row={row} />}
          empty={<NoRows all={rows.length} onClear={() => onSearch({ q: null, state: null, view: null })} />}
        />
      )}
      <Bulk
        rows={rows.filter(({ id }) => marked.has(id))}
        shown={shown.length}
        onAll={() => setMarked(new Set(shown.map(idOf)))}
        onClear={() => setMarked(new Set())}
      />
      {isChoosing && (
        <ColumnsDialog
          columns={FLEET_COLUMNS}
          hidden={hidden}
          onHidden={setHidden}
          onClose={() => setChoosing(false)}
        />
      )}
    </section>
  );
}

function shownRows(
  rows: readonly FleetRow[],
  { view = "all", state, q = "" }: FleetSearch,
  me: string | null,
): readonly FleetRow[] {
  const isViewed = isInView(view, me);
  const passes = filterFor(q);
  return rows.filter(
    (row) => isViewed(row) && (state === undefined || row.fleet.status === state) && passes(row),
  );
}

/** Columns that were put away, kept in this browser. */
function useHidden(): readonly [ReadonlySet<string>, (hidden: ReadonlySet<string>) => void] {
  const [kept, keep] = usePref("fleet.hidden");
  const hidden = useMemo(() => new Set((kept ?? "").split(",").filter((id) => id !== "")), [kept]);
  return [hidden, (next) => keep(next.size === 0 ? null : [...next].join(","))];
}

const NoRows = ({ all, onClear }: { readonly all: number; readonly onClear: () => void }) =>
  all === 0 ? (
    <Empty glyph="fleet" title="No sessions yet">
      <p>On a host, start Codex. It shows up here within a second.</p>
    </Empty>
  ) : (
    <Empty glyph="filter" title="Nothing matches">
      <p>{all.toLocaleString("en-US")} sessions, and none that this filter lets through.</p>
      <Button small onClick={onClear}>
        Clear the filter
      </Button>
    </Empty>
  );
