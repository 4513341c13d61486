/**
 * Agents that always answer, in memory: whatever is said to one, it passes on to everybody it knows, as often as it is let. Time is simulated, hosts carry out
 * what is accepted, one send of a session after another and as late as they like, and what they observe is the sight on which the next question is decided.
 */
import {
  type Command,
  type CommandId,
  type CommandOf,
  type Event,
  type EventOf,
  haltOver,
  type HostId,
  type SessionId,
  type TurnId,
} from "@claw/events";
import type { House } from "../src/domain/house.ts";
import type { Question } from "../src/domain/question.ts";
import {
  MAX_OUTCOMES,
  MAX_TURNS,
  type OutcomeSight,
  type SessionSight,
  type Sight,
} from "../src/domain/sight.ts";
import { noIndex } from "../src/domain/sight-fold.ts";
import { AT } from "./given.ts";
import {
  ask,
  asSession,
  claw,
  eventOf,
  expectedTurn,
  hostSight,
  interrupt,
  operator,
  send,
  session,
  sid,
} from "./given-writes.ts";

/** Who can send to whom: `topology[from]` lists agents by their number. */
export type Topology = readonly (readonly number[])[];

export interface Behaviour {
  /** 0 ≤ x < 1, from a seed. */
  readonly random: () => number;
  /** How often a refused agent tries again, after as long as it is told to wait. */
  readonly patience: number;
  /** Says in which turn it asks, whatever the turn is. */
  readonly lies: boolean;
  /** Whether an operator and a Claw interrupt every so often; the turns go on, so that nothing gets calmer. */
  readonly isInterrupted: boolean;
  /** How long a host lets a send wait at most, in ms, after the one before it: for a server that is busy, a turn that is beginning, or a disk. */
  readonly slownessMs: number;
  /** Whether a kill switch takes back what hosts hold, as ingest and hosts do it (ADR 0012). */
  readonly isRecalled: boolean;
}

export interface Send {
  readonly at: number;
  readonly from: SessionId | null;
  readonly to: SessionId;
  readonly data: EventOf<"command.accepted">["data"];
}

export interface World {
  readonly topology: Topology;
  readonly behaviour: Behaviour;
  readonly queue: Job[];
  readonly sessions: Map<SessionId, SessionSight>;
  readonly sight: Sight;
  house: House;
  at: number;
  turns: number;
  decisions: number;
  /** What was decided, in its order. */
  readonly events: Event[];
  readonly sends: Send[];
  readonly refused: Map<string, number>;
  readonly starts: { readonly at: number; readonly send: Send }[];
  /** Sends that were accepted and did not begin yet: on their way to their host, or waiting there. */
  readonly held: Map<CommandId, Send>;
  /** Until when the sends before the next one keep a session's lane at its host. */
  readonly laneFreeAt: Map<SessionId, number>;
  readonly interrupts: string[];
}

interface Job {
  readonly at: number;
  readonly run: (world: World) => void;
}

export const agentId = (agent: number): SessionId => sid(`agent-${agent}`);

export function makeWorld(house: House, topology: Topology, behaviour: Behaviour): World {
  const sessions = new Map(topology.map((_, agent) => [agentId(agent), session(agentId(agent))]));
  const sight: Sight = {
    ...noIndex,
    session: (id) => sessions.get(id) ?? null,
    host: (id: HostId) => hostSight(id),
  };
  return {
    topology,
    behaviour,
    queue: [],
    sessions,
    sight,
    house,
    at: AT,
    turns: 0,
    decisions: 0,
    events: [],
    sends: [],
    refused: new Map(),
    starts: [],
    held: new Map(),
    laneFreeAt: new Map(),
    interrupts: [],
  };
}

export function later(world: World, ms: number, run: Job["run"]): void {
  const at = world.at + ms;
  const index = world.queue.findLastIndex((job) => job.at <= at);
  world.queue.splice(index + 1, 0, { at, run });
}

/** Runs until nobody has anything left to do, or until a time. True if it ended by itself. */
export function runWorld(world: World, until = Infinity, most = 100_000): boolean {
  for (let job = world.queue[0]; job !== undefined; job = world.queue[0]) {
    if (job.at > until || world.decisions > most) return false;
    world.queue.shift();
    world.at = job.at;
    job.run(world);
  }
  return true;
}

