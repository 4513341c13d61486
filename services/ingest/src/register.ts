/** The registry at work: the fold's rows, and on top of them the claims that were made since and are not folded yet. */
import { type HostId, NONE, type Sequence, type SessionId } from "@claw/events";
import {
  type EventLog,
  type Fold,
  type FoldOptions,
  type History,
  type LogUnavailable,
  openFold,
} from "@claw/eventlog";
import { Effect, type Scope } from "effect";
import type { Claim } from "./domain/admit.ts";
import {
  evolveRegistry,
  hostKey,
  type HostRow,
  type Owner,
  registryKeys,
  type RegistryRow,
  sessionKey,
  type SessionRow,
} from "./domain/registry.ts";
import { groupKey, isHalted, SWITCHES, type Whereabouts } from "./domain/switches.ts";
import { asksForSession, type Work, workKey } from "./domain/work.ts";
import { makeWorklist, type Worklist } from "./worklist.ts";

export interface Register {
  readonly rows: Fold<RegistryRow>;
  /** What hosts are to be asked. Follows the rows (`followWork`). */
  readonly work: Worklist;
  readonly claims: Map<SessionId, Claim>;
  /** Sessions of each host: those that the log held when ingest started, and those that were claimed here since. */
  readonly sessionCounts: Map<HostId, number>;
  /** The last sequence that this ingest appended: what a reader of the rows may have to wait for. */
  lastAppended: Sequence | 0;
}

/** Raise when keys or rows change: the fold is then made anew. */
const VERSION = 6;

/** Sessions that one host may have, those that were deleted not counted; one more is kept as evidence. */
export const MAX_SESSIONS_OF_HOST = 20_000;

/** Opens the registry and waits until it has read what the log holds, and `history` what the log no longer does. */
export const openRegister = Effect.fnUntraced(function* (
  log: EventLog,
  path: string,
  history?: History,
): Effect.fn.Return<Register, LogUnavailable, Scope.Scope> {
  const spec = { name: "ingest.registry", version: VERSION, key: registryKeys, evolve: evolveRegistry };
  const options: FoldOptions<RegistryRow> = { ...spec, path, log };
  const rows = yield* openFold<RegistryRow>(history === undefined ? options : { ...options, history });
  yield* rows.caughtUp(yield* log.last);
  return {
    rows,
    work: makeWorklist(rows),
    claims: new Map(),
    sessionCounts: countSessions(rows),
    lastAppended: NONE,
  };
});

function countSessions(rows: Fold<RegistryRow>): Map<HostId, number> {
  const counts = new Map<HostId, number>();
  for (const row of rows.all().values())
    if (row.kind === "session" && !row.isDeleted) counts.set(row.hostId, (counts.get(row.hostId) ?? 0) + 1);
  return counts;
}

/** A session is somebody's from the moment its claim is on its way. */
export function stakeClaim({ claims, sessionCounts }: Register, claim: Claim): void {
  claims.set(claim.sessionId, claim);
  sessionCounts.set(claim.hostId, (sessionCounts.get(claim.hostId) ?? 0) + 1);
}

/** The log refused it. */
export function releaseClaim({ claims, sessionCounts }: Register, claim: Claim): void {
  if (!claims.delete(claim.sessionId)) return;
  sessionCounts.set(claim.hostId, Math.max(0, (sessionCounts.get(claim.hostId) ?? 0) - 1));
}

export const hasRoom = ({ sessionCounts }: Register, hostId: HostId, max: number): boolean =>
  (sessionCounts.get(hostId) ?? 0) < max;

export function hostOf({ rows }: Register, hostId: HostId): HostRow | undefined {
  const row = rows.get(hostKey(hostId));
  return row?.kind === "host" ? row : undefined;
}

/** Where a session lives, if any entry of it was appended or is about to be. */
export function ownerOf({ rows, claims }: Register, sessionId: SessionId): Owner | undefined {
  const row = rows.get(sessionKey(sessionId));
  if (row?.kind !== "session") return claims.get(sessionId);
  claims.delete(sessionId);
  return row;
}

/** The open command that asks for a session. From the rows: the index over them follows a moment later. */
export function askedBy({ rows }: Register, sessionId: SessionId): Work | undefined {
  const row = rows.get(workKey(sessionId));
  return row?.kind === "work" ? row.open.find(asksForSession) : undefined;
}

/** Tells of work whether a kill switch that is set now stops it before it begins. */
export function haltsNow({ rows }: Register): (work: Work) => boolean {
  const row = rows.get(SWITCHES);
  const halted = new Set(row?.kind === "switches" ? row.halted : []);
  const session = (id: SessionId): SessionRow | undefined => {
    const found = rows.get(sessionKey(id));
    return found?.kind === "session" ? found : undefined;
  };
  const where: Whereabouts = {
    hostOf: (id) => session(id)?.hostId,
    namesOf: (id) => [id, session(id)?.otherName ?? id],
    groupOf: (id) => {
      const group = rows.get(groupKey(id));
      return group?.kind === "group" ? group.group : undefined;
    },
  };
  return (work) => isHalted(halted, work, where);
}

export const hostsOf = ({ rows }: Register): readonly HostRow[] =>
  [...rows.all().values()].filter((row): row is HostRow => row.kind === "host");

export const sessionsOf = ({ rows }: Register): readonly SessionRow[] =>
  [...rows.all().values()].filter((row): row is SessionRow => row.kind === "session");
