/** Sessions, hosts, callers and writes for tests of the rules: a small world that is observed, and commands to it. */
import {
  type CommandId,
  type CommandOf,
  type CommandType,
  type EndpointId,
  type Event,
  type GroupId,
  type HostId,
  type Instruction,
  type LeaseId,
  type Principal,
  type Right,
  type SessionId,
  type TurnId,
  type Via,
} from "@claw/events";
import { type Decision, decide } from "../src/domain/decide.ts";
import type { House } from "../src/domain/house.ts";
import type { Question } from "../src/domain/question.ts";
import type { HostSight, SessionSight, Sight, TurnSight } from "../src/domain/sight.ts";
import { AT, fold, hostAdd, houseAfter, principalOf, question } from "./given.ts";

export const sid = (id: string): SessionId => id as SessionId;
export const tid = (id: string): TurnId => id as TurnId;
export const cid = (id: string): CommandId => id as CommandId;

export const operator = principalOf("operator");
export const claw = (name = "dora", group = "default"): Principal => ({
  kind: "claw",
  name,
  role: "claw",
  group: group as GroupId,
});
/** A session as the channel proves it: its id is its name. */
export const sessionAs = (id: string): Principal => ({ kind: "session", name: id, role: "session" });
export const via = (id: string, turnId: string | null = null): Via => ({
  sessionId: sid(id),
  turnId: turnId === null ? null : tid(turnId),
});
/** Who asks in which turn: a session asks as itself. */
export const asSession = (id: string, turnId: string | null = null): Pick<Question, "principal" | "via"> => ({
  principal: sessionAs(id),
  via: via(id, turnId),
});

export const turn = (turnId: string, given: Partial<TurnSight> = {}): TurnSight => ({
  turnId: tid(turnId),
  commandIds: [],
  hasPerson: false,
  tokens: 0,
  isOver: false,
  ...given,
});

export const session = (id: string, given: Partial<SessionSight> = {}): SessionSight => ({
  kind: "session",
  sessionId: sid(id),
  hostId: "h1" as HostId,
  endpointId: "main" as EndpointId,
  activity: "idle",
  activeTurnId: null,
  isClosed: false,
  isLost: false,
  turns: [],
  workspace: null,
  spawnId: null,
  parentSessionId: null,
  boundTo: null,
  outcomes: [],
  accepted: [],
  questions: [],
  endedQuestions: [],
  fenced: null,
  personAt: null,
  ...given,
});

/** A session in a turn. */
export const active = (id: string, turnId: string, given: Partial<TurnSight> = {}): SessionSight =>
  session(id, { activity: "active", activeTurnId: tid(turnId), turns: [turn(turnId, given)] });

export const hostSight = (id: string, given: Partial<HostSight> = {}): HostSight => ({
  kind: "host",
  hostId: id as HostId,
  isSilent: false,
  isBehind: false,
  workspaceRoots: ["/srv"],
  endpoints: [{ endpointId: "main" as EndpointId, isReady: true, isLocal: true }],
  ...given,
});

/** What is observed. Hosts that are not given are there, and heard; what can be found by no id follows from the sessions. */
export function sightOf(sessions: readonly SessionSight[], hosts: readonly HostSight[] = []): Sight {
  const byId = new Map(sessions.map((one) => [one.sessionId, one]));
  return {
    session: (id) => byId.get(id) ?? null,
    host: (id) => hosts.find(({ hostId }) => hostId === id) ?? hostSight(id),
    asking: () => sessions.filter(({ questions }) => questions.length > 0).map(({ sessionId }) => sessionId),
    spawnedAtWork: (id) =>
      sessions.filter(
        ({ hostId, spawnId, activity }) => hostId === id && spawnId !== null && activity === "active",
      ).length,
    subAgents: (id) =>
      sessions.filter(({ parentSessionId }) => parentSessionId === id).map(({ sessionId }) => sessionId),
  };
}

let last = 0;
const nextId = (): CommandId => cid(`write-${(last += 1)}`);
type Given<Type extends CommandType> = Partial<Omit<CommandOf<Type>, "type">>;

