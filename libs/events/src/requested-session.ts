/** The name of a session that was asked for and has no thread yet (DESIGN 14.16). */
import type { DataOf } from "./catalog.ts";
import { sha256 } from "./digest.ts";
import type { CommandId, EndpointId, HostId, SessionId } from "./ids.ts";
import type { SpawnAct } from "./instruction.ts";

const PREFIX = "req-";
/** An id may have 63 letters. */
const MAX_COMMAND_LETTERS = 59;

/** `req-<commandId>`; where that is too long, or is written like a digest itself, with a digest in its place: so no two commands have one session. */
export const requestedSession = (commandId: CommandId): SessionId =>
  `${PREFIX}${mayStand(commandId) ? commandId : sha256(commandId).slice(0, DIGEST_LETTERS)}` as SessionId;

const DIGEST_LETTERS = 40;
const LIKE_A_DIGEST = /^[0-9a-f]{40}$/;
const mayStand = (commandId: CommandId): boolean =>
  commandId.length <= MAX_COMMAND_LETTERS && !LIKE_A_DIGEST.test(commandId);

/** Codex mints UUIDs, so none of its threads is taken for one. */
export const isRequested = (sessionId: SessionId): boolean => sessionId.startsWith(PREFIX);

/** A session that an accepted command asks for, and where it has to be made. */
export interface AskedSession {
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly act: SpawnAct;
}

/**
 * Null for a command that asks for no session, or not for one that is named after it. One rule for ingest, which lets only that host speak of it, and for the
 * views, which show it.
 */
export function sessionAsked({
  commandId,
  hostId,
  instruction,
}: DataOf<"command.accepted">): AskedSession | null {
  if (instruction?.act.kind !== "spawn" || hostId === undefined) return null;
  const { sessionId, endpointId, act } = instruction;
  return sessionId === requestedSession(commandId) ? { sessionId, hostId, endpointId, act } : null;
}
