/** Single answers about the registry, and about whose everything is: each asks for rows by their keys, under whichever name they are known. */
import { isRequested, ownerKey, type SessionId } from "@claw/events";
import type { Database } from "@claw/sqlite";
import { joined } from "../domain/checkpoints.ts";
import { endpointKey } from "../domain/keys.ts";
import { firstNameOf } from "../domain/spawned.ts";
import type { Belonging } from "../domain/visibility.ts";
import { belongingOf, belongingOfRuntime, type OwnerLookup, ownerOf } from "../fleet/ownership.ts";
import type { SharingRow } from "../people-rows.ts";
import type { ViewReader } from "../reader.ts";
import type { SessionRow, ViewName, ViewRows } from "../rows.ts";
import { prepared } from "./statements.ts";

type Row = <Name extends ViewName>(view: Name, key: string) => ViewRows[Name] | null;
type SessionNow = (id: string) => SessionRow | null;
type Answers = Pick<
  ViewReader,
  "runtime" | "checkpoints" | "archive" | "belonging" | "signIn" | "sharesOf" | "attentionActs"
>;

/** `session` answers by either name, as the reader's own does. */
export function registryReader(db: Database, row: Row, session: SessionNow): Answers {
  const namesOf = (id: string): readonly [now: string, first: string | null] => {
    const found = session(id);
    return found === null ? [id, null] : [found.sessionId, firstNameOf(found)];
  };
  return {
    runtime: (id) => row("runtimes", id),
    checkpoints: (id) => {
      const names = namesOf(id);
      return joined(
        names[0] as SessionId,
        names.map((name) => (name === null ? null : row("checkpoints", name))),
      );
    },
    archive: (id) => {
      const [now, first] = namesOf(id);
      return row("archives", now) ?? (first === null ? null : row("archives", first));
    },
    belonging: (id) => belongingNow(row, session, id),
    signIn: (id) => row("signIns", id),
    sharesOf: (name) => readShares(db, name).map((share) => underItsName(share, session)),
    attentionActs: (key) => row("attention", key),
  };
}

/** A session goes before a runtime of the same id: its host proved what it is. */
function belongingNow(row: Row, session: SessionNow, id: string): Belonging | null {
  const found = session(id);
  if (found !== null)
    return belongingOf(found, ownerOf(found, lookupOf(row, session)), row("hosts", found.hostId)?.group);
  const runtime = row("runtimes", id);
  if (runtime === null) return null;
  const { hostId } = runtime;
  return belongingOfRuntime(runtime, hostId === null ? undefined : row("hosts", hostId)?.group);
}

const lookupOf = (row: Row, session: SessionNow): OwnerLookup => ({
  session,
  unixUser: (hostId, endpointId) => row("endpoints", endpointKey(hostId, endpointId))?.unixUser ?? null,
  mapped: (hostId, unixUser) => row("owners", ownerKey(hostId, unixUser))?.owner ?? null,
});

const readShares = (db: Database, name: string): readonly SharingRow[] =>
  prepared(db, "SELECT row FROM shares WHERE who = ? ORDER BY key")
    .all(name)
    .map(([row]) => JSON.parse(String(row)) as SharingRow);

/** The first name of a session answers for ever: what was shared under it is its thread's. */
function underItsName(row: SharingRow, session: SessionNow): SharingRow {
  if (row.kind === "glass") return { ...row, sessionId: nameNow(row.sessionId, session) as SessionId };
  return row.scope === "session" ? { ...row, id: nameNow(row.id, session) } : row;
}

const nameNow = (id: string, session: SessionNow): string =>
  isRequested(id as SessionId) ? (session(id)?.sessionId ?? id) : id;
