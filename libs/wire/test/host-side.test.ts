/** The host's side against a house that loses, forgets and reorders by reconnecting. */
import type { Epoch, HostId } from "@claw/events";
import {
  type FromHost,
  type FromIngest,
  HOST_SIDE,
  type HostSide,
  type HostSideCommand,
  type HostSideEvent,
  type HostSideOptions,
  newHostSide,
  stepHostSide,
} from "@claw/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const epoch = "a".repeat(32) as Epoch;
const hostId = "h1" as HostId;
const options: HostSideOptions = { hostId, connectorVersion: "0", capabilities: [], random: () => 0.5 };
const runs = 400 * Number(process.env["CLAW_TEST_SCALE"] ?? "1");

/** A shell with an outbox of plain numbers, and the world around it. */
class World {
  state: HostSide = newHostSide;
  now = { monoMs: 1_000, wallMs: 1_700_000_000_000 };
  nextSeq = 1;
  forgotten = 0;
  isOpen = false;
  wantsSocket = false;
  toHouse: FromHost[] = [];
  toHost: FromIngest[] = [];
  /** What the house holds for good, and what it took and may still lose. */
  ledger: number[] = [];
  taken: number[] = [];
  /** The machine's view of the host is the house's next expected sequence. */
  problems: string[] = [];
  reports: string[] = [];
  beats = 0;
  heartbeatMs = 1_000;

  get depth(): number {
    return this.nextSeq - 1 - this.forgotten;
  }

  dispatch(event: HostSideEvent): void {
    const view = { epoch, firstSeq: this.forgotten + 1, nextSeq: this.nextSeq, depth: this.depth };
    const { state, commands } = stepHostSide(this.state, event, view, this.now, options);
    this.state = state;
    for (const command of commands) this.perform(command);
  }

  perform(command: HostSideCommand): void {
    switch (command.type) {
      case "connect":
        this.wantsSocket = true;
        return;
      case "send":
        if (command.frame.type === "heartbeat") this.beats += 1;
        this.toHouse.push(command.frame);
        return;
      case "send_facts": {
        const through = Math.min(command.after + command.count, this.nextSeq - 1);
        const entries = range(command.after + 1, through).map((seq) => ({ seq }) as never);
        if (command.after < this.forgotten)
          this.problems.push(`sends from ${command.after}, forgot ${this.forgotten}`);
        this.toHouse.push({ type: "facts", epoch, entries });
        return this.dispatch({ type: "sent", through });
      }
      case "forget":
        if (command.through > this.ledger.length)
          this.problems.push(`forgets ${command.through} of ${this.ledger.length}`);
        this.forgotten = Math.max(this.forgotten, command.through);
        return;
      case "close":
        this.cut();
        return;
      case "report":
        this.reports.push(command.sentence);
        return;
      case "answer_page":
        return;
      case "renew_epoch":
        this.problems.push(command.retell ? "retells" : "renews");
    }
  }

  cut(): void {
    this.isOpen = false;
    this.wantsSocket = false;
    this.toHouse = [];
    this.toHost = [];
  }

  /** The house reads one frame. */
  serve(): void {
    const frame = this.toHouse.shift();
    if (frame?.type === "hello")
      this.toHost.push({
        type: "welcome",
        hostId,
        confirmed: this.ledger.length,
        heartbeatMs: this.heartbeatMs,
        silentAfterMs: 30_000,
        at: this.now.wallMs,
      });
    if (frame?.type === "heartbeat")
      this.toHost.push({ type: "pulse", nonce: frame.nonce, at: this.now.wallMs });
    if (frame?.type === "facts") this.take(frame.entries.map(({ seq }) => seq));
  }

  take(seqs: readonly number[]): void {
    for (const seq of seqs) {
      const expected = this.ledger.length + this.taken.length + 1;
      if (seq === expected) this.taken.push(seq);
      else if (seq > expected) {
        this.toHost.push({
          type: "watermark",
          epoch,
          confirmed: this.ledger.length,
          missing: [[expected, seq - 1]],
        });
        return;
      }
    }
    this.toHost.push({ type: "ack", epoch, through: this.ledger.length + this.taken.length });
  }

