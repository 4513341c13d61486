/** What readers may believe of the keys of threads (ADR 0013, S1-147). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_UNBOUND, viewDigest } from "../src/index.ts";
import { after, AT, by, entriesOf, inLane, late, observed, type Step } from "./acting.ts";
import { foldInto, memoryStore, placed, testScale } from "./given.ts";
import { attempted, digestOf, inHost, keyBound, parent, registered, stranger } from "./spawning.ts";

const DAY = 86_400_000;
const key = (...steps: readonly Step[]) => after(observed, ...steps).threadKey("k1");
const unbound = (...steps: readonly Step[]) =>
  after(observed, ...steps)
    .host("host-a")
    ?.unboundKeys.map(({ keyId }) => keyId);

describe("a key", () => {
  test("is its host's, and nobody's until that host says whose", () => {
    expect(key(registered("k1", "k2"))).toEqual({
      keyId: "k1",
      digest: digestOf("d"),
      hostId: "host-a",
      boundTo: null,
      registeredAt: AT + 1_000,
      boundAt: null,
    });
    expect(key(registered("k1"), keyBound("k1"))).toMatchObject({ boundTo: parent, boundAt: AT + 2_000 });
    expect(key(registered("k2"))).toBeNull();
  });

  const theirs = { ...Object(observed.data), hostId: "host-b" };
  test.each([
    [
      "by a host that did not mint it",
      [registered("k1"), by("stranger", inLane("host/host-b" as never, keyBound("k1")))],
    ],
    ["by another host in its host's lane", [registered("k1"), stranger(keyBound("k1"))]],
    ["by ingest", [registered("k1"), by("ingest", keyBound("k1"))]],
    ["before it is registered", [keyBound("k1"), registered("k1")]],
    [
      "by another host, to a session of that one",
      [
        stranger(inLane("session/s2" as never, { ...observed, data: theirs })),
        registered("k1"),
        by("stranger", inLane("host/host-b" as never, keyBound("k1", "s2"))),
      ],
    ],
    [
      "to a session of another host",
      [
        stranger(inLane("session/s2" as never, { ...observed, data: theirs })),
        registered("k1"),
        keyBound("k1", "s2"),
      ],
    ],
    ["to a session that nobody has seen", [registered("k1"), keyBound("k1", "s9")]],
    [
      "to the name of a session that was asked for, which is no thread",
      [inLane("session/req-p1" as never, observed), registered("k1"), keyBound("k1", "req-p1")],
    ],
  ] as const)("S1-133 is not given away %s", (_title, steps) => {
    expect(key(...steps)?.boundTo).toBeNull();
  });

  test("is given away once, and keeps its digest and its host", () => {
    const again = inHost({ ...registered("k1"), data: { keys: [{ id: "k1", digest: digestOf("f") }] } });
    const steps = [
      inLane("session/s3" as never, observed),
      registered("k1"),
      keyBound("k1"),
      keyBound("k1", "s3"),
      again,
    ];
    expect(key(...steps)).toMatchObject({ boundTo: parent, digest: digestOf("d"), hostId: "host-a" });
    const squatted = [registered("k1"), stranger(inLane("host/host-b" as never, again))];
    expect(key(...squatted)).toMatchObject({ digest: digestOf("d"), hostId: "host-a" });
  });

  test("is not registered by anybody but its host", () => {
    expect(key(stranger(registered("k1")))).toBeNull();
    expect(key(by("ingest", registered("k1")))).toBeNull();
  });
});

describe("keys that no thread was given", () => {
  test("are let go of a day later, when their host tells of new ones; what was given stays", () => {
    const steps = [registered("k1", "k2"), keyBound("k2")];
    const later = after(observed, ...steps, late(DAY, registered("k3")));
    expect([later.threadKey("k1"), later.threadKey("k2")?.boundTo, later.threadKey("k3")?.boundTo]).toEqual([
      null,
      parent,
      null,
    ]);
    expect(key(...steps, late(DAY - 60_000, registered("k3")))).not.toBeNull();
    expect(unbound(...steps, late(DAY, registered("k3")))).toEqual(["k3"]);
  });

  test(`are ${MAX_UNBOUND} of one host at most, the newest`, () => {
    const batches = Array.from({ length: 18 }, (_, n) =>
      registered(...Array.from({ length: 16 }, (_key, m) => `k${n * 16 + m}`)),
    );
    const reader = after(observed, ...batches);
    const kept = reader.host("host-a")?.unboundKeys.map(({ keyId }) => keyId) ?? [];
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([MAX_UNBOUND, "k32", "k287"]);
    expect([reader.threadKey("k31"), reader.threadKey("k32")?.boundTo]).toEqual([null, null]);
  });

  test("N1-001 their going is the same however batches fall, and the host's list is that of the rows", () => {
    const ids = fc.subarray(["k1", "k2", "k3", "k4", "k5"], { minLength: 1 });
    const step = fc.oneof(
      fc.tuple(ids, fc.nat(3)).map(([some, days]) => late(days * (DAY / 2), registered(...some))),
      fc.constantFrom("k1", "k2", "k3").map((id) => keyBound(id)),
      fc.constantFrom("k1", "k2").map((id) => stranger(keyBound(id))),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        (steps, sizes) => {
          const entries = placed(entriesOf([observed, ...steps]));
          const digests = [[100], sizes].map((batches) => {
            const store = memoryStore();
            foldInto(store, entries, batches);
            return viewDigest(store.db);
          });
          expect(digests[1]).toBe(digests[0]);
          const reader = after(observed, ...steps);
          const rows = reader
            .changedAfter(["threadKeys"], 0, 500)
            .map(({ row }) => row as { keyId: string; boundTo: string | null });
          const free = rows.filter(({ boundTo }) => boundTo === null).map(({ keyId }) => keyId);
          expect((unbound(...steps) ?? []).toSorted()).toEqual(free.toSorted());
        },
      ),
      { numRuns: 60 * testScale },
    );
  });
});

test("S1-133 attempts with a key are counted where they were made: with its session and its host", () => {
  const reader = after(
    observed,
    registered("k1"),
    keyBound("k1"),
    attempted("k1"),
    attempted("k1", parent, 7),
  );
  expect(reader.session(parent)?.attempts).toBe(8);
  expect(reader.host("host-a")).toMatchObject({ attempts: 8, lastAttemptAt: AT + 4_000 });
  const unknown = after(observed, attempted("k9", null), by("host", inHost(attempted("k1"))));
  expect([unknown.session(parent)?.attempts, unknown.host("host-a")?.attempts ?? 0]).toEqual([0, 0]);
});
