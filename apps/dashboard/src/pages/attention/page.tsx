/** Attention: everything that needs somebody, and the one item that is looked at, with its answer (N1-033, EXPERIENCE §4.1). */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { everyAttentionQuery, fleetQuery, meQuery } from "../../api/queries.ts";
import { useLiveTable } from "../../live/use-live.ts";
import { announce } from "../../state/announce.ts";
import { useKeys } from "../../state/keys.ts";
import { useNow } from "../../state/now.ts";
import { PHONE_PX } from "../../ui/columns.ts";
import { idFrom } from "../../ui/cursor.ts";
import { Page } from "../../ui/page.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { useWindowWidth } from "../../ui/window.ts";
import { nameOfId, titleOf } from "../../words/title.ts";
import { AwayPanel } from "./away-panel.tsx";
import { Detail } from "./detail.tsx";
import { Inbox, searchOf, type Shown } from "./inbox.tsx";
import { AssignDialog, SnoozeDialog } from "./item-dialogs.tsx";
import { approvalsByKey, endedItem, type InboxItem, inboxOf, isPutOff } from "./items.ts";
import type { AttentionSearch, Shelf } from "./search.ts";

const HINTS = [
  { keys: ["j", "k"], does: "next item" },
  { keys: ["a"], does: "approve once" },
  { keys: ["⇧A"], does: "for session" },
  { keys: ["x"], does: "deny" },
  { keys: ["z"], does: "snooze" },
  { keys: ["e"], does: "assign" },
  { keys: ["↵"], does: "open session" },
  { keys: ["?"], does: "all keys" },
];

export function AttentionPage() {
  const attention = useQuery(everyAttentionQuery);
  return (
    <Page title="Attention" hints={HINTS} bare>
      {attention.data !== undefined ? (
        <Items items={attention.data.attention} hasMore={attention.data.nextCursor !== null} />
      ) : attention.isError ? (
        <div className="pad">
          <Failed
            what="What needs somebody cannot be told"
            error={attention.error}
            onRetry={() => void attention.refetch()}
          />
        </div>
      ) : (
        <Loading />
      )}
    </Page>
  );
}

interface ItemsProps {
  readonly items: Parameters<typeof inboxOf>[0];
  readonly hasMore: boolean;
}

function Items({ items, hasMore }: ItemsProps) {
  const { open, shelves, showing, shown, at, isAsked, names } = useShown(items);
  const fleet = useQuery(fleetQuery).data;
  const navigate = useNavigate();
  const isPhone = useWindowWidth() <= PHONE_PX;
  const go = (search: AttentionSearch): void => void navigate({ to: "/attention", search, replace: true });
  const key = at?.key;
  // What is looked at stays what is looked at: something more urgent that comes must not slip under a hand that is about to answer. A phone shows the list first.
  useEffect(() => {
    if (key !== undefined && !isAsked && !isPhone) go({ ...searchOf(showing), at: key });
  }, [key, isAsked, isPhone, showing]);
  useNewQuestions(open);
  const counts = { mine: shelves.mine.length, putOff: shelves.putOff.length };
  const marked = isPhone && !isAsked ? null : (key ?? null);
  const list = (
    <Inbox {...{ items: open, counts, shown, showing, at: marked }} onShow={(next) => go(searchOf(next))} />
  );
  return (
    <>
      <AwayPanel sessions={fleet?.sessions ?? []} nameOf={names} />
      {at === null && showing === "all" && shelves.putOff.length === 0 ? (
        <div className="pad">
          <Empty glyph="attention" title="Nothing needs you" />
        </div>
      ) : isPhone && (at === null || !isAsked) ? (
        list
      ) : (
        <div className="split">
          {!isPhone && list}
          {at === null ? (
            <div className="pad">
              <Empty glyph="attention" title="Nothing of this kind" />
            </div>
          ) : (
            <Looked
              key={at.key}
              item={at}
              place={placeOf(shown, at.key, hasMore)}
              onBack={isPhone ? () => go(searchOf(showing)) : undefined}
              onMove={(steps) => {
                const next = idFrom(shown.map(keyOf), at.key, steps);
                if (next !== null) go({ ...searchOf(showing), at: next });
              }}
            />
          )}
        </div>
      )}
    </>
  );
}

