/**
 * What follows from an accepted stop: in one entry, a kill switch for the session and, with `tree`, for all that it spawned and the sub-agents of each, and an
 * interrupt for each that is in a turn (X1-003). From then on nothing is admitted, whatever becomes of the interrupts.
 */
import {
  commandDigest,
  CommandId,
  type CommandOf,
  type Event,
  MAX_DECIDED_EVENTS,
  type Origin,
  type SessionId,
  sha256,
  switchKey,
} from "@claw/events";
import { acceptance, type Effects } from "./asked.ts";
import { outstandingInterrupt } from "./desk.ts";
import { interruptToken } from "./effects-writes.ts";
import { event } from "./event.ts";
import { askerOf } from "./mute.ts";
import { isOurs } from "./ours.ts";
import type { Question } from "./question.ts";
import { treeUnder, type TreeNode } from "./spawned.ts";
import type { SessionSight } from "./sight.ts";
import type { House } from "./state.ts";
import { isAutomation } from "./writer.ts";

type Stop = CommandOf<"session.stop">;

/** Sessions that one entry stops. A tree that `tree_sessions` lets grow beyond it is stopped by asking again; `facts.left` says how many are left. */
export const MAX_STOPPED = Math.floor((MAX_DECIDED_EVENTS - 1) / 2);

export function stopped(house: House, question: Question, command: Stop, origin: Origin): Effects {
  const { sessionId } = command.target;
  const nodes = treeUnder(house, question.sight, sessionId).slice(0, command.tree ? undefined : 1);
  // Sub-agents that rest are never forgotten: those at work do not wait behind them.
  const isFirst = ({ id, interrupt }: StopOf): boolean => id === sessionId || interrupt !== null;
  const open = nodes
    .map((node) => stopOf(house, question, command, node, origin))
    .filter((one) => isFirst(one) || !one.isHalted);
  const now = [...open.filter(isFirst), ...open.filter((one) => !isFirst(one))].slice(0, MAX_STOPPED);
  const interrupts = now.flatMap(({ interrupt }) => interrupt ?? []);
  const switches = now.map(({ id }) => halted(question.at, id, command.reason));
  const left = open.length - now.length;
  return {
    events: [acceptance(question), ...switches, ...interrupts],
    facts: {
      halted: switches.length,
      interrupts: interrupts.length,
      ...(left === 0 ? {} : { left }),
    },
  };
}

const halted = (at: number, id: SessionId, reason: string): Event =>
  event("switch.set", at, { scope: "session", id, state: "halted", reason });

interface StopOf {
  readonly id: SessionId;
  readonly isHalted: boolean;
  readonly interrupt: Event | null;
}

const stopOf = (
  house: House,
  question: Question,
  command: Stop,
  { id, session }: TreeNode,
  origin: Origin,
): StopOf => ({
  id,
  isHalted: house.halted.has(switchKey({ scope: "session", id })),
  interrupt: session === null ? null : interruptOf(house, question, command, session, origin),
});

/**
 * Of a turn that can be named and reached, unless its interrupt is on the way. Automation leaves people's turns alone here as well (N1-020). Why is said by the
 * switch of the same session beside it: said twice for each, a long reason would make one entry of a large tree too large for the log.
 */
function interruptOf(
  house: House,
  question: Question,
  { commandId: stopId, deadlineMs }: Stop,
  session: SessionSight,
  origin: Origin,
): Event | null {
  const { sight, at, principal, generation } = question;
  const { sessionId, hostId, endpointId, activeTurnId: expectedTurnId } = session;
  if (expectedTurnId === null || session.isLost || session.isClosed) return null;
  if (sight.host(hostId)?.isSilent !== false) return null;
  if (outstandingInterrupt(house, sight, sessionId, at) !== null) return null;
  const turn = session.turns.find(({ turnId }) => turnId === expectedTurnId);
  const isAllowed =
    !isAutomation(askerOf(question)) || (turn !== undefined && isOurs(house, sight, session, turn));
  if (!isAllowed) return null;
  const commandId = partId(stopId, sessionId);
  const type = "session.interrupt" as const;
  const digest = commandDigest({ type, commandId, target: { sessionId }, expectedTurnId, deadlineMs });
  const token = interruptToken(house, sessionId, principal, generation);
  const act = { kind: "interrupt", expectedTurnId } as const;
  const instruction = { sessionId, endpointId, token, act };
  const deadlineAt = at + deadlineMs;
  const asked = { commandId, commandType: type, digest, principal };
  return event("command.accepted", at, { ...asked, hostId, instruction, origin, deadlineAt });
}

/** The interrupt of one session has an id that follows from the stop, so that a repeat is the same. */
const partId = (stopId: CommandId, sessionId: SessionId): CommandId =>
  CommandId.parse(`stop-${sha256(`${stopId}/${sessionId}`).slice(0, 40)}`);
