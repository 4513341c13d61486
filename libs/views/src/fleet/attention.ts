/**
 * Which sessions need somebody now, and why (N1-033, X1-015). Pure: rows, limits and now in, ranked items out. An item's key ends with its cause, so that what was
 * put off for one cause does not hide the next.
 */
import { AttentionKind, isQuestionKind, type RefusalCode, type SessionId, sha256 } from "@claw/events";
import type { ApprovalRow } from "../approval-rows.ts";
import type { MuteRow } from "../command-rows.ts";
import type { RuntimeRow } from "../registry-rows.ts";
import type { SessionRow } from "../rows.ts";
import { lifecycleOfRuntime } from "./lifecycle.ts";

export interface AttentionItem {
  readonly key: string;
  readonly kind: AttentionKind;
  readonly sessionId: SessionId;
  /** Epoch ms. */
  readonly sinceAt: number;
  /** How it is known, built from fields: no text of a host, a person or a model. */
  readonly evidence: string;
  /** What helps, as a person would type it after `claw`. */
  readonly helps: string;
}

export interface AttentionLimits {
  /** An active turn that said nothing for so long (`silent_turn_ms`). */
  readonly silentTurnMs: number;
  /** How long a refusal of the session's own commands is of interest. */
  readonly refusedMs: number;
}

/** An hour: a session that goes on in circles is refused again long before, and one that stopped needs nobody. */
export const ATTENTION_REFUSED_MS = 3_600_000;

export interface AttentionInput {
  readonly row: SessionRow;
  readonly approvals: readonly Pick<ApprovalRow, "requestId" | "kind" | "toldAt">[];
  /** Of the session as an origin; null or left out where it was not refused so often. */
  readonly mute?: Pick<MuteRow, "until" | "sinceAt"> | null;
  readonly limits: AttentionLimits;
  readonly nowMs: number;
}

/** Codes that say: it goes round in circles. And those that say: its cause used up what it had. */
const LOOPING: ReadonlySet<string> = new Set<RefusalCode>([
  "cycle",
  "self_echo",
  "edge_repeats",
  "too_many_hops",
  "chain_too_wide",
]);
const OVER_BUDGET: ReadonlySet<string> = new Set<RefusalCode>(["budget_spent"]);

type Finder = (input: AttentionInput) => readonly AttentionItem[];

/** The items of one session, unranked. */
export const attentionOf: Finder = (input) =>
  isOpen(input.row) ? FINDERS.flatMap((find) => find(input)) : [];

const isOpen = ({ closed, boundTo, freshness }: SessionRow): boolean =>
  closed === null && boundTo === null && freshness.state !== "gone";

type Rest = Pick<AttentionItem, "sinceAt" | "evidence" | "helps">;

const item = ({ row }: AttentionInput, kind: AttentionKind, cause: string, rest: Rest): AttentionItem =>
  itemOf(row.sessionId, kind, cause, rest);

const itemOf = (sessionId: SessionId, kind: AttentionKind, cause: string, rest: Rest): AttentionItem => ({
  key: `${kind}/${sessionId}/${wordOf(cause)}`,
  kind,
  sessionId,
  ...rest,
});

/** Codex chooses the ids of what it asks: one that may not stand in a key stands there as a digest, and in no line that people type. */
const wordOf = (cause: string): string => (isPlain(cause) ? cause : sha256(cause));
const isPlain = (word: string): boolean => /^[A-Za-z0-9_.:-]{1,128}$/.test(word);

const waiting: Finder = (input) => {
  const { row, approvals } = input;
  const asked = approvals.map(({ requestId, kind, toldAt }) =>
    item(input, "waiting", requestId, {
      sinceAt: toldAt,
      evidence: `Codex asks for leave (${isQuestionKind(kind) ? kind : "other"}) and waits.`,
      helps: isPlain(requestId)
        ? `describe approval ${row.sessionId} ${requestId}`
        : `describe session ${row.sessionId}`,
    }),
  );
  if (asked.length > 0 || !row.activity.flags.includes("waitingOnUserInput")) return asked;
  return [
    item(input, "waiting", "input", {
      sinceAt: row.activity.sinceAt,
      evidence: "Codex waits for a person's words.",
      helps: `attach ${row.sessionId}`,
    }),
  ];
};

const failing: Finder = (input) => {
  const { row } = input;
  if (row.lifecycle === "failed")
    return [failed(input, "spawn", row.lastFactAt, "It was asked for and never began.")];
  if (row.activity.type === "systemError")
    return [failed(input, "system", row.activity.sinceAt, "Codex reports an error of its own.")];
  const { lastTurn, progress } = row;
  if (lastTurn?.status === "failed")
    return [failed(input, lastTurn.turnId, lastTurn.completedAt ?? row.lastFactAt, "Its last turn failed.")];
  if (progress?.state !== "failed") return [];
  return [failed(input, `said-${progress.at}`, progress.at, "It says that it failed.")];
};

