/** Keys of threads: the house knows them before they are used, nobody gets one twice, and nothing tells what they are. */
import { type Epoch, sha256, type SessionId, type TokenId } from "@claw/events";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KeyPool, KEYS, needsMore, take, tend } from "../src/domain/keys.ts";
import { makeKeyRing } from "../src/keys/key-ring.ts";
import type { Outbox } from "../src/outbox/outbox.ts";
import { makeRedaction } from "../src/redaction.ts";
import { events, type Folder, hostId, makeFolder, NOW, open, scale } from "./support.ts";

const EPOCH = "e".repeat(32) as Epoch;
const batch = (seq: number | null, ids: readonly string[], mintedAtMs = 0): KeyPool[number] => ({
  ids: ids as readonly TokenId[],
  mintedAtMs,
  told: seq === null ? null : { epoch: EPOCH, seq },
});

describe("the pool", () => {
  it("ADR 0013 a key is usable only behind the watermark that passed its fact", () => {
    const pool = [batch(7, ["a", "b"])];
    expect(take(pool)).toBeNull();
    expect(take(tend(pool, { epoch: EPOCH, firstSeq: 7 }, 0))).toBeNull();
    expect(take(tend(pool, { epoch: EPOCH, firstSeq: 8 }, 0))?.id).toBe("a");
  });

  it("what was told in another epoch without being confirmed is lost; what was confirmed stays", () => {
    const other = { epoch: "f".repeat(32) as Epoch, firstSeq: 100 };
    expect(tend([batch(7, ["a"]), batch(null, ["b"])], other, 0)).toEqual([batch(null, ["b"])]);
  });

  it("minted keys grow old: others are minted in time, and the old ones are used no more", () => {
    const pool = [batch(null, ["a", "b", "c", "d", "e"])];
    expect(needsMore(pool, KEYS.freshMs - 1)).toBe(false);
    expect(needsMore(pool, KEYS.freshMs)).toBe(true);
    expect(tend(pool, { epoch: EPOCH, firstSeq: 1 }, KEYS.usableMs)).toEqual([]);
  });

  it("gives each key out once, whatever happens between", () => {
    const action = fc.oneof(fc.constant("take" as const), fc.nat({ max: 9 }));
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        let pool: KeyPool = [batch(1, ["a", "b", "c"]), batch(4, ["d", "e"])];
        const given: string[] = [];
        for (const one of actions) {
          const taken = one === "take" ? take(pool) : null;
          if (taken !== null) given.push(taken.id);
          pool = taken?.pool ?? tend(pool, { epoch: EPOCH, firstSeq: one === "take" ? 0 : one }, 0);
        }
        expect(new Set(given).size).toBe(given.length);
      }),
      { numRuns: 200 * scale },
    );
  });
});

describe("the ring", () => {
  let folder: Folder;
  let outbox: Outbox;
  const redaction = makeRedaction("link", []);
  const clocks = { monoMs: () => 0, wallMs: () => NOW };
  beforeEach(() => {
    folder = makeFolder();
    outbox = open(folder);
  });
  afterEach(() => {
    outbox.close();
    folder.remove();
  });
  const confirm = () => outbox.forget(outbox.epoch(), outbox.nextSeq() - 1);
  const registered = () => events(outbox).filter(({ type }) => type === "keys.registered");

  it("S1-147 tells digests in batches of sixteen, and gives nothing before they are confirmed", () => {
    const ring = makeKeyRing({ hostId, outbox, redaction, clocks });
    const [first] = registered();
    expect(first?.type === "keys.registered" && first.data.keys).toHaveLength(16);
    expect(ring.take()).toBeNull();
    confirm();
    const key = ring.take();
    expect(first?.type === "keys.registered" && first.data.keys[0]).toEqual({
      id: key?.id,
      digest: sha256(key?.bearer ?? ""),
    });
    for (let taken = 1; taken < 13; taken += 1) ring.take();
    expect(registered()).toHaveLength(1);
  });

  it("N1-043 no key is in what is told, and the redactor knows each before it is used", () => {
    const ring = makeKeyRing({ hostId, outbox, redaction, clocks });
    confirm();
    const { bearer, id } = ring.take() ?? { bearer: "", id: "" as TokenId };
    expect(bearer).toMatch(/^clw_mcp_/);
    expect(redaction.scrub(`it is ${bearer}.`, 1_000).text).not.toContain(bearer.slice(-64));
    expect(ring.bind(id, "s1" as SessionId)).toBe(true);
    expect(JSON.stringify(outbox.read(0, { rows: 100, bytes: 1e6 }))).not.toContain(bearer.slice(-64));
    expect(events(outbox).at(-1)).toMatchObject({ type: "key.bound", data: { id, sessionId: "s1" } });
  });

  it("a house that forgot gets new ones", () => {
    const ring = makeKeyRing({ hostId, outbox, redaction, clocks });
    confirm();
    outbox.renew(true);
    ring.renew();
    expect(ring.take()).toBeNull();
    confirm();
    expect(ring.take()).not.toBeNull();
  });
});
