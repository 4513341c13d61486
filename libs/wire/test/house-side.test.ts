import {
  contentDigest,
  type EndpointId,
  type Epoch,
  type HostId,
  hostLane,
  type SessionId,
  type SealedEvent,
} from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Delivery,
  type Fact,
  type FromHost,
  type FromIngest,
  HELLO_DEADLINE_MS,
  type HouseInput,
  type HouseOutput,
  type HouseSide,
  MAX_FRAMES_PER_SECOND,
  MAX_IN_FLIGHT,
  MAX_MISREAD,
  openHouseSide,
  stepHouseSide,
  WINDOW,
} from "../src/index.ts";

const HOST = "h1" as HostId;
const EPOCH = "ab".repeat(16) as Epoch;
const AT = 1_800_000_000_000;

function fact(seq: number, what = "x"): Fact {
  const events: SealedEvent[] = [{ type: "endpoint.became", v: 1, at: AT, data: { seq, what } }];
  const said = { lane: hostLane(HOST), redactor: null, events };
  return { seq, ...said, bodies: [null], digest: contentDigest(said) };
}

const hello = (given: object = {}): FromHost => ({
  type: "hello",
  protocol: 1,
  hostId: HOST,
  connectorVersion: "0.1.0",
  epoch: EPOCH,
  nextSeq: 1,
  outboxDepth: 0,
  at: AT,
  capabilities: [],
  ...given,
});
const facts = (...seqs: number[]): FromHost => ({
  type: "facts",
  epoch: EPOCH,
  entries: seqs.map((seq) => fact(seq)),
});
const frame = (said: unknown, monoMs = 0): HouseInput => ({
  type: "frame",
  data: JSON.stringify(said),
  monoMs,
  wallMs: AT,
});
const welcome = (confirmed: number): HouseInput => ({
  type: "welcome",
  confirmed,
  isProven: true,
  heartbeatMs: 5_000,
  silentAfterMs: 30_000,
  wallMs: AT,
});

function play(
  side: HouseSide,
  ...inputs: readonly HouseInput[]
): readonly [HouseSide, readonly HouseOutput[]] {
  const outputs: HouseOutput[] = [];
  for (const input of inputs) {
    const [after, said] = stepHouseSide(side, input);
    side = after;
    outputs.push(...said);
  }
  return [side, outputs];
}
const opened = (confirmed = 0): HouseSide =>
  play(openHouseSide(HOST, 0, "0.1.0"), frame(hello()), welcome(confirmed))[0];
const sentBy = (outputs: readonly HouseOutput[]): readonly FromIngest[] =>
  outputs.flatMap((output) => (output.type === "send" ? [output.frame] : []));
const deliveredBy = (outputs: readonly HouseOutput[]): readonly Delivery[] =>
  outputs.flatMap((output) => (output.type === "facts" ? output.deliveries : []));
const seqsOf = (deliveries: readonly Delivery[]): readonly number[] => deliveries.map(({ seq }) => seq);

describe("the pace of an uplink (S14)", () => {
  const beat = (monoMs: number): HouseInput =>
    frame(
      { type: "heartbeat", nonce: 1, at: AT, outboxDepth: 0, oldestUnsentAgeMs: null, rttMs: null },
      monoMs,
    );

  it("is the host's to choose, up to so many frames in a second", () => {
    const second = (from: number) => Array.from({ length: MAX_FRAMES_PER_SECOND }, () => beat(from));
    const [side] = play(opened(), ...second(1_000), ...second(2_000), ...second(3_000));
    expect(side.phase).toBe("open");
    const [over, said] = play(side, beat(3_999));
    expect([over.phase, sentBy(said)]).toMatchObject(["closed", [{ type: "refuse", code: "busy" }]]);
  });
});

