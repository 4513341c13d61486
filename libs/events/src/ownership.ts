/** Whose a session is (ADR 0014, DESIGN 14.20). One rule for policy, which lets owners share, and for the views, which show and filter by it. */
import type { Principal } from "./control.ts";
import type { HostId } from "./ids.ts";

/**
 * Whose that is which somebody asked for: a person's own. A Claw or the house is no person, and its name must not be taken for one: it stands with its kind before
 * it. Null for a session, which asks for whoever owns it.
 */
export function ownerAsking({ kind, name }: Pick<Principal, "kind" | "name">): string | null {
  if (kind === "session") return null;
  return kind === "person" ? name : `${kind}:${name}`;
}

/**
 * Whose the sessions are on the socket of a unix user: `mapped` is whom `owner.map` names for that user of that host, null where nobody did. Null where the host
 * does not say whose socket it is.
 */
export function ownerOfSocket(hostId: HostId, unixUser: string | null, mapped: string | null): string | null {
  return unixUser === null ? null : (mapped ?? `unix:${unixUser}@${hostId}`);
}

/** How names begin that are made here of what is no person; a letter's case makes no other beginning, because people read the names. */
const RESERVED = /^\s*(unix|claw|house|host|session)\s*:/iu;
/** Letters that nobody sees: `cl<zero width space>aw:` is read as `claw:`. */
const UNSEEN = /\p{Cf}/gu;

/**
 * True for a name that no person may have, because it is, or looks like, one that this house makes of a Claw, of itself or of a unix user: whoever signed in under it
 * would own their sessions (ADR 0014). Asked wherever a person gets a name: at sign-in, when a token is issued, and of whom `owner.map` names.
 */
export const isReservedOwner = (name: string): boolean =>
  RESERVED.test(name.normalize("NFKC").replaceAll(UNSEEN, ""));

/** Where a mapping is filed. A host's id holds no slash, so no two are filed under one key. */
export const ownerKey = (hostId: HostId, unixUser: string): string => `${hostId}/${unixUser}`;
