/** The two machines of the uplink against each other, over a wire that holds frames back and breaks. */
import { contentDigest, type Epoch, type HostId, hostLane, type SealedEvent } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Delivery,
  type Fact,
  HOST_SIDE,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  type HouseInput,
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
const OPTIONS = { hostId: HOST, connectorVersion: "1", capabilities: [], random: () => 0.5 };
const AT = 1_700_000_000_000;
const MOST = 40;
const FIGURES = { heartbeatMs: 5_000, silentAfterMs: 30_000 };

function fact(seq: number): Fact {
  const events: SealedEvent[] = [{ type: "endpoint.became", v: 1, at: AT, data: { seq } }];
  const said = { lane: hostLane(HOST), redactor: null, events };
  return { seq, ...said, bodies: [null], digest: contentDigest(said) };
}

/** One host, one house, and frames on their way. `log` holds what is durable; `forgotten` what the host let go of. */
class World {
  host: HostSide = newHostSide;
  house: HouseSide | null = null;
  monoMs = 1_000;
  written = 0;
  forgotten = 0;
  readonly log: number[] = [];
  waiting: Delivery[] = [];
  /** No ledger of record answers: welcomes go by an old receipt. */
  isInDoubt = false;
  toHouse: string[] = [];
  toHost: string[] = [];

  tellHost(event: HostSideEvent): void {
    const outbox = {
      epoch: EPOCH,
      firstSeq: this.forgotten + 1,
      nextSeq: this.written + 1,
      depth: this.written - this.forgotten,
    };
    const now = { monoMs: this.monoMs, wallMs: AT + this.monoMs };
    const { state, commands } = stepHostSide(this.host, event, outbox, now, OPTIONS);
    this.host = state;
    for (const command of commands) this.obey(command);
  }

  obey(command: HostSideCommand): void {
    if (command.type === "connect") this.open();
    else if (command.type === "send") this.toHouse.push(writeFrame(command.frame));
    else if (command.type === "send_facts") {
      const count = Math.min(command.count, this.written - command.after);
      const entries = Array.from({ length: count }, (_, n) => fact(command.after + n + 1));
      expect(command.after).toBeGreaterThanOrEqual(this.forgotten);
      this.toHouse.push(writeFrame({ type: "facts", epoch: EPOCH, entries }));
      this.tellHost({ type: "sent", through: command.after + count });
    } else if (command.type === "forget") {
      expect(command.through).toBeLessThanOrEqual(this.log.length);
      this.forgotten = Math.max(this.forgotten, command.through);
    } else if (command.type === "close") this.cut();
    else expect(command.type).not.toBe("renew_epoch");
  }

  tellHouse(input: HouseInput): void {
    if (this.house === null) return;
    const [side, outputs] = stepHouseSide(this.house, input);
    this.house = side;
    for (const output of outputs) {
      expect(output.type).not.toBe("refused");
      expect(output.type).not.toBe("misread");
      expect(output.type).not.toBe("hole");
      if (output.type === "send") this.toHost.push(writeFrame(output.frame));
      if (output.type === "facts") this.waiting.push(...output.deliveries);
      if (output.type === "hello") {
        this.tellHouse({ type: "welcome", ...this.known(), ...FIGURES, wallMs: AT + this.monoMs });
      }
    }
  }

  known(): { readonly confirmed: number; readonly isProven: boolean } {
    const confirmed = this.isInDoubt ? Math.floor(this.log.length / 3) : this.log.length;
    return { confirmed, isProven: !this.isInDoubt };
  }

  open(): void {
    this.cut();
    this.house = openHouseSide(HOST, this.monoMs, "0.1.0");
    this.tellHost({ type: "opened" });
  }

  /** What was on its way is lost; what waited for the log too. */
  cut(): void {
    this.house = null;
    this.toHouse = [];
    this.toHost = [];
    this.waiting = [];
  }

  store(count: number): void {
    const stored = this.waiting.splice(0, count);
    for (const { seq } of stored) {
      expect(seq).toBeLessThanOrEqual(this.log.length + 1);
      if (seq === this.log.length + 1) this.log.push(seq);
    }
    const through = stored.at(-1)?.seq;
    if (through === undefined) return;
    const bytes = stored.reduce((sum, one) => sum + one.bytes, 0);
    this.tellHouse({ type: "stored", facts: stored.length, bytes, through });
    this.tellHouse({
      type: "receipt",
      receipt: { hostId: HOST, epoch: EPOCH, confirmed: this.log.length, missing: [] },
    });
  }

  act(what: string, count: number): void {
    if (what === "write") {
      this.written = Math.min(MOST, this.written + count);
      this.tellHost({ type: "grew" });
    } else if (what === "carry")
      for (const data of this.toHouse.splice(0, count))
        this.tellHouse({ type: "frame", data, monoMs: this.monoMs, wallMs: AT + this.monoMs });
    else if (what === "answer")
      for (const data of this.toHost.splice(0, count)) {
        const read = readFromIngest(data);
        if (read.ok) this.tellHost({ type: "frame", frame: read.value });
      }
    else if (what === "store") this.store(count);
    else if (what === "doubt") this.isInDoubt = !this.isInDoubt;
    else if (what === "break") {
      this.cut();
      this.tellHost({ type: "closed", reason: "cut", isUnauthenticated: false });
    } else {
      this.monoMs += count * 150;
      this.tellHouse({ type: "tick", monoMs: this.monoMs });
      this.tellHost({ type: "tick", oldestUnackedAt: null });
    }
  }
}

describe("host's side and house's side", () => {
  const deed = fc.tuple(
    fc.constantFrom(
      "write",
      "carry",
      "carry",
      "answer",
      "answer",
      "store",
      "store",
      "wait",
      "wait",
      "break",
      "doubt",
    ),
    fc.integer({ min: 1, max: 9 }),
  );

  it("whatever breaks: stored in order and once, forgotten only when stored, and in the end all is there (S1-157, N1-037)", () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 120 }), (deeds) => {
        const world = new World();
        for (const [what, count] of deeds) world.act(what, count);
        world.act("write", MOST);
        const patience = (HOST_SIDE.slowBackoff.capMs / 150) * 2;
        for (let round = 0; round < patience && world.forgotten < MOST; round += 1)
          for (const what of ["wait", "carry", "answer", "store"]) world.act(what, 9);
        expect(world.log).toEqual(Array.from({ length: MOST }, (_, n) => n + 1));
        expect(world.forgotten).toBe(MOST);
      }),
      { numRuns: 300 * Number(process.env["CLAW_TEST_SCALE"] ?? "1") },
    );
  });
});
