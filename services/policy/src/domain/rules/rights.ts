/** What sessions may do over MCP only where a trusted policy opens it (S1-092, S1-131, ADR 0013). People and Claws have their roles instead. */
import { type Command, type Right, rightOver } from "@claw/events";
import { reachOf } from "../groups.ts";
import { relationOf } from "../relation.ts";
import type { Rule } from "./rule.ts";

/** The right that a session needs for it; null for what is open to every session, or to none. Of its own children it needs none to interrupt (X1-002). */
function rightFor(command: Command): Right | null {
  switch (command.type) {
    case "session.send":
      return "send";
    case "session.interrupt":
      return "interrupt";
    case "session.spawn":
    case "session.fork":
      return "spawn";
    default:
      return null;
  }
}

/** A session that nobody has seen stands nowhere: nothing is open to it, and what passes a cause on is refused by `known cause`, with a better answer. */
export const opened: Rule = (house, question) => {
  const { command, via, sight, at } = question;
  const right = via === null ? null : rightFor(command);
  if (via === null || right === null) return null;
  if (right === "interrupt" && relationOf(house, question) === "child") return null;
  const caller = sight.session(via.sessionId);
  if (caller === null && right !== "interrupt") return null;
  const isOpen = caller !== null && rightOver(house.grants, right, reachOf(house, caller), at) === "open";
  return isOpen ? null : { code: "not_enabled", facts: { right, sessionId: via.sessionId } };
};
