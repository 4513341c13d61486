/** The transcript: virtual, so that a session of ten thousand items scrolls like one of ten; older pages come when somebody reaches the top or asks for them. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { problemIn } from "../../api/client.ts";
import { Button } from "../../ui/button.tsx";
import { Empty, Loading, RefusalLine } from "../../ui/states.tsx";
import { counted } from "../../words/figures.ts";
import { shortId } from "../../words/safe.ts";
import { type Transcript as Said, type TranscriptRow, rowsOf } from "./domain/rows.ts";
import { acceptedIn } from "./domain/voices.ts";
import { Folds } from "./folds.ts";
import { Glass } from "./glass.tsx";
import { JumpBar } from "./jump-bar.tsx";
import type { CommandShape } from "./shapes.ts";
import { Row, type TurnName } from "./transcript-rows.tsx";
import { type TranscriptRead, useTranscript } from "./use-transcript.ts";

export interface TranscriptProps {
  readonly sessionId: string;
  readonly commands: readonly CommandShape[];
  /** As the house counted them, also those that were not read here. */
  readonly turnCount: number;
  readonly itemCount: number;
  /** Behind the last row: what Codex asks. */
  readonly children?: ReactNode;
}

export function Transcript({ sessionId, commands, turnCount, itemCount, children }: TranscriptProps) {
  const read = useTranscript(sessionId);
  const accepted = useMemo(() => acceptedIn(commands, sessionId), [commands, sessionId]);
  const rows = useMemo(
    () => rowsOf({ items: read.items, turns: read.turns, accepted }),
    [read.items, read.turns, accepted],
  );
  const nameOf = useMemo(
    () => turnNames({ items: read.items, turns: read.turns, accepted }, turnCount),
    [read.items, read.turns, accepted, turnCount],
  );
  if (read.isLoading) return <Loading lines={8} />;
  if (read.items.length === 0 && read.error !== null)
    return <Glass sessionId={sessionId} error={read.error} onRetry={read.retry} />;
  return (
    <Rows
      rows={rows}
      read={read}
      nameOf={nameOf}
      total={`${counted(turnCount, "turn")}, ${counted(itemCount, "item")}`}
    >
      {children}
    </Rows>
  );
}

/** Turns are counted from the last: how many the house knows, it says; those before what was read have their ids. */
function turnNames({ items }: Said, turnCount: number): TurnName {
  const turnIds = [...new Set(items.map(({ turnId }) => turnId))];
  const offset = turnCount - turnIds.length;
  const places = new Map(turnIds.map((turnId, index) => [turnId, offset + index + 1]));
  return (turnId) => {
    const place = places.get(turnId);
    return place === undefined || place < 1 ? `Turn ${shortId(turnId)}` : `Turn ${place}`;
  };
}

interface RowsProps {
  readonly rows: readonly TranscriptRow[];
  readonly read: TranscriptRead;
  readonly nameOf: TurnName;
  readonly total: string;
  readonly children?: ReactNode;
}

function Rows({ rows, read, nameOf, total, children }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [folds] = useState(() => new Set<string>());
  const [marked, setMarked] = useState<string | null>(null);
  const list = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    gap: 14,
    anchorTo: "end",
    followOnAppend: true,
    directDomUpdates: true,
  });
  useEffect(() => list.scrollToEnd(), [list]);
  const readOlder = useKeptPlace(list, rows, read);
  const goTo = (place: number): void => {
    setMarked(rows[place]?.key ?? null);
    list.scrollToIndex(place, { align: "center" });
  };
  const at = marked === null ? -1 : rows.findIndex(({ key }) => key === marked);
  return (
    <>
      <JumpBar
        rows={rows}
        total={total}
        at={at === -1 ? rows.length : at}
        isWhole={!read.hasOlder}
        onGo={goTo}
      />
      <div
        className="ses-scroll"
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Transcript"
        onScroll={({ currentTarget }) => {
          if (currentTarget.scrollTop < NEAR_TOP && isMoreHere(read)) readOlder();
        }}
      >
        <h2 className="vh">Transcript</h2>
        <Older read={read} onRead={readOlder} />
        {rows.length === 0 && !read.hasOlder && <Empty glyph="logs" title="Nothing was said here yet" />}
        <Folds value={folds}>
          <Shown list={list} rows={rows} nameOf={nameOf} marked={marked} />
        </Folds>
        {children}
      </div>
    </>
  );
}

type List = ReturnType<typeof useVirtualizer<HTMLDivElement, HTMLDivElement>>;

interface ShownProps extends Pick<RowsProps, "rows" | "nameOf"> {
  readonly list: List;
  /** The key of the row that was jumped to. */
  readonly marked: string | null;
}

const Shown = ({ list, rows, nameOf, marked }: ShownProps) => (
  <div className="ses-rows" ref={list.containerRef}>
    {list.getVirtualItems().map(({ key, index }) => {
      const row = rows[index];
      return row === undefined ? null : (
        <div
          className="ses-row"
          key={key}
          data-index={index}
          data-marked={row.key === marked}
          ref={list.measureElement}
        >
          <Row row={row} nameOf={nameOf} />
        </div>
      );
    })}
  </div>
);

/** Reads what was before, and leaves what somebody looks at where it is. A turn's head does not mark the place: it goes up to the turn's first message that was read. */
function useKeptPlace(list: List, rows: readonly TranscriptRow[], read: TranscriptRead): () => void {
  const kept = useRef<{ readonly key: string; readonly of: number } | null>(null);
  useLayoutEffect(() => {
    if (kept.current === null || read.isLoadingOlder) return;
    const { key, of } = kept.current;
    kept.current = null;
    const place = rows.findIndex((row) => row.key === key);
    if (rows.length > of && place > 0) list.scrollToIndex(place, { align: "start" });
  }, [list, rows, read.isLoadingOlder]);
  return () => {
    // By the element itself: what the list holds may be of before this very scroll.
    const top = list.scrollElement?.scrollTop ?? 0;
    const index = list.getVirtualItemForOffset(top)?.index ?? 0;
    const first = rows.slice(index).find(({ kind }) => kind !== "turn");
    if (first !== undefined) kept.current = { key: first.key, of: rows.length };
    read.readOlder();
  };
}

/** Px from the top at which the page before is read. */
const NEAR_TOP = 200;

/** What the house has is read while somebody scrolls; what a host has to be asked for only where somebody asks. */
const isMoreHere = ({ hasOlder, olderIsOnHost, isLoadingOlder, error }: TranscriptRead): boolean =>
  hasOlder && !olderIsOnHost && !isLoadingOlder && error === null;

/** What a row will be about as high as, in px, before it is measured. */
function estimate(row: TranscriptRow | undefined): number {
  if (row === undefined || row.kind === "turn") return 30;
  if (row.kind === "tools") return 34 * Math.min(row.items.length, 4);
  return 48 + 22 * Math.min(12, Math.ceil((row.item.text?.length ?? 0) / 90));
}

function Older({ read, onRead }: { readonly read: TranscriptRead; readonly onRead: () => void }) {
  if (!read.hasOlder) return null;
  return (
    <div className="ses-older">
      <Button small tone="ghost" glyph="chevron" disabled={read.isLoadingOlder} onClick={onRead}>
        {read.isLoadingOlder ? "Reading what was before" : "Read what was before"}
      </Button>
      {read.olderIsOnHost && (
        <span className="muted small">from before the house looked, asked of its host and kept nowhere</span>
      )}
      {read.error !== null && <RefusalLine problem={problemIn(read.error)} />}
    </div>
  );
}
