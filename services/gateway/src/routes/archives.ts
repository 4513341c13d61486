/** Archives of sessions: what there is of them, and what is in them (X1-035, X1-036). */
import { MEDIA_TYPES, ObjectsUnavailable, type PartName, readPart } from "@claw/archives";
import { ArchiveParts } from "@claw/events";
import { type ArchiveRow, ArchiveView, presentArchive } from "@claw/views";
import { Stream } from "effect";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { cursor, limit } from "../http/query.ts";
import { listOf, oneOf, read, Streamed } from "../http/route.ts";
import type { House } from "../ports.ts";
import { eyesOf, seesWords } from "../sight.ts";
import { pageOf } from "./page.ts";
import { refuseWithoutWords } from "./sessions.ts";

/** Beside what every view of an archive says: its objects' sizes and digests, so that whoever fetched them can check them. */
const ArchiveAnswer = ArchiveView.extend({ parts: ArchiveParts });

const answerOf = (row: ArchiveRow): z.infer<typeof ArchiveAnswer> => ({
  ...presentArchive(row),
  parts: row.parts,
});

export const listArchives = read({
  path: "/api/archives",
  summary: "Finalised archives of sessions, the one that was made longest ago first",
  action: "fleet.read",
  query: z.strictObject({
    state: z.enum(["kept", "deleted"]).optional().describe("Kept: its objects are there."),
    limit,
    cursor,
  }),
  answer: listOf("archives", ArchiveAnswer),
  handle: ({ house, query }) => {
    const filter = query.state === undefined ? {} : { state: query.state };
    return pageOf(
      house,
      (reader) => reader.archives(filter, query),
      ({ rows, ...rest }) => ({ archives: rows.map(answerOf), ...rest }),
    );
  },
});

export const oneArchive = read({
  path: "/api/archives/{sessionId}",
  summary: "The newest archive of a session, deleted or not",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("archive", ArchiveAnswer),
  handle: ({ house, segment }) => ({ archive: answerOf(knownArchive(house, segment("sessionId"))) }),
});

/** Under which names the parts are fetched and kept. */
const FILES: Readonly<Record<string, PartName>> = {
  "events.ndjson": "events",
  "transcript.md": "transcript",
  "summary.json": "summary",
};

/**
 * The words of people and models, redacted before they were written. Whoever sees of the session only that it is there is refused. The length that is told is the
 * record's: a part that is not what was finalised comes short of it, and never whole.
 */
export const archiveContent = read({
  path: "/api/archives/{sessionId}/{file}",
  summary: `A part of the newest archive of a session: ${Object.keys(FILES).join(", ")}`,
  action: "transcript.read",
  query: z.strictObject({}),
  answer: z.string(),
  mediaTypes: Object.values(MEDIA_TYPES),
  handle: async ({ house, caller, segment }) => {
    const file = segment("file");
    const part = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
    const row = knownArchive(house, segment("sessionId"));
    if (part === undefined || row.deletedAt !== null) throw nothingThere();
    refuseWithoutWords(house, caller, row);
    const store = house.archives;
    if (store === undefined) throw new Refused("unavailable", { part: "archives" });
    const pieces = Stream.toAsyncIterable(readPart(store, row.sessionId, row, part));
    const isSeen = (): boolean => seesWords(eyesOf(house, caller), row);
    const body = await house.downloads.begin(caller, pieces, isSeen).catch(refuseUnread);
    const { bytes, digest } = row.parts[part];
    return new Streamed({
      body,
      bytes,
      digest,
      mediaType: MEDIA_TYPES[part],
      name: `${row.sessionId}-${file}`,
    });
  },
});

const nothingThere = (): Refused => new Refused("not_found", { kind: "archive" });

function knownArchive(house: House, sessionId: string): ArchiveRow {
  const row = house.reader().archive(sessionId);
  if (row === null) throw nothingThere();
  return row;
}

/** Why it could not be read, by the store's own closed words. */
function refuseUnread(error: unknown): never {
  if (error instanceof ObjectsUnavailable)
    throw new Refused("unavailable", { part: "archives", why: error.reason });
  throw error;
}
