/** What the house says of its own health. Asked when the page is opened and when somebody asks again: nothing here polls. */
import { queryOptions } from "@tanstack/react-query";
import { ApiProblem, request, requestText } from "../../api/client.ts";
import type { Paged } from "../../api/types.ts";

export interface Ready {
  readonly status: "ready" | "not ready";
  readonly parts: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
}

export interface LedgerView {
  readonly ledgerId: string;
  readonly role: "record" | "replica" | "waiting" | "unclaimed";
  readonly position: number;
  readonly chain: string;
  readonly generation: number;
  readonly lag: number | null;
  readonly heardAt: string;
}

export interface LogView {
  readonly generation: number;
  readonly resumedAt: string | null;
  readonly resumedReason: string | null;
  readonly recordLedgerId: string | null;
  readonly claimedAt: string | null;
  readonly trimmedBefore: number | null;
  readonly quarantinedMessages: number;
  readonly lastQuarantine: {
    readonly code: string;
    readonly subject: string;
    readonly generation: number;
    readonly sequence: number;
    readonly position: number;
    readonly at: string | null;
  } | null;
}

export interface QuarantineView {
  readonly position: number;
  readonly entryId: string;
  readonly lane: string;
  readonly eventType: string;
  readonly problem: string;
  readonly firstSeenAt: string;
  readonly attempts: number;
  readonly state: "open" | "folded" | "waived";
  readonly reason: string | null;
}

export interface TokenSums {
  readonly sessions: number;
  readonly totalTokens: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly reasoningOutputTokens: number;
}

/** Null: nobody said whose it is. */
export interface UsageView extends TokenSums {
  readonly name: string | null;
}

export const USAGE_BY = ["owner", "group", "session"] as const;
export type UsageBy = (typeof USAGE_BY)[number];

export const HEALTH_KEY = ["health"] as const;
const COMMON = { staleTime: 0, retry: false, refetchOnWindowFocus: false } as const;

/** 503 is an answer here: it names the parts that are not ready. */
async function readiness(signal: AbortSignal): Promise<Ready> {
  const response = await fetch("/readyz", { signal, credentials: "same-origin", cache: "no-store" });
  const body: unknown = await response.json().catch(() => null);
  if (isReady(body)) return body;
  throw new TypeError("the house's readiness cannot be read");
}

const isReady = (body: unknown): body is Ready =>
  typeof body === "object" &&
  body !== null &&
  "parts" in body &&
  typeof body.parts === "object" &&
  body.parts !== null;

export const readyQuery = queryOptions({
  queryKey: [...HEALTH_KEY, "ready"],
  queryFn: ({ signal }) => readiness(signal),
  ...COMMON,
});

export const metricsQuery = queryOptions({
  queryKey: [...HEALTH_KEY, "metrics"],
  queryFn: ({ signal }) => requestText("/metrics", { signal }),
  ...COMMON,
});

export const ledgersQuery = queryOptions({
  queryKey: [...HEALTH_KEY, "ledgers"],
  queryFn: ({ signal }) =>
    request<{ readonly ledgers: readonly LedgerView[]; readonly log: LogView } & Paged>("/api/ledgers", {
      signal,
    }),
  ...COMMON,
});

export const quarantineQuery = queryOptions({
  queryKey: [...HEALTH_KEY, "quarantine"],
  queryFn: ({ signal }) =>
    request<{ readonly quarantine: readonly QuarantineView[] } & Paged>("/api/quarantine", {
      signal,
      query: { limit: 100 },
    }),
  ...COMMON,
});

/** Bars that are drawn; what is left is said as a figure. */
export const MOST_USERS = 12;

export const usageQuery = (by: UsageBy) =>
  queryOptions({
    queryKey: [...HEALTH_KEY, "usage", by],
    queryFn: ({ signal }) =>
      request<{ readonly usage: readonly UsageView[]; readonly total: TokenSums } & Paged>("/api/usage", {
        signal,
        query: { by, limit: MOST_USERS },
      }),
    ...COMMON,
  });

/** True where the caller's role may not read it: that is no failure of the house. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof ApiProblem && error.problem.status === 403;
