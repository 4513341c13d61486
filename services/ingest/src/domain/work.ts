/**
 * The open work of a session: accepted commands without an outcome, and offered leases that are not fenced yet (DESIGN 6.2.7). Rows of the registry's
 * fold, one per session, because every event that opens or ends work names its session, and most do not name a host.
 *
 * A row holds where the entry stands and never its text. What is over leaves the row, so that it is bounded by what is under way.
 */
import {
  type Act,
  type CommandId,
  type EndpointId,
  type EntryId,
  type Event,
  type EventOf,
  type FencingToken,
  type GroupId,
  type HostId,
  isOutcomeType,
  laneParts,
  type Position,
  type Recorded,
  requestedSession,
  type RootId,
  type SessionId,
} from "@claw/events";

interface WorkPlace {
  /** Of the command; a lease is named by the one that asked for it. */
  readonly id: CommandId;
  /** Where the log says so. After a new generation it may be a number of the log before: whoever reads there compares `entryId`. */
  readonly position: Position;
  readonly entryId: EntryId;
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly sessionId: SessionId;
  readonly token: FencingToken;
  readonly deadlineAt: number;
}

export type Work = WorkPlace &
  ({ readonly kind: "command"; readonly act: Act; readonly cause: WorkCause } | { readonly kind: "fence" });

/** Whom a command goes back to, as far as kill switches look at it. */
export interface WorkCause {
  readonly rootIds: readonly RootId[];
  /** The session that asked; null where no session did. */
  readonly callerId: SessionId | null;
  /** The group of the Claw that asked; null for everybody else. */
  readonly callerGroup: GroupId | null;
}

export interface WorkRow {
  readonly kind: "work";
  readonly sessionId: SessionId;
  /** In decided order. */
  readonly open: readonly Work[];
  /** The last that ended, by their names: an entry that is stored again opens none of them again. */
  readonly ended: readonly WorkName[];
}

/** What an outcome says is over. */
export type WorkName = `${Work["kind"]}/${string}`;
export const nameOf = ({ kind, id }: Pick<Work, "kind" | "id">): WorkName => `${kind}/${id}`;

export const workKey = (id: SessionId): string => `work/${id}`;
export const isWorkKey = (key: string): boolean => key.startsWith("work/");

/** A session that has no thread yet is named after the command that asks for it. */
export const asksForSession = (work: Work): boolean =>
  work.kind === "command" && work.act.kind === "spawn" && work.sessionId === requestedSession(work.id);

/** Of one session. Policy lets a handful be open; more are only the overdue ones of a host that never answered, and the oldest of them are let go. */
export const MAX_OPEN_OF_SESSION = 256;
const MAX_ENDED = 16;
/** A host that was away for longer is not asked any more: what it says by itself still counts. */
export const ASK_FOR_MS = 7 * 86_400_000;

/**
 * The row that an event touches, or null. A host speaks in its session's lane, and policy in its own; the registry has checked the second. `unknown` is an
 * outcome too: a host that is asked again would do nothing, and finds out the rest by itself.
 */
export function workKeyOf({ by, lane, event }: Pick<Recorded, "by" | "lane" | "event">): string | null {
  if (by.kind === "host") {
    const parts = laneParts(lane);
    return parts?.kind === "session" && endedBy(event) !== null ? workKey(parts.id as SessionId) : null;
  }
  if (by.kind !== "policy") return null;
  if (event.type === "command.accepted")
    return event.data.instruction === undefined ? null : workKey(event.data.instruction.sessionId);
  return LEASE_WORDS.has(event.type) ? workKey((event as EventOf<"lease.offered">).data.sessionId) : null;
}

/** Before a lease is in force its host fences; after any of these words it need not. */
const LEASE_ENDS = [
  "lease.granted",
  "lease.released",
  "lease.expired",
  "lease.broken",
  "lease.lapsed",
  "lease.yielded",
] as const satisfies readonly Event["type"][];
const LEASE_WORDS: ReadonlySet<string> = new Set(["lease.offered", ...LEASE_ENDS]);
const LEASE_ENDINGS: ReadonlySet<string> = new Set(LEASE_ENDS);

/** Which work a host's fact speaks of, or null where it speaks of none. The fact may be of any shape. */
export function endedBy(fact: {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}): WorkName | null {
  const { type, data } = fact;
  const [kind, id] = isOutcomeType(type)
    ? (["command", data["commandId"]] as const)
    : (["fence", type === "lease.fenced" ? data["leaseId"] : null] as const);
  return typeof id === "string" ? `${kind}/${id}` : null;
}

/** The row after an event. A host ends only what was asked of that very host: whatever else it says is a fact that changes nothing here. */
export function evolveWork(row: WorkRow | undefined, recorded: Recorded): WorkRow | undefined {
  const { by, event } = recorded;
  if (by.kind === "host") {
    const name = endedBy(event);
    return name === null ? undefined : without(row, name, by.hostId);
  }
  const opened = openedBy(recorded);
  if (opened !== null) return withWork(row, opened, recorded.recordedAt);
  if (!LEASE_ENDINGS.has(event.type)) return undefined;
  const { leaseId: id } = (event as EventOf<(typeof LEASE_ENDS)[number]>).data;
  return without(row, nameOf({ kind: "fence", id }), null);
}

function openedBy({ event, position, entryId }: Recorded): Work | null {
  if (event.type === "lease.offered") {
    const { leaseId: id, sessionId, hostId, endpointId, token, offerUntil: deadlineAt } = event.data;
    return { kind: "fence", id, position, entryId, hostId, endpointId, sessionId, token, deadlineAt };
  }
  if (event.type !== "command.accepted") return null;
  const { commandId: id, hostId, instruction, deadlineAt } = event.data;
  if (hostId === undefined || instruction === undefined || deadlineAt === undefined) return null;
  const cause = causeOf(event.data);
  return { kind: "command", id, position, entryId, hostId, deadlineAt, cause, ...instruction };
}

/** The caller comes last in a path (ADR 0012). Commands of the first versions have no origin. */
const causeOf = ({ origin, principal }: EventOf<"command.accepted">["data"]): WorkCause => ({
  rootIds: origin?.rootIds ?? [],
  callerId: origin?.path.at(-1) ?? null,
  callerGroup: principal.group ?? null,
});

function withWork(row: WorkRow | undefined, work: Work, nowMs: number): WorkRow | undefined {
  const name = nameOf(work);
  const open = row?.open ?? [];
  const ended = row?.ended ?? [];
  if (ended.includes(name) || open.some((one) => nameOf(one) === name)) return undefined;
  const young = open.filter(({ deadlineAt }) => nowMs - deadlineAt < ASK_FOR_MS);
  return {
    kind: "work",
    sessionId: work.sessionId,
    open: [...young, work].slice(-MAX_OPEN_OF_SESSION),
    ended,
  };
}

/** `hostId` is who says that it is over, null for policy. */
function without(row: WorkRow | undefined, name: WorkName, hostId: HostId | null): WorkRow | undefined {
  const found = row?.open.find((work) => nameOf(work) === name);
  if (row === undefined || found === undefined) return undefined;
  if (hostId !== null && found.hostId !== hostId) return undefined;
  const open = row.open.filter((work) => work !== found);
  return { ...row, open, ended: [...row.ended, name].slice(-MAX_ENDED) };
}
