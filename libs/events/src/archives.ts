/** Archives of sessions: three objects behind a port, finalised when count, version and digests were read back (X1-036). Lane: decided. */
import { z } from "zod";
import { AtMs, CommandId, Digest, SessionId } from "./ids.ts";
import { eventKind, PlainLabel, Word } from "./kind.ts";

const count = z.int().min(0);

/** The objects of one archive: the session's events (NDJSON), its transcript (Markdown), its summary (JSON). */
export const ArchiveParts = z.object({
  events: z.object({ bytes: count, digest: Digest }),
  transcript: z.object({ bytes: count, digest: Digest }),
  summary: z.object({ bytes: count, digest: Digest }),
});
export type ArchiveParts = z.infer<typeof ArchiveParts>;

const archived = {
  sessionId: SessionId,
  /** Grows by one with each archive of the session; the newest counts. */
  version: z.int().min(1),
  /** The position of the last fact in it. */
  position: z.int().min(1),
  events: count,
  /** The session's lifecycle then, and why it failed, if it did. */
  status: Word,
  failure: Word.nullable(),
  isFinal: z.boolean(),
  parts: ArchiveParts,
} as const;

/** `isFinal`: the session had ended; before that it is archived as it goes. */
export const ArchiveFinalised = eventKind({
  type: "archive.finalised",
  version: 1,
  lane: "decided",
  data: z.object({ ...archived, archivedAt: AtMs }),
  body: null,
});

/** The objects may go from here on; the rows of it are gone first (X1-037). */
export const ArchiveDeleted = eventKind({
  type: "archive.deleted",
  version: 1,
  lane: "decided",
  data: z.object({ sessionId: SessionId, version: z.int().min(1), reason: Word }),
  body: null,
});

/** Of the projector of record alone. */
export const RecordArchive = z.strictObject({
  type: z.literal("record.archive"),
  commandId: CommandId,
  ...archived,
});

export const RecordArchiveDeleted = z.strictObject({
  type: z.literal("record.archive_deleted"),
  commandId: CommandId,
  sessionId: SessionId,
  version: z.int().min(1),
  reason: PlainLabel.min(1).max(128),
});
