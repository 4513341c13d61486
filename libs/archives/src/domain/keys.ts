/**
 * Where the objects of an archive lie. A key holds its content's digest, so that another try at the same version never writes over what may have been
 * finalised already, by a process that did not live to hear of it.
 */
import type { ArchiveParts, Digest, SessionId } from "@claw/events";

/** An archive of a session, by what its objects are found with. */
export interface ArchiveAt {
  readonly version: number;
  readonly parts: ArchiveParts;
}

/** What the rows say of the newest archive of a session. `deletedAt` is epoch ms, null while its objects are there. */
export interface Known {
  readonly version: number;
  readonly deletedAt: number | null;
}

/** A part of an archive: one object. */
export type PartName = keyof ArchiveParts;
export const PART_NAMES = ["events", "transcript", "summary"] as const satisfies readonly PartName[];

const ENDINGS: Readonly<Record<PartName, string>> = {
  events: "ndjson",
  transcript: "md",
  summary: "json",
};
/** As many digits of the digest as keep two contents apart for ever. */
const DIGITS = 32;

/** `<session>/<version>/<part>-<digest>.<ending>`. */
export const partKey = (sessionId: SessionId, version: number, part: PartName, digest: Digest): string =>
  `${sessionId}/${version}/${part}-${digest.slice(0, DIGITS)}.${ENDINGS[part]}`;

/** The keys of an archive's three objects. */
export const keysOf = (
  sessionId: SessionId,
  { version, parts }: ArchiveAt,
): Readonly<Record<PartName, string>> => ({
  events: partKey(sessionId, version, "events", parts.events.digest),
  transcript: partKey(sessionId, version, "transcript", parts.transcript.digest),
  summary: partKey(sessionId, version, "summary", parts.summary.digest),
});

/** The session and the version that a key is of; null for what is no key of ours. */
export function placeOf(key: string): { readonly sessionId: string; readonly version: number } | null {
  const [, sessionId = "", version = ""] = /^([^/]+)\/(\d{1,9})\/[^/]+$/.exec(key) ?? [];
  return sessionId === "" ? null : { sessionId, version: Number(version) };
}

/**
 * The objects that nobody needs: of versions before the one that the rows know, and of that one too where the rows say that it was let go of. Rows first,
 * objects then (X1-037). What is newer than the rows is being made, or was decided a moment ago.
 */
export function needlessKeys(archived: Known | null, keys: readonly string[]): readonly string[] {
  if (archived === null) return [];
  const { version, deletedAt } = archived;
  return keys.filter((key) => {
    const place = placeOf(key);
    return place !== null && (deletedAt === null ? place.version < version : place.version <= version);
  });
}
