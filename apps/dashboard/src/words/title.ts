/** What a session is called on a page: its name, else what it is for, else the beginning of what was asked of it, else its id. Pure. */
import type { SessionView } from "../api/types/session.ts";
import { oneLine, shortId } from "./safe.ts";

/** Letters that a title has at most. */
const MOST = 120;

/** Ids that Codex makes; those of runtimes are chosen by people and are names already. */
const THREAD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

/** What is called something where nothing is known but its id. */
export const nameOfId = (id: string): string =>
  THREAD_ID.test(id) ? `Session ${shortId(id)}` : oneLine(id, MOST);

export function titleOf(session: Pick<SessionView, "sessionId" | "name" | "purpose" | "preview">): string {
  const said = [session.name, session.purpose, session.preview].find(
    (text) => text !== null && text.trim() !== "",
  );
  return said === undefined || said === null ? nameOfId(session.sessionId) : oneLine(said, MOST);
}
