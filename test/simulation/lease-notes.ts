/**
 * What a witness notes of leases in a history, by true time: what was asked and answered, what the house decided by itself, what was written. Of that, the
 * operations on each session. Who was not answered may have been heard all the same: of that, the log tells whether, and not when.
 */
import { type Command, type Event, type Instruction, type LeaseId, SessionId } from "@claw/events";
import type { LeaseNow, LeaseOp } from "./lease-spec.ts";
import type { Operation } from "./wgl.ts";

type Asked = { readonly kind: "asked"; readonly at: number; readonly who: string; readonly command: Command };

export type Note =
  | Asked
  /** `code` is null where it was accepted. */
  | {
      readonly kind: "answered";
      readonly at: number;
      readonly commandId: string;
      readonly code: string | null;
    }
  | { readonly kind: "appended"; readonly at: number; readonly entryId: string; readonly event: Event }
  /** Its holder was told that it is granted. */
  | { readonly kind: "told"; readonly at: number; readonly leaseId: LeaseId }
  /** Its holder took it to be in force until then. */
  | { readonly kind: "held"; readonly at: number; readonly leaseId: LeaseId }
  | {
      readonly kind: "renewed";
      readonly askedAt: number;
      readonly at: number;
      readonly leaseId: LeaseId;
      readonly code: string | null;
    }
  | {
      readonly kind: "performed";
      readonly at: number;
      readonly commandId: string;
      readonly instruction: Instruction;
    }
  /** The log lost its tail: what it still says. */
  | { readonly kind: "lost"; readonly at: number; readonly leases: ReadonlyMap<SessionId, LeaseNow> };

type NoteOf<Kind extends Note["kind"]> = Extract<Note, { kind: Kind }>;
type Of = Operation<LeaseOp> & { readonly sessionId: SessionId };

/** What is known of all notes, for looking up. */
interface Book {
  readonly notes: readonly Note[];
  readonly asked: ReadonlyMap<string, Asked>;
  readonly sessions: ReadonlyMap<LeaseId, SessionId>;
}

const ofKind = <Kind extends Note["kind"]>(notes: readonly Note[], kind: Kind): readonly NoteOf<Kind>[] =>
  notes.filter((note): note is NoteOf<Kind> => note.kind === kind);

/** The operations on each session: sessions have nothing to do with each other, so each is judged alone. */
export function operationsOf(
  notes: readonly Note[],
  sessionIds: readonly SessionId[],
): readonly (readonly Operation<LeaseOp>[])[] {
  const asked = new Map(ofKind(notes, "asked").map((note) => [note.command.commandId as string, note]));
  const sessions = new Map(
    ofKind(notes, "appended").flatMap(({ event }) =>
      event.type === "lease.offered" ? [[event.data.leaseId, event.data.sessionId] as const] : [],
    ),
  );
  const book: Book = { notes, asked, sessions };
  const all: readonly Of[] = [
    ...decided(book),
    ...refused(book),
    ...renewed(book),
    ...heldOf(book),
    ...performed(book),
    ...ofKind(notes, "lost").flatMap(({ at, leases }) =>
      sessionIds.map((sessionId) => ({
        sessionId,
        op: { kind: "forget", lease: leases.get(sessionId) ?? null } as const,
        fromMs: at,
        untilMs: at,
      })),
    ),
  ];
  return sessionIds.map((id) => all.filter(({ sessionId }) => sessionId === id));
}

