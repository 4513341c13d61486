/** The list of what needs somebody: the most urgent kind first, of a kind what waits longest. */
import { Link } from "@tanstack/react-router";
import type { AttentionKind } from "../../api/types.ts";
import { useNow } from "../../state/now.ts";
import { Age } from "../../ui/age.tsx";
import { Bar } from "../../ui/bar.tsx";
import { Views } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { attentionLook } from "../../ui/tones.ts";
import { msOf } from "../../words/age.ts";
import { type InboxItem, kindCounts } from "./items.ts";
import { type AttentionSearch, readAttentionSearch, type Shelf, SHELVES } from "./search.ts";

/** What the list shows: everything, one kind, or one shelf. */
export type Shown = AttentionKind | Shelf | "all";

export interface InboxProps {
  /** Of every kind; what is put off is not among them. */
  readonly items: readonly InboxItem[];
  readonly counts: Readonly<Record<Shelf, number>>;
  readonly shown: readonly InboxItem[];
  readonly showing: Shown;
  readonly at: string | null;
  readonly onShow: (shown: Shown) => void;
}

const SHELF_NAMES: Readonly<Record<Shelf, string>> = { mine: "mine", putOff: "put off" };

export const Inbox = ({ items, counts, shown, showing, at, onShow }: InboxProps) => (
  <section className="inbox" aria-label="Open items">
    <Views<Shown>
      label="Filter by kind"
      value={showing}
      onValue={onShow}
      options={[
        { value: "all", label: "All", count: items.length },
        ...kindCounts(items).map((one) => ({
          value: one.kind,
          label: attentionLook(one.kind).word,
          count: one.count,
        })),
        ...SHELVES.filter((shelf) => counts[shelf] > 0 || shelf === showing).map((shelf) => ({
          value: shelf,
          label: SHELF_NAMES[shelf],
          count: counts[shelf],
        })),
      ]}
    />
    {shown.map((item) => (
      <InboxLine key={item.key} item={item} showing={showing} isAt={item.key === at} />
    ))}
    {shown.length === 0 && <p className="none muted">None.</p>}
  </section>
);

/** What an address says of what is shown. */
export const searchOf = (showing: Shown): AttentionSearch =>
  readAttentionSearch({ kind: showing, of: showing });

interface InboxLineProps {
  readonly item: InboxItem;
  readonly showing: Shown;
  readonly isAt: boolean;
}

function InboxLine({ item, showing, isAt }: InboxLineProps) {
  const look = attentionLook(item.kind);
  return (
    <Link
      className="item"
      to="/attention"
      search={{ ...searchOf(showing), at: item.key }}
      replace
      activeOptions={{ includeSearch: true }}
      aria-current={isAt ? "true" : undefined}
    >
      <span className={`st t-${look.tone}`}>
        <Icon name={item.approval === null && item.kind === "waiting" ? "input" : look.glyph} />
      </span>
      <span className={`k t-${look.tone}`}>
        <span className="w">{look.word}</span> {aboutOf(item)}
      </span>
      <span className="age">
        <Age at={item.sinceAt} />
      </span>
      <span className="ttl trunc">{item.title}</span>
      <span className="why">{item.approval?.kind === "command" ? <code>{item.why}</code> : item.why}</span>
      {item.approval !== null && item.approval.deadlineAt !== null && (
        <TimeLeft from={item.approval.openedAt} until={item.approval.deadlineAt} />
      )}
    </Link>
  );
}

function aboutOf({ approval, item }: InboxItem): string {
  const assignedTo = item?.assignedTo ?? null;
  const whose = assignedTo === null ? "" : ` · ${assignedTo}`;
  return `${approval === null ? "" : "on approval"}${whose}`;
}

function TimeLeft({ from, until }: { readonly from: string; readonly until: string }) {
  const now = useNow();
  const since = msOf(from) ?? now;
  const end = msOf(until) ?? now;
  return <Bar share={end <= since ? 0 : (end - now) / (end - since)} tone="attention" />;
}
