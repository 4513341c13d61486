/** What a session works on: its last turn, its last words, what it used, and what it waits for. */
import type { ItemRow, SessionRow, TurnRow, TurnSummary } from "../rows.ts";
import { closedBy, isRepeat } from "./approvals.ts";
import { approvalKey, itemKey, turnKey } from "./keys.ts";
import type { EventIn, Fact, Lookup } from "./projection.ts";
import { turns } from "./turns.ts";

/** Letters of `lastItem.text`: a line of a list. */
const LINE_LETTERS = 200;
/** Open questions that a row names; a session that asks more at once is broken, and its further ones stay in the approvals view. */
const MAX_OPEN = 256;
/** How messages begin that the house itself sends (`clientId` of a user message); every other one is a person's. */
const HOUSE_MARK = "claw:";

type TurnEvent = EventIn<"turn.started" | "turn.completed">;
type ItemEvent = EventIn<"item.started" | "item.completed">;

/** Counts a turn once, and shows it if no later one is known. */
export function turned(row: SessionRow, fact: Fact, event: TurnEvent, rows: Lookup): SessionRow {
  const key = turnKey(row.sessionId, event.data.turnId);
  const before = rows("turns", key);
  const after = turns.evolve(before, fact, rows);
  if (after === undefined) return row;
  const turnCount = row.turnCount + (before === undefined ? 1 : 0);
  const showsIt =
    row.lastTurn?.turnId === after.turnId || (before === undefined && !isOlder(after, row.lastTurn));
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
    lastHumanMessageAt: isHuman(event) ? Math.max(row.lastHumanMessageAt ?? 0, at) : row.lastHumanMessageAt,
  };
}

/** Whose message it was is known when it is complete. */
const isHuman = (event: ItemEvent): boolean =>
  event.type === "item.completed" &&
  event.data.kind === "userMessage" &&
  event.data.clientId?.startsWith(HOUSE_MARK) !== true;

/** The first line that says something, or null. */
export function lineOf({
  text,
  command,
  tool,
  paths,
}: Pick<ItemRow, "text" | "command" | "tool" | "paths">): string | null {
  for (const source of [text, command, tool, paths[0] ?? null]) {
    const line = source === null ? "" : firstLine(source);
    if (line !== "") return line;
  }
  return null;
}

/** Cut between letters, never inside a surrogate pair. */
const firstLine = (text: string): string => {
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
  if (row.openApprovals.includes(requestId) || row.openApprovals.length >= MAX_OPEN) return row;
  return { ...row, openApprovals: [...row.openApprovals, requestId] };
}

/** Lets go of the questions that the event ends, by the same rule as their own rows. */
export function answered(row: SessionRow, event: Fact["event"], rows: Lookup): SessionRow {
  const openApprovals = row.openApprovals.filter((requestId) => {
    const approval = rows("approvals", approvalKey(row.sessionId, requestId));
    const isNamed = event.type !== "approval.resolved" || event.data.requestId === requestId;
    return approval !== undefined && (!isNamed || closedBy(approval, event) === null);
  });
  return openApprovals.length === row.openApprovals.length ? row : { ...row, openApprovals };
}
