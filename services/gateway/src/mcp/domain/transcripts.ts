/**
 * Who may read what over MCP, beside the table of roles (`auth/access.ts`): a session reads its own transcript and those of its direct children (X1-002),
 * and others' only where a trusted policy opens it (S1-093). The list of peers is open to every session.
 */
import type { Facts, Principal, RefusalCode, SessionId } from "@claw/events";
import { mayDo, rolesFor } from "../../auth/access.ts";

/** What the target is to the caller. People and Claws are related to no session. */
export type Relation = "self" | "child" | "parent" | "other";

export interface Target {
  readonly sessionId: SessionId;
  readonly parentSessionId: SessionId | null;
}

/** `own` is the caller's session, null for people and Claws. */
export function relationOf(own: Target | null, target: Target): Relation {
  if (own === null) return "other";
  if (target.sessionId === own.sessionId) return "self";
  if (target.parentSessionId === own.sessionId) return "child";
  return own.parentSessionId === target.sessionId ? "parent" : "other";
}

export interface Refusing {
  readonly code: RefusalCode;
  readonly facts: Facts;
}

/** Null if the caller may read that transcript, else why not. `right` is the right `transcript` of a caller that is a session. */
export function transcriptRefusal(
  { kind, role }: Principal,
  relation: Relation,
  right: () => "open" | "closed",
): Refusing | null {
  if (kind !== "session") {
    if (mayDo(role, "transcript.read")) return null;
    const needs = rolesFor("transcript.read").join(" or ");
    return { code: "forbidden", facts: { action: "transcript.read", role, needs } };
  }
  if (relation === "self" || relation === "child" || right() === "open") return null;
  return { code: "not_enabled", facts: { right: "transcript" } };
}
