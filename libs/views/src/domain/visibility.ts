/**
 * What one caller may see of one session or runtime: the one rule for REST, live frames, MCP and archives (ADR 0014, X1-026). Pure. What has no sight is answered
 * like what does not exist.
 */
import type { GroupId, Principal, SessionId, ShareLevel } from "@claw/events";

/** `none`: as if it were not there. `metadata`: that it is there and what it does, nothing that was said. `full`: all that the role may read. */
export type Sight = "none" | "metadata" | "full";

/** `fleet`: everybody sees every row. `private`: only what is theirs, or was shared with them. */
export type Visibility = "fleet" | "private";

/** Whose it is. */
export interface Belonging {
  readonly sessionId: SessionId;
  /** Null where nobody said: then it is nobody's. */
  readonly owner: string | null;
  readonly group: GroupId;
  readonly parentSessionId: SessionId | null;
  readonly rootSessionId: SessionId | null;
}

/** What was shared with the caller, and is still. */
export interface Shares {
  readonly ofSession: (sessionId: SessionId) => ShareLevel | null;
  readonly ofOwner: (owner: string) => ShareLevel | null;
  /** An admin said why, and may look for a while. */
  readonly isGlassBroken: (sessionId: SessionId) => boolean;
}

/**
 * Machines have no names that people could own: a session sees itself and what it spawned, a Claw what its group looks after. Who is bound to a root sees its tree,
 * and nothing else in any house (X1-005).
 */
export function sightOf(visibility: Visibility, caller: Principal, row: Belonging, shares: Shares): Sight {
  if (caller.root !== undefined) return isInTree(caller.root, row) ? "full" : "none";
  switch (caller.kind) {
    case "house":
      return "full";
    case "host":
      return "none";
    case "session":
      return visibility === "fleet" || isOwnOrChild(caller.name, row) ? "full" : "none";
    case "claw":
      return visibility === "fleet" || (caller.group ?? null) === row.group ? "full" : "none";
    case "person":
      return visibility === "fleet" ? "full" : personalSight(caller, row, shares);
  }
}

const isInTree = (root: SessionId, { sessionId, rootSessionId }: Belonging): boolean =>
  sessionId === root || rootSessionId === root;

const isOwnOrChild = (name: string, { sessionId, parentSessionId }: Belonging): boolean =>
  sessionId === name || parentSessionId === name;

function personalSight({ name, role }: Principal, row: Belonging, shares: Shares): Sight {
  if (levelOf(name, row, shares) !== null) return "full";
  if (role === "admin" && shares.isGlassBroken(row.sessionId)) return "full";
  return role === "admin" || role === "auditor" ? "metadata" : "none";
}

/** `controller` may act on it as far as the role allows; null may not, whatever the role. */
export function levelOf(name: string, { sessionId, owner }: Belonging, shares: Shares): ShareLevel | null {
  if (owner === name) return "controller";
  const given = [shares.ofSession(sessionId), owner === null ? null : shares.ofOwner(owner)];
  return given.includes("controller") ? "controller" : given.includes("viewer") ? "viewer" : null;
}
