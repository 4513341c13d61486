/** What an accepted command does to the house: its session's desk, what it is charged to, and the causes that it spends of. */
import {
  type CommandId,
  type CommandType,
  type EventOf,
  type Instruction,
  type Origin,
  ownerAsking,
  type SessionId,
  type SpawnAct,
} from "@claw/events";
import { drained } from "../bucket.ts";
import { chargesOf, type Write } from "../charges.ts";
import { deskOf, withDesk } from "../desk.ts";
import { groupOfHost } from "../groups.ts";
import { type House, type KnownCommand, MAX_RECENT, type Root } from "../state.ts";
import { writerOf } from "../writer.ts";
import { withAnswer } from "./answers.ts";
import { withSpawn } from "./spawns.ts";

type Accepted = EventOf<"command.accepted">;

/** No host carries them out, and they say nothing to any session: they cost who asks for them, so that nobody fills the log with them. */
const CHARGED_ALONE: ReadonlySet<string> = new Set<CommandType>([
  "lease.acquire",
  "share.grant",
  "attention.snooze",
  "attention.assign",
]);

/** Those that no host carries out leave no more than what they cost who asks. */
export function withAccepted(house: House, event: Accepted): House {
  const { commandType, principal, origin, instruction, hostId, deadlineAt } = event.data;
  const writer = writerOf(principal, null);
  if (CHARGED_ALONE.has(commandType)) return charged(house, { kind: "own", writer }, event.at);
  if (commandType === "progress.report") return charged(house, { kind: "progress", writer }, event.at);
  if (instruction === undefined || hostId === undefined || origin === undefined || deadlineAt === undefined)
    return house;
  const command: KnownCommand = {
    commandId: event.data.commandId,
    sessionId: instruction.sessionId,
    hostId,
    origin,
    kind: instruction.act.kind,
    token: instruction.token,
    at: event.at,
    deadlineAt,
    isOverdue: false,
  };
  const known = { ...house, commands: house.commands.set(command.commandId, command) };
  switch (instruction.act.kind) {
    case "send":
      return sent(known, event, instruction, command);
    case "interrupt":
      return toldToStop(known, command);
    case "spawn":
      return askedFor(known, event, instruction.act, command);
    case "resume":
      return withDesk(chargedOwn(known, event), command.sessionId, event.at, { token: command.token });
    case "answer": {
      const after = withAnswer(known, command, instruction.act.requestId);
      const desk = withDesk(after, command.sessionId, event.at, { token: command.token });
      return principal.kind === "house" ? desk : chargedOwn(desk, event);
    }
  }
}

const chargedOwn = (house: House, { data, at }: Accepted): House =>
  charged(house, { kind: "own", writer: writerOf(data.principal, callerOf(data)) }, at);

/** An interrupt is charged to nobody and spends of no cause: who wants to stop something is never held back. */
const toldToStop = (house: House, { commandId, sessionId, token, at }: KnownCommand): House =>
  withDesk(house, sessionId, at, { token, interruptingCommandId: commandId });

function sent(house: House, { data, at }: Accepted, instruction: Instruction, command: KnownCommand): House {
  const { commandId, sessionId, hostId, origin, token } = command;
  const caller = callerIn(origin);
  const isStart = isStarting(instruction);
  const desk = withDesk(house, sessionId, at, {
    token,
    recent: [...deskOf(house, sessionId).recent, commandId].slice(-MAX_RECENT),
    ...(isStart ? { startingCommandId: commandId } : {}),
  });
  const writer = writerOf(data.principal, caller);
  const write: Write = { kind: "send", writer, target: sessionId, group: groupOfHost(house, hostId) };
  const edge = caller === null ? null : edgeOf(caller, sessionId);
  return spent(charged(desk, write, at), command, edge, isStart);
}

/** A spawn is a command and a turn of its causes, and nothing to its own session yet. */
function askedFor(house: House, { data, at }: Accepted, act: SpawnAct, command: KnownCommand): House {
  const { sessionId, hostId, token } = command;
  const caller = callerOf(data);
  const owner = caller === null ? ownerAsking(data.principal) : null;
  const known = withSpawn(house, command, act, { parentId: caller, owner });
  const desk = withDesk(known, sessionId, at, { token });
  const writer = writerOf(data.principal, caller);
  const write: Write = { kind: "spawn", writer, group: groupOfHost(house, hostId) };
  return spent(charged(desk, write, at), command, null, true);
}

const callerOf = ({ origin }: Accepted["data"]): SessionId | null =>
  origin === undefined ? null : callerIn(origin);

/** The session that asked for it: the last one on its way. */
const callerIn = ({ path }: Origin): SessionId | null => path.at(-1) ?? null;

/** It may start a turn: no turn is named into which it goes. */
const isStarting = ({ act }: Instruction): boolean => act.kind === "send" && act.expectedTurnId === null;

/** How a root names the way from one session to another. */
export const edgeOf = (from: SessionId, to: SessionId): string => `${from}/${to}`;

function charged(house: House, write: Write, at: number): House {
  const buckets = chargesOf(house, write).reduce(
    (all, { key, size }) => all.set(key, drained(all.get(key), size, at)),
    house.buckets,
  );
  return { ...house, buckets };
}

function spent(
  house: House,
  { origin, commandId, at }: KnownCommand,
  edge: string | null,
  isStart: boolean,
): House {
  const roots = origin.rootIds.reduce((all, rootId) => {
    const root = all.get(rootId) ?? { ...newRoot, startedAt: at };
    return all.set(rootId, {
      startedAt: root.startedAt,
      lastAt: at,
      commandIds: [...root.commandIds, commandId],
      starts: root.starts + (isStart ? 1 : 0),
      edges: edge === null ? root.edges : new Map(root.edges).set(edge, (root.edges.get(edge) ?? 0) + 1),
    });
  }, house.roots);
  return { ...house, roots };
}

const newRoot: Root = { startedAt: 0, lastAt: 0, commandIds: [], starts: 0, edges: new Map() };

/** Nobody waits for it any more, though its host may still say what became of it. */
export function withOverdue(house: House, commandId: CommandId): House {
  const command = house.commands.get(commandId);
  if (command === undefined) return house;
  return { ...house, commands: house.commands.set(commandId, { ...command, isOverdue: true }) };
}
