/** What the API answers, as TypeScript sees it: written by hand after `libs/views/src/present`, so that no schema library is sent to browsers. Times are ISO 8601 in UTC unless they say epoch ms. */

export interface PrincipalView {
  readonly kind: "person" | "claw" | "session" | "host" | "house";
  readonly name: string;
  readonly role: "viewer" | "operator" | "auditor" | "admin" | "claw" | "session" | "host";
  readonly group: string | null;
}

export type FreshnessState = "live" | "stale" | "unknown" | "gone";

export interface FreshnessView {
  readonly state: FreshnessState;
  readonly sinceAt: string;
  readonly ageMs: number | null;
  readonly reason: string | null;
}

export type Facts = Readonly<Record<string, string | number | null>>;

/** RFC 9457, and what stands beside it when policy said no. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string | null;
  readonly facts: Facts;
  readonly instance: string;
  readonly commandId?: string;
  readonly rule?: string | null;
  readonly position?: number | null;
}

/** One page of a list: `{"<plural>": [...]}` beside these. */
export interface Paged {
  readonly nextCursor: string | null;
  readonly position: number;
}
