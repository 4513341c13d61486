/** The parts of the API's answers that the acceptance tests read. */
import type { OutcomeWord } from "@claw/events";

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
  readonly lastTurn: { readonly turnId: string; readonly status: string } | null;
}
/**
 * The turn that runs is known, so that it can be steered or interrupted. Codex tells that a thread is active a moment before it tells which turn began;
 * in between a write into the turn is refused as `turn_unknown`.
 */
export const isInTurn = ({ status, lastTurn }: SessionAnswer): boolean =>
  status === "active" && lastTurn?.status === "inProgress";
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
/** What a command is answered with, refused or not. */
export interface CommandAnswer {
  readonly commandId: string;
  readonly decision: "accepted" | "refused";
  readonly outcome?: OutcomeWord;
  readonly mode?: "start" | "steer" | "interrupt" | "spawn" | "resume" | "answer";
  readonly turnId?: string;
  readonly position?: number;
  readonly refusal?: {
    readonly code: string;
    readonly remedy: string;
    readonly facts: Readonly<Record<string, unknown>>;
  };
}
