/** Codex turns, items and token counts → facts of a session. Each has its natural key, so live and backfilled words of one thing are one. */
import type { ThreadItem, TokenCounts, Turn, TurnError } from "@claw/codex-rpc/protocol";
import { CommandId, type DataOf, markedCommand, markOf } from "@claw/events";
import { durationOf, itemIdOf, msOfSeconds, saneMs, turnIdOf } from "../names.ts";
import { CAPS, type Scrub, wordOf } from "../scrub.ts";
import { contentOf, type Fact, fact, type NaturalKey, openEvent } from "../telling.ts";
import { readText } from "./item.ts";

/** Whose turn it is, and the tools of translation. */
export interface Means {
  readonly sessionId: string;
  readonly scrub: Scrub;
  /** When it was heard, for facts that bear no time of their own. */
  readonly at: number;
}

const keyOf = (
  { sessionId }: Means,
  turnId: string,
  itemId: string,
  phase: "started" | "completed",
  content: string | null,
): NaturalKey => ({ key: `${sessionId}/${turnId}/${itemId}/${phase}`, turnId, content });

export const isOver = ({ status }: Turn): boolean => status !== "inProgress";

export function turnStarted(turn: Turn, means: Means): Fact {
  const turnId = turnIdOf(turn.id);
  const startedAt = msOfSeconds(turn.startedAt);
  const event = openEvent("turn.started", startedAt ?? means.at, { turnId, startedAt });
  return fact(event, "b", keyOf(means, turnId, "-", "started", null));
}

export function turnCompleted(turn: Turn, means: Means): Fact {
  const turnId = turnIdOf(turn.id);
  const completedAt = msOfSeconds(turn.completedAt);
  const data = {
    turnId,
    status: wordOf(turn.status, means.scrub) ?? "unknown",
    errorKind: errorKindOf(turn.error, means.scrub),
    startedAt: msOfSeconds(turn.startedAt),
    completedAt,
    durationMs: durationOf(turn.durationMs),
  };
  const error = turn.error == null ? null : means.scrub(turn.error.message, CAPS.error).text;
  const event = openEvent("turn.completed", completedAt ?? means.at, data, { error });
  return fact(event, "b", keyOf(means, turnId, "-", "completed", null));
}

/** Codex's own class of the error: a word, or the one key of an object. */
function errorKindOf(error: TurnError | null | undefined, scrub: Scrub): string | null {
  const info = error?.codexErrorInfo;
  return typeof info === "object" && info !== null
    ? wordOf(Object.keys(info)[0], scrub)
    : wordOf(info, scrub);
}

export function itemStarted(item: ThreadItem, turnId: string, startedAtMs: unknown, means: Means): Fact {
  const facts = itemFacts(item, turnId, startedAtMs, means);
  const event = openEvent(
    "item.started",
    facts.startedAt ?? means.at,
    facts,
    readText(item, means.scrub).body,
  );
  return fact(event, "c", keyOf(means, facts.turnId, facts.itemId, "started", null));
}

export function itemCompleted(item: ThreadItem, turnId: string, completedAtMs: unknown, means: Means): Fact {
  const { body, cutBytes } = readText(item, means.scrub);
  const completedAt = saneMs(item["completedAtMs"]) ?? saneMs(completedAtMs);
  const outcome = {
    status: wordOf(item["status"], means.scrub),
    exitCode: Number.isSafeInteger(item["exitCode"]) ? (item["exitCode"] as number) : null,
    clientId: clientIdOf(item["clientId"], means.scrub),
    cutBytes,
  };
  const data = {
    ...itemFacts(item, turnId, item["startedAtMs"], means),
    ...outcome,
    completedAt,
    durationMs: durationOf(item["durationMs"]),
  };
  const event = openEvent("item.completed", completedAt ?? means.at, data, body);
  return fact(
    event,
    "b",
    keyOf(means, data.turnId, data.itemId, "completed", contentOf({ ...outcome, body })),
  );
}

/** A mark of ours passes as it is: who redacts a part of it takes a command's message for a person's. */
function clientIdOf(clientId: unknown, scrub: Scrub): string | null {
  const marked = typeof clientId === "string" ? markedCommand(clientId) : null;
  return marked !== null && CommandId.safeParse(marked).success ? markOf(marked) : wordOf(clientId, scrub);
}

const itemFacts = (item: ThreadItem, turnId: string, startedAtMs: unknown, { scrub }: Means) => ({
  turnId: turnIdOf(turnId),
  itemId: itemIdOf(item.id),
  kind: wordOf(item.type, scrub) ?? "unknown",
  startedAt: saneMs(item["startedAtMs"]) ?? saneMs(startedAtMs),
});

/** A whole turn as a list shows it, in the order in which it happened. An item that still runs has only started. */
export function turnFacts(turn: Turn, means: Means): readonly Fact[] {
  const items = turn.items.map((item) =>
    item["status"] === "inProgress"
      ? itemStarted(item, turn.id, null, means)
      : itemCompleted(item, turn.id, null, { ...means, at: msOfSeconds(turn.startedAt) ?? means.at }),
  );
  return [turnStarted(turn, means), ...items, ...(isOver(turn) ? [turnCompleted(turn, means)] : [])];
}

export function usageReported(
  turnId: string,
  usage: {
    readonly total: TokenCounts;
    readonly last: TokenCounts;
    readonly modelContextWindow?: number | null | undefined;
  },
  { at }: Means,
): Fact {
  const data: DataOf<"usage.reported"> = {
    turnId: turnIdOf(turnId),
    total: countsOf(usage.total),
    last: countsOf(usage.last),
    contextWindow: usage.modelContextWindow == null ? null : wholeOf(usage.modelContextWindow),
  };
  return fact(openEvent("usage.reported", at, data), "c");
}

const wholeOf = (count: number): number => (Number.isSafeInteger(count) && count >= 0 ? count : 0);
const countsOf = (counts: TokenCounts) => ({
  totalTokens: wholeOf(counts.totalTokens),
  inputTokens: wholeOf(counts.inputTokens),
  cachedInputTokens: wholeOf(counts.cachedInputTokens),
  outputTokens: wholeOf(counts.outputTokens),
  reasoningOutputTokens: wholeOf(counts.reasoningOutputTokens),
});
