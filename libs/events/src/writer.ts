/** Who writes, as limits and mutes count it. */
import type { Principal } from "./control.ts";
import { DEFAULT_GROUP, type SessionId } from "./ids.ts";

/** Sessions and Claws are automation; everybody else counts as a person. */
export interface Writer {
  readonly kind: "session" | "claw" | "person";
  /** The name under which its rate and its refusals are counted. */
  readonly key: string;
  /** The session that asks, if one does. */
  readonly sessionId: SessionId | null;
}

/** `caller` is the session that asks, as the channel proved it. A session whose channel does not say which is still one, under the name it has. */
export function writerOf({ kind, name, role, group }: Principal, caller: SessionId | null): Writer {
  if (caller !== null) return { kind: "session", key: `session/${caller}`, sessionId: caller };
  if (kind === "session" || role === "session")
    return { kind: "session", key: `session/${name}`, sessionId: null };
  if (kind === "claw" || role === "claw")
    return { kind: "claw", key: `claw/${group ?? DEFAULT_GROUP}/${name}`, sessionId: null };
  return { kind: "person", key: `${kind}/${name}`, sessionId: null };
}

export const isAutomation = ({ kind }: Writer): boolean => kind !== "person";
