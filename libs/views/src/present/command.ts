/** Commands as they are seen outside: who asked for what, what was decided, and what became of it. */
import { Act, type Facts, FencingToken, isRefusalCode, Origin, outcomeWords, refusalOf } from "@claw/events";
import { z } from "zod";
import type { CommandRow, Outcome } from "../command-rows.ts";
import { isOpenCommand } from "../domain/command-outcome.ts";
import { type Asker, transcriptText } from "./asker.ts";
import { presentPrincipal, PrincipalView } from "./principal.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

const FactsView = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** Why not: the code, and what the table of refusals says of it. A host may have codes of its own; then there is only the code. */
const NoView = z.object({
  code: z.string(),
  reason: z.string().nullable(),
  remedy: z.string().nullable(),
  facts: FactsView,
});

export const RefusalView = NoView.extend({
  rule: z.string().nullable().describe("the rule that said no"),
}).meta({ id: "Refusal" });
export type RefusalView = z.infer<typeof RefusalView>;
export const FailureView = NoView.meta({ id: "Failure" });
export type FailureView = z.infer<typeof FailureView>;

export const DoneModeView = z.enum(["start", "steer", "interrupt", "spawn", "resume", "answer"]);

/** What a host said of a command, in the words of the answer to whoever asked (DESIGN 3). */
const OutcomeView = z.object({
  outcome: z.enum(outcomeWords).nullable().describe("every word but unknown is final"),
  outcomeAt: IsoTime.nullable(),
  mode: DoneModeView.nullable().describe("what it did"),
  turnId: z.string().nullable().describe("the turn that it went into, ended, or collided with"),
  turnStatus: z.string().nullable().describe("Codex's word for that turn; inProgress until its one end"),
  turnEndedAt: IsoTime.nullable(),
  failure: FailureView.nullable().describe("why it failed, or why nobody knows"),
});
type OutcomeView = z.infer<typeof OutcomeView>;

export const CommandView = z
  .object({
    commandId: z.string(),
    type: z.string(),
    principal: PrincipalView,
    decision: z.enum(["accepted", "refused"]),
    state: z.enum(["open", "closed"]).describe("open: a host has it to carry out, and its end is not known"),
    decidedAt: IsoTime,
    position: z.int().min(1).describe("where the decision is recorded"),
    sessionId: z.string().nullable(),
    spawnedSessionId: z
      .string()
      .nullable()
      .describe("of one that asks for a session: the session of its thread, once there is one"),
    hostId: z.string().nullable(),
    endpointId: z.string().nullable(),
    act: Act.nullable().describe("what the host has to do"),
    token: FencingToken.nullable(),
    deadlineAt: IsoTime.nullable().describe("after it the host does nothing any more"),
    origin: Origin.nullable().describe("what caused it, and through whom"),
    reason: z.string().nullable().describe("why, as whoever asked said it"),
    text: z.string().nullable().describe("its beginning; null for those who may not read transcripts"),
    cutLetters: z.int().min(0).describe("letters that the text leaves out"),
    refusal: RefusalView.nullable(),
    ...OutcomeView.shape,
  })
  .meta({ id: "Command" });
export type CommandView = z.infer<typeof CommandView>;

export const presentCommand = (row: CommandRow, asker: Asker): CommandView => ({
  commandId: row.commandId,
  type: row.commandType,
  principal: presentPrincipal(row.principal),
  decision: row.decision,
  state: isOpenCommand(row) ? "open" : "closed",
  decidedAt: isoOf(row.decidedAt),
  position: row.decidedPosition,
  sessionId: row.sessionId,
  spawnedSessionId: row.spawnedSessionId,
  hostId: row.hostId,
  endpointId: row.endpointId,
  act: actFor(row.act, asker),
  token: row.token,
  deadlineAt: isoOrNull(row.deadlineAt),
  origin: row.origin,
  reason: row.reason,
  text: transcriptText(asker, row.text),
  cutLetters: row.cutLetters,
  refusal: row.code === null ? null : presentRefusal(row.code, row.facts, row.rule),
  ...presentOutcome(row, asker),
});

/** What a session is for is told in people's words. */
const actFor = (act: Act | null, asker: Asker): Act | null =>
  act?.kind === "spawn" ? { ...act, purpose: transcriptText(asker, act.purpose) } : act;

/** A refusal with the words that the table has for it. */
export const presentRefusal = (code: string, facts: Facts, rule: string | null): RefusalView => ({
  ...noView(code, facts),
  rule,
});

const presentOutcome = (
  { outcome, turnStatus, turnEndedAt }: Pick<CommandRow, "outcome" | "turnStatus" | "turnEndedAt">,
  asker: Asker,
): OutcomeView => ({
  outcome: outcome?.word ?? null,
  outcomeAt: isoOrNull(outcome?.at ?? null),
  mode: outcome?.mode ?? null,
  turnId: outcome?.turnId ?? null,
  turnStatus,
  turnEndedAt: isoOrNull(turnEndedAt),
  failure: failureOf(outcome, asker),
});

/** What a host says passes the last redaction: it is not of our house. */
function failureOf(outcome: Outcome | null, { presentText }: Asker): FailureView | null {
  if (outcome === null || outcome.code === null) return null;
  const facts = Object.entries(outcome.facts).map(([name, value]): [string, string | number | null] => [
    name,
    typeof value === "string" ? presentText(value) : value,
  ]);
  return noView(outcome.code, Object.fromEntries(facts));
}

const noView = (code: string, facts: Facts): FailureView => {
  const kind = isRefusalCode(code) ? refusalOf(code) : null;
  return { code, reason: kind?.reason ?? null, remedy: kind?.remedy ?? null, facts: { ...facts } };
};
