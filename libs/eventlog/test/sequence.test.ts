import { type Digest, type Entry, type EntryId, type Position, position } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenEntry, givenEpoch, givenEvent, givenHost, givenHostEntry } from "../src/contract/given.ts";
import { admit, type HostStream, missingOf, type Touched } from "../src/index.ts";

interface Row {
  readonly position: number;
  readonly id: EntryId;
  readonly digest: Digest;
  readonly fork: boolean;
}

interface Result {
  readonly forks: readonly (Row & { readonly knownDigest: Digest })[];
  readonly missing: readonly (readonly [number, number])[];
  readonly counts: { readonly duplicates: number; readonly parked: number; readonly turnedAway: number };
}

/** A ledger: the caller that stores each step before the next one, and answers from its unique index. */
class Ledger {
  readonly streams = new Map<string, HostStream>();
  readonly digests = new Map<EntryId, Digest>();
  readonly parked = new Map<EntryId, Entry>();
  readonly rows: Row[] = [];
  readonly maxParked: number;
  last: Position | 0 = 0;

  constructor(maxParked = 1_000) {
    this.maxParked = maxParked;
  }

  take(batch: readonly Entry[]): Result {
    const forks: (Row & { knownDigest: Digest })[] = [];
    const counts = { duplicates: 0, parked: 0, turnedAway: 0 };
    const touched = new Map<string, Touched>();
    for (const entry of batch) {
      const step = this.#admit(entry);
      if (step.touched !== null) touched.set(this.#keep(step.touched), step.touched);
      const { verdict } = step;
      if (verdict.kind === "duplicate") counts.duplicates += 1;
      else if (verdict.kind === "turned_away") counts.turnedAway += 1;
      else if (verdict.kind === "parked") {
        counts.parked += 1;
        this.parked.set(entry.envelope.id, entry);
        if (verdict.displaced !== null) expect(this.parked.delete(verdict.displaced)).toBe(true);
      } else if (verdict.kind === "admitted") {
        for (const { id } of verdict.entries) this.#store(id, this.#take(id, entry), false);
        expect(verdict.entries.at(-1)?.position).toBe(this.last);
      } else {
        const id = verdict.forkId ?? entry.envelope.id;
        const row = this.#store(id, entry, true);
        expect(verdict.position).toBe(this.last);
        if (verdict.forkId !== null) this.digests.set(id, entry.envelope.digest);
        forks.push({ ...row, knownDigest: verdict.knownDigest });
      }
    }
    return { forks, counts, missing: [...touched.values()].flatMap(({ after }) => missingOf(after)) };
  }

  #admit(entry: Entry) {
    return admit(entry, {
      last: this.last,
      known: (id) => this.digests.get(id),
      stream: (hostId, epoch) => this.streams.get(`${hostId}/${epoch}`),
      maxParked: this.maxParked,
    });
  }

  #keep({ hostId, epoch, after }: Touched): string {
    this.streams.set(`${hostId}/${epoch}`, after);
    return `${hostId}/${epoch}`;
  }

  /** The entry of an id that is admitted: the one that came, or one that was kept. */
  #take(id: EntryId, came: Entry): Entry {
    if (came.envelope.id === id) return came;
    const kept = this.parked.get(id);
    expect(this.parked.delete(id)).toBe(true);
    return kept ?? came;
  }

  #store(id: EntryId, { envelope: { digest } }: Entry, fork: boolean): Row {
    if (!fork) this.digests.set(id, digest);
    this.last = position(this.last + 1);
    const row = { position: this.last, id, digest, fork };
    this.rows.push(row);
    return row;
  }

  get ids(): readonly string[] {
    return this.rows.filter((row) => !row.fork).map((row) => row.id);
  }
}

const host = givenHost("h1");
const epoch = givenEpoch(1);
const said = (seq: number, what = ""): Entry => givenHostEntry(host, epoch, seq, what);
const outbox = (count: number): readonly Entry[] => Array.from({ length: count }, (_, n) => said(n + 1));
const idOf = (entry: Entry): string => entry.envelope.id;

/** Every entry of an outbox at least once, some again, in any order. */
const delivery = fc.integer({ min: 1, max: 30 }).chain((count) =>
  fc
    .array(fc.integer({ min: 1, max: count }), { maxLength: 20 })
    .chain((again) =>
      fc.shuffledSubarray([...outbox(count), ...again.map((seq) => said(seq))], {
        minLength: count + again.length,
      }),
    )
    .map((deliveries) => ({ count, deliveries })),
);

/** Several hosts and epochs, ingest and policy; with repeats, holes and forks. */
const anyEntry = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("h1", "h2"),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom("", "", "", "other"),
    )
    .map(([name, n, seq, what]) => givenHostEntry(givenHost(name), givenEpoch(n), seq, what)),
  fc.tuple(fc.nat(10), fc.constantFrom("unloaded", "archived")).map(([n, how]) =>
    givenEntry({
      id: `silent/${n}`,
      by: { kind: "ingest" },
      events: [givenEvent("session.closed", { how })],
    }),
  ),
);