const failed = (input: AttentionInput, cause: string, sinceAt: number, evidence: string): AttentionItem =>
  item(input, "failing", cause, { sinceAt, evidence, helps: `transcript ${input.row.sessionId}` });

const blocked: Finder = (input) => {
  const { progress, sessionId } = input.row;
  if (progress?.state !== "blocked") return [];
  return [
    item(input, "blocked", String(progress.at), {
      sinceAt: progress.at,
      evidence: "It says that it is blocked.",
      helps: `describe session ${sessionId}`,
    }),
  ];
};

const refused: Finder = (input) => {
  const { row, limits, nowMs } = input;
  const { refusal } = row;
  if (isMuted(input)) return [muted(input)];
  if (refusal === null || nowMs - refusal.at >= limits.refusedMs) return [];
  const kind = kindOfRefusal(refusal.code);
  if (kind === null) return [];
  return [
    item(input, kind, refusal.commandId, {
      sinceAt: refusal.at,
      evidence: `What it asked for was refused: ${refusal.code}.`,
      helps: `describe command ${refusal.commandId}`,
    }),
  ];
};

const isMuted = ({ mute, nowMs }: AttentionInput): boolean => (mute?.until ?? 0) > nowMs;

function muted(input: AttentionInput): AttentionItem {
  const sinceAt = input.mute?.sinceAt ?? input.nowMs;
  return item(input, "looping", `mute-${sinceAt}`, {
    sinceAt,
    evidence: "It was refused so often that it is muted.",
    helps: `describe session ${input.row.sessionId}`,
  });
}

function kindOfRefusal(code: string): AttentionKind | null {
  if (LOOPING.has(code)) return "looping";
  return OVER_BUDGET.has(code) ? "over_budget" : null;
}

const silent: Finder = (input) => {
  const { row, limits, nowMs } = input;
  if (row.activity.type !== "active") return [];
  const { freshness } = row;
  if (freshness.state !== "live")
    return [
      item(input, "silent", `host-${freshness.sinceAt}`, {
        sinceAt: freshness.sinceAt,
        evidence: "It was at work when its host or app-server was last heard.",
        helps: `describe host ${row.hostId}`,
      }),
    ];
  if (row.activity.flags.length > 0 || nowMs - row.lastFactAt < limits.silentTurnMs) return [];
  return [
    item(input, "silent", `turn-${row.activity.sinceAt}`, {
      sinceAt: row.lastFactAt,
      evidence: "Its turn is active and says nothing.",
      helps: `transcript ${row.sessionId}`,
    }),
  ];
};

const FINDERS: readonly Finder[] = [waiting, failing, refused, blocked, silent];

/** Epoch ms: when time alone may change what `attentionOf` says of the same rows; `Infinity` where it never does. */
export function attentionUntil({ row, mute, limits, nowMs }: AttentionInput): number {
  const { activity, refusal, lastFactAt } = row;
  return Math.min(
    nextOf(mute?.until, nowMs),
    refusal === null ? NEVER : nextOf(refusal.at + limits.refusedMs, nowMs),
    activity.type === "active" ? nextOf(lastFactAt + limits.silentTurnMs, nowMs) : NEVER,
  );
}

const NEVER = Number.POSITIVE_INFINITY;

/** A moment that is still to come, in epoch ms; `Infinity` for none. */
export const nextOf = (at: number | null | undefined, nowMs: number): number =>
  at !== null && at !== undefined && at > nowMs ? at : NEVER;

/** A registered runtime that failed, whose lease ran out, or whose adapter is not there (X1-015). Its own word is the only evidence there is. */
export function attentionOfRuntime(row: RuntimeRow, nowMs: number): readonly AttentionItem[] {
  const helps = `describe runtime ${row.runtimeId}`;
  const cause = `r${row.revision}`;
  const of = (kind: AttentionKind, sinceAt: number, evidence: string): readonly AttentionItem[] => [
    itemOf(row.runtimeId, kind, cause, { sinceAt, evidence, helps }),
  ];
  switch (lifecycleOfRuntime(row, nowMs)) {
    case "failed":
      return of("failing", row.endedAt ?? row.updatedAt, "It says that it failed.");
    case "pending_adapter":
      return of("blocked", row.updatedAt, "It says that its adapter is not there.");
    case "expired":
      return row.status === "stopped"
        ? []
        : of("silent", row.leaseUntil ?? row.updatedAt, "Its lease ran out, and nobody renewed it.");
    default:
      return [];
  }
}

/** By kind, then by age: what waits longest first. Ties by key, so that the list is stable. */
export const ranked = (items: readonly AttentionItem[]): readonly AttentionItem[] =>
  items.toSorted(
    (a, b) =>
      AttentionKind.options.indexOf(a.kind) - AttentionKind.options.indexOf(b.kind) ||
      a.sinceAt - b.sinceAt ||
      (a.key < b.key ? -1 : Number(a.key > b.key)),
  );