/** A person types in an agent's terminal: that starts a turn, or goes into the one that runs. */
export function personTypes(world: World, agent: number): void {
  const before = rowOf(world, agentId(agent));
  const turnId = before.activeTurnId ?? startTurn(world, agentId(agent), null);
  const turns = rowOf(world, agentId(agent)).turns.map((turn) =>
    turn.turnId === turnId ? { ...turn, hasPerson: true } : turn,
  );
  put(world, agentId(agent), { turns });
  answer(world, agent, turnId);
}

/** A person sends by command, and so starts a chain. */
export const operatorSends = (world: World, agent: number): void =>
  submit(world, send(agentId(agent)), { principal: operator }, 0);

/** The answer to everything: a send to everybody it knows, each a little later; then the turn ends. */
function answer(world: World, agent: number, turnId: TurnId): void {
  let waitMs = 0;
  for (const other of world.topology[agent] ?? []) {
    waitMs += 100 + Math.floor(world.behaviour.random() * 1_500);
    later(world, waitMs, () => call(world, agent, other, turnId));
  }
  later(world, waitMs + 200, () => endTurn(world, agentId(agent), turnId));
  if (world.behaviour.isInterrupted && world.behaviour.random() < 0.3)
    later(world, 50, () => interruptIt(world, agent));
}

function call(world: World, from: number, to: number, turnId: TurnId): void {
  const { random, lies, patience } = world.behaviour;
  const names = [turnId, null, "T-never", `turn-${Math.floor(random() * (world.turns + 1))}`];
  const named = lies ? (names[Math.floor(random() * names.length)] ?? null) : turnId;
  submit(world, send(agentId(to)), asSession(agentId(from), named), patience);
}

function submit(world: World, command: Command, who: Partial<Question>, patience: number): void {
  const { verdict, events } = decided(world, command, who);
  if (verdict.decision === "accepted") return accepted(world, events, who.via?.sessionId ?? null);
  world.refused.set(verdict.code, (world.refused.get(verdict.code) ?? 0) + 1);
  const waitMs = verdict.facts["retryAfterMs"];
  if (patience > 0 && typeof waitMs === "number")
    later(world, waitMs + 1, () => submit(world, { ...command, ...send(toOf(command)) }, who, patience - 1));
}

const toOf = (command: Command): string => ("target" in command ? command.target.sessionId : "");

export function decided(world: World, command: Command, who: Partial<Question>): ReturnType<typeof ask> {
  const asked = ask(world.house, command, { sight: world.sight, at: world.at, ...who });
  world.decisions += 1;
  world.events.push(...asked.events);
  world.house = asked.after;
  return asked;
}

/** From ingest to the host that is to do it, and behind what waits there. Of what is too late, it says so. */
function accepted(world: World, events: Parameters<typeof eventOf>[0], from: SessionId | null): void {
  const { random, slownessMs } = world.behaviour;
  const { data } = eventOf(events, "command.accepted");
  const { instruction, deadlineAt = Infinity } = data;
  if (instruction === undefined) return;
  const { sessionId: to } = instruction;
  const one = { at: world.at, from, to, data };
  world.sends.push(one);
  world.held.set(data.commandId, one);
  const arrivesAt = world.at + 20 + Math.floor(random() * 200);
  const readyAt = Math.max(arrivesAt, world.laneFreeAt.get(to) ?? 0) + Math.floor(random() * slownessMs);
  const beginsAt = Math.min(readyAt, deadlineAt);
  world.laneFreeAt.set(to, beginsAt);
  later(world, beginsAt - world.at, () => perform(world, one));
}

