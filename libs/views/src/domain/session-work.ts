/** What a session works on: its last turn, its last words, what it used, and what it waits for. */
import type { ItemRow, SessionRow, TurnRow, TurnSummary } from "../rows.ts";
import { isShutOut } from "./admission.ts";
import { closedBy, isRepeat } from "./approvals.ts";
import { approvalKey, itemKey, turnKey } from "./keys.ts";
import type { EventIn, Fact, Lookup } from "./projection.ts";
import { turns } from "./turns.ts";
import { isMessage, voiceOf } from "./voices.ts";

/** Letters of `lastItem.text`: a line of a list. */
const LINE_LETTERS = 200;
/** Open questions that a row names; a session that asks more at once is broken, and its further ones stay in the approvals view. */
const MAX_OPEN = 256;

type TurnEvent = EventIn<"turn.started" | "turn.completed">;
type ItemEvent = EventIn<"item.started" | "item.completed">;

/** Counts a turn once, and shows it if no later one is known. */
export function turned(row: SessionRow, fact: Fact, event: TurnEvent, rows: Lookup): SessionRow {
  const key = turnKey(row.sessionId, event.data.turnId);
  const before = rows("turns", key);
  const after = turns.evolve(before, fact, rows, key);
  if (after === undefined) return row;
  const isNew = before?.isTold !== true;
  const turnCount = row.turnCount + (isNew ? 1 : 0);
  const showsIt = row.lastTurn?.turnId === after.turnId || (isNew && !isOlder(after, row.lastTurn));
  return { ...row, turnCount, lastTurn: showsIt ? summaryOf(after) : row.lastTurn };
}

const summaryOf = ({ turnId, status, startedAt, completedAt }: TurnRow): TurnSummary => ({
  turnId,
  status,
  startedAt,
  completedAt,
});

/** True if the turn began before the one that is shown: history that was filled in. Unknown times are in the order they were told. */
function isOlder(turn: TurnSummary, shown: TurnSummary | null): boolean {
  const [at, than] = [turn.startedAt ?? turn.completedAt, shown?.startedAt ?? shown?.completedAt ?? null];
  return at !== null && than !== null && at < than;
}

/** Counts an item once, and shows its first line if no later one is known. */
export function worked(row: SessionRow, event: ItemEvent, rows: Lookup): SessionRow {
  const { turnId, itemId, kind, startedAt } = event.data;
  const before = rows("items", itemKey(row.sessionId, turnId, itemId));
  if (before?.phase === "completed") return row;
  const at = startedAt ?? before?.startedAt ?? event.at;
  const text = event.body === null ? null : lineOf(event.body);
  const isNewest = text !== null && at >= (row.lastItem?.at ?? 0);
  return {
    ...row,
    itemCount: row.itemCount + (before === undefined ? 1 : 0),
    lastItem: isNewest ? { kind, text, at } : row.lastItem,
    lastHumanMessageAt:
      isMessage(event) && voiceOf(row.sessionId, event, rows) === "person"
        ? Math.max(row.lastHumanMessageAt ?? 0, at)
        : row.lastHumanMessageAt,
  };
}

/** The first line that says something, or null. */
export function lineOf({
  text,
  command,
  tool,
  paths,
}: Pick<ItemRow, "text" | "command" | "tool" | "paths">): string | null {
  for (const source of [text, command, tool, paths[0] ?? null]) {
    const line = source === null ? "" : lineIn(source);
    if (line !== "") return line;
  }
  return null;
}

/** The first line of a text that says something, empty if none does. Cut between letters, never inside a surrogate pair. */
export const lineIn = (text: string): string => {
  const [line = ""] = text.trimStart().split("\n", 1);
  return line.slice(0, LINE_LETTERS).toWellFormed().trimEnd();
};

export const used = (row: SessionRow, { data }: EventIn<"usage.reported">): SessionRow => ({
  ...row,
  usage: { ...data.total, contextWindow: data.contextWindow ?? row.usage?.contextWindow ?? null },
});

export function asked(row: SessionRow, event: EventIn<"approval.requested">, rows: Lookup): SessionRow {
  const { requestId } = event.data;
  if (isRepeat(rows("approvals", approvalKey(row.sessionId, requestId)), event)) return row;
  const all = [...row.openApprovals, ...row.withheldApprovals];
  if (all.includes(requestId) || all.length >= MAX_OPEN) return row;
  return isShutOut(row.sessionId, rows)
    ? { ...row, withheldApprovals: [...row.withheldApprovals, requestId] }
    : { ...row, openApprovals: [...row.openApprovals, requestId] };
}

/** Its host was let in, or shut out: what it asks is open again, or over (DESIGN 6.2). */
export function ofHost(row: SessionRow, isLetIn: boolean): SessionRow {
  const all = [...row.openApprovals, ...row.withheldApprovals];
  return isLetIn
    ? { ...row, openApprovals: all, withheldApprovals: [] }
    : { ...row, openApprovals: [], withheldApprovals: all };
}

/** Lets go of the questions that the event ends, by the same rule as their own rows. */
export function answered(row: SessionRow, event: Fact["event"], rows: Lookup): SessionRow {
  const stays = (requestId: string): boolean => {
    const approval = rows("approvals", approvalKey(row.sessionId, requestId));
    return approval !== undefined && closedBy(approval, event) === null;
  };
  const openApprovals = row.openApprovals.filter(stays);
  const withheldApprovals = row.withheldApprovals.filter(stays);
  const isSame =
    openApprovals.length === row.openApprovals.length &&
    withheldApprovals.length === row.withheldApprovals.length;
  return isSame ? row : { ...row, openApprovals, withheldApprovals };
}
