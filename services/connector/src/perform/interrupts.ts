/**
 * Interruptions from their claim until something is said of them. They wait for no send (X1-010), but fences and sends of their session wait for them: who
 * is told that a token is fenced may be sure that no older one is in the middle of a call (RELIABILITY 4.3).
 */
import type { CommandId, SessionId } from "@claw/events";
import { Deferred, Effect } from "effect";
import type { CommandRow } from "../domain/fence.ts";

export interface Interrupts {
  /** Its call may be under way from now on. Sends are not kept, nor what was said to be unknown already. */
  readonly began: (row: CommandRow) => void;
  /** Something was said of it. */
  readonly ended: (commandId: CommandId) => void;
  /** Ends when one of the session that is under way has ended; another one may be by then. Null when there is none. */
  readonly inTheWay: (sessionId: SessionId) => Effect.Effect<void> | null;
}

export function makeInterrupts(): Interrupts {
  const underWay = new Map<
    CommandId,
    { readonly sessionId: SessionId; readonly end: Deferred.Deferred<void> }
  >();
  return {
    began: ({ commandId, sessionId, act, phase }) => {
      if (act.kind !== "interrupt" || phase !== "performing" || underWay.has(commandId)) return;
      underWay.set(commandId, { sessionId, end: Deferred.makeUnsafe() });
    },
    ended: (commandId) => {
      const found = underWay.get(commandId);
      underWay.delete(commandId);
      if (found !== undefined) Deferred.doneUnsafe(found.end, Effect.void);
    },
    inTheWay: (sessionId) => {
      for (const one of underWay.values()) if (one.sessionId === sessionId) return Deferred.await(one.end);
      return null;
    },
  };
}
