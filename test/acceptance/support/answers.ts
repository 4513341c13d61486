/** The parts of the API's answers that the acceptance tests read. */
export interface SessionAnswer {
  readonly sessionId: string;
  readonly endpointId: string;
  readonly host: string;
  readonly workspace: string | null;
  readonly repo: string | null;
  readonly branch: string | null;
  readonly source: string;
  readonly status: string;
  readonly humanAttached: boolean | null;
  readonly lastSeenAt: string;
  readonly summary: string | null;
  readonly freshness: { readonly state: string };
  readonly turnCount: number;
}
export interface SessionsAnswer {
  readonly sessions: readonly SessionAnswer[];
  readonly nextCursor: string | null;
  readonly position: number;
}
export interface TranscriptAnswer {
  readonly items: readonly {
    readonly itemId: string;
    readonly turnId: string;
    readonly kind: string;
    readonly text: string | null;
    readonly status: string | null;
  }[];
  readonly nextCursor: string | null;
}