  /** The ledger confirms some of what was taken. */
  confirm(count: number): void {
    this.ledger.push(...this.taken.splice(0, count));
    if (this.isOpen)
      this.toHost.push({ type: "watermark", epoch, confirmed: this.ledger.length, missing: [] });
  }

  /** What was acknowledged and not yet in the ledger is gone, and the house says so. */
  loseTail(): void {
    const lost = this.taken.splice(0);
    const [first] = lost;
    const last = lost.at(-1);
    if (this.isOpen && first !== undefined && last !== undefined)
      this.toHost.push({ type: "watermark", epoch, confirmed: this.ledger.length, missing: [[first, last]] });
  }

  advance(ms: number): void {
    this.now = { monoMs: this.now.monoMs + ms, wallMs: this.now.wallMs + ms };
    this.dispatch({ type: "tick", oldestUnackedAt: null });
    if (!this.wantsSocket) return;
    this.wantsSocket = false;
    this.isOpen = true;
    this.dispatch({ type: "opened" });
  }

  hear(): void {
    const frame = this.toHost.shift();
    if (frame !== undefined) this.dispatch({ type: "frame", frame });
  }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

const acts = {
  commit: (world: World, n: number) => {
    world.nextSeq += n;
    world.dispatch({ type: "grew" });
  },
  serve: (world: World) => world.serve(),
  hear: (world: World) => world.hear(),
  confirm: (world: World, n: number) => world.confirm(n),
  loseTail: (world: World) => world.loseTail(),
  advance: (world: World, n: number) => world.advance(n * 10),
  sleep: (world: World) => world.advance(5_000),
  cut: (world: World) => {
    if (!world.isOpen) return;
    world.cut();
    world.dispatch({ type: "closed", reason: "The connection broke.", isUnauthenticated: false });
  },
};
const act = fc.tuple(
  fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[])),
  fc.integer({ min: 1, max: 400 }),
);

function settle(world: World): void {
  for (let round = 0; round < 2_000 && world.forgotten < world.nextSeq - 1; round += 1) {
    world.advance(100);
    for (let frames = 0; frames < 20; frames += 1) {
      world.serve();
      world.confirm(1_000);
      world.hear();
    }
  }
}

