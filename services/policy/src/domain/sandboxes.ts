/**
 * How much of its machine a session may give to one that it asks for (S1-131, ADR 0013): never all of it, and in a fork no more than the forked one was spawned
 * with. What a host's own configuration says, nobody here knows; it is the host's to answer for.
 */
import type { CommandOf, ThreadSettings } from "@claw/events";
import type { Question } from "./question.ts";
import { spawnOf } from "./spawned.ts";
import type { House } from "./state.ts";

type Spawning = CommandOf<"session.spawn"> | CommandOf<"session.fork">;
export type Sandbox = NonNullable<ThreadSettings["sandbox"]>;

/** The narrowest first. */
const WIDTH: readonly Sandbox[] = ["read-only", "workspace-write", "danger-full-access"];
export const isWider = (one: Sandbox, other: Sandbox): boolean => WIDTH.indexOf(one) > WIDTH.indexOf(other);

/** The widest that a session may hand on, whatever it has itself. */
const MOST: Sandbox = "workspace-write";

/** What the forked session was spawned with; null where that was left to its host, or nobody here made the thread. */
const sandboxOf = (
  house: House,
  { sight }: Question,
  { target }: CommandOf<"session.fork">,
): Sandbox | null => spawnOf(house, sight, target.sessionId)?.sandbox ?? null;

/** The widest that a session may name. Of a fork of what nobody knows, the narrowest: anything else might be more than that one has. */
export function widestFor(house: House, question: Question, command: Spawning): Sandbox {
  if (command.type === "session.spawn") return MOST;
  const forked = sandboxOf(house, question, command) ?? "read-only";
  return isWider(forked, MOST) ? MOST : forked;
}

/**
 * What it is made with. Codex begins a fork with its host's own configuration, which may be wider than what the forked one was spawned with: so where a session
 * names none, it is that, unless that is all of the machine.
 */
export function settingsFor(house: House, question: Question, command: Spawning): ThreadSettings {
  const { settings } = command;
  if (question.via === null || command.type === "session.spawn" || settings.sandbox !== null) return settings;
  const forked = sandboxOf(house, question, command);
  return { ...settings, sandbox: forked === null || isWider(forked, MOST) ? null : forked };
}
