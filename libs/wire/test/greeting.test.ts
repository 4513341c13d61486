/** How an uplink begins, at both ends: from which fact on, across which versions, and with which placement. */
import type { Epoch, HostId } from "@claw/events";
import { describe, expect, it } from "vitest";
import {
  type FromHost,
  type FromIngest,
  type HostSide,
  type HostSideCommand,
  type HouseInput,
  type HouseOutput,
  type HouseSide,
  newHostSide,
  openHouseSide,
  readFromIngest,
  stepHostSide,
  stepHouseSide,
  writeFrame,
} from "../src/index.ts";

const HOST = "h1" as HostId;
const EPOCH = "ab".repeat(16) as Epoch;
const AT = 1_800_000_000_000;
const hello = (given: object = {}): FromHost => ({
  type: "hello",
  protocol: 1,
  hostId: HOST,
  connectorVersion: "0.1.0",
  epoch: EPOCH,
  nextSeq: 21,
  outboxDepth: 0,
  at: AT,
  capabilities: ["placement.v1"],
  ...given,
});
const frame = (said: unknown): HouseInput => ({
  type: "frame",
  data: JSON.stringify(said),
  monoMs: 0,
  wallMs: AT,
});
const welcome = (confirmed: number, isProven: boolean): Extract<HouseInput, { type: "welcome" }> => ({
  type: "welcome",
  confirmed,
  isProven,
  heartbeatMs: 5_000,
  silentAfterMs: 30_000,
  wallMs: AT,
});
function play(...inputs: readonly HouseInput[]): readonly [HouseSide, readonly HouseOutput[]] {
  let side = openHouseSide(HOST, 0, "0.1.0");
  const outputs: HouseOutput[] = [];
  for (const input of inputs) {
    const [after, said] = stepHouseSide(side, input);
    side = after;
    outputs.push(...said);
  }
  return [side, outputs];
}
const sentBy = (outputs: readonly HouseOutput[]): readonly FromIngest[] =>
  outputs.flatMap((output) => (output.type === "send" ? [output.frame] : []));
const holesOf = (outputs: readonly HouseOutput[]): readonly (readonly [number, number])[] =>
  outputs.flatMap((output) => (output.type === "hole" ? [[output.from, output.to] as const] : []));

describe("from which fact on (S1-157)", () => {
  it.each([
    // confirmed, proven, first held → next, hole
    [20, true, 21, 21, []],
    [20, true, 11, 21, []],
    [10, true, 11, 11, []],
    [10, false, 11, 11, []],
    [10, false, 5, 11, []],
    [0, false, 11, 11, []],
    [3, false, 21, 21, []],
    [3, true, 11, 11, [[4, 10]]],
    [0, true, 2, 2, [[1, 1]]],
    [3, true, 999, 21, [[4, 20]]],
  ] as const)(
    "confirmed %s (proven: %s), held from %s: goes on at %s",
    (confirmed, isProven, firstHeld, next, holes) => {
      const [side, outputs] = play(frame(hello({ firstHeld })), welcome(confirmed, isProven));
      expect(side).toMatchObject({ phase: "open", next, acked: next - 1, confirmed });
      expect(sentBy(outputs)[0]).toMatchObject({ type: "welcome", confirmed: next - 1 });
      expect(holesOf(outputs)).toEqual(holes);
    },
  );

  it("a hole is told to the host as missing, and no watermark ever passes over it", () => {
    const receipt = { hostId: HOST, epoch: EPOCH, confirmed: 3, missing: [[4, 10] as const] };
    const [, outputs] = play(frame(hello({ firstHeld: 11 })), welcome(3, true), { type: "receipt", receipt });
    expect(sentBy(outputs).slice(1)).toEqual([
      { type: "watermark", epoch: EPOCH, confirmed: 3, missing: [[4, 10]] },
      { type: "watermark", epoch: EPOCH, confirmed: 3, missing: [[4, 10]] },
    ]);
  });

  it("a connector that does not say what it holds is welcomed behind what is confirmed, as ever", () => {
    const [side, outputs] = play(frame(hello()), welcome(3, true));
    expect([side.next, holesOf(outputs)]).toEqual([4, []]);
  });
});

