/**
 * Whether what a kill switch, a grant or a ruling names is known. A switch may be set before there is anything that it stops, because it is an emergency brake:
 * so this refuses nothing, and is told with the verdict.
 */
import {
  type CommandId,
  type CommandOf,
  DEFAULT_GROUP,
  type HostId,
  type RootId,
  SessionId,
} from "@claw/events";
import type { Question } from "./question.ts";
import type { Sight } from "./sight.ts";
import type { House } from "./state.ts";

/** 1 or 0, because facts hold no booleans; null for the whole house, which is always there. */
export function knownSwitch(
  house: House,
  { sight }: Pick<Question, "sight">,
  { scope, id }: Pick<CommandOf<"switch.set">, "scope" | "id">,
): 0 | 1 | null {
  if (id === null || scope === "global") return null;
  return KNOWS[scope](house, sight, id) ? 1 : 0;
}

type Knows = (house: House, sight: Sight, id: string) => boolean;

const KNOWS: Readonly<Record<Exclude<CommandOf<"switch.set">["scope"], "global">, Knows>> = {
  session: (_house, sight, id) => sight.session(id as SessionId) !== null,
  host: (house, _sight, id) => house.hosts.has(id as HostId),
  group: (house, _sight, id) =>
    id === DEFAULT_GROUP || [...house.hosts.values()].some(({ group }) => group === id),
  root: (house, sight, id) =>
    house.roots.has(id as RootId) || house.commands.has(id as CommandId) || isTurn(sight, id),
};

/** A turn that a person started is a cause (`turnRoot`) before anything came of it. A long name is a digest, and known once something did. */
function isTurn(sight: Sight, rootId: string): boolean {
  const [, sessionId, turnId] = /^turn:([^/]+)\/(.+)$/.exec(rootId) ?? [];
  const session = SessionId.safeParse(sessionId);
  const seen = session.success ? sight.session(session.data) : null;
  return seen?.turns.some((turn) => turn.turnId === turnId) ?? false;
}
