/** In what order rows stand, and how that order keeps still under a hand. Pure. */

export type SortValue = string | number | null;

export interface Sorting {
  readonly id: string;
  readonly desc: boolean;
}

interface Sortable<Row> {
  readonly id: string;
  readonly by?: ((row: Row) => SortValue) | undefined;
}

/** The rows by one column, or as they came where nothing is sorted by. What has no value stands last either way; ties keep their order. */
export function sortedBy<Row>(
  rows: readonly Row[],
  columns: readonly Sortable<Row>[],
  sorting: Sorting | null,
): readonly Row[] {
  const by = columns.find(({ id }) => id === sorting?.id)?.by;
  if (sorting === null || by === undefined) return rows;
  const sign = sorting.desc ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .toSorted((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return sign * compare(a.value, b.value);
    })
    .map(({ row }) => row);
}

const compare = (a: string | number, b: string | number): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");

export interface Steady<Row> {
  readonly rows: readonly Row[];
  /** Rows that have come and wait to be shown. */
  readonly waiting: number;
}

/**
 * A live list does not reorder under a pointer or a cursor (DESIGN-NOTES, "Access"): while it is held, rows stand as they stood, what left is left out, and what came
 * waits. `held` is the order as it stood, null where it is free.
 */
export function steadied<Row>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  held: readonly string[] | null,
): Steady<Row> {
  if (held === null) return { rows, waiting: 0 };
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  const kept = held.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [row];
  });
  return { rows: kept, waiting: rows.length - kept.length };
}
