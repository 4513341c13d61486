/** Rules of what no connector reports: runtimes and how they end, shares and whose things they are of, sign-ins, attention (ADR 0014). */
import { AttentionKind, type Command, isRequested, SessionId } from "@claw/events";
import { isValid, type House, type KnownRuntime } from "../house.ts";
import { ownerOf } from "../owners.ts";
import { endOf, isForgotten } from "../runtimes.ts";
import type { Sight } from "../sight.ts";
import { spawnOf } from "../spawned.ts";
import type { Rule } from "./rule.ts";

/** A checkpoint, a share, a look behind the glass or a token that is bound to a root is of something. What was shared can always be taken back. */
export const knownSubject: Rule = (house, { command, sight }) => {
  const id = subjectOf(command);
  return id === null || isThere(house, sight, id)
    ? null
    : { code: "session_unknown", facts: { sessionId: id } };
};

function subjectOf(command: Command): string | null {
  switch (command.type) {
    case "checkpoint.register":
    case "share.break_glass":
      return command.target.sessionId;
    case "token.create":
      return command.root ?? null;
    case "share.grant":
      return command.scope === "session" && command.level !== null ? command.id : null;
    default:
      return null;
  }
}

function isThere(house: House, sight: Sight, name: string): boolean {
  const id = SessionId.safeParse(name);
  if (!id.success) return false;
  return (
    sight.session(id.data) !== null || house.runtimes.has(id.data) || spawnOf(house, sight, id.data) !== null
  );
}

/** One id is one thing: a runtime under a session's id would show people somewhere else to attach to. So would one under the name that a session is yet to have. */
export const freeRuntime: Rule = (house, { command, sight, at }) => {
  if (command.type !== "runtime.register") return null;
  const { runtimeId } = command;
  if (isRequested(runtimeId)) return { code: "bad_request", facts: { where: "runtimeId", runtimeId } };
  const known = house.runtimes.get(runtimeId);
  const isTaken = sight.session(runtimeId) !== null || (known !== undefined && endOf(known, at) === null);
  return isTaken ? { code: "runtime_exists", facts: { runtimeId } } : null;
};

/** One that ended a month ago is nobody's to change, whether it was swept out by then or not. */
export const knownRuntime: Rule = (house, { command, at }) => {
  if (command.type !== "runtime.update") return null;
  const runtime = changedBy(house, command);
  return runtime !== null && !isForgotten(runtime, at)
    ? null
    : { code: "runtime_unknown", facts: { runtimeId: command.runtimeId } };
};

/** An end stays, also that of its lease; but that it failed goes before every other (X1-013). */
export const livingRuntime: Rule = (house, { command, at }) => {
  const runtime = changedBy(house, command);
  const status = runtime === null ? null : endOf(runtime, at);
  if (command.type !== "runtime.update" || status === null) return null;
  return command.changes.status === "failed" && status !== "failed"
    ? null
    : { code: "runtime_over", facts: { runtimeId: command.runtimeId, status } };
};

/** Whoever changes a runtime has seen it as it is: of two at once, the second looks again (X1-012). */
export const sameRevision: Rule = (house, { command }) => {
  const runtime = changedBy(house, command);
  if (command.type !== "runtime.update" || runtime === null || runtime.revision === command.revision)
    return null;
  return { code: "runtime_changed", facts: { runtimeId: command.runtimeId, revision: runtime.revision } };
};

/**
 * Whoever is said to own a runtime sees it in a private house and shares it, so it changes hands by its owner's word or an admin's, also where its life begins anew: no
 * other role makes itself the owner of what is somebody's (X1-026). One that is nobody's is given to somebody by whoever registers. Its owner's name is not told.
 */
export const ownRuntime: Rule = (house, { command, principal }) => {
  if (command.type !== "runtime.register" && command.type !== "runtime.update") return null;
  const owner = house.runtimes.get(command.runtimeId)?.owner ?? null;
  const next = command.type === "runtime.register" ? command.owner : command.changes.owner;
  if (owner === null || next === undefined || next === owner) return null;
  const { kind, name, role } = principal;
  const isTheirs = kind === "person" && name === owner;
  return isTheirs || role === "admin" ? null : { code: "forbidden", facts: { role, needs: "admin" } };
};

const changedBy = (house: House, command: Command): KnownRuntime | null =>
  command.type === "runtime.update" ? (house.runtimes.get(command.runtimeId) ?? null) : null;

/** Roles do not share what is others' (X1-026): its owner does, by name, or an admin. */
export const ownShare: Rule = (house, { command, principal, sight }) => {
  if (command.type !== "share.grant" || principal.role === "admin") return null;
  const { scope, id } = command;
  const owner = scope === "owner" ? id : ownerOf(house, sight, id as SessionId);
  return principal.kind === "person" && owner === principal.name
    ? null
    : { code: "not_the_owner", facts: { scope, id, owner } };
};

/** What a browser holds stands for a person, never for a Claw, the house or a reader that is bound to a root (X1-029), and lives no longer than the token that it came from. */
export const fittingSignIn: Rule = (house, { command, at }) => {
  if (command.type !== "record.signin") return null;
  const { principal, tokenId, until } = command;
  const { kind, role, root } = principal;
  if (kind !== "person" || !PEOPLES_ROLES.has(role) || root !== undefined)
    return { code: "bad_request", facts: { where: "principal", kind, role } };
  if (tokenId === null) return null;
  const token = house.tokens.get(tokenId);
  if (token === undefined || !isValid(token, at)) return { code: "token_unknown", facts: { tokenId } };
  return token.until !== null && token.until < until
    ? { code: "bad_request", facts: { where: "until", until: token.until } }
    : null;
};
const PEOPLES_ROLES: ReadonlySet<string> = new Set(["viewer", "operator", "auditor", "admin"]);

export const knownAttention: Rule = (_house, { command }) => {
  if (command.type !== "attention.snooze" && command.type !== "attention.assign") return null;
  const [kind] = command.key.split("/", 1);
  return AttentionKind.safeParse(kind).success
    ? null
    : { code: "attention_unknown", facts: { key: command.key } };
};