describe("the beginning of an uplink (N1-039)", () => {
  it("a hello is handed over and answered with what the ledger holds", () => {
    const [side, outputs] = play(openHouseSide(HOST, 0, "0.1.0"), frame(hello()), welcome(41));
    expect(outputs.map(({ type }) => type)).toEqual(["hello", "send"]);
    expect(sentBy(outputs)).toMatchObject([{ type: "welcome", confirmed: 41, heartbeatMs: 5_000 }]);
    expect(side).toMatchObject({ phase: "open", next: 42 });
  });

  it("a newer protocol is taken, frames it invented are passed over, and too many of those end it", () => {
    const [side] = play(openHouseSide(HOST, 0, "0.1.0"), frame(hello({ protocol: 9 })), welcome(0));
    const [after, outputs] = play(
      side,
      ...Array.from({ length: MAX_MISREAD }, () => frame({ type: "novelty" })),
    );
    expect(after.phase).toBe("open");
    expect(outputs.every(({ type }) => type === "misread")).toBe(true);
    expect(play(after, frame({ type: "novelty" }))[0].phase).toBe("closed");
  });

  const refusals: readonly (readonly [string, readonly HouseInput[], string])[] = [
    ["facts before the hello", [frame(facts(1))], "bad_frame"],
    ["facts before the welcome", [frame(hello()), frame(facts(1))], "bad_frame"],
    ["another host's name", [frame(hello({ hostId: "h2" }))], "host_mismatch"],
    ["a second hello", [frame(hello()), welcome(0), frame(hello())], "bad_frame"],
    [
      "another epoch",
      [frame(hello()), welcome(0), frame({ ...facts(1), epoch: "cd".repeat(16) })],
      "bad_frame",
    ],
    ["no JSON", [{ type: "frame", data: "{", monoMs: 0, wallMs: AT }], "bad_frame"],
    ["no hello in time", [{ type: "tick", monoMs: HELLO_DEADLINE_MS }], "bad_frame"],
  ];
  for (const [what, inputs, code] of refusals)
    it(`refuses ${what}: ${code}, then closes and says no more`, () => {
      const [side, outputs] = play(openHouseSide(HOST, 0, "0.1.0"), ...inputs);
      expect(outputs.slice(-3)).toMatchObject([
        { frame: { type: "refuse", code } },
        { type: "refused" },
        { type: "close" },
      ]);
      expect(play(side, frame(facts(1)), welcome(0), { type: "tick", monoMs: 9e9 })[1]).toEqual([]);
    });
});

describe("the order of facts (S1-157, N1-037)", () => {
  it("what continues is delivered, what is above is not, and the gap is named once", () => {
    const [side, outputs] = play(
      opened(),
      frame(facts(1, 2, 4, 5)),
      frame(facts(6), 10),
      frame(facts(7), 5_000),
    );
    expect(seqsOf(deliveredBy(outputs))).toEqual([1, 2]);
    expect(sentBy(outputs)).toMatchObject([
      { type: "watermark", confirmed: 0, missing: [[3, 4]] },
      { type: "watermark", missing: [[3, 6]] },
    ]);
    expect(seqsOf(deliveredBy(play(side, frame(facts(3, 4)))[1]))).toEqual([3, 4]);
  });

  it("what is below is delivered too: the log knows a repeat from a fork (S25)", () => {
    const [side, outputs] = play(opened(10), frame(facts(4, 11)));
    expect(seqsOf(deliveredBy(outputs))).toEqual([4, 11]);
    expect(play(side, { type: "stored", facts: 1, bytes: 0, through: 4 })[1]).toEqual([
      { type: "send", frame: { type: "ack", epoch: EPOCH, through: 10 } },
    ]);
  });

  it("a fact of no known shape is delivered as such, so that the sequence has no hole", () => {
    const broken = { seq: 2, lane: "nonsense", novelty: true };
    const [side, outputs] = play(
      opened(),
      frame({ type: "facts", epoch: EPOCH, entries: [fact(1), broken, fact(3)] }),
    );
    expect(deliveredBy(outputs)).toMatchObject([
      { kind: "fact" },
      { kind: "unreadable", seq: 2, text: JSON.stringify(broken) },
      { kind: "fact" },
    ]);
    expect(side.next).toBe(4);
  });
});

describe("back-pressure (RELIABILITY S14)", () => {
  it("rests beyond the bound and resumes at half of it", () => {
    const frames = Array.from({ length: WINDOW / 256 }, (_, n) =>
      frame(facts(...Array.from({ length: 256 }, (_, i) => n * 256 + i + 1))),
    );
    const [full, outputs] = play(opened(), ...frames);
    expect(outputs.at(-1)).toEqual({ type: "rest" });
    expect(full.inFlight.facts).toBe(MAX_IN_FLIGHT.facts);
    const half = {
      type: "stored",
      facts: WINDOW / 2,
      bytes: full.inFlight.bytes / 2,
      through: WINDOW / 2,
    } as const;
    expect(play(full, half)[1].map(({ type }) => type)).toEqual(["send", "resume"]);
  });
});

