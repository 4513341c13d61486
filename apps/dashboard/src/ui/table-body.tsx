/** The rows of a table that are on screen. Places and heights are written by the virtualizer, through the style object model. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import type { RowData } from "@tanstack/react-table";
import { memo, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useDensity } from "../state/prefs.ts";
import { classes } from "./class-names.ts";
import { type Column, PHONE_PX } from "./columns.ts";
import type { GridTableProps } from "./table-props.ts";
import { useWindowWidth } from "./window.ts";

/** Px: what a row takes before it was measured, by density, and as a card. */
const ROW_PX = 48;
const COMPACT_PX = 30;
const CARD_PX = 128;
/** Px that the bar and the heads cover at the top, and the line of keys at the foot. */
const TOP_PX = 78;
const FOOT_PX = 44;
const OVERSCAN = 8;

interface TableBodyProps<Row extends RowData> extends GridTableProps<Row> {
  readonly onMark: (id: string, event: unknown) => void;
}

/** The same function until the window or the density changes: it is called for every row there is, and asking the window each time would lay out the page each time. */
function useEstimate(): () => number {
  const isPhone = useWindowWidth() <= PHONE_PX;
  const [density] = useDensity();
  const px = isPhone ? CARD_PX : density === "compact" ? COMPACT_PX : ROW_PX;
  return useCallback(() => px, [px]);
}

export function TableBody<Row extends RowData>(props: TableBodyProps<Row>) {
  const { rows, idOf, cursor, columns: given, marks, lookOf, peek } = props;
  const columns = useSame(given);
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });
  const body = useRef<HTMLDivElement | null>(null);
  const virtual = useWindowVirtualizer<HTMLDivElement>({
    count: rows.length,
    estimateSize: useEstimate(),
    getItemKey: (index) => keyAt(rows, idOf, index),
    overscan: OVERSCAN,
    scrollMargin: useTopOf(body),
    scrollPaddingStart: TOP_PX,
    scrollPaddingEnd: FOOT_PX,
    directDomUpdates: true,
    // Rows are placed without React, and drawn when it comes to it: a hand that scrolls waits for nothing.
    useFlushSync: false,
  });
  const at = cursor?.at ?? null;
  const index = at === null ? -1 : rows.findIndex((row) => idOf(row) === at);
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
    // Only a cursor that moved takes the page along; rows that come and go do not.
  }, [at]);
  return (
    <div
      className="tbody"
      role="rowgroup"
      ref={(node) => {
        body.current = node;
        virtual.containerRef(node);
      }}
    >
      {virtual.getVirtualItems().map((item) => {
        const row = rows[item.index];
        if (row === undefined) return null;
        const id = idOf(row);
        return (
          <TableRow<Row>
            key={item.key}
            row={row}
            id={id}
            index={item.index}
            measure={virtual.measureElement}
            columns={columns}
            look={lookOf?.(row)}
            isAt={id === at}
            isMarked={marks === undefined ? null : marks.ids.has(id)}
            markName={marks?.nameOf(id)}
            latest={latest}
            peek={id === at ? peek?.(row) : undefined}
          />
        );
      })}
    </div>
  );
}

interface TableRowProps<Row extends RowData> {
  readonly row: Row;
  readonly id: string;
  readonly index: number;
  readonly measure: (node: HTMLDivElement | null) => void;
  readonly columns: readonly Column<Row>[];
  readonly look: string | undefined;
  readonly isAt: boolean;
  /** Null: rows of this table are not marked. */
  readonly isMarked: boolean | null;
  readonly markName: string | undefined;
  /** What a click does; it may change without the row being drawn again. */
  readonly latest: { readonly current: Pick<TableBodyProps<Row>, "cursor" | "onMark"> };
  readonly peek: ReactNode;
}

function DrawnRow<Row extends RowData>(props: TableRowProps<Row>) {
  const { row, id, index, measure, columns, look, isAt, isMarked, markName, latest, peek } = props;
  return (
    <div
      ref={measure}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      aria-current={isAt ? "true" : undefined}
      aria-selected={isMarked ?? undefined}
      className={classes("tr", look, isAt && "at")}
      onClick={() => latest.current.cursor?.setAt(id)}
    >
      <Cells
        columns={columns}
        row={row}
        mark={
          isMarked === null ? null : (
            <Mark
              name={markName ?? id}
              isMarked={isMarked}
              onMark={(event) => latest.current.onMark(id, event)}
            />
          )
        }
      />
      {peek !== undefined && (
        <div className="peek" role="cell">
          {peek}
        </div>
      )}
    </div>
  );
}

/** A row that stays on screen while the page scrolls is not drawn again. */
const TableRow = memo(DrawnRow) as typeof DrawnRow;

const keyAt = <Row,>(rows: readonly Row[], idOf: (row: Row) => string, index: number): string => {
  const row = rows[index];
  return row === undefined ? `none-${index}` : idOf(row);
};

/** Px from the top of the document to the rows. Looked at when something has changed its height, after the page was laid out, never while it scrolls. */
function useTopOf(body: { readonly current: HTMLDivElement | null }): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = body.current;
    const around = element?.closest("main");
    if (element === null || around === null || around === undefined) return undefined;
    const look = (): void => setTop(Math.round(element.getBoundingClientRect().top + globalThis.scrollY));
    const observer = new ResizeObserver(look);
    observer.observe(around);
    look();
    return () => observer.disconnect();
  }, [body]);
  return top;
}

/** The same columns as before where they are the same ones, so that rows see that nothing changed. */
function useSame<Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  const [kept, keep] = useState(columns);
  const isSame = kept.length === columns.length && kept.every((column, index) => column === columns[index]);
  if (!isSame) keep(columns);
  return isSame ? kept : columns;
}

interface CellsProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly row: Row;
  readonly mark: ReactNode;
}

/** The first cell leads: its glyph (class `glyph`) gives way to the mark where rows can be marked. */
const Cells = <Row,>({ columns, row, mark }: CellsProps<Row>) => (
  <div className="cells" role="presentation">
    {columns.map(({ id, head, look, cell }, index) => (
      <div key={id} role="cell" className={classes("td", look)} data-label={head}>
        {index === 0 && mark}
        {cell(row)}
      </div>
    ))}
  </div>
);

interface MarkProps {
  readonly name: string;
  readonly isMarked: boolean;
  readonly onMark: (event: unknown) => void;
}

const Mark = ({ name, isMarked, onMark }: MarkProps) => (
  <span className="mark">
    <input
      type="checkbox"
      aria-label={`Mark ${name}`}
      checked={isMarked}
      onClick={(event) => event.stopPropagation()}
      onChange={onMark}
    />
  </span>
);
