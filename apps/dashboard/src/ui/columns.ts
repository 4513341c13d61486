/** What a column of a table is, and which of them a window has room for. Pure. */
import type { ReactNode } from "react";
import type { SortValue } from "./order.ts";

export interface Column<Row> {
  readonly id: string;
  readonly head: string;
  /** Read out and not shown, where the cells speak for themselves. */
  readonly isHeadHidden?: boolean | undefined;
  /** A track of a CSS grid: `180px`, `minmax(0, 1fr)`. */
  readonly width: string;
  readonly cell: (row: Row) => ReactNode;
  /** Without it nobody sorts by this column. */
  readonly by?: ((row: Row) => SortValue) | undefined;
  /** The key that sorts by it, a capital letter (DESIGN-NOTES, "Keyboard"). */
  readonly key?: string | undefined;
  /** The first click sorts downwards, as for ages and counts. */
  readonly isDescFirst?: boolean | undefined;
  /** `r` right, `keep` its second line also in compact rows, and on a phone: `full` a line of its own, `corner`, `lab` with its name, `off`. */
  readonly look?: string | undefined;
  /** Px; in a narrower window (above a phone) the column folds away. */
  readonly from?: number | undefined;
  /** May not be put away. */
  readonly isFixed?: boolean | undefined;
}

/** A phone shows cards, and these say which of a card's lines they are: nothing folds. */
export const PHONE_PX = 1_000;

export const shownColumns = <Row>(
  columns: readonly Column<Row>[],
  hidden: ReadonlySet<string>,
  windowPx: number,
): readonly Column<Row>[] =>
  columns.filter(
    ({ id, from = 0, isFixed = false }) =>
      isFixed || (!hidden.has(id) && (windowPx <= PHONE_PX || windowPx >= from)),
  );

export const templateOf = (columns: readonly Pick<Column<never>, "width">[]): string =>
  columns.map(({ width }) => width).join(" ");
