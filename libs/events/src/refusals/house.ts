/** Refusals of commands about the house itself, and of what any command's id and text may be. */
import type { RefusalKind } from "./kind.ts";

export const houseRefusals = {
  command_id_reused: {
    status: 409,
    reason: "This commandId was used for another command.",
    remedy: "Use a new commandId, or repeat the first command unchanged to get its verdict.",
  },
  secret_in_text: {
    status: 422,
    reason: "The text of the command holds a secret, and the log forgets nothing.",
    remedy: "Say it without the secret; `facts.kind` and `facts.offset` say what stands where.",
  },
  host_exists: {
    status: 409,
    reason: "A host with this id has a valid token already.",
    remedy:
      "Choose another id, give the host a new token with `claw host rotate`, or revoke the one it has first.",
  },
  token_unknown: {
    status: 404,
    reason: "No token has this id.",
    remedy: "`claw token list` shows the ids.",
  },
  token_exists: {
    status: 409,
    reason: "A token with this id exists already.",
    remedy: "Choose another token id.",
  },
  quarantine_unknown: {
    status: 404,
    reason: "No quarantined entry has this position.",
    remedy: "`claw quarantine ls` shows the positions.",
  },
  host_unknown: {
    status: 404,
    reason: "No host has this id.",
    remedy: "`claw get hosts` shows the ids; `claw host add` lets one join.",
  },
  ledger_of_record: {
    status: 409,
    reason: "This ledger is of record already.",
    remedy: "Nothing is to be done; `claw ledger ls` shows which one is.",
  },
  not_in_the_ledger: {
    status: 409,
    reason: "The ledger of record does not hold the log up to this position yet.",
    remedy: "Ask for an earlier position; `facts.position` is how far the ledger of record is.",
  },
  limit_unknown: {
    status: 404,
    reason: "No limit has this name.",
    remedy: "`claw policy show` lists the names.",
  },
  limit_out_of_range: {
    status: 422,
    reason: "The limit cannot have this value.",
    remedy: "`facts.min` and `facts.max` say between what it lies.",
  },
  last_admin: {
    status: 409,
    reason: "This is the last valid admin token.",
    remedy: "Create another admin token first.",
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;
