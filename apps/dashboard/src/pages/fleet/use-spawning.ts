/** Asking for a session: first what would be decided, then the thing itself, under one id. */
import { useEffect, useMemo, useState } from "react";
import { problemIn } from "../../api/client.ts";
import { newCommandId, submit } from "../../api/commands.ts";
import type { Problem } from "../../api/types.ts";
import { type SpawnDraft, spawnOf } from "./spawn.ts";

/** Ms without a letter after which the house is asked what it would decide. */
const PAUSE_MS = 500;

export type Verdict =
  | { readonly kind: "incomplete" | "asking" | "accepted" }
  | { readonly kind: "refused"; readonly problem: Problem };

export interface Spawning {
  readonly verdict: Verdict;
  readonly isBusy: boolean;
  readonly spawn: () => void;
}

/** `onDone` gets the session that was asked for. */
export function useSpawning(draft: SpawnDraft, onDone: (sessionId: string | null) => void): Spawning {
  const [commandId] = useState(newCommandId);
  const command = useMemo(() => spawnOf(draft, commandId), [draft, commandId]);
  const [verdict, setVerdict] = useState<Verdict>({ kind: "incomplete" });
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    if (command === null) {
      setVerdict({ kind: "incomplete" });
      return undefined;
    }
    setVerdict({ kind: "asking" });
    const asking = new AbortController();
    const timer = setTimeout(() => {
      submit(command, { dryRun: true, signal: asking.signal }).then(
        () => setVerdict({ kind: "accepted" }),
        (error: unknown) => {
          if (!asking.signal.aborted) setVerdict({ kind: "refused", problem: problemIn(error) });
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [command]);
  const spawn = (): void => {
    if (command === null || isBusy) return;
    setBusy(true);
    submit(command).then(
      ({ sessionId }) => onDone(sessionId ?? null),
      (error: unknown) => {
        setVerdict({ kind: "refused", problem: problemIn(error) });
        setBusy(false);
      },
    );
  };
  return { verdict, isBusy, spawn };
}
