/** Commands by pages, the newest first; what is open or new comes by the stream, which makes what was asked old (live/freshen.ts). */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { request } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import type { CommandView, Paged } from "../../api/types.ts";

export interface Filter {
  readonly shown: "all" | "open" | "accepted" | "refused";
  readonly session: string;
  readonly host: string;
  readonly principal: string;
}

export const EVERYTHING: Filter = { shown: "all", session: "", host: "", principal: "" };

interface CommandsPage extends Paged {
  readonly commands: readonly CommandView[];
}

export interface CommandsRead {
  readonly commands: readonly CommandView[] | undefined;
  readonly error: unknown;
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  readonly readOlder: () => void;
  readonly retry: () => void;
}

const PAGE = 100;

const said = (text: string): string | undefined => (text.trim() === "" ? undefined : text.trim());

export function useCommands(typed: Filter): CommandsRead {
  const filter = useDeferredValue(typed);
  const { shown, session, host, principal } = filter;
  const query = useInfiniteQuery({
    queryKey: [...KEYS.commands, "pages", filter],
    queryFn: ({ pageParam, signal }) =>
      request<CommandsPage>("/api/commands", {
        signal,
        query: {
          limit: PAGE,
          cursor: pageParam ?? undefined,
          session: said(session),
          host: said(host),
          principal: said(principal),
          state: shown === "open" ? "open" : undefined,
          decision: shown === "accepted" || shown === "refused" ? shown : undefined,
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
  const pages = query.data?.pages;
  const commands = useMemo(
    () => (pages === undefined ? undefined : onceEach(pages.flatMap((page) => page.commands))),
    [pages],
  );
  return {
    commands,
    error: query.error,
    hasOlder: query.hasNextPage,
    isLoadingOlder: query.isFetchingNextPage,
    readOlder: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  };
}

/** Pages move while they are read: what two of them hold is there once. */
const onceEach = (commands: readonly CommandView[]): readonly CommandView[] => [
  ...new Map(commands.map((command) => [command.commandId, command])).values(),
];