describe("conversation", () => {
  it("answers heartbeats, asks for pages, passes receipts of its epoch only", () => {
    const request = {
      hostId: HOST,
      endpointId: "e" as EndpointId,
      sessionId: "s" as SessionId,
      cursor: null,
      limit: 5,
    };
    const receipt = { hostId: HOST, epoch: EPOCH, confirmed: 3, missing: [] };
    const [, outputs] = play(
      opened(),
      frame({ type: "heartbeat", nonce: 7, at: AT, outboxDepth: 0, oldestUnsentAgeMs: null, rttMs: null }),
      { type: "ask", requestId: "r1", request },
      { type: "receipt", receipt },
      { type: "receipt", receipt: { ...receipt, epoch: "cd".repeat(16) as Epoch, confirmed: 9 } },
      { type: "receipt", receipt: { ...receipt, confirmed: 1 } },
    );
    expect(sentBy(outputs)).toMatchObject([
      { type: "pulse", nonce: 7 },
      { type: "page.read", requestId: "r1", limit: 5 },
      { type: "watermark", confirmed: 3 },
      { type: "watermark", confirmed: 3 },
    ]);
  });
});

/** A host that keeps what is not confirmed, over a wire that breaks at any moment and a log that takes its time. */
interface World {
  side: HouseSide;
  host: { sent: number; confirmed: number };
  readonly log: number[];
  queue: Delivery[];
}
const TOTAL = 60;
let moment = 0;

function connect(world: World): void {
  const [side] = play(openHouseSide(HOST, 0, "0.1.0"), frame(hello()), welcome(world.log.length));
  Object.assign(world, { side, queue: [] });
  world.host.sent = world.log.length;
}

function hear(world: World, outputs: readonly HouseOutput[]): void {
  world.queue.push(...deliveredBy(outputs));
  for (const said of sentBy(outputs)) {
    if (said.type === "ack") expect(said.through).toBeLessThanOrEqual(world.log.length);
    if (said.type !== "watermark") continue;
    world.host.confirmed = Math.max(world.host.confirmed, said.confirmed);
    const [first] = said.missing;
    if (first !== undefined) world.host.sent = first[0] - 1;
  }
}

function act(world: World, [what, n]: readonly [string, number]): void {
  const say = (input: HouseInput): void => {
    const [side, outputs] = stepHouseSide(world.side, input);
    world.side = side;
    hear(world, outputs);
  };
  if (what === "break") connect(world);
  else if (what === "skip") world.host.sent = Math.min(TOTAL, world.host.sent + n);
  else if (what === "send") {
    const from = world.host.sent + 1;
    const seqs = Array.from({ length: n }, (_, i) => from + i).filter((seq) => seq <= TOTAL);
    if (seqs.length === 0) return;
    world.host.sent += seqs.length;
    say(frame(facts(...seqs), (moment += 2_000)));
  } else if (what === "store") {
    const stored = world.queue.splice(0, n);
    for (const { seq } of stored) {
      expect(seq).toBeLessThanOrEqual(world.log.length + 1);
      if (seq === world.log.length + 1) world.log.push(seq);
    }
    const through = stored.at(-1)?.seq;
    if (through !== undefined)
      say({
        type: "stored",
        facts: stored.length,
        bytes: stored.reduce((sum, one) => sum + one.bytes, 0),
        through,
      });
    say({
      type: "receipt",
      receipt: { hostId: HOST, epoch: EPOCH, confirmed: world.log.length, missing: [] },
    });
  }
}

describe("a host, a wire that breaks, and this side", () => {
  const deed = fc.tuple(
    fc.constantFrom("send", "send", "send", "store", "store", "skip", "break"),
    fc.integer({ min: 1, max: 9 }),
  );

  it("whatever is lost or skipped: the log has no hole, no ack runs ahead of it, and in the end all is there (S1-157, N1-037)", () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 80 }), (deeds) => {
        const world: World = { side: opened(), host: { sent: 0, confirmed: 0 }, log: [], queue: [] };
        for (const one of deeds) {
          act(world, one);
          expect(world.host.confirmed).toBeLessThanOrEqual(world.log.length);
        }
        connect(world);
        for (let round = 0; round < TOTAL && world.log.length < TOTAL; round += 1) {
          act(world, ["send", 8]);
          act(world, ["store", 8]);
        }
        expect(world.log).toEqual(Array.from({ length: TOTAL }, (_, i) => i + 1));
        expect(world.side.inFlight.facts).toBe(world.queue.length);
      }),
      { numRuns: 300 },
    );
  });

  it("is total: any text in any phase gives a step and never throws (RELIABILITY S14)", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(hello(), facts(1), facts(3, 1)).map((one) => JSON.stringify(one)),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 12 }), fc.boolean(), (texts, isOpen) => {
        play(
          isOpen ? opened() : openHouseSide(HOST, 0, "0.1.0"),
          ...texts.map((data): HouseInput => ({ type: "frame", data, monoMs: 0, wallMs: AT })),
        );
      }),
      { numRuns: 500 },
    );
  });
});
