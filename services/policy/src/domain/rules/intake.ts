/** Rules that look at the command alone: who asks, under which id, and what its text holds. */
import { type Command, isRequested, isReservedOwner } from "@claw/events";
import { relationOf } from "../relation.ts";
import { actionOf, mayDo, neededFor } from "../scope.ts";
import { ancestorsOf } from "../spawned.ts";
import type { Rule } from "./rule.ts";

/**
 * An id that was accepted names that command of that principal for ever, and one that was refused does so for whoever was refused (DESIGN 14.8). A true repeat
 * never comes here: `decide` answers it first.
 */
export const unusedId: Rule = (_house, { command, earlier }) =>
  earlier === null ? null : { code: "command_id_reused", facts: { commandId: command.commandId } };

/** Ids that the house makes for what follows from something else: nobody takes one before it does. */
const HOUSE_ID = /^(auto|stop)-[0-9a-f]{40}$/;
export const callersId: Rule = (_house, { command: { commandId } }) =>
  HOUSE_ID.test(commandId) ? { code: "bad_request", facts: { where: "commandId", commandId } } : null;

/** Before the table of roles, because no role makes a session of anybody. */
export const sessionAlone: Rule = (_house, { command, via }) =>
  command.type === "progress.report" && via === null ? { code: "session_only", facts: {} } : null;

/** Who may do what to whom is one table (`scope.ts`); what it does not name is refused. Who is bound to a root reads, and does nothing to anybody (X1-005). */
export const inScope: Rule = (house, question) => {
  const { role, root } = question.principal;
  if (root !== undefined)
    return { code: "forbidden", facts: { role, needs: "a token without a root", root } };
  const action = actionOf(question.command);
  const relation = relationOf(house, question);
  if (mayDo(role, action, relation)) return null;
  return { code: "forbidden", facts: { role, needs: neededFor(action, relation), relation } };
};

/** What only the house itself can know is told by nobody else, whatever the role. */
export const houseAlone: Rule = (_house, { command, principal }) =>
  command.type.startsWith("record.") && principal.kind !== "house"
    ? { code: "forbidden", facts: { role: principal.role, needs: "house" } }
    : null;

/** The log cannot forget, so what must not be in it is kept out (DESIGN 14.14). */
export const noSecrets: Rule = (_house, { secret }) =>
  secret === null ? null : { code: "secret_in_text", facts: { kind: secret.kind, offset: secret.offset } };

/** A token, a grant or a ruling that is over before it begins is a mistake of whoever asks. */
export const untilLater: Rule = (_house, { command, at }) =>
  "until" in command && command.until !== null && command.until <= at
    ? { code: "bad_request", facts: { where: "until", until: command.until } }
    : null;

/** Only Claws belong to groups; a group that nobody looks at would be a mistake of whoever asks. */
export const clawsGroup: Rule = (_house, { command }) =>
  command.type === "token.create" && command.group !== undefined && command.role !== "claw"
    ? { code: "bad_request", facts: { where: "group", role: command.role } }
    : null;

/** Only a viewer's token is bound to a root, and only to the top of a tree that has its thread: the views know no tree by another session (X1-005). */
export const viewersRoot: Rule = (house, { command, sight }) => {
  if (command.type !== "token.create" || command.root === undefined) return null;
  const { role, root } = command;
  if (role !== "viewer") return { code: "bad_request", facts: { where: "root", role } };
  return isRequested(root) || ancestorsOf(house, sight, root).length > 0
    ? { code: "bad_request", facts: { where: "root", root } }
    : null;
};

/** No person gets a name that this house makes of a Claw, of itself or of a unix user: whoever had it would own what is theirs (ADR 0014). */
export const peoplesName: Rule = (_house, { command }) => {
  const given = nameGivenBy(command);
  return given !== null && isReservedOwner(given.name)
    ? { code: "bad_request", facts: { where: given.where, name: given.name } }
    : null;
};

interface GivenName {
  readonly where: "name" | "owner" | "principal";
  readonly name: string;
}

function nameGivenBy(command: Command): GivenName | null {
  switch (command.type) {
    case "token.create":
      return command.role === "claw" ? null : { where: "name", name: command.name };
    case "owner.map":
      return command.owner === null ? null : { where: "owner", name: command.owner };
    case "record.signin":
      return { where: "principal", name: command.principal.name };
    default:
      return null;
  }
}
