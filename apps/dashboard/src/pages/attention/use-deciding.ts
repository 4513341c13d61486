/** Answering the question that is looked at. The answer is kept until its host has said what became of it, and is never sent twice by itself. */
import { useState } from "react";
import { problemIn } from "../../api/client.ts";
import { decideApproval } from "../../api/commands.ts";
import type { Answer, ApprovalView, Problem } from "../../api/types.ts";
import { announce } from "../../state/announce.ts";
import { ANSWER_LOOKS } from "./answers.ts";

export interface Deciding {
  readonly isBusy: boolean;
  /** Why the last answer was not taken; null while there is none. */
  readonly problem: Problem | null;
  readonly decide: (answer: Answer, reason: string) => void;
}

export function useDeciding(approval: ApprovalView): Deciding {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const decide = (answer: Answer, reason: string): void => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    void answered(approval, answer, reason).then((refused) => {
      setProblem(refused);
      setBusy(false);
    });
  };
  return { isBusy, problem, decide };
}

/** Null where it was taken. */
async function answered(approval: ApprovalView, answer: Answer, reason: string): Promise<Problem | null> {
  try {
    const { outcome } = await decideApproval(approval, answer, reason);
    announce(`${ANSWER_LOOKS[answer].verb}: ${outcome ?? "recorded; its host has not confirmed it yet"}.`);
    return null;
  } catch (error) {
    return problemIn(error);
  }
}
