/**
 * Whether a host may join, and what that means for what Codex asks on it (DESIGN 6.2): where the last of its tokens is revoked its questions are over, and
 * where it is let in again they are as they were. That a token ran out is no event: such a host grows silent, and policy answers nothing on it either.
 */
import type { TokenId } from "@claw/events";
import type { HostRow, SessionRow } from "../rows.ts";
import { approvalKey } from "./keys.ts";
import { type Fact, isForeign, type Lookup, sessionOf } from "./projection.ts";

type Admission = HostRow["admission"];

export const NOBODY: Admission = { isLetIn: true, tokenIds: [], asking: [] };

/** The host that a decision lets in or shuts out; null where it changes nothing of that. `isLetIn` is what holds from then on. */
export function admitted(
  fact: Fact,
  rows: Lookup,
): { readonly host: HostRow; readonly isLetIn: boolean } | null {
  const { event } = fact;
  if (event.type !== "token.revoked" && event.type !== "host.added") return null;
  const known = rows("tokens", event.data.tokenId);
  const hostId = event.type === "host.added" ? event.data.hostId : known?.hostId;
  const host = hostId === undefined || hostId === null ? undefined : rows("hosts", hostId);
  if (host === undefined) return null;
  const { isLetIn } = admissionAfter(host.admission, fact, rows);
  return isLetIn === host.admission.isLetIn ? null : { host, isLetIn };
}

/** A host's admission after a decision about its tokens; the same object where it changes nothing. A token is made once, and a revoked one is for ever. */
export function admissionAfter(before: Admission, { event, recordedAt }: Fact, rows: Lookup): Admission {
  if (event.type !== "token.revoked" && event.type !== "host.added") return before;
  const { tokenId } = event.data;
  const isValid = (id: TokenId): boolean => {
    const token = rows("tokens", id);
    return (
      token !== undefined && token.revokedAt === null && (token.until === null || token.until > recordedAt)
    );
  };
  const others = before.tokenIds.filter((id) => id !== tokenId && isValid(id));
  if (event.type === "token.revoked")
    return before.tokenIds.includes(tokenId)
      ? { ...before, tokenIds: others, isLetIn: others.length > 0 }
      : before;
  return rows("tokens", tokenId) === undefined
    ? { ...before, tokenIds: [...others, tokenId], isLetIn: true }
    : before;
}

/** The host on which a session asks for the first time, or null. */
export function hostAsked(fact: Fact, rows: Lookup): HostRow | null {
  const sessionId = sessionOf(fact);
  if (sessionId === null || fact.event.type !== "approval.requested") return null;
  const session = rows("sessions", sessionId);
  if (session === undefined || isForeign(session.hostId, fact)) return null;
  const host = rows("hosts", session.hostId);
  return host === undefined || host.admission.asking.includes(session.sessionId) ? null : host;
}

/** The same host, remembering the session. Those that ask nothing any more are let go of. */
export function withAsking(host: HostRow, fact: Fact, rows: Lookup): HostRow {
  const { admission } = host;
  const isAsking = (session: SessionRow | undefined): boolean =>
    session !== undefined && session.openApprovals.length + session.withheldApprovals.length > 0;
  const others = admission.asking.filter((id) => isAsking(rows("sessions", id)));
  return {
    ...host,
    admission: { ...admission, asking: [...others, sessionOf(fact) as SessionRow["sessionId"]] },
  };
}

/** Its host is known, and may not join. */
export function isShutOut(sessionId: string, rows: Lookup): boolean {
  const session = rows("sessions", sessionId);
  return session !== undefined && rows("hosts", session.hostId)?.admission.isLetIn === false;
}

/** The questions of all sessions on a host that are open, or would be if it might join. */
export const questionsOn = ({ admission }: HostRow, rows: Lookup): readonly string[] =>
  admission.asking.flatMap((id) => questionsOf(id, rows));

/** The same of one session. */
export function questionsOf(sessionId: string, rows: Lookup): readonly string[] {
  const session = rows("sessions", sessionId);
  if (session === undefined) return [];
  return [...session.openApprovals, ...session.withheldApprovals].map((id) => approvalKey(sessionId, id));
}