const keyOf = ({ key }: InboxItem): string => key;

/** The list as the address asks for it, and the item that is looked at: the one that was asked for, also when it is over by now, else the first. */
function useShown(items: ItemsProps["items"]) {
  const { kind, of, at: wanted } = useSearch({ from: "/attention" });
  const me = useQuery(meQuery).data?.principal.name ?? null;
  const now = useNow();
  const sessions = useLiveTable("sessions");
  const approvals = useLiveTable("approvals");
  const known = useMemo(
    () => ({ sessions, approvals: approvalsByKey(approvals.values()) }),
    [sessions, approvals],
  );
  const every = useMemo(() => inboxOf(items, known), [items, known]);
  const open = every.filter((item) => !isPutOff(item, now));
  const shelves: Readonly<Record<Shelf, readonly InboxItem[]>> = {
    mine: open.filter(({ item }) => me !== null && item?.assignedTo === me),
    putOff: every.filter((item) => isPutOff(item, now)),
  };
  const shown =
    of === undefined ? open.filter((item) => kind === undefined || item.kind === kind) : shelves[of];
  const asked =
    wanted === undefined ? null : (every.find(({ key }) => key === wanted) ?? endedItem(wanted, known));
  const showing: Shown = of ?? kind ?? "all";
  const names = (id: string): string => {
    const session = sessions.get(id);
    return session === undefined ? nameOfId(id) : titleOf(session);
  };
  return { open, shelves, showing, shown, at: asked ?? shown[0] ?? null, isAsked: asked !== null, names };
}

/** `2 of 8`; what is over has no place. */
function placeOf(shown: readonly InboxItem[], key: string, hasMore: boolean): string {
  const index = shown.findIndex((item) => item.key === key);
  return index < 0 ? "over" : `${index + 1} of ${shown.length}${hasMore ? "+" : ""}`;
}

interface LookedProps {
  readonly item: InboxItem;
  readonly place: string;
  readonly onMove: (steps: number) => void;
  /** On a phone: back to the list. */
  readonly onBack: (() => void) | undefined;
}

/** The item with its keys and its dialogs; another item begins anew. */
function Looked({ item, place, onMove, onBack }: LookedProps) {
  const [over, setOver] = useState<"snooze" | "assign" | null>(null);
  const navigate = useNavigate();
  const close = () => setOver(null);
  useKeys("Attention", {
    j: { does: "next item", run: () => onMove(1) },
    k: { does: "item before", run: () => onMove(-1) },
    Enter: {
      does: "open the session",
      run: () => void navigate({ to: "/sessions/$sessionId", params: { sessionId: item.sessionId } }),
    },
    ...(item.item !== null && {
      z: { does: "snooze", run: () => setOver("snooze") },
      e: { does: "assign", run: () => setOver("assign") },
    }),
  });
  return (
    <>
      <Detail
        item={item}
        place={place}
        onBack={onBack}
        onSnooze={() => setOver("snooze")}
        onAssign={() => setOver("assign")}
      />
      {over === "snooze" && <SnoozeDialog item={item} onClose={close} />}
      {over === "assign" && <AssignDialog item={item} onClose={close} />}
    </>
  );
}

/** Only a new question is said at once (DESIGN-NOTES, "Access"). */
function useNewQuestions(inbox: readonly InboxItem[]): void {
  const seen = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    const questions = inbox.filter(({ approval }) => approval?.state === "open");
    const fresh =
      seen.current === null ? [] : questions.filter(({ key }) => seen.current?.has(key) === false);
    seen.current = new Set(questions.map(({ key }) => key));
    const first = fresh[0];
    if (first !== undefined) announce(`Codex asks in ${first.title}.`, true);
  }, [inbox]);
}
