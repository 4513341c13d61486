/** How replicating fails, and what an operator reads of it. */
import { type LostTail, LogUnavailable } from "@claw/eventlog";
import { EXIT, Stopped } from "@claw/runtime";
import { Data, Effect } from "effect";
import type { Reason } from "../domain/plan.ts";

/** The ledger and the log do not tell one story, and this ledger is not the one that decides. It must grow back, or be promoted by a person. */
export class LedgerDiverged extends Data.TaggedError("LedgerDiverged")<{
  readonly detail: string;
  /** As far as this ledger knows: it was away when the log went on. */
  readonly wasOfRecord: boolean;
  readonly retry: "never";
}> {}

/** This generation of the log must not be continued. Whoever is of record begins the next one for this reason. */
export class GenerationOver extends Data.TaggedError("GenerationOver")<{
  readonly reason: Reason;
  readonly detail: string;
  /** What this ledger has read and the log does not hold. */
  readonly lost?: LostTail;
  readonly retry: "never";
}> {}

export type ReplicationFault = LogUnavailable | LedgerDiverged | GenerationOver;

export const waitsFor = (detail: string): LogUnavailable =>
  new LogUnavailable({ reason: "unreachable", retry: "later", detail });

/** What a ledger refuses to take does not fit to what it holds: that says nothing against the log. */
export const fitting = <A>(
  taking: Effect.Effect<A, LogUnavailable>,
  wasOfRecord: boolean,
): Effect.Effect<A, LogUnavailable | LedgerDiverged> =>
  Effect.mapError(taking, (fault) =>
    fault.reason === "regressed"
      ? new LedgerDiverged({ detail: fault.detail, wasOfRecord, retry: "never" })
      : fault,
  );

/** A log that is regressed is over, whoever says so. */
export const overIfRegressed = (fault: ReplicationFault): ReplicationFault =>
  fault._tag === "LogUnavailable" && fault.reason === "regressed"
    ? new GenerationOver({ reason: "regressed", detail: fault.detail, retry: "never" })
    : fault;

/** One phrase for health. Codes and figures only. */
export function phraseOf(fault: ReplicationFault): string {
  switch (fault._tag) {
    case "LogUnavailable":
      return fault.retry === "later"
        ? `the log or the ledger is away (${fault.reason}): ${fault.detail}`
        : `the log or the ledger cannot be used (${fault.reason}): ${fault.detail}`;
    case "LedgerDiverged":
      return `the ledger diverged: ${fault.detail}`;
    case "GenerationOver":
      return fault.reason === "trimmed"
        ? `the log is trimmed: ${fault.detail}`
        : `log.regressed: ${fault.detail}`;
  }
}

const IS_REPLICA =
  "This ledger holds another history than the ledger of record. Move it and its views aside and start again: they grow back.";
const WAS_OF_RECORD =
  "This ledger was of record, and the log went on without it. If another ledger is of record, move this one and its views aside and start again; if none is left, delete the log's stream, and this ledger begins the next generation with what it holds.";

/** The sentence that the process stops with. */
export function stoppedBy(fault: ReplicationFault): Stopped {
  switch (fault._tag) {
    case "LogUnavailable":
      return stopped(`The log cannot be replicated: ${phraseOf(fault)}.`);
    case "LedgerDiverged":
      return stopped(`${fault.wasOfRecord ? WAS_OF_RECORD : IS_REPLICA} (${fault.detail}.)`);
    case "GenerationOver":
      return stopped(
        `This generation of the log is over (log.regressed: ${fault.detail}). Start again: the ledger of record begins the next one.`,
      );
  }
}

/** After a diverged replica was set aside. */
export const setAsideFor = ({ detail }: LedgerDiverged): Stopped =>
  stopped(
    `This ledger held another history than the ledger of record, and was set aside with its views: started again, they grow back. (${detail}.)`,
  );

const stopped = (sentence: string): Stopped => new Stopped({ sentence, exitCode: EXIT.fault });
