/**
 * Which egress policy counts for which session (F1-136, ADR 0014). Pure. A policy may come under a sandbox, a session, a runtime or an alias of any of them; of
 * those that are of one session the newest counts, and the others are as if they were not there.
 */
import type { EgressRow } from "../registry-rows.ts";

export interface EgressIndex {
  /** One for each session, and those of nobody that is known; the newest first. */
  readonly policies: readonly EgressRow[];
  /** The one of a session or runtime, by the id that it has now; null where it has none. */
  readonly of: (id: string) => EgressRow | null;
}

/** `idOf` says which session or runtime has a name now: its id, its first name, its sandbox; null for a name that nobody has. */
export function egressIn(
  rows: readonly EgressRow[],
  idOf: (name: string) => string | null = () => null,
): EgressIndex {
  const newest = rows.toSorted(
    (a, b) => b.position - a.position || (a.sandboxId < b.sandboxId ? -1 : Number(a.sandboxId > b.sandboxId)),
  );
  const taught = new Map<string, string>();
  for (const row of newest)
    if (row.sessionId !== null)
      for (const name of namesIn(row)) if (!taught.has(name)) taught.set(name, named(row.sessionId, idOf));
  const bySession = new Map<string, EgressRow>();
  const taken = new Set<string>();
  const policies = newest.filter((row) => {
    const subject = subjectOf(row, idOf, taught);
    return subject === null ? isFirst(row, taken) : isFirstOf(subject, row, bySession);
  });
  return { policies, of: (id) => bySession.get(id) ?? null };
}

const namesIn = ({ sandboxId, aliases }: EgressRow): readonly string[] => [sandboxId, ...aliases];

/** A session that nobody has told of yet is meant all the same. */
const named = (sessionId: string, idOf: (name: string) => string | null): string =>
  idOf(sessionId) ?? sessionId;

/** What the row itself says goes first, then whose name it bears, then what another policy says of that name. */
function subjectOf(
  row: EgressRow,
  idOf: (name: string) => string | null,
  taught: ReadonlyMap<string, string>,
): string | null {
  if (row.sessionId !== null) return named(row.sessionId, idOf);
  for (const name of namesIn(row)) {
    const id = idOf(name) ?? taught.get(name) ?? null;
    if (id !== null) return id;
  }
  return null;
}

function isFirstOf(subject: string, row: EgressRow, bySession: Map<string, EgressRow>): boolean {
  if (bySession.has(subject)) return false;
  bySession.set(subject, row);
  return true;
}

/** Of policies that nobody's name connects with a session, those that share a name are one. */
function isFirst(row: EgressRow, taken: Set<string>): boolean {
  const names = namesIn(row);
  const isTaken = names.some((name) => taken.has(name));
  for (const name of names) taken.add(name);
  return !isTaken;
}
