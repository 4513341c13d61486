import fc from "fast-check";
import { expect, test } from "vitest";
import {
  contentDigest,
  decodeEntry,
  encodeBodies,
  encodeEnvelope,
  type Entry,
  EntryId,
  isIntact,
  Lane,
  readEvents,
  seal,
  stampEntry,
} from "../src/index.ts";

const at = 1_795_000_000_000;
const salt = () => "0f".repeat(16);
const lane = Lane.parse("session/01a1fae8-3dba-7501-bcf4-513d5ca73357");
const named = (name: string) => ({ type: "session.named", v: 1, at, data: {}, body: { name } });
const entryOf = (...events: Parameters<typeof seal>[2]): Entry =>
  stampEntry(seal(lane, "r1", events, salt), { id: EntryId.parse("host/h/e/1"), by: { kind: "ingest" }, at });
const reread = (entry: Entry) =>
  decodeEntry({ envelope: JSON.parse(encodeEnvelope(entry)), bodies: JSON.parse(encodeBodies(entry)) });

test("an entry survives its own bytes", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (name) => {
      const entry = entryOf(named(name), { type: "session.reopened", v: 1, at, data: {} });
      const read = reread(entry);
      expect(read).toEqual({ ok: true, value: entry });
      expect(isIntact(entry)).toBe(true);
    }),
  );
});

test("a body can be erased and every digest still holds", () => {
  const entry = entryOf(named("a name"));
  const erased = { ...entry, bodies: [null] };
  expect(isIntact(erased)).toBe(true);
  expect(contentDigest(erased.envelope)).toBe(entry.envelope.digest);
  expect(readEvents({ entry: erased })[0]).toMatchObject({ status: "known", event: { body: null } });
});

test.each([
  ["another body", (e: Entry) => ({ ...e, bodies: [{ salt: salt(), json: '{"name":"other"}' }] })],
  [
    "another salt",
    (e: Entry) => ({ ...e, bodies: [{ salt: "11".repeat(16), json: e.bodies[0]?.json ?? "" }] }),
  ],
  ["another lane", (e: Entry) => ({ ...e, envelope: { ...e.envelope, lane: Lane.parse("session/other") } })],
  ["another redactor", (e: Entry) => ({ ...e, envelope: { ...e.envelope, redactor: "r0" } })],
  ["one event fewer", (e: Entry) => ({ ...e, envelope: { ...e.envelope, events: [] } })],
])("%s is noticed", (_name, change) => {
  expect(isIntact(change(entryOf(named("a name"))) as Entry)).toBe(false);
});

test("when and under which id it was recorded is not part of what was said", () => {
  const said = seal(lane, null, [named("x")], salt);
  const one = stampEntry(said, { id: EntryId.parse("host/h/e/1"), by: { kind: "ingest" }, at });
  const two = stampEntry(said, { id: EntryId.parse("host/h/e/2"), by: { kind: "policy" }, at: at + 5 });
  expect(one.envelope.digest).toBe(two.envelope.digest);
});

test("N1-004 an event of a kind or version that this code does not know is kept and named", () => {
  const entry = entryOf(
    { type: "quark.split", v: 3, at, data: { n: 1 } },
    { ...named("x"), v: 99 },
    named("y"),
  );
  expect(reread(entry)).toEqual({ ok: true, value: entry });
  expect(readEvents({ entry }).map((read) => read.status)).toEqual(["unknown", "unknown", "known"]);
});

test("an event of a known kind with the wrong shape is poison, and its neighbours are not", () => {
  const entry = entryOf({ type: "turn.started", v: 1, at, data: { turnId: 7 } }, named("y"));
  const read = readEvents({ entry });
  expect(read[0]).toMatchObject({ status: "poison", detail: expect.stringContaining("turnId") });
  expect(read[1]).toMatchObject({ status: "known" });
});
