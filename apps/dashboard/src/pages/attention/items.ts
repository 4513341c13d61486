/** The inbox: what needs somebody, with the question that it is about and the session that it is in. Pure. */
import type { ApprovalView } from "../../api/types/approval.ts";
import { ATTENTION_KINDS, type AttentionItem, type AttentionKind } from "../../api/types/fleet.ts";
import type { SessionView } from "../../api/types/session.ts";
import { msOf } from "../../words/age.ts";
import { oneLine } from "../../words/safe.ts";
import { nameOfId, titleOf } from "../../words/title.ts";

export interface InboxItem {
  readonly key: string;
  readonly kind: AttentionKind;
  readonly sessionId: string;
  readonly sinceAt: string;
  readonly title: string;
  /** One line that says what it is about. */
  readonly why: string;
  readonly session: SessionView | null;
  /** The question that waits, where it is one. */
  readonly approval: ApprovalView | null;
  /** Null: it was looked at and is no more in the list. */
  readonly item: AttentionItem | null;
}

/** Rows of the stream are kept by keys of the house's own; a question is found by whose it is. */
export const approvalKey = ({
  sessionId,
  requestId,
}: Pick<ApprovalView, "sessionId" | "requestId">): string => `${sessionId}/${requestId}`;

export const approvalsByKey = (approvals: Iterable<ApprovalView>): ReadonlyMap<string, ApprovalView> =>
  new Map([...approvals].map((approval) => [approvalKey(approval), approval]));

export interface Known {
  readonly sessions: ReadonlyMap<string, SessionView>;
  readonly approvals: ReadonlyMap<string, ApprovalView>;
}

export const inboxOf = (items: readonly AttentionItem[], known: Known): readonly InboxItem[] =>
  items.map((item) => inboxItem(item.key, item, known));

/** What stood under a key that is in no list any more, so that its card stays and says how it ended; null where nothing is known of it. */
export function endedItem(key: string, known: Known): InboxItem | null {
  const item = inboxItem(key, null, known);
  return item.approval === null ? null : item;
}

function inboxItem(key: string, item: AttentionItem | null, { sessions, approvals }: Known): InboxItem {
  const [kind = "", sessionId = "", ...cause] = key.split("/");
  const session = sessions.get(sessionId) ?? null;
  const approval = kind === "waiting" ? (approvals.get(`${sessionId}/${cause.join("/")}`) ?? null) : null;
  return {
    key,
    kind: item?.kind ?? ATTENTION_KINDS.find((known) => known === kind) ?? "waiting",
    sessionId,
    sinceAt: item?.sinceAt ?? approval?.openedAt ?? "",
    title: session === null ? nameOfId(sessionId) : titleOf(session),
    why: oneLine(approval?.subject ?? approval?.reason ?? item?.evidence ?? ""),
    session,
    approval,
    item,
  };
}

/** Whether somebody put it off and its time is not over. `now` in epoch ms. */
export function isPutOff({ item }: Pick<InboxItem, "item">, now: number): boolean {
  const until = msOf(item?.snoozedUntil);
  return until !== null && until > now;
}

/** How many there are of each kind, the most urgent kind first; kinds that there are none of are left out. */
export const kindCounts = (
  items: readonly Pick<InboxItem, "kind">[],
): readonly { readonly kind: AttentionKind; readonly count: number }[] =>
  ATTENTION_KINDS.map((kind) => ({ kind, count: items.filter((item) => item.kind === kind).length })).filter(
    ({ count }) => count > 0,
  );
