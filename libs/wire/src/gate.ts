/**
 * The gate: how the gateway asks policy. One question, one verdict; in one process a direct call, in a fleet a request over NATS.
 * The principal is what the gateway's channel proved, never a field of the command.
 */
import type { Command, EntryId, Facts, Position, Principal, RefusalCode, Via } from "@claw/events";
import { Data, type Effect } from "effect";

/**
 * What policy decided, and which entry says so. `position` is null where policy cannot know it: in a fleet a position is given by the ledgers, and
 * whoever needs it looks for `entryId` there. What was not recorded has neither: a dry run, the renewal of a lease, some refusals (DESIGN 14.8).
 */
export type GateVerdict =
  | {
      readonly decision: "accepted";
      readonly entryId: EntryId | null;
      readonly position: Position | null;
      /** What the caller has to know of it, such as the token of a lease or how long it still lasts. */
      readonly facts?: Facts;
    }
  | {
      readonly decision: "refused";
      readonly code: RefusalCode;
      /** The rule that said no, as the list of rules names it. */
      readonly rule?: string;
      readonly facts: Facts;
      readonly entryId: EntryId | null;
      readonly position: Position | null;
    };

/** Policy cannot answer now: not leading, not caught up, or the log is away. */
export class GateClosed extends Data.TaggedError("GateClosed")<{
  readonly reason: string;
  readonly retryAfterMs: number;
}> {}

export interface GateOptions {
  /** The session that asks and the turn it asks in, as the channel proves and claims them; null for everybody who is no session. */
  readonly via?: Via | null;
  /** Only says what the verdict would be: nothing is recorded, charged or done. */
  readonly isDryRun?: boolean;
}

export interface Gate {
  readonly submit: (
    command: Command,
    principal: Principal,
    options?: GateOptions,
  ) => Effect.Effect<GateVerdict, GateClosed>;
}
