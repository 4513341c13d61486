/** What the house lives by, asked by REST. No live view has rules: the page asks again when a command that changes them is told. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import type { Paged, PrincipalView } from "../../api/types.ts";

export interface LimitView {
  readonly name: string;
  readonly value: number;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly what: string;
  readonly reason: string | null;
  readonly by: PrincipalView | null;
  readonly sinceAt: string | null;
}

export interface SwitchView {
  readonly scope: string;
  readonly id: string | null;
  readonly reason: string;
  readonly by: PrincipalView | null;
  readonly sinceAt: string;
}

interface Ended {
  readonly until: string | null;
  readonly reason: string;
  readonly by: PrincipalView | null;
  readonly sinceAt: string;
}

export interface GrantView extends Ended {
  readonly right: string;
  readonly scope: string;
  readonly id: string | null;
  readonly state: "open" | "closed";
}

export interface RulingView extends Ended {
  readonly scope: string;
  readonly id: string | null;
  readonly kind: string | null;
  readonly answer: "decline" | "ask" | "accept";
  readonly waitMs: number | null;
  readonly pattern: string | null;
}

export interface MuteView {
  readonly origin: string;
  readonly refusals: number;
  readonly code: string | null;
  readonly unwritten: number;
  readonly until: string;
  readonly sinceAt: string;
}

export interface RulesView {
  readonly limits: readonly LimitView[];
  readonly switches: readonly SwitchView[];
  readonly grants: readonly GrantView[];
  readonly approvals: readonly RulingView[];
  readonly muted: readonly MuteView[];
}

/** Ms after which rules that were read are asked for again when the page is come back to. */
const FRESH_MS = 5_000;

export const RULES_KEY = ["rules"] as const;
export const rulesQuery = queryOptions({
  queryKey: RULES_KEY,
  queryFn: ({ signal }) =>
    request<{ readonly rules: RulesView; readonly position: number }>("/api/rules", { signal }),
  staleTime: FRESH_MS,
  retry: false,
});

/** A redacted egress policy: no field of it could hold a secret (F1-092…F1-109). */
export interface EgressView {
  readonly sandboxId: string;
  readonly sessionId: string | null;
  readonly owner: string | null;
  readonly allowedHosts: readonly string[];
  readonly allowedHostCount: number;
  readonly githubRepo: string | null;
  readonly githubCredentialSource: "none" | "session" | "worker";
  readonly hasGithubToken: boolean;
  readonly hasGithubRepoNodeId: boolean;
  readonly hasOpenAIOrg: boolean;
  readonly openAIBaseUrlHost: string | null;
  readonly registeredAt: string;
}

export const egressQuery = queryOptions({
  queryKey: ["policies"],
  queryFn: ({ signal }) =>
    request<{ readonly policies: readonly EgressView[] } & Paged>("/api/policies", {
      signal,
      query: { limit: 200 },
    }),
  staleTime: FRESH_MS,
  retry: false,
});
