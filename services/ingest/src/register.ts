/** The registry at work: the fold's rows, and on top of them the claims that were made since and are not folded yet. */
import { NONE, type Sequence, type SessionId } from "@claw/events";
import { type EventLog, type Fold, type LogUnavailable, openFold } from "@claw/eventlog";
import { Effect, type Scope } from "effect";
import type { Claim } from "./domain/admit.ts";
import {
  evolveRegistry,
  type HostRow,
  type Owner,
  registryKeys,
  type RegistryRow,
  sessionKey,
  type SessionRow,
} from "./domain/registry.ts";

export interface Register {
  readonly rows: Fold<RegistryRow>;
  readonly claims: Map<SessionId, Claim>;
  /** The last sequence that this ingest appended: what a reader of the rows may have to wait for. */
  lastAppended: Sequence | 0;
}

/** Raise when keys or rows change: the fold is then made anew. */
const VERSION = 1;

/** Opens the registry and waits until it has read what the log holds. */
export const openRegister = Effect.fnUntraced(function* (
  log: EventLog,
  path: string,
): Effect.fn.Return<Register, LogUnavailable, Scope.Scope> {
  const spec = { name: "ingest.registry", version: VERSION, key: registryKeys, evolve: evolveRegistry };
  const rows = yield* openFold<RegistryRow>({ ...spec, path, log });
  yield* rows.caughtUp(yield* log.last);
  return { rows, claims: new Map(), lastAppended: NONE };
});

/** Where a session lives, if any entry of it was appended or is about to be. */
export function ownerOf({ rows, claims }: Register, sessionId: SessionId): Owner | undefined {
  const row = rows.get(sessionKey(sessionId));
  if (row?.kind !== "session") return claims.get(sessionId);
  claims.delete(sessionId);
  return row;
}

export const hostsOf = ({ rows }: Register): readonly HostRow[] =>
  [...rows.all().values()].filter((row): row is HostRow => row.kind === "host");

export const sessionsOf = ({ rows }: Register): readonly SessionRow[] =>
  [...rows.all().values()].filter((row): row is SessionRow => row.kind === "session");
