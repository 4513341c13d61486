/** The names by which these pages call what the API answers. */
import type { CommandView, FailureView, RefusalView } from "../../api/types/command.ts";
import type { LeaseView } from "../../api/types/host.ts";
import type { ProgressView, TranscriptItemView, TurnView } from "../../api/types/session.ts";
import type { Facts, PrincipalView, Problem } from "../../api/types/shared.ts";

export type PrincipalShape = PrincipalView;
export type ItemShape = TranscriptItemView;
export type TurnShape = TurnView;
export type FactsShape = Facts;
export type LeaseShape = LeaseView;
export type ReportShape = ProgressView;
export type ProblemShape = Problem;
export type CommandShape = CommandView;
/** Why not: the code, and what the table of refusals says of it. */
export type NoShape = FailureView | RefusalView;

/** What a command tells its host, as far as it is text: a field of an act by its name; null where there is none. */
export function actText(act: CommandView["act"], field: string): string | null {
  const value = act?.[field];
  return typeof value === "string" ? value : null;
}
