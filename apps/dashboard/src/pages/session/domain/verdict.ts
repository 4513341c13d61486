/**
 * What will happen to a message, as policy says it in a dry run (ADR 0014: the dashboard holds no rule). The page turns the answer into words, and binds what is
 * sent to what was promised: a message that was to steer a turn goes into that turn or nowhere.
 */
import type { CommandAnswer } from "../../../api/types/command.ts";
import type { FactsShape, ProblemShape } from "../shapes.ts";

/** What the gateway answered to a dry run. */
export type Answered =
  | { readonly kind: "accepted"; readonly facts: FactsShape }
  | { readonly kind: "refused"; readonly problem: ProblemShape }
  /** Nobody could be asked: no connection, or policy does not answer. */
  | { readonly kind: "unreachable"; readonly why: string };

export type Verdict =
  | { readonly kind: "asking" }
  | { readonly kind: "start" }
  | { readonly kind: "steer"; readonly turnId: string | null }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly why: string;
      readonly remedy: string | null;
      readonly facts: FactsShape;
      readonly rule: string | null;
      /** The lease of somebody else stands in the way: it can be taken over. */
      readonly isLease: boolean;
    }
  | { readonly kind: "unreachable"; readonly why: string };

export function verdictOf(answered: Answered, activeTurnId: string | null): Verdict {
  if (answered.kind === "unreachable") return answered;
  if (answered.kind === "accepted")
    return answered.facts["mode"] === "steer" ? { kind: "steer", turnId: activeTurnId } : { kind: "start" };
  const { code, title, remedy, facts, rule = null } = answered.problem;
  return { kind: "refused", code, why: title, remedy, facts, rule, isLease: code === "lease_held" };
}

export const canSend = (verdict: Verdict): boolean => verdict.kind === "start" || verdict.kind === "steer";

/** The mode and the turn by which the promise is kept: `start` finds no turn, `steer` this one, or it is refused. */
export const promised = (
  verdict: Verdict,
): { readonly mode: "auto" | "start" | "steer"; readonly expectedTurnId: string | null } => {
  if (verdict.kind === "start") return { mode: "start", expectedTurnId: null };
  return verdict.kind === "steer" && verdict.turnId !== null
    ? { mode: "steer", expectedTurnId: verdict.turnId }
    : { mode: "auto", expectedTurnId: null };
};

export interface Words {
  readonly title: string;
  readonly detail: string;
  readonly button: string;
}

export function wordsOf(verdict: Verdict, facts: { readonly turns: number; readonly waits: boolean }): Words {
  switch (verdict.kind) {
    case "asking":
      return { title: "Asking policy.", detail: "Nothing is sent by that.", button: "Send" };
    case "start":
      return {
        title: "Will start a turn.",
        detail: `The session is idle; this becomes turn ${facts.turns + 1}.`,
        button: "Start a turn",
      };
    case "steer":
      return {
        title: `Will steer turn ${facts.turns}.`,
        detail: facts.waits
          ? "Codex reads it once what it asks is decided. If the turn ends first, this is refused."
          : "Codex reads it at its next step. If the turn ends first, this is refused.",
        button: `Steer turn ${facts.turns}`,
      };
    case "refused":
      return { title: `Refused: ${verdict.why}`, detail: plainRemedy(verdict.remedy), button: "Send" };
    case "unreachable":
      return { title: "Nobody can say.", detail: verdict.why, button: "Send" };
  }
}

/** The way out as a sentence: the backticks of the table of refusals are for Markdown. */
const plainRemedy = (remedy: string | null): string => remedy?.replaceAll("`", "") ?? "";

/** What became of what was sent, for the line under the box. */
export interface Receipt {
  readonly tone: "ok" | "wait" | "danger" | "unknown";
  readonly words: string;
}

type SentAnswer = Pick<CommandAnswer, "outcome" | "mode" | "failure">;

const DONE: Readonly<Record<string, string>> = {
  start: "It started a turn.",
  steer: "It went into the turn.",
  interrupt: "The turn was told to end.",
  resume: "The session is in memory again.",
  answer: "Codex has the answer.",
};

export function receiptOf({ outcome, mode, failure }: SentAnswer): Receipt {
  switch (outcome) {
    case "succeeded":
      return { tone: "ok", words: DONE[mode ?? ""] ?? "Its host has done it." };
    case "failed":
      return {
        tone: "danger",
        words: `Its host did not do it: ${failure?.reason ?? failure?.code ?? "no reason"}`,
      };
    case "collided":
      return {
        tone: "danger",
        words: "It was to start a turn, and went into one that somebody else had started.",
      };
    case "expired":
      return { tone: "danger", words: "It came too late; its host will not do it." };
    case "unknown":
      return { tone: "unknown", words: "Nobody knows yet whether it was done. It is not sent twice." };
    default:
      return { tone: "wait", words: "Accepted. Its host has not said yet what became of it." };
  }
}
