/** Kill switches, and mutes: what stops a writer whatever it wants to write. */
import { haltOver, type Reach, type SessionId } from "@claw/events";
import type { Cause } from "../cause.ts";
import { isMutable } from "../folds/tempers.ts";
import type { House } from "../house.ts";
import { askerOf, mutedUntil } from "../mute.ts";
import type { Question } from "../question.ts";
import { targetOf } from "../relation.ts";
import type { SessionSight } from "../sight.ts";
import { ancestorsOf, namesOf } from "../spawned.ts";
import { isAutomation } from "../writer.ts";
import type { Rule } from "./rule.ts";

/**
 * A halt stops what writes and what would get the right to, whoever asks, into the scope and out of it. It does not stop people from interrupting: that is what
 * a halt is for; nor a "no" to what Codex asks, and a stop. Otherwise automation does nothing under one but to report. What gives a lease back, and the rules
 * themselves, are never halted. A tree of which any session above is halted takes no new one.
 */
export const notHalted: Rule = (house, question, cause) => {
  if (!isStopped(question)) return null;
  const halt = haltOver(house.halted, reachOf(house, question, cause));
  return halt === null ? null : { code: "halted", facts: { scope: halt.scope, id: halt.id } };
};

function isStopped(question: Question): boolean {
  switch (question.command.type) {
    case "session.send":
    case "session.spawn":
    case "session.fork":
    case "session.resume":
    case "lease.acquire":
      return true;
    case "approval.decide":
      return question.command.answer.startsWith("accept");
    case "session.interrupt":
      return isAutomation(askerOf(question));
    default:
      return false;
  }
}

function reachOf(house: House, question: Question, { origin }: Cause): Reach {
  const { command, sight, principal } = question;
  const ids = sessionsOf(house, question);
  const seen = ids.map((id) => sight.session(id)).filter((one): one is SessionSight => one !== null);
  const named = command.type === "session.spawn" && command.hostId !== null ? [command.hostId] : [];
  return {
    sessions: ids.flatMap((id) => namesOf(house, sight, id)),
    hosts: [...seen.map(({ hostId }) => hostId), ...named],
    groupOf: (id) => house.hosts.get(id)?.group,
    callerGroup: principal.group ?? null,
    roots: origin?.rootIds ?? [],
  };
}

function sessionsOf(house: House, { command, via, sight }: Question): readonly SessionId[] {
  const caller = via?.sessionId ?? null;
  const isSpawn = command.type === "session.spawn" || command.type === "session.fork";
  const above = isSpawn && caller !== null ? ancestorsOf(house, sight, caller) : [];
  return [targetOf(house, command), caller, ...above].filter((id): id is SessionId => id !== null);
}

/** Who was refused too often is not listened to for a while (RELIABILITY §5). People, interrupts and what gives a lease back always are. */
export const notMuted: Rule = (house, question) => {
  if (!isMutable(question.command.type)) return null;
  const until = mutedUntil(house, question);
  return until === null ? null : { code: "muted", facts: { until, retryAfterMs: until - question.at } };
};
