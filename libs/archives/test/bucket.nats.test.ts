/** Objects in a bucket of a real nats-server: the same as in a directory, and as `nats object` lays them out. */
import { PATIENT } from "@claw/testkit/nats";
import { sha256 } from "@claw/events";
import { Effect, Stream } from "effect";
import { expect, test } from "vitest";
import type { NatsLink } from "@claw/eventlog";
import { CHUNK_BYTES } from "../src/bucket.ts";
import { ensureBucket, openNatsObjects } from "../src/nats.ts";
import type { ObjectStore, ObjectsUnavailable } from "../src/objects.ts";
import { givenServer, linkTo } from "./given.ts";

const BUCKET = "test_objects";
const KEY = "s-1/1/events.ndjson";
const content = (...parts: readonly string[]): Stream.Stream<Uint8Array> =>
  Stream.fromIterable(parts.map((part) => Buffer.from(part)));

/** A store for the time of one piece of work. */
async function withStore<A, E>(
  work: (store: ObjectStore, link: NatsLink) => Effect.Effect<A, E>,
  settings = {},
): Promise<A> {
  const server = await givenServer();
  const scoped = Effect.gen(function* () {
    const link = yield* linkTo(server);
    yield* ensureBucket(link, BUCKET, settings);
    yield* ensureBucket(link, BUCKET, settings);
    return yield* work(openNatsObjects(link, BUCKET), link);
  });
  return Effect.runPromise(Effect.scoped(scoped));
}
const textOf = (store: ObjectStore, key: string): Effect.Effect<string, ObjectsUnavailable> =>
  Effect.map(Stream.runCollect(store.get(key)), (chunks) => Buffer.concat(chunks).toString("utf8"));

test("an object of several pieces comes back as it was written; a second put takes its place, and its pieces go", async () => {
  const text = "line\n".repeat(CHUNK_BYTES / 2);
  await withStore((store, { connection }) =>
    Effect.gen(function* () {
      const written = yield* store.put(KEY, content(text, "end"));
      expect(written).toEqual({ bytes: text.length + 3, digest: sha256(`${text}end`) });
      expect(yield* textOf(store, KEY)).toBe(`${text}end`);
      yield* store.put(KEY, content("two"));
      expect(yield* textOf(store, KEY)).toBe("two");
      const info = yield* Effect.promise(() =>
        connection.request(`$JS.API.STREAM.INFO.OBJ_${BUCKET}`, "", PATIENT),
      );
      expect(info.json()).toMatchObject({ state: { messages: 2 } });
    }),
  );
});

test("a put that fails leaves what was there; what is not there is missing; deleting twice is no fault", async () => {
  await withStore((store) =>
    Effect.gen(function* () {
      yield* store.put(KEY, content("one"));
      const failing = Stream.concat(content("x".repeat(CHUNK_BYTES * 2)), Stream.fail("away" as const));
      expect(yield* Effect.flip(store.put(KEY, failing))).toBe("away");
      expect(yield* textOf(store, KEY)).toBe("one");
      yield* store.put("s-10/1/summary.json", content("{}"));
      expect(yield* store.list("s-1")).toEqual([KEY]);
      expect(yield* store.list("")).toEqual([KEY, "s-10/1/summary.json"]);
      yield* store.delete(KEY);
      yield* store.delete(KEY);
      expect(yield* store.list("")).toEqual(["s-10/1/summary.json"]);
      const fault = yield* Effect.flip(textOf(store, KEY));
      expect(fault.reason).toBe("missing");
    }),
  );
});

test("RELIABILITY 3.5: a bucket that is full refuses, and keeps nothing of what it refused", async () => {
  await withStore(
    (store) =>
      Effect.gen(function* () {
        const fault = yield* Effect.flip(store.put(KEY, content("x".repeat(CHUNK_BYTES * 4))));
        expect(fault.reason).toBe("disk_full");
        expect(yield* store.list("")).toEqual([]);
        yield* store.put(KEY, content("small"));
      }),
    { maxBytes: CHUNK_BYTES * 2 },
  );
});

test("pieces of a writer that died go at the second sweep that finds them; those of objects, and of a put that is under way, stay", async () => {
  await withStore((store, { connection }) =>
    Effect.gen(function* () {
      const messages = Effect.promise(async () => {
        const info = await connection.request(`$JS.API.STREAM.INFO.OBJ_${BUCKET}`, "", PATIENT);
        return info.json<{ readonly state: { readonly messages: number } }>().state.messages;
      });
      yield* store.put(KEY, content("one"));
      yield* Effect.promise(() => connection.request(`$O.${BUCKET}.C.died`, "half", PATIENT));
      yield* store.sweep;
      expect(yield* messages).toBe(3);
      const slow = Stream.concat(
        content("x".repeat(CHUNK_BYTES)),
        Stream.drain(Stream.fromEffect(store.sweep)),
      );
      yield* store.put("s-2/1/events.ndjson", slow);
      expect(yield* messages).toBe(4);
      yield* store.sweep;
      expect(yield* textOf(store, KEY)).toBe("one");
      expect((yield* textOf(store, "s-2/1/events.ndjson")).length).toBe(CHUNK_BYTES);
    }),
  );
});

test("a bucket that somebody else filled is read as well: base64 with padding, and marks of what was deleted", async () => {
  const server = await givenServer();
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const link = yield* linkTo(server);
        yield* ensureBucket(link, BUCKET);
        const store = openNatsObjects(link, BUCKET);
        const subject = `$O.${BUCKET}.M.${Buffer.from(KEY).toString("base64").replaceAll("+", "-").replaceAll("/", "_")}`;
        const say = (meta: object) =>
          Effect.promise(() => link.connection.request(subject, JSON.stringify(meta), PATIENT));
        yield* Effect.promise(() => link.connection.request(`$O.${BUCKET}.C.abc`, "hello", PATIENT));
        yield* say({ name: KEY, bucket: BUCKET, nuid: "abc", size: 5, chunks: 1 });
        expect(yield* textOf(store, KEY)).toBe("hello");
        yield* say({ name: KEY, bucket: BUCKET, nuid: "abc", size: 0, chunks: 0, deleted: true });
        expect((yield* Effect.flip(textOf(store, KEY))).reason).toBe("missing");
        yield* say({ name: KEY, bucket: BUCKET, nuid: "a.>", size: 5, chunks: 1 });
        expect((yield* Effect.flip(textOf(store, KEY))).reason).toBe("corrupt");
        yield* store.put(KEY, content("anew"));
        expect(yield* textOf(store, KEY)).toBe("anew");
        yield* say({ nuid: 1 });
        yield* store.delete(KEY);
        expect(yield* store.list("")).toEqual([]);
      }),
    ),
  );
});
