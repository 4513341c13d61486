/**
 * Objects as files of one machine. A file gets its name only when it is whole and synced, and the folders on the way to it are synced after it, so that what has
 * a name is there after a power cut (the same order as `sqlite/backup.ts`).
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Digest } from "@claw/events";
import { Effect, Stream } from "effect";
import {
  badKey,
  isKeyUnder,
  isObjectFolder,
  isObjectKey,
  ObjectsUnavailable,
  type ObjectStore,
  type Written,
} from "./objects.ts";

/** Where files lie that are not whole yet. No key leads here: segments do not begin with a dot. */
const PARTIAL = ".partial";
/** Bytes that are read at once. */
const PAGE_BYTES = 262_144;

/** Opens a folder, made where it is missing, for its owner only. What an earlier process left half done is removed; one process at a time writes here. */
export const openDirectoryObjects = (folder: string): Effect.Effect<ObjectStore, ObjectsUnavailable> => {
  const root = resolve(folder);
  const prepare = async (): Promise<void> => {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await rm(join(root, PARTIAL), { recursive: true, force: true });
    await mkdir(join(root, PARTIAL), { mode: 0o700 });
    await sync(root);
  };
  return Effect.as(io(prepare), storeIn(root));
};

function storeIn(root: string): ObjectStore {
  let partials = 0;
  return {
    put: (key, content) =>
      isObjectKey(key)
        ? put(root, join(root, PARTIAL, String((partials += 1))), join(root, key), content)
        : Effect.fail(badKey()),
    get: (key) => (isObjectKey(key) ? readOf(join(root, key)) : Stream.fail(badKey())),
    delete: (key) => (isObjectKey(key) ? io(() => remove(root, join(root, key))) : Effect.fail(badKey())),
    list: (under) => (isObjectFolder(under) ? io(() => keysUnder(root, under)) : Effect.fail(badKey())),
    // Opening it did that: nobody else writes here.
    sweep: Effect.void,
  };
}

interface Unfinished {
  readonly path: string;
  readonly file: FileHandle;
}

const put = <E>(
  root: string,
  path: string,
  target: string,
  content: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Written, E | ObjectsUnavailable> =>
  Effect.acquireUseRelease(
    io(async (): Promise<Unfinished> => ({ path, file: await open(path, "wx", 0o600) })),
    (partial) => Effect.tap(fill(partial, content), () => io(() => giveName(root, partial, target))),
    (partial) => Effect.promise(() => discard(partial)),
  );

const fill = <E>(
  { file }: Unfinished,
  content: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Written, E | ObjectsUnavailable> =>
  Effect.suspend(() => {
    const hash = createHash("sha256");
    let bytes = 0;
    const write = (chunks: readonly Uint8Array[]): Effect.Effect<void, ObjectsUnavailable> =>
      io(async () => {
        const chunk = Buffer.concat(chunks);
        hash.update(chunk);
        bytes += chunk.byteLength;
        await file.appendFile(chunk);
      });
    const done = Effect.sync((): Written => ({ bytes, digest: hash.digest("hex") as Digest }));
    return Effect.andThen(Stream.runForEachArray(content, write), done);
  });

async function giveName(root: string, { path, file }: Unfinished, target: string): Promise<void> {
  await file.sync();
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  await rename(path, target);
  for (let folder = dirname(target); ; folder = dirname(folder)) {
    await sync(folder);
    if (folder === root) return;
  }
}

/** Renamed, there is nothing left under its first name. */
async function discard({ path, file }: Unfinished): Promise<void> {
  await file.close().catch(() => undefined);
  await rm(path, { force: true }).catch(() => undefined);
}

async function sync(folder: string): Promise<void> {
  const file = await open(folder, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const readOf = (path: string): Stream.Stream<Uint8Array, ObjectsUnavailable> =>
  Stream.suspend(() =>
    Stream.fromAsyncIterable<Uint8Array, ObjectsUnavailable>(
      createReadStream(path, { highWaterMark: PAGE_BYTES }),
      faultOf,
    ),
  );

/** Takes folders that are empty by it away as well. */
async function remove(root: string, path: string): Promise<void> {
  await rm(path, { force: true });
  let folder = dirname(path);
  while (folder !== root && (await isRemoved(folder))) folder = dirname(folder);
  await sync(folder);
}

async function isRemoved(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return true;
    if (codeOf(error) === "ENOTEMPTY" || codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function keysUnder(root: string, under: string): Promise<readonly string[]> {
  const found = await readdir(join(root, under), { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    },
  );
  return found
    .filter((one) => one.isFile())
    .map((one) => relative(root, join(one.parentPath, one.name)).split(sep).join("/"))
    .filter((key) => isObjectKey(key) && isKeyUnder(under, key))
    .toSorted();
}

type Meaning = Pick<ObjectsUnavailable, "reason" | "retry">;

const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["ENOENT", { reason: "missing", retry: "never" }],
  ["ENOSPC", { reason: "disk_full", retry: "later" }],
  ["EDQUOT", { reason: "disk_full", retry: "later" }],
  ["EACCES", { reason: "unwritable", retry: "never" }],
  ["EPERM", { reason: "unwritable", retry: "never" }],
  ["EROFS", { reason: "unwritable", retry: "never" }],
  ["ENOTDIR", { reason: "unwritable", retry: "never" }],
]);

/** The system's code and nothing else: its message has the path. */
function faultOf(error: unknown): ObjectsUnavailable {
  const code = codeOf(error);
  const meaning: Meaning = MEANINGS.get(code) ?? { reason: "io", retry: "later" };
  return new ObjectsUnavailable({ ...meaning, detail: code });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";

const io = <A>(work: () => Promise<A>): Effect.Effect<A, ObjectsUnavailable> =>
  Effect.tryPromise({ try: work, catch: faultOf });
