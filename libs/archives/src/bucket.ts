/**
 * A bucket of NATS's Object Store as data (nats-architecture-and-design, ADR-20), so that `nats object ls` shows what we keep. Pure. One difference: what is deleted
 * leaves no mark behind, because nobody watches this bucket.
 */
import type { StreamConfig } from "@claw/eventlog/nats";

export interface BucketSettings {
  /** Default: 4 GiB, set aside when the bucket is made; beyond it a put fails as `disk_full`. */
  readonly maxBytes?: number;
  /** How many servers keep it: 1 or, in a cluster, 3. Default: 1. */
  readonly replicas?: number;
}

/** Where the archives of a fleet lie. */
export const ARCHIVE_BUCKET = "claw_archives";

const MAX_BYTES = 4 * 1_073_741_824;
/** As the clients of NATS cut objects. */
export const CHUNK_BYTES = 131_072;

/** The stream in which NATS keeps a bucket. */
export const bucketStream = (bucket: string): string => `OBJ_${bucket}`;

/** Without `deny_purge`: an archive that was kept for long enough has to go. */
export const bucketConfig = (
  bucket: string,
  { maxBytes = MAX_BYTES, replicas = 1 }: BucketSettings = {},
): StreamConfig => ({
  name: bucketStream(bucket),
  subjects: [`$O.${bucket}.C.>`, `$O.${bucket}.M.>`],
  retention: "limits",
  storage: "file",
  discard: "new",
  max_bytes: maxBytes,
  max_msgs: -1,
  max_msgs_per_subject: -1,
  max_age: 0,
  allow_rollup_hdrs: true,
  allow_direct: true,
  num_replicas: replicas,
});

/** Where the pieces of one put lie. */
export const chunkSubject = (bucket: string, put: string): string => `$O.${bucket}.C.${put}`;
/** Where it is said what an object is. */
export const metaSubject = (bucket: string, key: string): string => `$O.${bucket}.M.${encoded(key)}`;
/** Of all objects. */
export const metaSubjects = (bucket: string): string => `$O.${bucket}.M.>`;
/** Of all pieces. */
export const chunkSubjects = (bucket: string): string => `$O.${bucket}.C.>`;

/** The key in a subject of the bucket, or null. */
export function keyIn(bucket: string, subject: string): string | null {
  const prefix = `$O.${bucket}.M.`;
  return subject.startsWith(prefix)
    ? Buffer.from(subject.slice(prefix.length), "base64url").toString("utf8")
    : null;
}

/** Base64 for URLs, with its padding. */
const encoded = (text: string): string => padded(Buffer.from(text, "utf8").toString("base64url"));
const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, "=");

/** What is said of an object: which put of it counts, and what that was. */
export interface Meta {
  readonly put: string;
  readonly bytes: number;
  readonly chunks: number;
}

/** `digest` in hex; `at` is ISO. */
export const metaText = (
  bucket: string,
  key: string,
  { put, bytes, chunks, digest, at }: Meta & { readonly digest: string; readonly at: string },
): string =>
  JSON.stringify({
    name: key,
    bucket,
    nuid: put,
    size: bytes,
    chunks,
    digest: `SHA-256=${padded(Buffer.from(digest, "hex").toString("base64url"))}`,
    mtime: at,
    options: { max_chunk_size: CHUNK_BYTES },
  });

/** Null for what says that the object was deleted; `unreadable` for what is none of ours. */
export function readMeta(text: string): Meta | null | "unreadable" {
  try {
    const { nuid, size, chunks, deleted } = Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
    if (deleted === true) return null;
    if (typeof nuid !== "string" || !isCount(size) || !isCount(chunks)) return "unreadable";
    return /^[A-Za-z0-9]{1,64}$/.test(nuid) ? { put: nuid, bytes: size, chunks } : "unreadable";
  } catch {
    return "unreadable";
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