export const grant = (right: Right, given: Given<"policy.grant"> = {}): CommandOf<"policy.grant"> => ({
  type: "policy.grant",
  commandId: nextId(),
  right,
  state: "open",
  scope: "global",
  id: null,
  until: null,
  reason: "trusted here",
  ...given,
});

/** Two hosts, each with a group of its own. What sessions may do is closed. */
export const closedGroups: House = houseAfter(
  hostAdd("h1", "t1"),
  hostAdd("h2", "t2", { group: "night" as GroupId }),
);
/** The same, where sessions may send and spawn. */
export const twoGroups: House = houseAfter(
  hostAdd("h1", "t1"),
  hostAdd("h2", "t2", { group: "night" as GroupId }),
  grant("send"),
  grant("spawn"),
);

export const send = (to: string, given: Given<"session.send"> = {}): CommandOf<"session.send"> => ({
  type: "session.send",
  commandId: nextId(),
  target: { sessionId: sid(to) },
  text: "go on",
  mode: "auto",
  expectedTurnId: null,
  deadlineMs: 30_000,
  ...given,
});
export const interrupt = (
  to: string,
  given: Given<"session.interrupt"> = {},
): CommandOf<"session.interrupt"> => ({
  type: "session.interrupt",
  commandId: nextId(),
  target: { sessionId: sid(to) },
  expectedTurnId: null,
  deadlineMs: 30_000,
  ...given,
});
export const acquire = (to: string, ttlMs = 30_000): CommandOf<"lease.acquire"> => ({
  type: "lease.acquire",
  commandId: nextId(),
  target: { sessionId: sid(to) },
  ttlMs,
});
export const renew = (leaseId: string): CommandOf<"lease.renew"> => ({
  type: "lease.renew",
  commandId: nextId(),
  leaseId: leaseId as LeaseId,
});
export const release = (leaseId: string): CommandOf<"lease.release"> => ({
  type: "lease.release",
  commandId: nextId(),
  leaseId: leaseId as LeaseId,
});
export const breakLease = (to: string): CommandOf<"lease.break"> => ({
  type: "lease.break",
  commandId: nextId(),
  target: { sessionId: sid(to) },
  reason: "it hangs",
});
export const setSwitch = (
  scope: CommandOf<"switch.set">["scope"],
  id: string | null,
  state: "halted" | "running" = "halted",
): CommandOf<"switch.set"> => ({
  type: "switch.set",
  commandId: nextId(),
  scope,
  id,
  state,
  reason: "stop",
});
export const setLimit = (limit: string, value: number | null): CommandOf<"policy.set"> => ({
  type: "policy.set",
  commandId: nextId(),
  limit,
  value,
  reason: "as agreed",
});

export interface Asked extends Decision {
  /** The house after what was decided. */
  readonly after: House;
}

/** One question, and the house after it. */
export function ask(house: House, command: Question["command"], given: Partial<Question>): Asked {
  const decision = decide(house, question(command, given));
  return { ...decision, after: fold(decision.events, house) };
}

/** The turn that a send or an interrupt is meant for; undefined for what is meant for none. */
export const expectedTurn = (instruction: Instruction | undefined): TurnId | null | undefined =>
  instruction !== undefined && "expectedTurnId" in instruction.act
    ? instruction.act.expectedTurnId
    : undefined;

/** The first event of that type among them, or a failure of the test. */
export function eventOf<Type extends Event["type"]>(
  events: readonly Event[],
  type: Type,
): Extract<Event, { type: Type }> {
  const found = events.find((event) => event.type === type);
  if (found === undefined) throw new Error(`no ${type} among the events`);
  return found as Extract<Event, { type: Type }>;
}

/** The house after these were accepted one after the other, a second apart. */
export function houseWith(
  house: House,
  sight: Sight,
  ...asked: readonly (readonly [command: Question["command"], who: Partial<Question>])[]
): House {
  return asked.reduce((before, [command, who], index) => {
    const { verdict, after } = ask(before, command, { at: AT + index * 1_000, sight, ...who });
    if (verdict.decision !== "accepted") throw new Error(`given history is refused: ${verdict.code}`);
    return after;
  }, house);
}
