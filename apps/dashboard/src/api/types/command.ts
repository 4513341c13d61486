/** `POST /api/commands`, `GET /api/commands`, and the live rows of kind `commands`. */
import type { FencingToken } from "./host.ts";
import type { Facts, PrincipalView } from "./shared.ts";

export interface FailureView {
  readonly code: string;
  readonly reason: string | null;
  readonly remedy: string | null;
  readonly facts: Facts;
}
export interface RefusalView extends FailureView {
  readonly rule: string | null;
}

export type DoneMode = "start" | "steer" | "interrupt" | "spawn" | "resume" | "answer";

export interface CommandView {
  readonly commandId: string;
  readonly type: string;
  readonly principal: PrincipalView;
  readonly decision: "accepted" | "refused";
  readonly state: "open" | "closed";
  readonly decidedAt: string;
  readonly position: number;
  readonly sessionId: string | null;
  readonly spawnedSessionId: string | null;
  readonly hostId: string | null;
  readonly endpointId: string | null;
  readonly act: { readonly kind: string; readonly [name: string]: unknown } | null;
  readonly token: FencingToken | null;
  readonly deadlineAt: string | null;
  readonly origin: {
    readonly rootIds: readonly string[];
    readonly hop: number;
    readonly path: readonly string[];
  } | null;
  /** Why, as whoever asked said it; null where nobody did. */
  readonly reason: string | null;
  readonly text: string | null;
  readonly cutLetters: number;
  readonly refusal: RefusalView | null;
  readonly outcome: string | null;
  readonly outcomeAt: string | null;
  readonly mode: DoneMode | null;
  readonly turnId: string | null;
  readonly turnStatus: string | null;
  readonly turnEndedAt: string | null;
  readonly failure: FailureView | null;
}

/** The answer to an accepted command; a refused one is a problem. */
export interface CommandAnswer {
  readonly commandId: string;
  readonly decision: "accepted";
  readonly position?: number;
  readonly dryRun?: true;
  readonly facts?: Facts;
  readonly outcome?: string;
  readonly sessionId?: string;
  readonly mode?: DoneMode;
  readonly turnId?: string;
  readonly turnStatus?: string;
  readonly turnEndedAt?: string;
  readonly failure?: FailureView;
}

/** Any command of `libs/events`, without its id: the house makes one, unless a repeat has to be the same command. */
export interface CommandInput {
  readonly type: string;
  readonly commandId?: string;
  readonly [field: string]: unknown;
}
