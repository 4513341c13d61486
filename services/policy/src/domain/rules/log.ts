/** Rules of the log and its ledgers. How far the ledger of record is, policy cannot see: the gateway refuses what goes beyond it. */
import type { Rule } from "./rule.ts";

/** The house itself claims for the first ledger (ADR 0009): that another one takes its place, a person decides. */
export const otherLedger: Rule = ({ recordLedgerId }, { command, principal }) => {
  if (command.type !== "ledger.promote" || recordLedgerId === null) return null;
  return command.ledgerId === recordLedgerId || principal.kind === "house"
    ? { code: "ledger_of_record", facts: { ledgerId: recordLedgerId } }
    : null;
};

/** Trimming to where the log was trimmed already would begin a generation for nothing. */
export const forwardTrim: Rule = (house, { command }) =>
  command.type === "log.trim" && command.before <= house.trimmedBefore
    ? {
        code: "bad_request",
        facts: { where: "before", before: command.before, trimmedBefore: house.trimmedBefore },
      }
    : null;
