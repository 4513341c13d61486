/** What policy would say to a message right now, asked by a dry run: nothing is sent by that, and nothing recorded (DESIGN 14.19). Asked again when the words or the session change. */
import { useEffect, useState } from "react";
import { problemIn } from "../../api/client.ts";
import { submit } from "../../api/commands.ts";
import type { SessionView } from "../../api/types.ts";
import { type Answered, type Verdict, verdictOf } from "./domain/verdict.ts";

/** Ms without a key before policy is asked. */
const PAUSE_MS = 350;
/** Stands for a message that is not written yet: whether the session takes any can be said before. */
const ANY_WORDS = "-";

/** What of a session a verdict may hang on; where none of it changed, policy is not asked again. */
const standingOf = ({
  activity,
  lastTurn,
  writer,
  closed,
  lifecycle,
  freshness,
  openApprovals,
}: SessionView): string =>
  JSON.stringify([
    activity.type,
    lastTurn?.turnId,
    lastTurn?.status,
    writer?.leaseId,
    closed,
    lifecycle,
    freshness.state,
    openApprovals.length,
  ]);

export const activeTurnOf = ({ lastTurn }: SessionView): string | null =>
  lastTurn?.status === "inProgress" ? lastTurn.turnId : null;

/** `isCurrent` false: what is shown may be old, so that nothing is asked and nothing promised. `asked` grows when it should be asked again. */
export function useVerdict(session: SessionView, words: string, isCurrent: boolean, asked: number): Verdict {
  const [said, setSaid] = useState<Said | null>(null);
  const { sessionId } = session;
  const text = words.trim() === "" ? ANY_WORDS : words;
  const standing = standingOf(session);
  useEffect(() => {
    if (!isCurrent) return undefined;
    const left = new AbortController();
    const timer = setTimeout(() => {
      void answerTo(sessionId, text, left.signal).then((answer) => {
        if (!left.signal.aborted) setSaid({ answer, standing });
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [sessionId, text, standing, isCurrent, asked]);
  if (!isCurrent)
    return { kind: "unreachable", why: "What is shown here may be old. Writing waits for the connection." };
  // While somebody types, the last word stands: what is sent is bound to it, whatever the next one is.
  return said === null || said.standing !== standing
    ? { kind: "asking" }
    : verdictOf(said.answer, activeTurnOf(session));
}

interface Said {
  readonly answer: Answered;
  /** How the session stood when it was said. */
  readonly standing: string;
}

async function answerTo(sessionId: string, text: string, signal: AbortSignal): Promise<Answered> {
  try {
    const { facts = {} } = await submit(
      { type: "session.send", target: { sessionId }, text, mode: "auto" },
      { dryRun: true, signal },
    );
    return { kind: "accepted", facts };
  } catch (error) {
    const problem = problemIn(error);
    const isSaid =
      problem.status >= 400 &&
      problem.status < 600 &&
      problem.code !== "unavailable" &&
      problem.code !== "defect";
    return isSaid ? { kind: "refused", problem } : { kind: "unreachable", why: problem.detail };
  }
}
