/** What archiving reads of the views: what is due by the rows as they are, and what one archive is made of by the rows of one moment. */
import { limits, type Position, type SessionId } from "@claw/events";
import {
  endpointKey,
  type ItemRow,
  lifecycleOf,
  MAX_PAGE,
  type PageAsk,
  type PageOf,
  type SessionRow,
  turnKey,
  type TurnRow,
  type ViewReader,
  type ViewSnapshot,
} from "@claw/views";
import type { ArchiveLimits } from "../domain/archive/due.ts";
import type { Archived, Subject } from "../domain/archive/subject.ts";
import type { Projector } from "../projector.ts";

export interface ArchiveRows {
  /** Every session that has a thread, whether it is over or not. */
  readonly subjects: (page: PageAsk) => PageOf<Subject>;
  readonly subject: (id: SessionId) => Subject | null;
  readonly archived: (id: SessionId) => Archived | null;
  readonly limits: () => ArchiveLimits;
  /** Throws what opening a views file throws. Whoever takes one closes it. */
  readonly snapshot: () => RowsThen;
}

/** Rows of one moment, whatever happens meanwhile: a session that never pauses has a last fact in them all the same. */
export interface RowsThen {
  /** Up to where the ledger is in them. */
  readonly position: Position;
  readonly subject: (id: SessionId) => Subject | null;
  /** In the order in which they happened. */
  readonly items: (id: SessionId, page: PageAsk) => PageOf<ItemRow>;
  readonly turn: (id: SessionId, turnId: string) => TurnRow | null;
  readonly close: () => void;
}

/** Reader and snapshot are asked for anew each time: a rebuild of the views puts others in their place. */
export const archiveRowsOf = ({ reader, snapshot }: Pick<Projector, "reader" | "snapshot">): ArchiveRows => ({
  subjects: (page) => {
    const { rows, nextCursor } = reader().sessions({ includeClosed: true }, page);
    return { rows: rows.map((row) => subjectOf(reader(), row)), nextCursor };
  },
  subject: (id) => subjectIn(reader(), id),
  archived: (id) => reader().archive(id),
  limits: () => ({
    everyMs: limitOf(reader(), "archive_hours") * HOUR_MS,
    keepMs: limitOf(reader(), "archive_keep_days") * DAY_MS,
  }),
  snapshot: () => rowsThen(snapshot()),
});

const rowsThen = (then: ViewSnapshot): RowsThen => ({
  position: then.position(),
  subject: (id) => subjectIn(then, id),
  items: (id, page) => then.items(id, page),
  turn: (id, turnId) => then.row("turns", turnKey(id, turnId))?.row ?? null,
  close: then.close,
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function subjectIn(reader: ViewReader, id: SessionId): Subject | null {
  const row = reader.session(id);
  return row === null ? null : subjectOf(reader, row);
}

/** Who is attached changes neither whether a session is over nor whether it failed. */
const subjectOf = (reader: ViewReader, row: SessionRow): Subject => ({
  row,
  status: lifecycleOf({
    row,
    host: reader.host(row.hostId),
    endpoint: reader.row("endpoints", endpointKey(row.hostId, row.endpointId))?.row ?? null,
    attached: "unknown",
  }),
});

/** As somebody set it, else its default. */
function limitOf(reader: ViewReader, name: "archive_hours" | "archive_keep_days"): number {
  const { rows } = reader.rules("limit", { limit: MAX_PAGE, cursor: null });
  return rows.find((row) => row.name === name)?.value ?? limits[name].default;
}
