/** How far everything that follows the log is. Pure. */
import { oneLine } from "../../../words/safe.ts";
import type { LedgerView } from "../queries.ts";

export interface Mark {
  readonly name: string;
  readonly what: string;
  readonly position: number;
  /** Against the farthest of those that are known. */
  readonly behind: number;
}

export interface Standings {
  /** Of the stream that this page hears. */
  readonly page: number | null;
  readonly views: number | null;
  readonly ledgers: readonly Pick<LedgerView, "ledgerId" | "position" | "role">[];
}

/** Those that are known, in the order in which an entry passes them. A page that hears more than was answered to it before stands for how far the views are now. */
export function marksOf({ page, views, ledgers }: Standings): readonly Mark[] {
  const viewsNow = views === null ? null : Math.max(views, page ?? 0);
  const known = [
    ...ledgers.map(({ ledgerId, position, role }) => ({
      name: `Ledger ${oneLine(ledgerId, 40)}`,
      what: role === "record" ? "of record" : "a copy",
      position,
    })),
    ...(viewsNow === null
      ? []
      : [{ name: "Views", what: "what every answer is read from", position: viewsNow }]),
    ...(page === null ? [] : [{ name: "This page", what: "by its live stream", position: page }]),
  ];
  const farthest = Math.max(0, ...known.map(({ position }) => position));
  return known.map((mark) => ({ ...mark, behind: farthest - mark.position }));
}
