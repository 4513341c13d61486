/** Rules of sessions that are asked for: what they may touch, how large a tree grows, and where there is room (S1-131, X1-004, S1-104, S1-105). */
import { placingOf } from "../effects-spawns.ts";
import { limitOf } from "../limit.ts";
import { isWider, widestFor } from "../sandboxes.ts";
import { ancestorsOf, treeSize } from "../spawned.ts";
import type { Rule } from "./rule.ts";

/**
 * A session gives nobody more of the machine than it may hand on (S1-131); people and Claws name what they like. `approvalPolicy: "never"` stays open to it: Codex
 * then asks nothing, and what it would have asked is declined by default anyway (S1-094), so it is no more power.
 */
export const keptSandbox: Rule = (house, question) => {
  const { command, via } = question;
  if (via === null || (command.type !== "session.spawn" && command.type !== "session.fork")) return null;
  const { sandbox } = command.settings;
  const most = widestFor(house, question, command);
  return sandbox === null || !isWider(sandbox, most)
    ? null
    : { code: "sandbox_not_allowed", facts: { sandbox, most } };
};

/** Whoever is no session begins a tree of its own. */
export const treeHasRoom: Rule = (house, { command, via, sight }) => {
  if (via === null || (command.type !== "session.spawn" && command.type !== "session.fork")) return null;
  const limit = limitOf(house, "tree_sessions");
  const value = treeSize(house, sight, via.sessionId);
  if (value < limit) return null;
  const rootSessionId = ancestorsOf(house, sight, via.sessionId).at(-1) ?? via.sessionId;
  return { code: "tree_full", facts: { limit, value, rootSessionId } };
};

/** Asked after the rules of the session whose history is taken, so that a fork of what cannot be reached is told that. */
export const roomSomewhere: Rule = (house, question) => {
  const { command } = question;
  if (command.type !== "session.spawn" && command.type !== "session.fork") return null;
  const placing = placingOf(house, question, command);
  return placing !== null && "refusal" in placing ? placing.refusal : null;
};
