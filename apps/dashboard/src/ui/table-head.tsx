/** The heads of a table's columns; those that sort are buttons. */
import type { Column } from "./columns.ts";
import { classes } from "./class-names.ts";
import { Icon } from "./icon.tsx";
import type { Sorting } from "./order.ts";

export interface TableHeadProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly sorting: Sorting | null;
  readonly onSort: (id: string) => void;
}

export const TableHead = <Row,>({ columns, sorting, onSort }: TableHeadProps<Row>) => (
  <div className="heads" role="rowgroup">
    <div className="thead" role="row" aria-rowindex={1}>
      {columns.map(({ id, head, by, look, isHeadHidden = false }) => {
        const isSorted = sorting?.id === id;
        const name = isHeadHidden ? <span className="vh">{head}</span> : head;
        return (
          <div
            key={id}
            role="columnheader"
            className={classes("th", look?.split(" ").includes("r") === true && "r")}
            aria-sort={isSorted ? (sorting.desc ? "descending" : "ascending") : undefined}
          >
            {by === undefined ? (
              name
            ) : (
              <button type="button" onClick={() => onSort(id)}>
                {name}
                {isSorted && <Icon name="down" />}
              </button>
            )}
          </div>
        );
      })}
    </div>
  </div>
);
