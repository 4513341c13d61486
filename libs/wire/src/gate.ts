/**
 * The gate: how the gateway asks policy. One question, one verdict; in one process a direct call, in a fleet a request over NATS.
 * The principal is what the gateway's channel proved, never a field of the command.
 */
import type { Command, Facts, Position, Principal, RefusalCode } from "@claw/events";
import { Data, type Effect } from "effect";

export type GateVerdict =
  | { readonly decision: "accepted"; readonly position: Position }
  | {
      readonly decision: "refused";
      readonly code: RefusalCode;
      readonly facts: Facts;
      readonly position: Position | null;
    };

/** Policy cannot answer now: not leading, not caught up, or the log is away. */
export class GateClosed extends Data.TaggedError("GateClosed")<{
  readonly reason: string;
  readonly retryAfterMs: number;
}> {}

export interface Gate {
  readonly submit: (command: Command, principal: Principal) => Effect.Effect<GateVerdict, GateClosed>;
}
