/** Objects of a fleet, in a bucket of NATS's Object Store. What counts is one message, written after all pieces are acknowledged: before it there is nothing. */
import { createHash, randomBytes } from "node:crypto";
import type { Digest } from "@claw/events";
import type { LogUnavailable } from "@claw/eventlog";
import {
  API,
  asObject,
  ask,
  getMessage,
  type Line,
  mustAsk,
  numberIn,
  storeMessage,
} from "@claw/eventlog/nats";
import { Effect, Exit, Stream } from "effect";
import {
  bucketConfig,
  type BucketSettings,
  bucketStream,
  CHUNK_BYTES,
  chunkSubject,
  chunkSubjects,
  keyIn,
  type Meta,
  metaSubject,
  metaSubjects,
  metaText,
  readMeta,
} from "./bucket.ts";
import {
  badKey,
  isKeyUnder,
  isObjectFolder,
  isObjectKey,
  noObject,
  ObjectsUnavailable,
  type ObjectStore,
  type Written,
} from "./objects.ts";

/** Makes the bucket where there is none: the keeper's, who alone may make streams. */
export const ensureBucket = Effect.fnUntraced(function* (
  line: Line,
  bucket: string,
  settings: BucketSettings = {},
): Effect.fn.Return<void, ObjectsUnavailable> {
  const stream = bucketStream(bucket);
  const found = yield* Effect.mapError(ask(line, `STREAM.INFO.${stream}`), asObjects);
  if (found.ok) return;
  if (found.refused.code !== API.noStream) return yield* failed("io", String(found.refused.code));
  yield* Effect.mapError(mustAsk(line, `STREAM.CREATE.${stream}`, bucketConfig(bucket, settings)), asObjects);
});

/** The objects of a bucket that there is. */
export const openNatsObjects = (line: Line, bucket: string): ObjectStore => ({
  sweep: sweepOf(line, bucket),
  put: (key, content) => (isObjectKey(key) ? put(line, bucket, key, content) : Effect.fail(badKey())),
  get: (key) => (isObjectKey(key) ? readOf(line, bucket, key) : Stream.fail(badKey())),
  delete: (key) => (isObjectKey(key) ? remove(line, bucket, key) : Effect.fail(badKey())),
  list: (folder) => (isObjectFolder(folder) ? keysUnder(line, bucket, folder) : Effect.fail(badKey())),
});

