/** What follows from accepted commands about the registry, archives, sign-ins, shares and attention (ADR 0014). What people did names them. */
import type { CommandOf, CommandType, Event } from "@claw/events";
import { event } from "./event.ts";
import type { House } from "./house.ts";
import type { Question } from "./question.ts";
import { firstRevision } from "./runtimes.ts";

/** How long an admin sees a session of others in full after saying why: an hour (ADR 0014). In ms. */
export const GLASS_MS = 3_600_000;

type Registering = CommandOf<
  "runtime.register" | "runtime.update" | "egress.register" | "checkpoint.register" | "owner.map"
>;
type Recording = CommandOf<"record.archive" | "record.archive_deleted" | "record.signin" | "record.signout">;
type Acting = CommandOf<"share.grant" | "share.break_glass" | "attention.snooze" | "attention.assign">;
export type RegistryCommand = Registering | Recording | Acting;

const TYPES: ReadonlySet<CommandType> = new Set<RegistryCommand["type"]>([
  "runtime.register",
  "runtime.update",
  "egress.register",
  "checkpoint.register",
  "owner.map",
  "record.archive",
  "record.archive_deleted",
  "record.signin",
  "record.signout",
  "share.grant",
  "share.break_glass",
  "attention.snooze",
  "attention.assign",
]);
export const isOfRegistry = (command: Question["command"]): command is RegistryCommand =>
  TYPES.has(command.type);

/** The one fact that it becomes. */
export function registered(house: House, { principal, at }: Question, command: RegistryCommand): Event {
  switch (command.type) {
    case "record.archive":
    case "record.archive_deleted":
    case "record.signin":
    case "record.signout":
      return recorded(command, at);
    case "share.grant":
    case "share.break_glass":
    case "attention.snooze":
    case "attention.assign":
      return acted(command, principal.name, at);
    default:
      return written(house, command, at);
  }
}

function written(house: House, command: Registering, at: number): Event {
  switch (command.type) {
    case "runtime.register": {
      const { type: _type, commandId: _commandId, runtimeId, ...facts } = command;
      const revision = firstRevision(house, runtimeId);
      return event("runtime.registered", at, { runtimeId, revision, ...facts });
    }
    case "runtime.update": {
      const { runtimeId, revision, changes } = command;
      return event("runtime.updated", at, { runtimeId, revision: revision + 1, changes });
    }
    case "egress.register": {
      const { type: _type, commandId: _commandId, ...facts } = command;
      return event("egress.registered", at, facts);
    }
    case "checkpoint.register": {
      const { type: _type, commandId: _commandId, target, ...facts } = command;
      return event("checkpoint.registered", at, { sessionId: target.sessionId, ...facts });
    }
    case "owner.map": {
      const { hostId, unixUser, owner } = command;
      return event("owner.mapped", at, { hostId, unixUser, owner });
    }
    default:
      return command satisfies never;
  }
}

/** What the house itself tells of its archives and sign-ins. */
function recorded(command: Recording, at: number): Event {
  switch (command.type) {
    case "record.archive": {
      const { type: _type, commandId: _commandId, ...facts } = command;
      return event("archive.finalised", at, { ...facts, archivedAt: at });
    }
    case "record.archive_deleted": {
      const { sessionId, version, reason } = command;
      return event("archive.deleted", at, { sessionId, version, reason });
    }
    case "record.signin": {
      const { type: _type, commandId: _commandId, ...facts } = command;
      return event("signin.opened", at, facts);
    }
    case "record.signout":
      return event("signin.closed", at, { signInId: command.signInId, reason: command.reason });
    default:
      return command satisfies never;
  }
}

function acted(command: Acting, by: string, at: number): Event {
  switch (command.type) {
    case "share.grant": {
      const { scope, id, to, level, until } = command;
      return event("share.granted", at, { scope, id, to, level, until, by });
    }
    case "share.break_glass": {
      const { target, reason } = command;
      return event("glass.broken", at, { sessionId: target.sessionId, by, until: at + GLASS_MS, reason });
    }
    case "attention.snooze": {
      const { key, until, reason } = command;
      return event("attention.snoozed", at, { key, until, by, reason });
    }
    case "attention.assign":
      return event("attention.assigned", at, { key: command.key, to: command.to, by });
    default:
      return command satisfies never;
  }
}
