/** Rules of the turn that a write is meant for, and of whose it is. */
import { isOnItsWay, outstandingInterrupt, outstandingStart, overdueAt } from "../desk.ts";
import type { House, KnownCommand } from "../house.ts";
import { limitOf } from "../limit.ts";
import { askerOf } from "../mute.ts";
import { hasOurs } from "../ours.ts";
import type { Question, Refusal } from "../question.ts";
import { sightOf } from "../relation.ts";
import type { SessionSight, Sight } from "../sight.ts";
import { spawnBehind } from "../spawned.ts";
import { isRefusal, planOf } from "../turn-plan.ts";
import { isAutomation } from "../writer.ts";
import type { Rule } from "./rule.ts";

/** Fails closed (S1-091): what is meant for a turn that nobody can name is not done. */
export const rightTurn: Rule = (house, question) => {
  const { command } = question;
  if (command.type !== "session.send" && command.type !== "session.interrupt") return null;
  const session = sightOf(house, question);
  const plan = session === null ? null : planOf(session, command);
  return plan !== null && isRefusal(plan) ? plan : null;
};

/** Two starts at once would be one turn with both texts in it (PROTOCOL §0.4). */
export const oneStart: Rule = (house, question) => {
  const { command, sight, at } = question;
  const session = sightOf(house, question);
  if (command.type !== "session.send" || session === null) return null;
  const plan = planOf(session, command);
  if (isRefusal(plan) || plan.act !== "start") return null;
  const { sessionId } = session;
  const before = outstandingStart(house, sight, sessionId, at) ?? outstandingSpawn(house, sight, session, at);
  if (before === null) return null;
  const { commandId } = before;
  return {
    code: "command_outstanding",
    facts: { commandId, sessionId, retryAfterMs: overdueAt(before) - at },
  };
};

/** A spawned session has its thread before it has its first turn. */
function outstandingSpawn(
  house: House,
  sight: Sight,
  session: SessionSight,
  at: number,
): KnownCommand | null {
  const spawn = spawnBehind(house, sight, session);
  const command = spawn === null ? undefined : house.commands.get(spawn.commandId);
  return command !== undefined && isOnItsWay(command, sight, at) ? command : null;
}

/** Once is enough: an interrupt is charged to no rate, so a Claw that repeats it would fill the log and its host's queue. */
export const oneInterrupt: Rule = (house, question) => {
  const { command, sight, at } = question;
  if (command.type !== "session.interrupt" || !isAutomation(askerOf(question))) return null;
  const { sessionId } = command.target;
  const before = outstandingInterrupt(house, sight, sessionId, at);
  return before === null
    ? null
    : {
        code: "command_outstanding",
        facts: { commandId: before.commandId, sessionId, retryAfterMs: overdueAt(before) - at },
      };
};

/** People come first (N1-020). Sessions and Claws leave a person's turn alone, and the session for a while after a person's last word. */
export const noPersonAtWork: Rule = (house, question) => {
  const { command } = question;
  const isWrite =
    command.type === "session.send" ||
    command.type === "session.interrupt" ||
    command.type === "session.stop" ||
    command.type === "lease.acquire";
  if (!isWrite || !isAutomation(askerOf(question))) return null;
  const { sight } = question;
  const session = sightOf(house, question);
  return session === null
    ? null
    : (quietAfterPerson(house, question, session) ?? inPersonsTurn(house, sight, session));
};

function quietAfterPerson(
  house: House,
  { at }: Question,
  { sessionId, personAt }: SessionSight,
): Refusal | null {
  if (personAt === null) return null;
  const leftMs = personAt + limitOf(house, "human_quiet_ms") - at;
  return leftMs <= 0 ? null : { code: "human_at_work", facts: { sessionId, retryAfterMs: leftMs } };
}

/** A turn in which nothing of ours is known is a person's: everything else in a thread is human. */
function inPersonsTurn(house: House, sight: Sight, session: SessionSight): Refusal | null {
  const { sessionId, activeTurnId, turns } = session;
  if (activeTurnId === null) return null;
  const turn = turns.find(({ turnId }) => turnId === activeTurnId);
  return turn !== undefined && !turn.hasPerson && hasOurs(house, sight, session, turn)
    ? null
    : { code: "human_at_work", facts: { sessionId, turnId: activeTurnId, retryAfterMs: null } };
}