/** Each entry of the log is one operation: of the house, at its own moment, or of whoever asked, between question and answer. */
function decided(book: Book): readonly Of[] {
  const appended = ofKind(book.notes, "appended");
  return appended.flatMap((note, index) => {
    const op = opOf(note.event);
    if (op === null) return [];
    const { op: what, sessionId } = op;
    if (what.kind === "end" && note.entryId.startsWith("due/"))
      return [{ sessionId, op: what, fromMs: note.at, untilMs: note.at }];
    const commandId = what.kind === "grant" ? what.leaseId : note.entryId.slice("decision/".length);
    const fromMs = book.asked.get(commandId)?.at ?? note.at;
    const saidAt = endOf(book, what, commandId) ?? -Infinity;
    const again = appended.slice(index + 1).find(({ entryId }) => entryId === note.entryId);
    const isMeant = note.at <= saidAt && saidAt < (again?.at ?? Infinity);
    return [{ sessionId, op: what, fromMs, untilMs: isMeant ? saidAt : null }];
  });
}

/** When whoever asked was told. Of an entry that was lost and written again, the newest until then is the one that was spoken of. */
function endOf({ notes }: Book, { kind }: LeaseOp, commandId: string): number | null {
  const said =
    kind === "grant"
      ? ofKind(notes, "told").find(({ leaseId }) => leaseId === commandId)
      : ofKind(notes, "answered").find((note) => note.commandId === commandId);
  return said?.at ?? null;
}

function opOf({ type, data }: Event): { readonly sessionId: SessionId; readonly op: LeaseOp } | null {
  switch (type) {
    case "lease.offered": {
      const { leaseId, sessionId, holder, token } = data;
      return { sessionId, op: { kind: "offer", leaseId, who: holder.name, token } };
    }
    case "lease.granted":
      return { sessionId: data.sessionId, op: { kind: "grant", leaseId: data.leaseId } };
    case "lease.released":
    case "lease.broken":
    case "lease.yielded":
    case "lease.lapsed":
    case "lease.expired": {
      const { leaseId, sessionId } = data;
      return { sessionId, op: { kind: "end", leaseId, isByTime: type === "lease.expired" } };
    }
    default:
      return null;
  }
}

function refused({ notes, asked, sessions }: Book): readonly Of[] {
  return ofKind(notes, "answered").flatMap(({ at, commandId, code }) => {
    const note = asked.get(commandId);
    if (note === undefined || (code !== "lease_held" && code !== "lease_unknown")) return [];
    const { command, who } = note;
    const leaseId = command.type === "lease.release" ? command.leaseId : null;
    const target = "target" in command && "sessionId" in command.target ? command.target.sessionId : null;
    const sessionId = leaseId === null ? target : (sessions.get(leaseId) ?? null);
    if (sessionId === null) return [];
    const op: LeaseOp = code === "lease_held" ? { kind: "taken", who } : { kind: "unknown", leaseId };
    return [{ sessionId: SessionId.parse(sessionId), op, fromMs: note.at, untilMs: at }];
  });
}

function renewed({ notes, sessions }: Book): readonly Of[] {
  return ofKind(notes, "renewed").flatMap(({ askedAt, at, leaseId, code }) => {
    const sessionId = sessions.get(leaseId);
    if (sessionId === undefined || (code !== null && code !== "lease_unknown")) return [];
    const op: LeaseOp = { kind: code === null ? "renew" : "unknown", leaseId };
    return [{ sessionId, op, fromMs: askedAt, untilMs: at }];
  });
}

function heldOf({ notes, sessions }: Book): readonly Of[] {
  return ofKind(notes, "held").flatMap(({ at, leaseId }) => {
    const sessionId = sessions.get(leaseId);
    return sessionId === undefined
      ? []
      : [{ sessionId, op: { kind: "held", leaseId } as const, fromMs: at, untilMs: at }];
  });
}

/** It is seen when Codex takes it, so it has no other moment than that. */
function performed({ notes, asked }: Book): readonly Of[] {
  return ofKind(notes, "performed").map(({ at, commandId, instruction }) => {
    const { sessionId, token, act } = instruction;
    const who = asked.get(commandId)?.who ?? commandId;
    const op: LeaseOp = { kind: "write", who, token, isInterrupt: act.kind === "interrupt" };
    return { sessionId, op, fromMs: at, untilMs: at };
  });
}
