/**
 * Objects: what is written once, whole, under a key, as a port (ADR 0014). The archives of sessions are such objects. Three adapters keep the same laws: a
 * directory for one machine, JetStream for fleets, memory for tests.
 *
 * What a caller may rely on: after `put` the object is there after a power cut, and before that nothing of it is; a second `put` under a key takes the place of
 * the first as a whole; `get` gives the bytes of one `put`. What the bytes are is the caller's to check: a disk may rot.
 */
import type { Digest } from "@claw/events";
import { Data, type Effect, type Stream } from "effect";

/** What was written, as the writer saw it pass. */
export interface Written {
  readonly bytes: number;
  readonly digest: Digest;
}

/** `missing`: there is no object with that key. `bad_key` is a defect of the caller. */
export class ObjectsUnavailable extends Data.TaggedError("ObjectsUnavailable")<{
  readonly reason:
    | "missing"
    | "bad_key"
    | "disk_full"
    | "unwritable"
    | "forbidden"
    | "unreachable"
    | "corrupt"
    | "io";
  readonly retry: "later" | "never";
  /** A code of the system or the server, never a path or a payload. */
  readonly detail: string;
}> {}

export interface ObjectStore {
  /** Fails as the content does, and then leaves what was there before. */
  readonly put: <E>(
    key: string,
    content: Stream.Stream<Uint8Array, E>,
  ) => Effect.Effect<Written, E | ObjectsUnavailable>;
  /** Fails as `missing` where there is none. */
  readonly get: (key: string) => Stream.Stream<Uint8Array, ObjectsUnavailable>;
  /** What is not there is deleted already. */
  readonly delete: (key: string) => Effect.Effect<void, ObjectsUnavailable>;
  /** The keys that begin with these segments, sorted; of all objects where it is empty. */
  readonly list: (folder: string) => Effect.Effect<readonly string[], ObjectsUnavailable>;
  /** Takes away what writers left half done that died. What somebody may still be writing stays until it was found half done twice. To be run now and then, by one. */
  readonly sweep: Effect.Effect<void, ObjectsUnavailable>;
}

/** Two to four segments; none begins with a dot, so that no key leads out of a folder or names what is not whole yet. */
const KEY = /^[a-z0-9][a-z0-9_-]{0,62}(\/[a-z0-9][a-z0-9._-]{0,127}){1,3}$/;
const FOLDER = /^([a-z0-9][a-z0-9_-]{0,62}(\/[a-z0-9][a-z0-9._-]{0,127}){0,2})?$/;

/** Whether an object may have this key: two to four segments, none of which begins with a dot. */
export const isObjectKey = (key: string): boolean => KEY.test(key);
/** Whether objects may lie under this; the empty one is all of them. */
export const isObjectFolder = (folder: string): boolean => FOLDER.test(folder);

/** Whether a key lies under a folder; everything lies under the empty one. */
export const isKeyUnder = (folder: string, key: string): boolean =>
  folder === "" || key.startsWith(`${folder}/`);

/** What every store answers to a key that is none. */
export const badKey = (): ObjectsUnavailable =>
  new ObjectsUnavailable({
    reason: "bad_key",
    retry: "never",
    detail: "a key has two to four segments of a-z, 0-9, _, - and .",
  });

/** What every store answers where nothing has this key. */
export const noObject = (): ObjectsUnavailable =>
  new ObjectsUnavailable({ reason: "missing", retry: "never", detail: "no object has this key" });
