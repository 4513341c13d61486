/** Rules of the session that is written to, and of its host: what would not arrive, or would arrive in another state than the one we know, is not sent. */
import { type CommandType, isRequested } from "@claw/events";
import { isOnItsWay, overdueAt } from "../desk.ts";
import { CATCHES_UP_MS } from "../placing.ts";
import type { Question } from "../question.ts";
import { sightOf, targetOf } from "../relation.ts";
import type { SessionSight } from "../sight.ts";
import { spawnOf } from "../spawned.ts";
import type { House } from "../house.ts";
import type { Rule } from "./rule.ts";

/** These need a host to carry them out. Giving a lease back, or taking it away, needs none. */
const NEED_HOST: ReadonlySet<CommandType> = new Set<CommandType>([
  "session.send",
  "session.interrupt",
  "session.fork",
  "session.resume",
  "approval.decide",
  "lease.acquire",
]);
const needsHost = ({ command }: Question): boolean => NEED_HOST.has(command.type);

const target = (house: House, question: Question): SessionSight | null =>
  needsHost(question) ? sightOf(house, question) : null;

/** What was asked for and has no thread yet can be stopped, and nothing else. */
export const boundSession: Rule = (house, question) => {
  const { command, sight, at } = question;
  const sessionId = needsHost(question) ? targetOf(house, command) : null;
  if (sessionId === null || !isRequested(sessionId)) return null;
  const spawn = spawnOf(house, sight, sessionId);
  const asked = spawn === null ? undefined : house.commands.get(spawn.commandId);
  if (asked === undefined || !isOnItsWay(asked, sight, at))
    return { code: "session_unknown", facts: { sessionId } };
  const { commandId } = asked;
  return {
    code: "command_outstanding",
    facts: { commandId, sessionId, retryAfterMs: overdueAt(asked) - at },
  };
};

/** A lease of a session that nobody knows can only be one that is not there: `knownLease` says so. What was asked for can be stopped before it is there. */
export const knownSession: Rule = (house, question) => {
  const { command, sight } = question;
  if (!("target" in command) || sightOf(house, question) !== null) return null;
  const isStop = command.type === "session.stop";
  const isAbout = needsHost(question) || command.type === "approval.test";
  if (isStop ? spawnOf(house, sight, command.target.sessionId) !== null : !isAbout) return null;
  return { code: "session_unknown", facts: { sessionId: command.target.sessionId } };
};

export const openSession: Rule = (house, question) => {
  const session = target(house, question);
  return session?.isClosed === true
    ? { code: "session_closed", facts: { sessionId: session.sessionId } }
    : null;
};

/** A host of which nothing was ever heard is silent. */
export const heardHost: Rule = (house, question) => {
  const session = target(house, question);
  if (session === null) return null;
  const { hostId } = session;
  const host = question.sight.host(hostId);
  return host === null || host.isSilent ? { code: "host_silent", facts: { hostId } } : null;
};

export const caughtUpHost: Rule = (house, question) => {
  const session = target(house, question);
  if (session === null || question.sight.host(session.hostId)?.isBehind !== true) return null;
  return { code: "host_catching_up", facts: { hostId: session.hostId, retryAfterMs: CATCHES_UP_MS } };
};

export const reachedEndpoint: Rule = (house, question) => {
  const session = target(house, question);
  if (session?.isLost !== true) return null;
  const { sessionId, hostId, endpointId } = session;
  return { code: "endpoint_lost", facts: { sessionId, hostId, endpointId } };
};
