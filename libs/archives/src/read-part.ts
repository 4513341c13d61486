/** One part of a finalised archive, for whoever shows or downloads it. */
import { createHash } from "node:crypto";
import type { SessionId } from "@claw/events";
import { Effect, Stream } from "effect";
import { type ArchiveAt, keysOf, type PartName } from "./domain/keys.ts";
import { type ObjectStore, ObjectsUnavailable } from "./objects.ts";

/** What a part is, for whoever is told. */
export const MEDIA_TYPES: Readonly<Record<PartName, string>> = {
  events: "application/x-ndjson",
  transcript: "text/markdown; charset=utf-8",
  summary: "application/json",
};

/**
 * Reads a part piece by piece, so that a long one is never whole in memory. Fails as `missing` where its object went, and as `corrupt` before the piece that would make
 * it whole, where bytes or digest are not the record's: who told its length before sees that it came short, and never takes a rotten archive for a good one.
 */
export const readPart = (
  store: Pick<ObjectStore, "get">,
  sessionId: SessionId,
  archive: ArchiveAt,
  part: PartName,
): Stream.Stream<Uint8Array, ObjectsUnavailable> =>
  Stream.suspend(() => {
    const expected = archive.parts[part];
    const hash = createHash("sha256");
    let bytes = 0;
    const checked = (piece: Uint8Array): Effect.Effect<Uint8Array, ObjectsUnavailable> => {
      hash.update(piece);
      bytes += piece.byteLength;
      if (bytes < expected.bytes) return Effect.succeed(piece);
      const isWhole = bytes === expected.bytes && hash.copy().digest("hex") === expected.digest;
      return isWhole ? Effect.succeed(piece) : Effect.fail(rotten());
    };
    const end = Stream.suspend(() => (bytes === expected.bytes ? Stream.empty : Stream.fail(rotten())));
    return Stream.concat(Stream.mapEffect(store.get(keysOf(sessionId, archive)[part]), checked), end);
  });

const rotten = (): ObjectsUnavailable =>
  new ObjectsUnavailable({
    reason: "corrupt",
    retry: "never",
    detail: "bytes or digest are not those of the record",
  });
