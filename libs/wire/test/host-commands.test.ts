/** Commands at the host's side of the uplink: carried out only while it is live, and never what lay unread through a pause (DESIGN 14.9). */
import type { CommandId, EndpointId, Epoch, HostId, LeaseId, SessionId, TurnId } from "@claw/events";
import {
  type CommandFrame,
  type FenceFrame,
  HOST_SIDE,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  newHostSide,
  stepHostSide,
  type Time,
  wasPaused,
} from "@claw/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const epoch = "a".repeat(32) as Epoch;
const hostId = "h1" as HostId;
const place = { sessionId: "s1" as SessionId, endpointId: "local" as EndpointId };
const token = { generation: 1, counter: 1 };
const runs = 400 * Number(process.env["CLAW_TEST_SCALE"] ?? "1");

const command: CommandFrame = {
  type: "command",
  commandId: "c1" as CommandId,
  instruction: { ...place, token, act: { kind: "interrupt", expectedTurnId: "t1" as TurnId } },
  text: null,
  remainingMs: 5_000,
};
const fence: FenceFrame = { type: "fence", leaseId: "l1" as LeaseId, ...place, token, remainingMs: 5_000 };
const welcome = {
  type: "welcome",
  hostId,
  confirmed: 0,
  heartbeatMs: 1_000,
  silentAfterMs: 30_000,
  at: 0,
} as const;

class Machine {
  state: HostSide = newHostSide;
  now: Time = { monoMs: 1_000, wallMs: 1_700_000_000_000 };

  step(event: HostSideEvent): readonly HostSideCommand[] {
    const outbox = { epoch, firstSeq: 1, nextSeq: 1, depth: 0 };
    const options = { hostId, connectorVersion: "0", capabilities: ["command.v1"], random: () => 0.5 };
    const { state, commands } = stepHostSide(this.state, event, outbox, this.now, options);
    this.state = state;
    return commands;
  }

  pass(monoMs: number, wallMs: number = monoMs): void {
    this.now = { monoMs: this.now.monoMs + monoMs, wallMs: this.now.wallMs + wallMs };
  }

  tick = () => this.step({ type: "tick", oldestUnackedAt: null });
  hear = (frame: Extract<HostSideEvent, { type: "frame" }>["frame"]) => this.step({ type: "frame", frame });

  /** Connects, greets and is welcomed. */
  greet(): void {
    this.tick();
    this.step({ type: "opened" });
    this.hear(welcome);
    expect(this.state.phase).toBe("live");
  }
}

const live = (): Machine => {
  const machine = new Machine();
  machine.greet();
  return machine;
};
const carriedOut = (commands: readonly HostSideCommand[]) =>
  commands.filter(({ type }) => type === "carry_out");

describe("a command or a fence", () => {
  it.each([command, fence])("of a live uplink is carried out ($type)", (frame) => {
    expect(live().hear(frame)).toEqual([{ type: "carry_out", frame }]);
  });

  it.each([command, fence])("before the welcome, or after the end, is not ($type)", (frame) => {
    const machine = new Machine();
    expect(machine.hear(frame)).toEqual([]);
    machine.tick();
    expect(machine.hear(frame)).toEqual([]);
    machine.step({ type: "opened" });
    expect(machine.hear(frame)).toEqual([]);
    machine.hear(welcome);
    machine.step({ type: "closed", reason: "It broke.", isUnauthenticated: false });
    expect(machine.hear(frame)).toEqual([]);
  });

  it.each([
    ["two minutes of SIGSTOP", 120_000, 120_000],
    ["a machine that slept, whose monotonic clock slept too", 50, 120_000],
    ["a clock that was set back", 50, -60_000],
  ])("DESIGN 14.9 read after %s, before any tick, drops the uplink instead", (_what, monoMs, wallMs) => {
    const machine = live();
    machine.pass(monoMs, wallMs);
    expect(wasPaused(machine.state, machine.now)).toBe(true);
    const commands = machine.hear(command);
    expect(carriedOut(commands)).toEqual([]);
    expect(commands).toContainEqual(expect.objectContaining({ type: "close" }));
    expect(machine.state.phase).toBe("waiting");
    // What still comes from that socket is nobody's; the next hello begins anew.
    expect(machine.hear(command)).toEqual([]);
    machine.greet();
    expect(carriedOut(machine.hear(command))).toHaveLength(1);
  });

  it("DESIGN 14.9 whatever pauses, ticks and frames come: nothing is carried out that was sent before the last pause", () => {
    const act = fc.oneof(
      fc.constant("command" as const),
      fc.constant("tick" as const),
      fc.integer({ min: 1, max: 6_000 }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 80 }), (history) => {
        const machine = live();
        let sinceTick = 0;
        for (const what of history) {
          if (typeof what === "number") {
            machine.pass(what);
            sinceTick += what;
          } else if (what === "tick") {
            machine.tick();
            sinceTick = 0;
          } else if (carriedOut(machine.hear(command)).length > 0)
            expect(sinceTick).toBeLessThanOrEqual(HOST_SIDE.pauseMs);
          if (machine.state.phase === "connecting") {
            machine.step({ type: "opened" });
            machine.hear(welcome);
          }
        }
      }),
      { numRuns: runs },
    );
  });
});
