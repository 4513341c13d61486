/** Items of transcripts. What came twice is there once (DESIGN 14.17), and an item that is complete stays as it is. */
import type { ItemBody, SessionId } from "@claw/events";
import type { ItemRow } from "../rows.ts";
import { itemKey, turnKey } from "./keys.ts";
import {
  type EventIn,
  type Fact,
  type Lookup,
  ownSession,
  sessionOf,
  type ViewProjection,
} from "./projection.ts";

type ItemEvent = EventIn<"item.started" | "item.completed">;

export const items: ViewProjection<"items"> = {
  name: "items",
  version: 2,
  key: (fact, rows) => {
    const { event } = fact;
    if (event.type !== "item.started" && event.type !== "item.completed") return null;
    const sessionId = ownSession(fact, rows);
    if (sessionId === null) return null;
    return itemKey(sessionId, event.data.turnId, event.data.itemId);
  },
  evolve: (row, fact, rows) => {
    const { event } = fact;
    if (event.type === "item.started") return started(row, fact, event, rows);
    return event.type === "item.completed" ? completed(row, fact, event, rows) : undefined;
  },
};

function started(
  row: ItemRow | undefined,
  fact: Fact,
  event: EventIn<"item.started">,
  rows: Lookup,
): ItemRow | undefined {
  if (row === undefined) return firstSight(fact, event, rows);
  const { startedAt } = event.data;
  return row.startedAt === null && startedAt !== null ? { ...row, startedAt } : undefined;
}

function completed(
  row: ItemRow | undefined,
  fact: Fact,
  event: EventIn<"item.completed">,
  rows: Lookup,
): ItemRow | undefined {
  if (row?.phase === "completed") return undefined;
  const { kind, status, startedAt, completedAt, durationMs, exitCode, clientId, cutBytes } = event.data;
  return {
    ...(row ?? firstSight(fact, event, rows)),
    ...said(event.body),
    kind,
    phase: "completed",
    status,
    startedAt: row?.startedAt ?? startedAt,
    completedAt: completedAt ?? event.at,
    durationMs,
    exitCode,
    clientId,
    cutBytes,
  };
}

function firstSight(fact: Fact, event: ItemEvent, rows: Lookup): ItemRow {
  const { turnId, itemId, kind, startedAt } = event.data;
  return {
    sessionId: sessionOf(fact) as SessionId,
    turnId,
    itemId,
    kind,
    phase: "started",
    status: null,
    startedAt,
    completedAt: null,
    durationMs: null,
    exitCode: null,
    clientId: null,
    ...said(event.body),
    cutBytes: 0,
    order: orderOf(fact, event, rows),
  };
}

const said = (body: ItemBody | null): Pick<ItemRow, "text" | "command" | "output" | "tool" | "paths"> => ({
  text: body?.text ?? null,
  command: body?.command ?? null,
  output: body?.output ?? null,
  tool: body?.tool ?? null,
  paths: body?.paths ?? [],
});

/** Digits that hold any epoch ms up to 2100, a position, and an index. */
const TIME_DIGITS = 13;
const SECOND_MS = 1_000;
const POSITION_DIGITS = 16;
const INDEX_DIGITS = 2;

/**
 * Text that sorts a session's items as they happened: by the second in which the item began, else its turn, else in which it was told; then by first
 * sight. No finer than a second, because a history knows of a turn no more, and what was heard in the same second was told in order. Never changes once
 * given, so that a page's cursor keeps its place.
 */
function orderOf(fact: Fact, event: ItemEvent, rows: Lookup): string {
  const { turnId, startedAt } = event.data;
  const at = startedAt ?? rows("turns", turnKey(sessionOf(fact) ?? "", turnId))?.startedAt ?? event.at;
  return `${pad(at - (at % SECOND_MS), TIME_DIGITS)}/${pad(fact.position, POSITION_DIGITS)}/${pad(fact.index, INDEX_DIGITS)}`;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");
