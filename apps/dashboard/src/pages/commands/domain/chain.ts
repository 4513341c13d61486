/** One command from its cause to its result, in steps with the time between them (EXPERIENCE 4.1.8): what was asked, what was decided, what a host did. Pure. */
import { ageOf, clockOf, msOf } from "../../../words/age.ts";
import { figure } from "../../../words/figures.ts";
import { verbOf } from "../../session/domain/timeline.ts";
import { actText, type CommandShape, type NoShape } from "../../session/shapes.ts";

export type StepGlyph = "a-policy" | "command" | "host" | "check" | "x" | "unknown" | "clock" | "link";

export interface Step {
  readonly key: string;
  readonly kind: string;
  readonly glyph: StepGlyph;
  readonly isGood: boolean;
  readonly title: string;
  readonly words: string;
  readonly at: number | null;
  /** Ids and places to look further, in mono. */
  readonly refs: readonly string[];
}

export function chainOf(command: CommandShape): readonly Step[] {
  return [cause(command), decision(command), asked(command), result(command), turn(command)].filter(
    (step) => step !== null,
  );
}

function cause({ origin, principal, decidedAt }: CommandShape): Step | null {
  if (origin === null) return null;
  const { hop, rootIds, path } = origin;
  const via = path.length === 0 ? "" : ` Through ${path.join(", ")}.`;
  return {
    key: "cause",
    kind: "Cause",
    glyph: "link",
    isGood: false,
    title: hop === 0 ? `${principal.name} asked` : `Passed on, hop ${hop}`,
    words: `${rootIds.length === 1 ? "One first cause." : `${rootIds.length} first causes.`}${via}`,
    at: msOf(decidedAt),
    refs: rootIds,
  };
}

function decision({ decision: word, refusal, principal, position, decidedAt, token }: CommandShape): Step {
  const isAccepted = word === "accepted";
  const fence = token === null ? [] : [`fence ${token.generation}·${token.counter}`];
  return {
    key: "decision",
    kind: "Decision",
    glyph: isAccepted ? "a-policy" : "x",
    isGood: isAccepted,
    title: isAccepted ? "command.accepted" : "command.refused",
    words: isAccepted
      ? `${principal.name} asked as ${principal.role}. No rule refused.`
      : refusedWords(refusal, principal.name),
    at: msOf(decidedAt),
    refs: [figure(position), ...fence],
  };
}

function refusedWords(refusal: NoShape | null, name: string): string {
  if (refusal === null) return `${name} asked, and was refused.`;
  const rule = "rule" in refusal && refusal.rule !== null ? ` The rule “${refusal.rule}” said no.` : "";
  return `${refusal.reason ?? refusal.code}${rule}`;
}

function asked(command: CommandShape): Step | null {
  const { act, hostId, endpointId, deadlineAt, decidedAt, commandId } = command;
  if (act === null || hostId === null) return null;
  const until = msOf(deadlineAt);
  const turnId = actText(act, "expectedTurnId");
  return {
    key: "command",
    kind: "Command",
    glyph: "command",
    isGood: false,
    title: `${act.kind} to ${hostId}`,
    words: [
      until === null ? null : `Nothing is done after ${clockOf(until)}.`,
      turnId === null ? null : `Only in turn ${turnId}.`,
    ]
      .filter((words) => words !== null)
      .join(" "),
    at: msOf(decidedAt),
    refs: [commandId, ...(endpointId === null ? [] : [endpointId])],
  };
}

const RESULTS: Readonly<Record<string, string>> = {
  succeeded: "Its host has done it, once.",
  failed: "Its host did not do it, and will not.",
  collided: "It went into a turn that somebody else had started in the same moment.",
  expired: "It came too late. Its host has not done it, and will not.",
  unknown: "Nobody knows yet whether it was done. It is not sent twice.",
};

function result({ outcome, outcomeAt, failure, mode, act, state, turnId }: CommandShape): Step | null {
  if (act === null) return null;
  if (outcome === null)
    return {
      key: "result",
      kind: "Result",
      glyph: "clock",
      isGood: false,
      title: state === "open" ? "Under way" : "Nothing was heard",
      words: "Its host has not said what became of it.",
      at: null,
      refs: [],
    };
  const why = failure === null ? "" : ` ${failure.reason ?? failure.code}`;
  return {
    key: "result",
    kind: "Result",
    glyph: outcome === "succeeded" ? "check" : outcome === "unknown" ? "unknown" : "x",
    isGood: outcome === "succeeded",
    title: mode === null ? outcome : `${outcome}: ${mode}`,
    words: `${RESULTS[outcome] ?? outcome}${why}`,
    at: msOf(outcomeAt),
    refs: turnId === null ? [] : [turnId],
  };
}

function turn({ turnStatus, turnEndedAt, turnId, outcome }: CommandShape): Step | null {
  if (turnStatus === null || turnId === null || outcome === null) return null;
  return {
    key: "turn",
    kind: "Turn",
    glyph: turnStatus === "completed" ? "check" : turnStatus === "inProgress" ? "clock" : "x",
    isGood: turnStatus === "completed",
    title: turnStatus === "inProgress" ? "The turn goes on" : `The turn ended: ${turnStatus}`,
    words: "",
    at: msOf(turnEndedAt),
    refs: [turnId],
  };
}

/** The time from the step before; null for the first, and where either is not known. */
export function sinceBefore(steps: readonly Step[], index: number): string | null {
  const at = steps[index]?.at ?? null;
  const before = steps.slice(0, index).findLast((step) => step.at !== null)?.at ?? null;
  if (at === null || before === null || at === before) return null;
  const ms = at - before;
  return ms < 1_000 ? `+${ms}\u00a0ms` : `+${ageOf(ms)}`;
}

/** The whole of it in one sentence. */
export interface Answer {
  readonly who: string;
  readonly did: string;
  readonly to: string | null;
  readonly end: string;
}

export function answerOf(command: CommandShape): Answer {
  const { principal, decision: word, sessionId, spawnedSessionId, hostId } = command;
  return {
    who: principal.name,
    did: verbOf(command),
    to: spawnedSessionId ?? sessionId ?? hostId,
    end: word === "refused" ? "Policy refused it." : endOf(command),
  };
}

function endOf({ act, outcome, state }: CommandShape): string {
  if (act === null) return "Policy accepted it, and that was all there was to do.";
  if (outcome === null)
    return state === "open" ? "Policy accepted it; it is under way." : "Policy accepted it.";
  return `Policy accepted it. ${RESULTS[outcome] ?? outcome}`;
}

export type Badge = { readonly word: string; readonly tone: "ok" | "wait" | "danger" | "unknown" | "off" };

/** What became of it, in the one word of the list. */
export function badgeOf({ decision: word, outcome, act, state }: CommandShape): Badge {
  if (word === "refused") return { word: "refused", tone: "danger" };
  if (act === null) return { word: "in force", tone: "ok" };
  if (outcome === null)
    return state === "open" ? { word: "under way", tone: "wait" } : { word: "no word", tone: "unknown" };
  if (outcome === "succeeded") return { word: outcome, tone: "ok" };
  return { word: outcome, tone: outcome === "unknown" ? "unknown" : "danger" };
}
