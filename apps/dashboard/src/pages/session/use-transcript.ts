/** A session's transcript as it is read: the newest page first, older ones when somebody scrolls up, and from then on what the stream tells. Nothing is asked twice. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { request } from "../../api/client.ts";
import type { Paged } from "../../api/types.ts";
import { joined } from "./domain/rows.ts";
import type { ItemShape, TurnShape } from "./shapes.ts";
import { useStream } from "./use-stream.ts";

/** Items of one page; the host itself gives at most 50 of what was before the house looked. */
const PAGE = 100;

/** `views`: what the house saw · `host`: what was before, read from the session's host and kept nowhere (DESIGN 14.17). */
interface Place {
  readonly from: "views" | "host";
  readonly cursor: string | null;
}
interface TranscriptPage extends Paged {
  readonly items: readonly ItemShape[];
  readonly from: Place["from"];
}

const FIRST: Place = { from: "views", cursor: null };

const readPage = (sessionId: string, { from, cursor }: Place, signal: AbortSignal): Promise<TranscriptPage> =>
  request<Omit<TranscriptPage, "from">>(`/api/sessions/${encodeURIComponent(sessionId)}/transcript`, {
    signal,
    query: {
      limit: PAGE,
      cursor: cursor ?? undefined,
      ...(from === "host" ? { older: true } : { order: "newest" }),
    },
  }).then((page) => ({ ...page, from }));

/** After the house's own pages come the host's, and after its last there is nothing. */
function nextPlace({ from, nextCursor }: TranscriptPage): Place | null {
  if (nextCursor !== null) return { from, cursor: nextCursor };
  return from === "views" ? { from: "host", cursor: null } : null;
}

export interface TranscriptRead {
  readonly items: readonly ItemShape[];
  readonly turns: ReadonlyMap<string, TurnShape>;
  readonly isLoading: boolean;
  /** Why nothing could be read at all, or why no older page. */
  readonly error: unknown;
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  /** Whether the next older page is the host's to give. */
  readonly olderIsOnHost: boolean;
  readonly readOlder: () => void;
  /** Reads it again from its end. */
  readonly retry: () => void;
}

const NO_ITEMS: readonly ItemShape[] = [];

export function useTranscript(sessionId: string): TranscriptRead {
  const query = useInfiniteQuery({
    queryKey: ["transcript", sessionId],
    queryFn: ({ pageParam, signal }) => readPage(sessionId, pageParam, signal),
    initialPageParam: FIRST,
    getNextPageParam: nextPlace,
    staleTime: Infinity,
    retry: false,
  });
  const pages = query.data?.pages;
  const newest = pages?.[0];
  const after = newest?.position;
  const items = useStream(after === undefined ? null : { view: "items", sessionId, after });
  const turns = useStream(after === undefined ? null : { view: "turns", sessionId });
  const heard = items?.live.tables.items;
  const told = turns?.live.tables.turns;
  const all = useMemo(() => {
    const read = pages?.toReversed().flatMap((page) => page.items.toReversed()) ?? NO_ITEMS;
    const since = heard === undefined ? NO_ITEMS : ([...heard.values()] as readonly ItemShape[]);
    return joined(read, since);
  }, [pages, heard]);
  const byTurn = useMemo(() => {
    const rows = told === undefined ? [] : ([...told.values()] as readonly TurnShape[]);
    return new Map(rows.map((turn) => [turn.turnId, turn]));
  }, [told]);
  return {
    items: all,
    turns: byTurn,
    isLoading: query.isPending,
    error: query.error,
    hasOlder: query.hasNextPage,
    isLoadingOlder: query.isFetchingNextPage,
    olderIsOnHost: pages?.at(-1)?.nextCursor === null || pages?.at(-1)?.from === "host",
    // Who scrolls asks again before the page knows that it has asked.
    readOlder: () => void query.fetchNextPage({ cancelRefetch: false }),
    retry: () => void query.refetch(),
  };
}
