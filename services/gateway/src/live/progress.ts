/**
 * Where one live client stands, as a pure machine: rows in the order of their changes go in, frames and the next state come out.
 *
 * Nothing is kept for a client but this state. A row is read again when its turn comes, so a slow client costs no memory and skips states that
 * nobody needs any more, and a reconnecting one is the same as a slow one.
 */
import type { ChangedRow } from "@claw/views";
import type { LiveFrame } from "./frames.ts";

export interface Progress {
  /** Everything up to this position was sent, or is of no interest to the client. */
  readonly cursor: number;
  /** The last position that the client was told. */
  readonly told: number;
  /** Where the views stood when the client came, or was resynchronised. */
  readonly target: number;
  readonly isCaughtUp: boolean;
  /** True for a client that came without a cursor: what is there already is a snapshot to it. */
  readonly isFresh: boolean;
}

/** What is sent together, and where the client stands after it. */
export interface Step {
  readonly frames: readonly FrameOf[];
  readonly next: Progress;
}

/** A frame whose row is still the view's. */
export type FrameOf =
  | { readonly type: "caughtUp" | "resync"; readonly position: number }
  | { readonly type: "snapshot" | "change"; readonly position: number; readonly changed: ChangedRow };

export const begin = (after: number | null, standing: number): Progress => ({
  cursor: after ?? 0,
  told: after ?? 0,
  target: standing,
  isCaughtUp: false,
  isFresh: after === null,
});

/** The client starts again after `cursor`: it is told, and what follows is caught up to where the views stand now. */
export const resync = (cursor: number, standing: number): Step => ({
  frames: [{ type: "resync", position: cursor }],
  next: { cursor, told: cursor, target: standing, isCaughtUp: false, isFresh: cursor === 0 },
});

/**
 * The steps that a page of changes makes. `rows` are whole positions in order, all after the cursor; `isWanted` leaves rows out; `standing` is
 * where the views stood before the page was read, and `isLast` says that there was no more.
 */
export function advance(
  progress: Progress,
  page: { readonly rows: readonly ChangedRow[]; readonly standing: number; readonly isLast: boolean },
  isWanted: (row: ChangedRow) => boolean,
): readonly Step[] {
  const steps: Step[] = [];
  let now = progress;
  const push = (frames: readonly FrameOf[], next: Progress): void => {
    now = next;
    steps.push({ frames, next });
  };
  for (const group of byPosition(page.rows)) {
    if (!now.isCaughtUp && group.position > now.target) push(...caughtUp(now));
    const wanted = group.rows.filter(isWanted);
    const told = wanted.length === 0 ? now.told : group.position;
    push(framesOf(wanted, group.position, now), { ...now, cursor: group.position, told });
  }
  if (!page.isLast) return steps;
  const end = Math.max(now.cursor, page.standing);
  if (!now.isCaughtUp) push(...caughtUp({ ...now, cursor: end, target: end }));
  else if (end > now.cursor) push([], { ...now, cursor: end });
  return steps;
}

const caughtUp = (now: Progress): [readonly FrameOf[], Progress] => {
  const position = Math.max(now.cursor, now.target);
  return [[{ type: "caughtUp", position }], { ...now, cursor: position, told: position, isCaughtUp: true }];
};

function framesOf(rows: readonly ChangedRow[], position: number, now: Progress): readonly FrameOf[] {
  const type = now.isFresh && position <= now.target ? "snapshot" : "change";
  return rows.map((changed, index) => ({
    type,
    changed,
    position: index === rows.length - 1 ? position : now.told,
  }));
}

function byPosition(
  rows: readonly ChangedRow[],
): readonly { readonly position: number; readonly rows: ChangedRow[] }[] {
  const groups: { readonly position: number; readonly rows: ChangedRow[] }[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && last.position === row.position) last.rows.push(row);
    else groups.push({ position: row.position, rows: [row] });
  }
  return groups;
}

/** A frame as it is written. `present` makes the outside shape of a row, or null where the client may not see it. */
export function writeFrame(frame: FrameOf, present: (row: ChangedRow) => LiveFrame["row"]): string {
  const { type, position } = frame;
  if (!("changed" in frame)) return JSON.stringify({ type, position, kind: null, key: null, row: null });
  const { view, key } = frame.changed;
  const row = present(frame.changed);
  const head = JSON.stringify({ type, position, kind: view, key });
  return `${head.slice(0, -1)},"row":${row === null ? "null" : textOf(row)}}`;
}

/** Clients that are shown the same row share its text. */
const texts = new WeakMap<object, string>();

function textOf(row: object): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = JSON.stringify(row);
  texts.set(row, text);
  return text;
}

/** Everything up to `position` was told, as of `at` (epoch ms). */
export const writeHeartbeat = (position: number, at: number): string =>
  JSON.stringify({ type: "heartbeat", position, kind: null, key: null, row: null, at } satisfies LiveFrame);
