/**
 * What an answer of the house means for a script: the exit code of each refusal, of each outcome, and of any other status (DESIGN 3). *Refused* is the law,
 * which will say the same again; *conflict* is the moment: somebody else was first, or the thing is not in the state that was expected.
 */
import { isRefusalCode, type OutcomeWord, type RefusalCode, refusalOf } from "@claw/events";
import { EXIT } from "@claw/runtime";
import type { ExitCode } from "../io.ts";

/** The usual meaning of a status (DESIGN 9: refusals are 4xx, faults are 503). */
const EXIT_OF_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.refused,
  403: EXIT.refused,
  404: EXIT.notFound,
  409: EXIT.conflict,
  413: EXIT.refused,
  415: EXIT.usage,
  421: EXIT.refused,
  422: EXIT.refused,
  429: EXIT.refused,
};

/** Where the refusal means something else than its status does: laws that HTTP calls conflicts, lost leases, and hosts that policy will not write to. */
const EXIT_OF_REFUSAL: Readonly<Partial<Record<RefusalCode, ExitCode>>> = {
  halted: EXIT.refused,
  budget_spent: EXIT.refused,
  self_echo: EXIT.refused,
  cycle: EXIT.refused,
  too_many_hops: EXIT.refused,
  edge_repeats: EXIT.refused,
  chain_too_wide: EXIT.refused,
  lease_unknown: EXIT.conflict,
  lease_not_yours: EXIT.conflict,
  host_silent: EXIT.refused,
  host_catching_up: EXIT.refused,
  endpoint_lost: EXIT.refused,
  no_host: EXIT.refused,
  host_not_open: EXIT.refused,
  tree_full: EXIT.refused,
  mcp_unreachable: EXIT.refused,
  answer_not_offered: EXIT.refused,
  not_answerable: EXIT.refused,
};

/** The exit code of an answer that is no success. `code` is the problem's own, null where there is none. */
export const exitOfProblem = (status: number, code: string | null): ExitCode =>
  (code !== null && isRefusalCode(code) ? EXIT_OF_REFUSAL[code] : undefined) ??
  EXIT_OF_STATUS[status] ??
  EXIT.fault;

const EXITS: Readonly<Record<OutcomeWord, ExitCode>> = {
  succeeded: EXIT.ok,
  failed: EXIT.fault,
  expired: EXIT.fault,
  collided: EXIT.conflict,
  unknown: EXIT.unknownOutcome,
};
const EXIT_OF_OUTCOME: ReadonlyMap<string, ExitCode> = new Map(Object.entries(EXITS));

/**
 * The exit code of an accepted command that was waited for; one without an outcome, or with one of a later house, is unknown. What a host failed for a
 * reason that is a conflict (`turn_mismatch`, `active_writer`) is one: policy had seen it a moment later too.
 */
export function exitOfOutcome(outcome: string | null, failureCode: string | null = null): ExitCode {
  if (outcome === "failed" && failureCode !== null && isRefusalCode(failureCode)) {
    const exitCode = exitOfProblem(refusalOf(failureCode).status, failureCode);
    return exitCode === EXIT.conflict ? EXIT.conflict : EXIT.fault;
  }
  return EXIT_OF_OUTCOME.get(outcome ?? "unknown") ?? EXIT.unknownOutcome;
}

export const EXITS_HELP = `
Exit codes: 0 done; 1 the host failed, or it came too late; 2 usage; 3 no such thing; 4 refused by a rule;
5 a conflict: another turn, another lease, another writer, or a collision; 6 the outcome is not known in
time; 7 the house cannot be reached.
`;
