/** Rules that look at the command alone: who asks, under which id, and what its text holds. */
import type { Rule } from "./rule.ts";

/** An id names one command of one principal for ever (DESIGN 14.8). A true repeat never comes here: `decide` answers it first. */
export const unusedId: Rule = (_house, { command, earlier }) =>
  earlier === null ? null : { code: "command_id_reused", facts: { commandId: command.commandId } };

/** In this version every command records something about the house itself, and that is an admin's to say. */
export const adminsOnly: Rule = (_house, { principal }) =>
  principal.role === "admin" ? null : { code: "forbidden", facts: { role: principal.role, needs: "admin" } };

/** The log cannot forget, so what must not be in it is kept out (DESIGN 14.14). */
export const noSecrets: Rule = (_house, { secret }) =>
  secret === null ? null : { code: "secret_in_text", facts: { kind: secret.kind, offset: secret.offset } };

/** A token that is born expired is a mistake of whoever asks. */
export const untilLater: Rule = (_house, { command, at }) =>
  "until" in command && command.until !== null && command.until <= at
    ? { code: "bad_request", facts: { where: "until", until: command.until } }
    : null;