/** The host looks at the thread right before it acts, and does nothing else than what it was told. What was taken back has had its outcome. */
function perform(world: World, one: Send): void {
  const { to, data } = one;
  const { commandId, instruction, deadlineAt = Infinity } = data;
  if (!world.held.delete(commandId)) return;
  const { activeTurnId } = rowOf(world, to);
  if (world.at >= deadlineAt) return putOutcome(world, to, { commandId, outcome: "expired", turnId: null });
  if (activeTurnId !== expectedTurn(instruction))
    return putOutcome(world, to, { commandId, outcome: "failed", turnId: null });
  const turnId = activeTurnId ?? startTurn(world, to, one);
  const turns = rowOf(world, to).turns.map((turn) =>
    turn.turnId === turnId ? { ...turn, commandIds: [...new Set([...turn.commandIds, commandId])] } : turn,
  );
  put(world, to, { turns });
  putOutcome(world, to, { commandId, outcome: "succeeded", turnId });
  answer(world, Number(to.slice("agent-".length)), turnId);
}

/** From the entry of a halt until a host has read that a send is taken back, at most: the fold of ingest, and the wire. */
const RECALL_MS = 900;

/** An operator sets a kill switch. */
export function halt(world: World, command: CommandOf<"switch.set">): void {
  decided(world, command, {});
  const { random, isRecalled } = world.behaviour;
  if (isRecalled) later(world, 20 + Math.floor(random() * (RECALL_MS - 20)), recall);
}

/** Each send that a switch reaches ends where it waits, and none of them begins. */
function recall(world: World): void {
  const { held, house } = world;
  for (const { from, to, data } of held.values()) {
    const sessions = from === null ? [to] : [to, from];
    const reach = {
      sessions,
      hosts: sessions.map((id) => rowOf(world, id).hostId),
      groupOf: (id: HostId) => house.hosts.get(id)?.group,
      callerGroup: null,
      roots: data.origin?.rootIds ?? [],
    };
    if (haltOver(house.halted, reach) === null) continue;
    held.delete(data.commandId);
    putOutcome(world, to, { commandId: data.commandId, outcome: "expired", turnId: null });
  }
}

function startTurn(world: World, sessionId: SessionId, send: Send | null): TurnId {
  const turnId = `turn-${(world.turns += 1)}` as TurnId;
  const commandIds = send === null ? [] : [send.data.commandId];
  const row = { turnId, commandIds, hasPerson: false, tokens: 0, isOver: false };
  const turns = [...rowOf(world, sessionId).turns, row].slice(-MAX_TURNS);
  put(world, sessionId, { activity: "active", activeTurnId: turnId, turns });
  if (send !== null) world.starts.push({ at: world.at, send });
  return turnId;
}

function endTurn(world: World, sessionId: SessionId, turnId: TurnId): void {
  const row = rowOf(world, sessionId);
  const turns = row.turns.map((turn) => (turn.turnId === turnId ? { ...turn, isOver: true } : turn));
  const isActive = row.activeTurnId === turnId;
  put(world, sessionId, { turns, ...(isActive ? { activity: "idle", activeTurnId: null } : {}) });
}

function interruptIt(world: World, agent: number): void {
  if (rowOf(world, agentId(agent)).activeTurnId === null) return;
  for (const principal of [operator, claw()]) {
    const { verdict } = decided(world, interrupt(agentId(agent)), { principal });
    world.interrupts.push(`${principal.role} ${verdict.decision === "accepted" ? "accepted" : verdict.code}`);
  }
}

function rowOf({ sessions }: World, id: SessionId): SessionSight {
  const row = sessions.get(id);
  if (row === undefined) throw new Error(`nobody knows ${id}`);
  return row;
}

const put = (world: World, id: SessionId, change: Partial<SessionSight>): void => {
  world.sessions.set(id, { ...rowOf(world, id), ...change });
};

const putOutcome = (world: World, id: SessionId, outcome: OutcomeSight): void =>
  put(world, id, { outcomes: [...rowOf(world, id).outcomes, outcome].slice(-MAX_OUTCOMES) });

/** Accepted sends by root, and by root and edge. */
export function tally({ sends }: World) {
  const roots = new Map<string, number>();
  const edges = new Map<string, number>();
  const add = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (const { from, to, data } of sends)
    for (const rootId of data.origin?.rootIds ?? []) {
      add(roots, rootId);
      if (from !== null) add(edges, `${rootId} ${from} ${to}`);
    }
  return { roots, edges };
}
