/** Objects in a directory: whole or not there, and nothing outside. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "@claw/events";
import { Effect, Stream } from "effect";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openDirectoryObjects } from "../src/directory.ts";
import { isObjectKey, type ObjectStore, type ObjectsUnavailable } from "../src/objects.ts";
import { temporaryFolder } from "./given.ts";

const run = Effect.runPromise;
const content = (...parts: readonly string[]): Stream.Stream<Uint8Array> =>
  Stream.fromIterable(parts.map((part) => Buffer.from(part)));
const textOf = async (store: ObjectStore, key: string): Promise<string> =>
  Buffer.concat(await run(Stream.runCollect(store.get(key)))).toString("utf8");
const reasonOf = (work: Effect.Effect<unknown, ObjectsUnavailable>): Promise<string> =>
  run(Effect.map(Effect.flip(work), ({ reason }) => reason));
async function given(): Promise<{ readonly root: string; readonly store: ObjectStore }> {
  const root = join(temporaryFolder(), "objects");
  return { root, store: await run(openDirectoryObjects(root)) };
}
const KEY = "s-1/1/events.ndjson";

describe("objects in a directory", () => {
  test("come back as they were written, with their size and digest, for their owner only", async () => {
    const { root, store } = await given();
    const text = "a\n".repeat(300_000);
    expect(await run(store.put(KEY, content(text, "end")))).toEqual({
      bytes: 600_003,
      digest: sha256(`${text}end`),
    });
    expect(await textOf(store, KEY)).toBe(`${text}end`);
    expect(statSync(join(root, KEY)).mode & 0o777).toBe(0o600);
    expect(statSync(root).mode & 0o777).toBe(0o700);
  });

  test("a second put takes the place of the first; one that fails leaves it", async () => {
    const { root, store } = await given();
    await run(store.put(KEY, content("one")));
    await run(store.put(KEY, content("two")));
    const failing = Stream.concat(content("thr"), Stream.fail("away" as const));
    expect(await run(Effect.flip(store.put(KEY, failing)))).toBe("away");
    expect(await textOf(store, KEY)).toBe("two");
    expect(readdirSync(join(root, ".partial"))).toEqual([]);
  });

  test("what a process left half done is gone at the next start, and is in no list", async () => {
    const { root, store } = await given();
    writeFileSync(join(root, ".partial", "7"), "half");
    expect(await run(store.list(""))).toEqual([]);
    await run(openDirectoryObjects(root));
    expect(readdirSync(join(root, ".partial"))).toEqual([]);
  });

  test("lists the keys under a folder; deleting takes empty folders along, and twice is no fault", async () => {
    const { root, store } = await given();
    for (const key of [KEY, "s-1/2/events.ndjson", "s-10/1/events.ndjson"])
      await run(store.put(key, content(key)));
    expect(await run(store.list("s-1"))).toEqual([KEY, "s-1/2/events.ndjson"]);
    expect(await run(store.list(""))).toHaveLength(3);
    for (const _ of [1, 2]) await run(store.delete("s-10/1/events.ndjson"));
    expect(existsSync(join(root, "s-10"))).toBe(false);
    expect(await run(store.list("s-10"))).toEqual([]);
    expect(existsSync(root)).toBe(true);
  });

  test("RELIABILITY 3.5: what is not there is missing, and a folder that cannot be written says so without its path", async () => {
    const { root, store } = await given();
    expect(await reasonOf(Stream.runDrain(store.get(KEY)))).toBe("missing");
    rmSync(join(root, ".partial"), { recursive: true });
    writeFileSync(join(root, ".partial"), "");
    const fault = await run(Effect.flip(store.put(KEY, content("x"))));
    expect(fault).toMatchObject({ reason: "unwritable", detail: "ENOTDIR" });
    if (process.getuid?.() === 0) return;
    const closed = join(temporaryFolder(), "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    expect(await reasonOf(openDirectoryObjects(join(closed, "objects")))).toBe("unwritable");
  });
});

describe("keys", () => {
  test("no key leads out of the folder, or into what is not whole yet", async () => {
    const { store } = await given();
    for (const key of [
      "../x/y",
      "a/../b",
      "/a/b",
      "a",
      "a//b",
      ".partial/1",
      "a/.b",
      "A/b",
      "a/b/c/d/e",
      "",
    ]) {
      expect([key, isObjectKey(key)]).toEqual([key, false]);
      expect(await reasonOf(store.put(key, content("x")))).toBe("bad_key");
      expect(await reasonOf(store.delete(key))).toBe("bad_key");
      expect(await reasonOf(Stream.runDrain(store.get(key)))).toBe("bad_key");
    }
    expect(await reasonOf(store.list(".."))).toBe("bad_key");
  });

  test("whatever a key is made of, it stays in its folder", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", ".", "/", "-", "\\", "\0", "~") }), (key) => {
        const inside = join("/root", key);
        expect(!isObjectKey(key) || inside === `/root/${key}`).toBe(true);
      }),
    );
  });
});
