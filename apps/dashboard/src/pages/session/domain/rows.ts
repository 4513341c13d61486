/** A transcript as rows of a virtual list: a head for each turn, a row for each message, and one for tool calls that follow each other. Pure. */
import type { CommandShape, ItemShape, TurnShape } from "../shapes.ts";
import { type Voice, voiceOf } from "./voices.ts";

export interface TurnRow {
  readonly kind: "turn";
  readonly key: string;
  readonly turnId: string;
  /** What is told of the turn itself; null where only its items are. */
  readonly turn: TurnShape | null;
  /** Who spoke first in it; null where no message of it was read. */
  readonly voice: Voice | null;
  readonly startedAt: string | null;
}

export interface MessageRow {
  readonly kind: "message";
  readonly key: string;
  readonly item: ItemShape;
  readonly voice: Voice;
}

export interface ToolsRow {
  readonly kind: "tools";
  readonly key: string;
  readonly items: readonly ItemShape[];
}

export type TranscriptRow = TurnRow | MessageRow | ToolsRow;

export interface Transcript {
  /** In the order in which they happened; an item is in it once. */
  readonly items: readonly ItemShape[];
  readonly turns: ReadonlyMap<string, TurnShape>;
  readonly accepted: ReadonlyMap<string, CommandShape>;
}

/** Kinds that are said and not done. What Codex invents tomorrow is said if it has a text and neither a command nor a tool. */
const SAID: ReadonlySet<string> = new Set(["userMessage", "agentMessage", "plan", "reasoning"]);

export const isTool = (item: ItemShape): boolean =>
  !SAID.has(item.kind) &&
  (item.command !== null ||
    item.tool !== null ||
    item.output !== null ||
    item.paths.length > 0 ||
    item.text === null);

export const itemKey = ({ turnId, itemId }: Pick<ItemShape, "turnId" | "itemId">): string =>
  `${turnId}/${itemId}`;

/** Rows while they are made: a run of tool calls grows in place, so that a long one costs what it holds. */
type Growing = TurnRow | MessageRow | (Omit<ToolsRow, "items"> & { readonly items: ItemShape[] });

export function rowsOf(transcript: Transcript): readonly TranscriptRow[] {
  const { items, accepted } = transcript;
  const voices = firstVoices(transcript);
  const rows: Growing[] = [];
  let turnId: string | null = null;
  for (const item of items) {
    if (item.turnId !== turnId) rows.push(turnRow(item, transcript, voices));
    turnId = item.turnId;
    const last = rows.at(-1);
    if (!isTool(item))
      rows.push({ kind: "message", key: itemKey(item), item, voice: voiceOf(item, accepted) });
    else if (last?.kind === "tools") last.items.push(item);
    else rows.push({ kind: "tools", key: `tools/${itemKey(item)}`, items: [item] });
  }
  return rows;
}

/** Who spoke first in each turn: that is who started it. */
function firstVoices({ items, accepted }: Transcript): ReadonlyMap<string, Voice> {
  const voices = new Map<string, Voice>();
  for (const item of items)
    if (item.kind === "userMessage" && !voices.has(item.turnId))
      voices.set(item.turnId, voiceOf(item, accepted));
  return voices;
}

function turnRow(first: ItemShape, { turns }: Transcript, voices: ReadonlyMap<string, Voice>): TurnRow {
  const { turnId, itemId } = first;
  const turn = turns.get(turnId) ?? null;
  return {
    kind: "turn",
    key: `turn/${turnId}/${itemId}`,
    turnId,
    turn,
    voice: voices.get(turnId) ?? null,
    startedAt: turn?.startedAt ?? first.startedAt ?? first.completedAt,
  };
}

/** Two lists of items as one: `newer` says what became of what `older` has begun, and what is in both is there once, where it stood first. */
export function joined(older: readonly ItemShape[], newer: readonly ItemShape[]): readonly ItemShape[] {
  const byKey = new Map(older.map((item) => [itemKey(item), item]));
  for (const item of newer) {
    const known = byKey.get(itemKey(item));
    if (known?.phase !== "completed" || item.phase === "completed") byKey.set(itemKey(item), item);
  }
  return [...byKey.values()];
}
