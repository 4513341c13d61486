/** What a session is called. Pure. */
import type { SessionView } from "../../../api/types/session.ts";
import { oneLine } from "../../../words/safe.ts";

/** Its name, what it is for, what it began with, else its id. */
export function titleOf(
  session: Pick<SessionView, "name" | "purpose" | "preview"> | undefined,
  sessionId: string,
): string {
  const said = session?.name ?? session?.purpose ?? session?.preview ?? null;
  return said === null || said.trim() === "" ? sessionId : oneLine(said, 120);
}
