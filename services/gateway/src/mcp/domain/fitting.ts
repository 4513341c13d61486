/** Pages that end before they are too large: of texts nobody knows beforehand how long they are. */

/** The most that the data of one answer holds, in bytes (X1-006, RELIABILITY §8). */
export const MAX_DATA_BYTES = 65_536;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}
interface Asked {
  readonly limit: number;
  readonly cursor: string | null;
}

/**
 * Rows by portions until there are as many as asked for, or no more fit. The cursor is that of the last portion that was read whole; a portion that does not
 * fit is read again in smaller ones, down to one row, so that nothing is left out between two pages. The first row is always there.
 */
export function fitting<Row>(asked: Asked, portion: number, read: (asked: Asked) => Page<Row>): Page<Row> {
  const rows: Row[] = [];
  let { cursor } = asked;
  let bytes = 0;
  let step = portion;
  for (;;) {
    const page = read({ limit: Math.min(step, asked.limit - rows.length), cursor });
    const size = page.rows.reduce((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)) + 1, 0);
    const fits = bytes + size <= MAX_DATA_BYTES;
    if (!fits && page.rows.length > 1) {
      step = Math.ceil(page.rows.length / 2);
      continue;
    }
    if (!fits && rows.length > 0) break;
    rows.push(...page.rows);
    bytes += size;
    ({ nextCursor: cursor } = page);
    if (cursor === null || rows.length >= asked.limit) break;
  }
  return { rows, nextCursor: cursor };
}
