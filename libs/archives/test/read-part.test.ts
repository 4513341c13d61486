/** Reading a part: whole as it was recorded, or a fault before it could pass for whole. */
import { sha256, type SessionId } from "@claw/events";
import { Effect, Stream } from "effect";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ObjectStore, ObjectsUnavailable, readPart } from "../src/index.ts";

const ONE = "0199-one" as SessionId;

interface Read {
  readonly got: string;
  readonly fault: string | null;
}

/** Reads the events of an archive whose record is `recorded`, from a store that gives these pieces. */
async function readAs(recorded: string, pieces: readonly string[] | null): Promise<Read> {
  const said = { bytes: Buffer.byteLength(recorded), digest: sha256(recorded) };
  const archive = { version: 1, parts: { events: said, transcript: said, summary: said } };
  const missing = new ObjectsUnavailable({ reason: "missing", retry: "never", detail: "" });
  const store: Pick<ObjectStore, "get"> = {
    get: () =>
      pieces === null ? Stream.fail(missing) : Stream.fromIterable(pieces.map((piece) => Buffer.from(piece))),
  };
  const got: Uint8Array[] = [];
  const take = (piece: Uint8Array) => Effect.sync(() => void got.push(piece));
  const exit = await Effect.runPromise(
    Effect.result(Stream.runForEach(readPart(store, ONE, archive, "events"), take)),
  );
  return {
    got: Buffer.concat(got).toString(),
    fault: exit._tag === "Success" ? null : exit.failure.reason,
  };
}

const pieces = fc.array(fc.string({ maxLength: 8 }));

test("X1-036: whatever pieces it comes in, what was recorded comes back", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async (parts) => {
      expect(await readAs(parts.join(""), parts)).toEqual({ got: parts.join(""), fault: null });
    }),
  );
});

test("X1-036: one byte that is another, missing or too many is a fault, and what passed before is never whole and wrong", async () => {
  const text = fc.stringMatching(/^[a-z]{1,40}$/);
  await fc.assert(
    fc.asyncProperty(text, fc.nat(), fc.constantFrom("other", "missing", "more"), async (said, at, how) => {
      const n = at % said.length;
      const kept = { other: "!", missing: "", more: `${said[n] ?? ""}!` }[how];
      const rotten = `${said.slice(0, n)}${kept}${said.slice(n + 1)}`;
      const { got, fault } = await readAs(said, rotten.match(/.{1,3}/gs) ?? []);
      expect(fault).toBe("corrupt");
      expect(got.length < said.length || got === said).toBe(true);
    }),
  );
});

test("an object that went is missing", async () => {
  expect(await readAs("x", null)).toEqual({ got: "", fault: "missing" });
});