const cut = <A>(list: readonly A[], sizes: readonly number[]): readonly (readonly A[])[] => {
  const batches: A[][] = [];
  const rest = [...list];
  for (let index = 0; rest.length > 0; index += 1) batches.push(rest.splice(0, sizes[index % sizes.length]));
  return batches;
};
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe("what a host said is admitted in the order in which it said it", () => {
  it("any permutation and repetition of an outbox gives the same ledger (W-29, N1-037)", () => {
    fc.assert(
      fc.property(delivery, sizes, ({ count, deliveries }, cuts) => {
        const ledger = new Ledger();
        const results = cut(deliveries, cuts).map((batch) => ledger.take(batch));
        expect(ledger.parked.size).toBe(0);
        expect(ledger.ids).toEqual(outbox(count).map(idOf));
        expect(results.flatMap((result) => result.forks)).toEqual([]);
        expect(results.at(-1)?.missing).toEqual([]);
      }),
    );
  });

  it("with little room, what was turned away is missing, and resending it ends at the same ledger", () => {
    fc.assert(
      fc.property(delivery, fc.integer({ min: 1, max: 4 }), ({ count, deliveries }, room) => {
        const ledger = new Ledger(room);
        let { missing } = ledger.take(deliveries);
        for (let round = 0; missing.length > 0 && round <= count; round += 1) {
          const again = missing.flatMap(([from, to]) => outbox(count).slice(from - 1, to));
          missing = ledger.take(again).missing;
        }
        expect(ledger.ids).toEqual(outbox(count).map(idOf));
      }),
    );
  });

  it("tells exactly which ranges are missing", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (seqs) => {
        const { missing } = new Ledger().take(seqs.map((seq) => said(seq)));
        const told = missing.flatMap(([from, to]) =>
          Array.from({ length: to - from + 1 }, (_, n) => from + n),
        );
        const highest = Math.max(...seqs);
        const absent = Array.from({ length: highest }, (_, n) => n + 1).filter((seq) => !seqs.includes(seq));
        expect(told).toEqual(absent);
      }),
    );
  });

  it("a new epoch begins at 1, and the old one may still come late", () => {
    const ledger = new Ledger();
    const next = givenEpoch(2);
    ledger.take([said(1), givenHostEntry(host, next, 1), said(2)]);
    expect(ledger.ids).toEqual([said(1), givenHostEntry(host, next, 1), said(2)].map(idOf));
    const { counts, missing } = ledger.take([givenHostEntry(host, givenEpoch(3), 2)]);
    expect(counts.parked).toBe(1);
    expect(missing).toEqual([[1, 1]]);
  });
});

describe("positions", () => {
  it("are a pure function of the deliveries, however they are cut into batches (DESIGN 14.1)", () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 80 }), sizes, sizes, (deliveries, one, other) => {
        const [a, b] = [new Ledger(6), new Ledger(6)];
        for (const batch of cut(deliveries, one)) a.take(batch);
        for (const batch of cut(deliveries, other)) b.take(batch);
        expect(a.rows).toEqual(b.rows);
        expect(a.streams).toEqual(b.streams);
        expect(a.parked).toEqual(b.parked);
      }),
    );
  });

  it("have no hole: each admitted entry and each quarantined fork takes one, a duplicate none", () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 80 }), (deliveries) => {
        const ledger = new Ledger();
        const { duplicates, parked, turnedAway } = ledger.take(deliveries).counts;
        expect(ledger.rows.map((row) => row.position)).toEqual(ledger.rows.map((_, index) => index + 1));
        const waiting = ledger.parked.size;
        expect(ledger.rows.length + duplicates + waiting + turnedAway).toBe(deliveries.length);
        expect(parked).toBeGreaterThanOrEqual(waiting);
      }),
    );
  });
});

describe("forks", () => {
  it("are detected wherever the second fact comes, each once, and are never admitted", () => {
    fc.assert(
      fc.property(delivery, fc.nat(), fc.nat(), sizes, ({ count, deliveries }, which, where, cuts) => {
        const seq = (which % count) + 1;
        const at = where % (deliveries.length + 1);
        const ledger = new Ledger();
        const all = deliveries.toSpliced(at, 0, said(seq, "clone"));
        const forks = cut(all, cuts).flatMap((batch) => ledger.take(batch).forks);
        const second = all.filter((entry) => idOf(entry) === idOf(said(seq)));
        const first = second[0]?.envelope.digest;
        const others = new Set(second.map((entry) => entry.envelope.digest).filter((one) => one !== first));
        expect(forks.map((fork) => fork.digest)).toEqual([...others]);
        expect(forks.every((fork) => fork.knownDigest === first)).toBe(true);
        expect(forks.every((fork) => fork.id.startsWith(`forked/${host}/${epoch}/${seq}/`))).toBe(true);
        expect(ledger.ids).toEqual(outbox(count).map(idOf));
        expect(ledger.digests.get(said(seq).envelope.id)).toBe(first);
      }),
    );
  });

  it("of an entry that is no host's are told by its id", () => {
    const ledger = new Ledger();
    const entry = givenEntry({ id: "silent/h1", by: { kind: "ingest" } });
    const other = givenEntry({
      id: "silent/h1",
      by: { kind: "ingest" },
      events: [givenEvent("session.closed", { how: "archived" })],
    });
    const { counts, forks } = ledger.take([entry, entry, other]);
    expect(ledger.ids).toEqual(["silent/h1"]);
    expect(counts.duplicates).toBe(1);
    expect(forks).toMatchObject([
      { position: 2, digest: other.envelope.digest, knownDigest: entry.envelope.digest },
    ]);
  });

  it("cannot be told once the window has forgotten the first digest, but nothing is admitted twice", () => {
    const stream: HostStream = { next: 2, highest: 1, parked: [] };
    const { verdict } = admit(said(1, "clone"), { last: 0, known: () => undefined, stream: () => stream });
    expect(verdict).toEqual({ kind: "duplicate", verified: false });
  });
});
