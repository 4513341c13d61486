/** Sending a message once: a repeat after a lost answer is the same command, so that the house does it at most once (DESIGN 14.8). */
import { useRef, useState } from "react";
import { problemIn } from "../../api/client.ts";
import { newCommandId, submit } from "../../api/commands.ts";
import { promised, type Receipt, receiptOf, type Verdict } from "./domain/verdict.ts";

/** Ms that the page waits for what its host says. */
const WAIT_MS = 20_000;

export interface Sending {
  readonly isUnderWay: boolean;
  readonly receipt: Receipt | null;
  /** True once it was accepted, so that the box may be emptied. */
  readonly send: (text: string, verdict: Verdict) => Promise<boolean>;
}

/** A command that was sent and may have arrived: its id holds for the same words and the same promise. */
interface Sent {
  readonly commandId: string;
  readonly of: string;
}

export function useSending(sessionId: string): Sending {
  const [isUnderWay, setUnderWay] = useState(false);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const lost = useRef<Sent | null>(null);
  const send = async (text: string, verdict: Verdict): Promise<boolean> => {
    const kept = promised(verdict);
    const of = JSON.stringify([sessionId, text, kept]);
    const commandId = lost.current?.of === of ? lost.current.commandId : newCommandId();
    lost.current = { commandId, of };
    setUnderWay(true);
    setReceipt(null);
    try {
      const command = { type: "session.send", commandId, target: { sessionId }, text, ...kept };
      setReceipt(receiptOf(await submit(command, { wait: "outcome", waitMs: WAIT_MS })));
      lost.current = null;
      return true;
    } catch (error) {
      const problem = problemIn(error);
      const isLost = problem.status === 0;
      if (!isLost) lost.current = null;
      setReceipt(
        isLost
          ? {
              tone: "unknown",
              words: "No answer came. Sending it again is the same command: it is done once.",
            }
          : {
              tone: "danger",
              words: `Refused: ${problem.title} ${problem.remedy?.replaceAll("`", "") ?? ""}`,
            },
      );
      return false;
    } finally {
      setUnderWay(false);
    }
  };
  return { isUnderWay, receipt, send };
}
