/** What is asked by REST, once each, and asked again only when the live stream says that something changed: nothing here polls. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "./client.ts";
import type {
  ApprovalView,
  AttentionPage,
  CommandView,
  EndpointView,
  FleetState,
  HostView,
  LeaseView,
  Paged,
  PrincipalView,
  SessionView,
} from "./types.ts";

/** Keys of what is remembered, so that `live/freshen.ts` can say what a change made old. */
export const KEYS = {
  me: ["me"],
  fleet: ["fleet"],
  attention: ["attention"],
  sessions: ["sessions"],
  approvals: ["approvals"],
  hosts: ["hosts"],
  endpoints: ["endpoints"],
  commands: ["commands"],
  leases: ["leases"],
  /** The egress policies, as the page of policies asks for them. */
  policies: ["policies"],
} as const;

const COMMON = { staleTime: Infinity, retry: false } as const;
/** What also changes by time alone, or by rows that the stream does not tell of: asked again when somebody looks at the page again. */
const LOOKED_AT = { ...COMMON, refetchOnWindowFocus: "always" } as const;

/** Who is signed in; a refusal (`unauthenticated`) says nobody. */
export const meQuery = queryOptions({
  queryKey: KEYS.me,
  queryFn: ({ signal }) =>
    request<{
      readonly principal: PrincipalView;
      readonly signInId: string | null;
      readonly until: string | null;
    }>("/api/me", { signal }),
  ...COMMON,
});

export const fleetQuery = queryOptions({
  queryKey: KEYS.fleet,
  queryFn: ({ signal }) =>
    request<{ readonly fleet: FleetState }>("/api/fleet", { signal }).then(({ fleet }) => fleet),
  ...LOOKED_AT,
});

export const attentionQuery = queryOptions({
  queryKey: KEYS.attention,
  queryFn: ({ signal }) => request<AttentionPage>("/api/attention", { signal, query: { limit: 200 } }),
  ...LOOKED_AT,
});

/** With what is put off: to see it, and to bring it back. */
export const everyAttentionQuery = queryOptions({
  queryKey: [...KEYS.attention, "every"],
  queryFn: ({ signal }) =>
    request<AttentionPage>("/api/attention", { signal, query: { limit: 200, snoozed: true } }),
  ...LOOKED_AT,
});

interface Away {
  readonly approvals: readonly ApprovalView[];
  readonly commands: readonly CommandView[];
  /** More happened than one page tells. */
  readonly hasMore: boolean;
}

/** What was decided lately, asked once for each time that somebody was away. `since` in epoch ms. */
export const awayQuery = (since: number) =>
  queryOptions({
    queryKey: ["away", since],
    queryFn: async ({ signal }): Promise<Away> => {
      const [asked, decided] = await Promise.all([
        request<{ readonly approvals: readonly ApprovalView[] } & Paged>("/api/approvals", {
          signal,
          query: { state: "closed", limit: 200 },
        }),
        request<{ readonly commands: readonly CommandView[] } & Paged>("/api/commands", {
          signal,
          query: { limit: 200 },
        }),
      ]);
      const isCut = (
        rows: readonly { readonly openedAt?: string; readonly decidedAt?: string }[],
        cursor: string | null,
      ) => {
        const last = rows.at(-1);
        return cursor !== null && Date.parse(last?.openedAt ?? last?.decidedAt ?? "") > since;
      };
      return {
        approvals: asked.approvals,
        commands: decided.commands,
        hasMore: isCut(asked.approvals, asked.nextCursor) || isCut(decided.commands, decided.nextCursor),
      };
    },
    ...COMMON,
  });

export const sessionQuery = (sessionId: string) =>
  queryOptions({
    queryKey: [...KEYS.sessions, sessionId],
    queryFn: ({ signal }) =>
      request<{ readonly session: SessionView }>(`/api/sessions/${encodeURIComponent(sessionId)}`, {
        signal,
      }).then(({ session }) => session),
    ...COMMON,
  });

export const approvalsQuery = (sessionId: string) =>
  queryOptions({
    queryKey: [...KEYS.approvals, sessionId],
    queryFn: ({ signal }) =>
      request<{ readonly approvals: readonly ApprovalView[] } & Paged>("/api/approvals", {
        signal,
        query: { session: sessionId, limit: 100 },
      }),
    ...COMMON,
  });

export const hostsQuery = queryOptions({
  queryKey: KEYS.hosts,
  queryFn: ({ signal }) =>
    request<{ readonly hosts: readonly HostView[] } & Paged>("/api/hosts", { signal, query: { limit: 200 } }),
  ...COMMON,
});

export const endpointsQuery = queryOptions({
  queryKey: KEYS.endpoints,
  queryFn: ({ signal }) =>
    request<{ readonly endpoints: readonly EndpointView[] } & Paged>("/api/endpoints", {
      signal,
      query: { limit: 200 },
    }),
  ...COMMON,
});

export const commandsQuery = (query: Readonly<Record<string, string | number | undefined>> = {}) =>
  queryOptions({
    queryKey: [...KEYS.commands, query],
    queryFn: ({ signal }) =>
      request<{ readonly commands: readonly CommandView[] } & Paged>("/api/commands", {
        signal,
        query: { limit: 100, ...query },
      }),
    ...COMMON,
  });

export const leasesQuery = (query: Readonly<Record<string, string | number | undefined>> = {}) =>
  queryOptions({
    queryKey: [...KEYS.leases, query],
    queryFn: ({ signal }) =>
      request<{ readonly leases: readonly LeaseView[] } & Paged>("/api/leases", {
        signal,
        query: { limit: 100, ...query },
      }),
    ...COMMON,
  });