describe("the host's side of the uplink", () => {
  it("loses nothing, forgets nothing early and sends in order, whatever the house loses (S1-157, N1-037)", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), (history) => {
        const world = new World();
        for (const [name, n] of history) acts[name](world, n);
        settle(world);
        expect(world.problems).toEqual([]);
        expect(world.ledger).toEqual(range(1, world.nextSeq - 1));
        expect(world.forgotten).toBe(world.nextSeq - 1);
      }),
      { numRuns: runs },
    );
  });

  it("never has more than the window on the way", () => {
    const world = live();
    acts.commit(world, 5_000);
    const sent = world.toHouse.flatMap((frame) => (frame.type === "facts" ? frame.entries : []));
    expect(sent).toHaveLength(1_024);
  });

  it("beats, measures the round trip, and gives up a house that no longer answers (S1-158)", () => {
    const world = live();
    world.advance(1_000);
    world.advance(20);
    world.serve();
    world.hear();
    expect(world.state.rttMs).toBe(20);
    for (let seconds = 0; seconds < 3; seconds += 1) world.advance(1_500);
    expect(world.state.phase).toBe("waiting");
    expect(world.reports.at(-1)).toContain("no longer answers");
  });

  it("drops the uplink after a pause and says hello again (DESIGN 14.9)", () => {
    const world = live();
    world.toHost.push({ type: "ack", epoch, through: 7 });
    world.advance(2_001);
    expect(world.isOpen).toBe(false);
    world.advance(1);
    expect(world.toHouse).toMatchObject([{ type: "hello" }]);
  });

  it("gives a house two seconds to answer, however often it wants to be told that we live", () => {
    const world = live(100);
    for (let ms = 0; ms < 2_000; ms += 100) world.advance(100);
    expect(world.reports.at(-1)).not.toContain("no longer answers");
    world.advance(100);
    expect(world.reports.at(-1)).toContain("no longer answers");
  });

  it("waits with growing jitter, at most 30 s", () => {
    const world = new World();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      while (!world.isOpen) world.advance(1_000);
      world.cut();
      world.dispatch({ type: "closed", reason: "No answer.", isUnauthenticated: false });
      waits.push(world.state.until - world.now.monoMs);
    }
    expect(waits.slice(0, 5)).toEqual([2_500, 2_500, 2_500, 2_500, 4_000]);
    expect(Math.max(...waits)).toBe(HOST_SIDE.backoff.capMs / 2);
  });

  it("asks a door that does not know its token three times at the usual pace, and then slowly", () => {
    const world = new World();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      while (!world.isOpen) world.advance(1_000);
      world.cut();
      world.dispatch({ type: "closed", reason: "401", isUnauthenticated: true });
      waits.push(world.state.until - world.now.monoMs);
    }
    expect(waits).toEqual([2_500, 2_500, 2_500, 15_000, 30_000]);
  });

  it("counts those three from the first time that its token is not known, however often it was cut before", () => {
    const world = new World();
    const closed = (isUnauthenticated: boolean): number => {
      while (!world.isOpen) world.advance(1_000);
      world.cut();
      world.dispatch({ type: "closed", reason: "No.", isUnauthenticated });
      return world.state.until - world.now.monoMs;
    };
    for (let attempt = 0; attempt < 8; attempt += 1) closed(false);
    expect([closed(true), closed(true), closed(true), closed(true)]).toEqual([2_500, 2_500, 2_500, 15_000]);
    closed(false);
    expect(closed(true)).toBe(2_500);
  });

  it.each(["unauthenticated", "host_mismatch", "protocol_version", "superseded"] as const)(
    "retries slowly after %s, and says why in one sentence",
    (code) => {
      const world = live();
      world.dispatch({
        type: "frame",
        frame: { type: "refuse", code, sentence: "Because.", retryAfterMs: null },
      });
      expect(world.state.until - world.now.monoMs).toBeGreaterThanOrEqual(HOST_SIDE.slowBackoff.baseMs / 2);
      expect(world.reports.at(-1)).toBe(`The supervisor refuses this host (${code}): Because.`);
    },
  );

  it("starts a new epoch when the house confirms what was never sent", () => {
    const world = new World();
    world.advance(1);
    world.serve();
    world.toHost = [
      {
        type: "welcome",
        hostId,
        confirmed: 9,
        heartbeatMs: 1_000,
        silentAfterMs: 30_000,
        at: world.now.wallMs,
      },
    ];
    world.hear();
    expect(world.problems).toEqual(["renews"]);
    expect(world.state.phase).toBe("waiting");
  });
});

describe("a house that lost its memory", () => {
  it("is given time to remember, and then told everything anew, because what was forgotten here is gone", () => {
    const world = live();
    acts.commit(world, 5);
    world.serve();
    world.confirm(5);
    while (world.toHost.length > 0) world.hear();
    expect(world.forgotten).toBe(5);
    world.ledger = [];
    for (let greetings = 0; greetings < HOST_SIDE.shortfallsBeforeRetelling; greetings += 1) {
      expect(world.problems).toEqual([]);
      acts.cut(world);
      while (!world.isOpen) world.advance(1_000);
      world.serve();
      world.hear();
    }
    expect(world.problems).toEqual(["retells"]);
  });
});

function live(heartbeatMs = 1_000): World {
  const world = new World();
  world.heartbeatMs = heartbeatMs;
  world.advance(1);
  world.serve();
  world.hear();
  expect(world.state.phase).toBe("live");
  return world;
}