const put = <E>(
  line: Line,
  bucket: string,
  key: string,
  content: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Written, E | ObjectsUnavailable> =>
  Effect.gen(function* () {
    const before = yield* knownMeta(line, bucket, key);
    const { bytes, digest } = yield* putAnew(line, bucket, key, content);
    if (before !== null) yield* purge(line, bucket, chunkSubject(bucket, before.put));
    return { bytes, digest };
  });

/** Pieces that came to nothing are taken away; where that fails too they are in nobody's way. */
const putAnew = <E>(
  line: Line,
  bucket: string,
  key: string,
  content: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Filled, E | ObjectsUnavailable> =>
  Effect.acquireUseRelease(
    Effect.sync(() => randomBytes(16).toString("hex")),
    (id) =>
      Effect.tap(fill(line, chunkSubject(bucket, id), content), ({ bytes, chunks, digest }) =>
        say(line, bucket, key, { put: id, bytes, chunks, digest }),
      ),
    (id, exit) =>
      Exit.isSuccess(exit) ? Effect.void : Effect.ignore(purge(line, bucket, chunkSubject(bucket, id))),
  );

interface Filled extends Written {
  readonly chunks: number;
}

const fill = <E>(
  line: Line,
  subject: string,
  content: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Filled, E | ObjectsUnavailable> =>
  Effect.suspend(() => {
    const hash = createHash("sha256");
    let rest = Buffer.alloc(0);
    let [bytes, chunks] = [0, 0];
    const send = (piece: Uint8Array): Effect.Effect<void, ObjectsUnavailable> => {
      hash.update(piece);
      bytes += piece.byteLength;
      chunks += 1;
      return publish(line, subject, piece);
    };
    const take = (parts: readonly Uint8Array[]): Effect.Effect<void, ObjectsUnavailable> => {
      rest = Buffer.concat([rest, ...parts]);
      const pieces: Uint8Array[] = [];
      for (; rest.byteLength >= CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES))
        pieces.push(rest.subarray(0, CHUNK_BYTES));
      return Effect.forEach(pieces, send, { discard: true });
    };
    const last = Effect.suspend(() => (rest.byteLength === 0 ? Effect.void : send(rest)));
    const filled = Effect.sync((): Filled => ({ bytes, chunks, digest: hash.digest("hex") as Digest }));
    return Stream.runForEachArray(content, take).pipe(Effect.andThen(last), Effect.andThen(filled));
  });

/** The word that counts. It takes the place of the one before. */
const say = (
  line: Line,
  bucket: string,
  key: string,
  meta: Meta & { readonly digest: string },
): Effect.Effect<void, ObjectsUnavailable> =>
  Effect.suspend(() => {
    const text = metaText(bucket, key, { ...meta, at: new Date().toISOString() });
    return publish(line, metaSubject(bucket, key), Buffer.from(text, "utf8"), {
      "Nats-Rollup": "sub",
    });
  });

const publish = (
  line: Line,
  subject: string,
  data: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Effect.Effect<void, ObjectsUnavailable> =>
  Effect.mapError(storeMessage(line, subject, data, headers), asObjects);

const metaOf = (line: Line, bucket: string, key: string): Effect.Effect<Meta | null, ObjectsUnavailable> =>
  Effect.flatMap(
    Effect.mapError(
      getMessage(line, bucketStream(bucket), { last_by_subj: metaSubject(bucket, key) }),
      asObjects,
    ),
    (message) => {
      const meta = message === null ? null : readMeta(Buffer.from(message.data).toString("utf8"));
      return meta === "unreadable" ? failed("corrupt", "what is said of the object") : Effect.succeed(meta);
    },
  );

/** For what takes its place or its leave: a word that cannot be read stands in nobody's way. */
const knownMeta = (line: Line, bucket: string, key: string): Effect.Effect<Meta | null, ObjectsUnavailable> =>
  Effect.catch(metaOf(line, bucket, key), (fault) =>
    fault.reason === "corrupt" ? Effect.succeed(null) : Effect.fail(fault),
  );

const readOf = (line: Line, bucket: string, key: string): Stream.Stream<Uint8Array, ObjectsUnavailable> =>
  Stream.unwrap(
    Effect.map(metaOf(line, bucket, key), (meta) =>
      meta === null ? Stream.fail(noObject()) : piecesOf(line, bucket, meta),
    ),
  );

/** One after the other: the number of a piece is the end of the one before. */
function piecesOf(
  line: Line,
  bucket: string,
  { put, chunks }: Meta,
): Stream.Stream<Uint8Array, ObjectsUnavailable> {
  const subject = chunkSubject(bucket, put);
  let after = 0;
  const next = Effect.suspend(() =>
    Effect.mapError(
      getMessage(line, bucketStream(bucket), { seq: after + 1, next_by_subj: subject }),
      asObjects,
    ),
  );
  return Stream.fromIterable(Array.from({ length: chunks }, (_, nth) => nth)).pipe(
    Stream.mapEffect(() =>
      Effect.flatMap(next, (message): Effect.Effect<Uint8Array, ObjectsUnavailable> => {
        if (message === null) return failed("corrupt", "a piece is missing");
        after = message.sequence;
        return Effect.succeed(message.data);
      }),
    ),
  );
}

/** The word goes first: what has none is not there. */
const remove = Effect.fnUntraced(function* (
  line: Line,
  bucket: string,
  key: string,
): Effect.fn.Return<void, ObjectsUnavailable> {
  const meta = yield* knownMeta(line, bucket, key);
  yield* purge(line, bucket, metaSubject(bucket, key));
  if (meta !== null) yield* purge(line, bucket, chunkSubject(bucket, meta.put));
});

const purge = (line: Line, bucket: string, filter: string): Effect.Effect<void, ObjectsUnavailable> =>
  Effect.asVoid(
    Effect.mapError(mustAsk(line, `STREAM.PURGE.${bucketStream(bucket)}`, { filter }), asObjects),
  );

const keysUnder = (
  line: Line,
  bucket: string,
  folder: string,
): Effect.Effect<readonly string[], ObjectsUnavailable> =>
  Effect.map(subjectsOf(line, bucket, metaSubjects(bucket)), (subjects) =>
    subjects
      .flatMap((subject) => keyIn(bucket, subject) ?? [])
      .filter((key) => isObjectKey(key) && isKeyUnder(folder, key))
      .toSorted(),
  );

/**
 * Pieces that no word names are of a writer that died, or that still writes: those that were there at the sweep before as well go. Each object has one subject of
 * pieces and one word, so where there are no more of the former nothing is read.
 */
function sweepOf(line: Line, bucket: string): Effect.Effect<void, ObjectsUnavailable> {
  let suspects: ReadonlySet<string> = new Set();
  return Effect.gen(function* () {
    const pieces = yield* subjectsOf(line, bucket, chunkSubjects(bucket));
    const words = yield* subjectsOf(line, bucket, metaSubjects(bucket));
    const nameless = pieces.length > words.length ? yield* namelessOf(line, bucket, pieces, words) : [];
    for (const subject of nameless) if (suspects.has(subject)) yield* purge(line, bucket, subject);
    suspects = new Set(nameless);
  });
}

const namelessOf = Effect.fnUntraced(function* (
  line: Line,
  bucket: string,
  pieces: readonly string[],
  words: readonly string[],
): Effect.fn.Return<readonly string[], ObjectsUnavailable> {
  const named = new Set<string>();
  for (const subject of words) {
    const meta = yield* knownMeta(line, bucket, keyIn(bucket, subject) ?? "");
    if (meta !== null) named.add(chunkSubject(bucket, meta.put));
  }
  return pieces.filter((subject) => !named.has(subject));
});

/** The server names the subjects of a stream in pages of 100,000. */
const subjectsOf = Effect.fnUntraced(function* (
  line: Line,
  bucket: string,
  filter: string,
): Effect.fn.Return<readonly string[], ObjectsUnavailable> {
  const found: string[] = [];
  for (let offset = 0; ;) {
    const asked = { subjects_filter: filter, offset };
    const info = yield* Effect.mapError(
      mustAsk(line, `STREAM.INFO.${bucketStream(bucket)}`, asked),
      asObjects,
    );
    const subjects = Object.keys(asObject(asObject(info["state"])?.["subjects"]) ?? {});
    for (const subject of subjects) found.push(subject);
    offset += subjects.length;
    if (subjects.length === 0 || offset >= (numberIn(info, "total") ?? 0)) return found;
  }
});

const failed = (
  reason: ObjectsUnavailable["reason"],
  detail: string,
): Effect.Effect<never, ObjectsUnavailable> =>
  Effect.fail(new ObjectsUnavailable({ reason, retry: reason === "corrupt" ? "never" : "later", detail }));

const SAME: ReadonlySet<string> = new Set<ObjectsUnavailable["reason"]>([
  "disk_full",
  "forbidden",
  "unreachable",
  "corrupt",
]);

/** The same fault in the words of objects. A bucket that is not there may still be made: what a log takes for its end passes here. */
const asObjects = ({ reason, retry, detail }: LogUnavailable): ObjectsUnavailable =>
  new ObjectsUnavailable({
    reason: SAME.has(reason) ? (reason as ObjectsUnavailable["reason"]) : "io",
    retry: reason === "regressed" ? "later" : retry,
    detail,
  });