describe("across versions (N1-039)", () => {
  it("the next minor may speak, the one after that is refused with which to update", () => {
    expect(play(frame(hello({ connectorVersion: "0.2.7" })))[1]).toMatchObject([{ type: "hello" }]);
    const [side, outputs] = play(frame(hello({ connectorVersion: "0.3.0" })));
    expect(side.phase).toBe("closed");
    expect(sentBy(outputs)).toMatchObject([
      { type: "refuse", code: "protocol_version", sentence: expect.stringContaining("supervisor first") },
    ]);
  });

  it("a build without a version is taken, with a warning", () => {
    expect(play(frame(hello({ connectorVersion: "checkout" })))[1]).toMatchObject([
      { type: "warning", code: "version_unreadable" },
      { type: "hello" },
    ]);
  });

  it("the welcome says the house's version, and reads without it", () => {
    const [, outputs] = play(frame(hello()), welcome(20, true));
    const [said] = sentBy(outputs);
    expect(said).toMatchObject({ type: "welcome", houseVersion: "0.1.0" });
    const old = { ...said, houseVersion: undefined, more: "of a newer house" };
    expect(readFromIngest(JSON.stringify(old)).ok).toBe(true);
  });
});

describe("placement", () => {
  it("comes with the welcome, and when it changes to whoever knows the frame", () => {
    const [, outputs] = play(
      frame(hello()),
      { type: "place", placement: "open" },
      { ...welcome(20, true), placement: "cordoned" },
      { type: "place", placement: "draining" },
    );
    expect(sentBy(outputs)).toMatchObject([
      { type: "welcome", placement: "cordoned" },
      { type: "placement", placement: "draining" },
    ]);
    const [, older] = play(frame(hello({ capabilities: [] })), welcome(20, true), {
      type: "place",
      placement: "draining",
    });
    expect(sentBy(older).map(({ type }) => type)).toEqual(["welcome"]);
  });
});

describe("the host's end", () => {
  const outbox = { epoch: EPOCH, firstSeq: 11, nextSeq: 21, depth: 10 };
  const options = {
    hostId: HOST,
    connectorVersion: "0.1.0",
    capabilities: ["placement.v1"],
    random: () => 0.5,
  };
  const now = { monoMs: 0, wallMs: AT };
  const step = (state: HostSide, event: Parameters<typeof stepHostSide>[1]) =>
    stepHostSide(state, event, outbox, now, options);
  const greeting = step(step(newHostSide, { type: "tick", oldestUnackedAt: null }).state, { type: "opened" });
  const hear = (state: HostSide, said: FromIngest) => {
    const read = readFromIngest(writeFrame(said));
    if (!read.ok) throw new Error(read.problem.detail);
    return step(state, { type: "frame", frame: read.value });
  };
  const placements = (commands: readonly HostSideCommand[]): readonly string[] =>
    commands.flatMap((command) => (command.type === "note_placement" ? [command.placement] : []));
  const welcomed: FromIngest = {
    type: "welcome",
    hostId: HOST,
    confirmed: 10,
    heartbeatMs: 5_000,
    silentAfterMs: 30_000,
    at: AT,
  };

  it("says what its outbox still holds", () => {
    expect(greeting.commands).toMatchObject([
      { type: "send", frame: { type: "hello", firstHeld: 11, nextSeq: 21 } },
    ]);
  });

  it("passes each change of placement on, once", () => {
    const live = hear(greeting.state, { ...welcomed, placement: "cordoned" });
    expect(placements(live.commands)).toEqual(["cordoned"]);
    const same = hear(live.state, { type: "placement", placement: "cordoned" });
    expect(placements(same.commands)).toEqual([]);
    const draining = hear(same.state, { type: "placement", placement: "draining" });
    expect([placements(draining.commands), draining.state.placement]).toEqual([["draining"], "draining"]);
  });

  it("needs no word of placement from an older house", () => {
    const live = hear(greeting.state, welcomed);
    expect([live.state.phase, live.state.placement]).toEqual(["live", null]);
  });

  it("does not go back for a hole that it cannot fill", () => {
    const live = hear(greeting.state, welcomed);
    const sent = step(live.state, { type: "sent", through: 20 });
    const told = hear(sent.state, { type: "watermark", epoch: EPOCH, confirmed: 3, missing: [[4, 10]] });
    expect(told.commands).toEqual([]);
    expect(told.state).toMatchObject({ sent: 20, confirmed: 10 });
  });
});
