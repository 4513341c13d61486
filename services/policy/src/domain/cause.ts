/**
 * Who caused a command, derived from what was decided and observed (ADR 0012, N1-028). Nothing of it is the caller's word: a turn that it names can only add
 * causes, never take one away; one that never appears is refused, because what went into it cannot be told (DESIGN 14.13).
 */
import {
  type CommandId,
  type CommandType,
  MAX_PATH,
  MAX_ROOTS,
  type Origin,
  type RootId,
  type SessionId,
  sha256,
  type TurnId,
  type Via,
} from "@claw/events";
import { isAccountedFor, sendsOnTheirWay } from "./desk.ts";
import type { Question, Refusal } from "./question.ts";
import type { SessionSight, Sight, TurnSight } from "./sight.ts";
import { meantBy } from "./spawned.ts";
import type { House, KnownCommand } from "./state.ts";

export type Cause =
  | { readonly origin: Origin; readonly refusal: null }
  | { readonly origin: null; readonly refusal: Refusal };

/** How long a turn that a call names may take to appear, in ms (DESIGN 14.13): so long it is waited for. */
export const TURN_APPEARS_MS = 500;

/**
 * A person's or a Claw's own command is its own root; what a session asks for goes back to what went into its turn. What passes nothing on (a report, or to stop
 * something) is done all the same where that cannot be told, and is then its own root.
 */
export function causeOf(house: House, question: Question): Cause {
  const cause = knownCauseOf(house, question);
  const { command, via } = question;
  if (cause.origin !== null || via === null || !PASSES_NOTHING_ON.has(command.type)) return cause;
  return { origin: { rootIds: [command.commandId], hop: 0, path: [via.sessionId] }, refusal: null };
}

const PASSES_NOTHING_ON: ReadonlySet<CommandType> = new Set<CommandType>([
  "progress.report",
  "session.interrupt",
  "session.stop",
]);

function knownCauseOf(house: House, { command, principal, via, sight }: Question): Cause {
  if (via === null)
    return principal.kind === "session" || principal.role === "session"
      ? unknownTurn(null, null)
      : { origin: { rootIds: [command.commandId], hop: 0, path: [] }, refusal: null };
  const session = sight.session(via.sessionId);
  const turn = session === null ? null : presentTurn(session);
  if (session === null || turn === null || !hasSeen(session, via.turnId))
    return unknownTurn(via.sessionId, via.turnId);
  const { known, forgotten } = commandsIn(house, sight, session, [
    ...inputsOf(session, turn, via.turnId),
    ...sendsOnTheirWay(house, sight, via.sessionId),
    ...spawnOnItsWay(house, sight, session),
  ]);
  if (forgotten !== null)
    return no({ code: "budget_spent", facts: { limit: "root_wall_ms", rootId: forgotten } });
  return known.length === 0 ? startedByPerson(via, turn) : passedOn(via, known);
}

/** The active turn, else the last known one: a call whose turn is over counts as made in that. */
const presentTurn = ({ turns, activeTurnId }: SessionSight): TurnSight | null =>
  turns.find(({ turnId }) => turnId === activeTurnId) ?? turns.at(-1) ?? null;

/** A caller that names no turn is in the present one. One that names a turn which nobody saw may be in it: its causes are not those of another turn. */
const hasSeen = ({ turns }: SessionSight, named: TurnId | null): boolean =>
  named === null || turns.some(({ turnId }) => turnId === named);

const inputsOf = ({ turns }: SessionSight, present: TurnSight, named: TurnId | null): readonly CommandId[] =>
  turns.flatMap((turn) => (turn === present || turn.turnId === named ? turn.commandIds : []));

/** Of a spawned session its first message may not have been seen yet. Its thread's mark is enough here: a cause that is added takes none away. */
const spawnOnItsWay = (house: House, sight: Sight, { spawnId }: SessionSight): readonly CommandId[] => {
  const spawn = spawnId === null ? undefined : house.commands.get(spawnId);
  return spawn?.kind === "spawn" && !isAccountedFor(spawn, sight) ? [spawn.commandId] : [];
};

/**
 * The commands that went in, as far as they were accepted for this session: a mark of another session's command was copied. A spawn was accepted for the session
 * that its thread became, or says to be. One that the house does not know any more is older than a cause may go on. Answers pass nothing on.
 */
function commandsIn(
  house: House,
  sight: Sight,
  { sessionId, spawnId }: SessionSight,
  ids: readonly CommandId[],
) {
  const isFor = ({ commandId, kind, sessionId: meant }: KnownCommand): boolean =>
    kind === "spawn"
      ? commandId === spawnId || meantBy(sight, meant) === sessionId
      : kind === "send" && meant === sessionId;
  const known = new Map<CommandId, KnownCommand>();
  let forgotten: CommandId | null = null;
  for (const id of ids) {
    const command = house.commands.get(id);
    if (command === undefined) forgotten ??= id;
    else if (isFor(command)) known.set(id, command);
  }
  return { known: [...known.values()], forgotten };
}

const startedByPerson = ({ sessionId }: Via, { turnId }: TurnSight): Cause => ({
  origin: { rootIds: [turnRoot(sessionId, turnId)], hop: 0, path: [sessionId] },
  refusal: null,
});

/** The longest way counts, all roots and all sessions on the way; the caller comes last. */
function passedOn({ sessionId }: Via, causes: readonly KnownCommand[]): Cause {
  const origins = causes.map(({ origin }) => origin);
  const rootIds = [...new Set(origins.flatMap((origin) => origin.rootIds))];
  const before = new Set(origins.flatMap(({ path }) => path));
  before.delete(sessionId);
  const path = [...before, sessionId];
  if (rootIds.length > MAX_ROOTS) return tooWide("roots", rootIds.length, MAX_ROOTS);
  if (path.length > MAX_PATH) return tooWide("path", path.length, MAX_PATH);
  const hop = Math.max(...origins.map((origin) => origin.hop)) + 1;
  return { origin: { rootIds, hop, path }, refusal: null };
}

/** How a turn that a person started is named as a cause. Hosts choose the ids of turns: two may choose the same one, and a long one. */
export function turnRoot(sessionId: SessionId, turnId: TurnId): RootId {
  const name = `turn:${sessionId}/${turnId}`;
  return name.length <= MAX_ROOT_LENGTH ? name : `turn:${sha256(name)}`;
}
const MAX_ROOT_LENGTH = 128;

const unknownTurn = (sessionId: string | null, turnId: string | null): Cause =>
  no({ code: "turn_unknown", facts: { sessionId, turnId, retryAfterMs: TURN_APPEARS_MS } });

const tooWide = (what: string, value: number, limit: number): Cause =>
  no({ code: "chain_too_wide", facts: { what, value, limit } });

const no = (refusal: Refusal): Cause => ({ origin: null, refusal });
