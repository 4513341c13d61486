/**
 * The table of every page: sorted, marked and virtual, so that ten thousand rows cost what one screen costs. Columns are described once (`Column`); the state of sorting,
 * marks and columns is TanStack Table's, the rows on screen are TanStack Virtual's, and their places are written through the style object model.
 */
import {
  columnVisibilityFeature,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import type { RowData, RowSelectionState, SortingState } from "@tanstack/react-table";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Bindings, useKeys } from "../state/keys.ts";
import { classes } from "./class-names.ts";
import { type Column, shownColumns, templateOf } from "./columns.ts";
import { type Sorting, sortedBy, steadied } from "./order.ts";
import { TableBody } from "./table-body.tsx";
import { TableHead } from "./table-head.tsx";
import type { GridTableProps } from "./table-props.ts";
import { useWindowWidth } from "./window.ts";

export type { GridTableProps, Marks } from "./table-props.ts";

const features = tableFeatures({ rowSortingFeature, rowSelectionFeature, columnVisibilityFeature });

const NONE: ReadonlySet<string> = new Set();

export function GridTable<Row extends RowData>(props: GridTableProps<Row>) {
  const { caption, columns, rows, idOf, marks, hidden = NONE, empty } = props;
  const grid = useGrid(props);
  const shown = shownColumns(columns, hidden, useWindowWidth());
  useKeys("Sort", sortKeys(shown, grid.sort));
  const element = useRef<HTMLDivElement>(null);
  const template = templateOf(shown);
  useLayoutEffect(() => {
    element.current?.style.setProperty("--cols", template);
  }, [template]);
  return (
    <div
      ref={element}
      className={classes("grid", (marks?.ids.size ?? 0) > 0 && "marking")}
      role="table"
      aria-label={caption}
      aria-rowcount={rows.length + 1}
      onPointerEnter={grid.hold}
      onPointerLeave={grid.release}
    >
      <TableHead columns={shown} sorting={grid.sorting} onSort={grid.sort} />
      {grid.waiting > 0 && (
        <button type="button" className="btn ghost small" onClick={grid.release}>
          {grid.waiting} new
        </button>
      )}
      {rows.length === 0 && empty !== undefined ? (
        <div className="grid-empty">{empty}</div>
      ) : (
        <TableBody {...props} idOf={idOf} columns={shown} rows={grid.rows} onMark={grid.mark} />
      )}
    </div>
  );
}

const sortKeys = <Row,>(columns: readonly Column<Row>[], sort: (id: string) => void): Bindings =>
  Object.fromEntries(
    columns.flatMap(({ id, key, head }) =>
      key === undefined ? [] : [[key, { does: `sort by ${head.toLowerCase()}`, run: () => sort(id) }]],
    ),
  );

/** Order, marks, and the hand that keeps rows still. */
function useGrid<Row extends RowData>({ columns, rows, idOf, marks }: GridTableProps<Row>) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const [held, setHeld] = useState<readonly string[] | null>(null);
  const by: Sorting | null = sorting[0] ?? null;
  const ordered = useMemo(() => sortedBy(rows, columns, by), [rows, columns, by]);
  const { rows: steady, waiting } = useMemo(() => steadied(ordered, idOf, held), [ordered, idOf, held]);
  const table = useTable<typeof features, Row>({
    features,
    columns: useMemo(
      () =>
        columns.map(({ id, by, isDescFirst = false }) => definition<Row>(id, by !== undefined, isDescFirst)),
      [columns],
    ),
    data: steady as Row[],
    getRowId: idOf,
    manualSorting: true,
    state: { sorting, rowSelection: useMemo(() => selectionOf(marks?.ids ?? NONE), [marks?.ids]) },
    onSortingChange: setSorting,
    onRowSelectionChange: (change) => {
      const next = typeof change === "function" ? change(selectionOf(marks?.ids ?? NONE)) : change;
      marks?.set(new Set(Object.keys(next)));
    },
  });
  return {
    rows: steady,
    waiting,
    sorting: by,
    sort: (id: string) => {
      setHeld(null);
      table.getColumn(id)?.toggleSorting();
    },
    mark: (id: string, event: unknown) => table.getRow(id).getToggleSelectedHandler()(event),
    hold: () => setHeld(ordered.map(idOf)),
    release: () => setHeld(null),
  };
}

/** What TanStack Table has to know of a column: that it is there, and how a click sorts it. What it shows is ours. */
const definition = <Row extends RowData>(id: string, isSortable: boolean, sortDescFirst: boolean) => ({
  id,
  accessorFn: (row: Row): unknown => row,
  enableSorting: isSortable,
  sortDescFirst,
});

const selectionOf = (ids: ReadonlySet<string>): RowSelectionState =>
  Object.fromEntries([...ids].map((id) => [id, true as const]));
