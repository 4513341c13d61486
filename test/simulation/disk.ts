/** What the host writes at once, it writes in one transaction: the row, the token and the fact that tells of them. */
import type { Event, EventOf, EventType, SessionId } from "@claw/events";
import {
  type CommandRow,
  type Outcome,
  settle,
  type Writes,
} from "../../services/connector/src/domain/fence.ts";
import { sawPersisted } from "./invariants.ts";
import type { World } from "./state.ts";
import { now, tell } from "./time.ts";

export const report = ({ host }: World, sessionId: SessionId, event: Event): void =>
  void host.outbox.push({ seq: host.outbox.length + 1, sessionId, event });

const event = <Type extends EventType>(type: Type, at: number, data: EventOf<Type>["data"]): Event =>
  ({ type, at, data, body: null }) as EventOf<Type> as Event;

/** One transaction: the row, the token and the fact. */
export function write(world: World, { sessionId, row, newest, fact }: Writes): void {
  const { host } = world;
  const at = now(world);
  if (row !== null) host.rows.set(row.commandId, row);
  if (newest !== null) {
    host.newest.set(sessionId, newest);
    sawPersisted(world, sessionId, newest.token);
  }
  if (fact === "fenced" && newest !== null && newest.leaseId !== null) {
    tell(world, `host has fenced ${newest.leaseId} by ${newest.token.generation}.${newest.token.counter}`);
    report(world, sessionId, event("lease.fenced", at, { leaseId: newest.leaseId, fence: newest.token }));
  }
  if (fact === "outcome" && row?.outcome != null) sayOutcome(world, row, row.outcome);
}

export function sayOutcome(world: World, row: CommandRow, outcome: Outcome): void {
  const { type, ...told } = outcome;
  const data = { commandId: row.commandId, fence: row.token, ...told };
  tell(world, `host says ${type} of ${row.commandId}`);
  report(world, row.sessionId, { type, at: now(world), data, body: null } as Event);
  world.host.toldAt.set(row.commandId, world.host.outbox.length);
}

export const conclude = (world: World, row: CommandRow, outcome: Outcome): void =>
  write(world, settle(row, outcome));
