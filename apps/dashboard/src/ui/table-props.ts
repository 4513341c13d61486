/** What a table is given. */
import type { RowData } from "@tanstack/react-table";
import type { ReactNode } from "react";
import type { Column } from "./columns.ts";
import type { Cursor } from "./cursor.ts";

export interface Marks {
  readonly ids: ReadonlySet<string>;
  readonly set: (ids: ReadonlySet<string>) => void;
  /** What a row is called where it is marked. */
  readonly nameOf: (id: string) => string;
}

export interface GridTableProps<Row extends RowData> {
  /** What the table holds, in a sentence for those who listen. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  /** In the order that counts where nobody sorts. */
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  readonly cursor?: Cursor | undefined;
  readonly marks?: Marks | undefined;
  /** Columns that were put away. */
  readonly hidden?: ReadonlySet<string> | undefined;
  /** `stale`, `ended`, `needs-attention`, `needs-danger`. */
  readonly lookOf?: ((row: Row) => string) | undefined;
  /** What is told of the row under the cursor. */
  readonly peek?: ((row: Row) => ReactNode) | undefined;
  /** Where there are no rows. */
  readonly empty?: ReactNode | undefined;
}
