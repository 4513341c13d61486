/** The outbox's promises: one commit, one sequence, one epoch, one telling; and loss is never silent. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EndpointId, type HostId, isIntact, sessionLane, stampEntry, hostEntryId } from "@claw/events";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SessionState } from "../src/domain/remembered.ts";
import { observe } from "../src/domain/session-state.ts";
import { type Fact as Told, fact, openEvent } from "../src/domain/telling.ts";
import { turnsListed } from "../src/domain/turns.ts";
import type { Outbox } from "../src/outbox/outbox.ts";
import {
  described,
  endpointId,
  events,
  facts,
  type Folder,
  hostId,
  makeFolder,
  NOW,
  open,
  plain,
  scale,
  turn,
} from "./support.ts";

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const first = (id: string): SessionState => observe(null, described(id), null, NOW).state;
const sight = (outbox: Outbox, id: string): boolean => {
  const { state, facts } = observe(null, described(id), { type: "idle", flags: [] }, NOW);
  return outbox.tell({
    lane: sessionLane(state.sessionId),
    facts,
    session: { sessionId: state.sessionId, state },
  });
};
const tellTurn = (outbox: Outbox, id: string, turnId: string, over = {}): boolean => {
  const state = outbox.session(first(id).sessionId) ?? first(id);
  const change = turnsListed(state, [turn(turnId, over)], {
    sessionId: state.sessionId,
    scrub: plain,
    at: NOW,
  });
  return outbox.tell({
    lane: sessionLane(state.sessionId),
    facts: change.facts,
    session: { sessionId: state.sessionId, state: change.state },
  });
};
const seqs = (outbox: Outbox): number[] => facts(outbox).map(({ seq }) => seq);
const types = (outbox: Outbox): string[] => events(outbox).map(({ type }) => type);

describe("the outbox", () => {
  it("begins an epoch with what it knows of the one before (N1-037)", () => {
    const outbox = open(folder);
    expect(events(outbox)).toMatchObject([
      { type: "epoch.started", data: { prevEpoch: null, lastSeq: 0, reason: "first" } },
    ]);
    outbox.close();
  });

  it("goes on in the same epoch after a restart, and never gives a sequence twice", () => {
    const outbox = open(folder);
    sight(outbox, "a");
    const epoch = outbox.epoch();
    outbox.forget(epoch, outbox.nextSeq() - 1);
    outbox.close();
    const again = open(folder);
    expect(again.epoch()).toBe(epoch);
    sight(again, "b");
    expect(seqs(again)).toEqual([3]);
    again.close();
  });

  it("stores entries whose digests hold", () => {
    const outbox = open(folder);
    sight(outbox, "a");
    for (const { seq, ...said } of facts(outbox)) {
      const entry = stampEntry(said, {
        id: hostEntryId(hostId, outbox.epoch(), seq),
        by: { kind: "host", hostId, epoch: outbox.epoch(), seq },
        at: NOW,
      });
      expect(isIntact(entry)).toBe(true);
      expect(entry.envelope.digest).toBe(said.digest);
    }
    outbox.close();
  });

  it("keeps neither fact nor state of a commit that fails", () => {
    const outbox = open(folder);
    const before = outbox.nextSeq();
    expect(() =>
      outbox.commit(() => {
        sight(outbox, "a");
        throw new Error("the process dies here");
      }),
    ).toThrow("dies");
    expect([outbox.nextSeq(), outbox.session(first("a").sessionId)]).toEqual([before, null]);
    sight(outbox, "b");
    expect(seqs(outbox)).toEqual([1, 2]);
    outbox.close();
  });

  it("tells a fact once, however often and in whatever order it is heard (DESIGN 14.17, W-24, X1-008)", () => {
    const outbox = open(folder);
    sight(outbox, "a");
    for (let times = 0; times < 3; times += 1)
      tellTurn(outbox, "a", "t1", { items: [{ type: "agentMessage", id: "i1", text: "hi" }] });
    tellTurn(outbox, "a", "t1", { status: "interrupted" });
    expect(types(outbox).slice(2)).toEqual(["turn.started", "item.completed", "turn.completed"]);
    tellTurn(outbox, "a", "t1", { items: [{ type: "agentMessage", id: "i1", text: "hi again" }] });
    expect(types(outbox).slice(5)).toEqual(["item.completed"]);
    outbox.close();
  });

  it("forgets up to the watermark of its own epoch only", () => {
    const outbox = open(folder);
    sight(outbox, "a");
    sight(outbox, "b");
    outbox.forget("0".repeat(32) as never, 3);
    expect(seqs(outbox)).toEqual([1, 2, 3]);
    outbox.forget(outbox.epoch(), 2);
    expect(seqs(outbox)).toEqual([3]);
    outbox.close();
  });

  it.each([
    ["moved", "another machine", { machineId: "m2" }],
    ["restored", "a marker that does not fit", {}],
  ] as const)(
    "starts a new epoch when it was %s: %s; what was unconfirmed comes along",
    (reason, _sign, options) => {
      const outbox = open(folder);
      sight(outbox, "a");
      sight(outbox, "b");
      outbox.forget(outbox.epoch(), 1);
      const [epoch, before] = [outbox.epoch(), facts(outbox)];
      outbox.close();
      if (reason === "restored") writeFileSync(join(folder.path, "outbox.marker"), "f".repeat(32));
      const again = open(folder, options);
      expect(again.epoch()).not.toBe(epoch);
      expect(events(again)[0]).toMatchObject({
        type: "epoch.started",
        data: { prevEpoch: epoch, lastSeq: 3, reason },
      });
      expect(
        facts(again)
          .slice(1)
          .map(({ digest }) => digest),
      ).toEqual(before.map(({ digest }) => digest));
      expect(seqs(again)).toEqual([1, 2, 3]);
      sight(again, "c");
      expect(seqs(again)).toEqual([1, 2, 3, 4]);
      again.close();
    },
  );

  it("sees a database that was put back over itself", () => {
    const outbox = open(folder);
    outbox.close();
    const path = join(folder.path, "outbox.db");
    copyFileSync(path, `${path}.backup`);
    open(folder).close();
    copyFileSync(`${path}.backup`, path);
    const again = open(folder);
    expect(events(again)[0]).toMatchObject({ data: { reason: "restored" } });
    again.close();
  });

  it("begins anew when the house knows more than it does", () => {
    const outbox = open(folder);
    sight(outbox, "a");
    const epoch = outbox.epoch();
    outbox.renew(false);
    expect(outbox.epoch()).not.toBe(epoch);
    expect(types(outbox)).toEqual(["epoch.started", "epoch.started", "session.observed"]);
    outbox.close();
  });

  it("tells everything again to a house that lost its memory", () => {
    const outbox = open(folder);
    sight(outbox, "a");
    outbox.forget(outbox.epoch(), 2);
    let untold = 0;
    outbox.listen({ untold: () => (untold += 1) });
    outbox.renew(true);
    expect([untold, outbox.firstSeq(), outbox.session(first("a").sessionId)]).toEqual([1, 1, null]);
    sight(outbox, "a");
    expect(types(outbox)).toEqual(["epoch.started", "session.observed"]);
    outbox.close();
  });

  it("refuses a second connector, and another host's directory", () => {
    const outbox = open(folder);
    expect(() => open(folder)).toThrow("is in use by");
    outbox.close();
    expect(() => open(folder, { hostId: "h2" as HostId })).toThrow("outbox of host h1");
  });

  it("reads in order and within its limits, but always at least one fact", () => {
    const outbox = open(folder);
    for (const id of ["a", "b", "c"]) sight(outbox, id);
    expect(outbox.read(1, { rows: 2, bytes: 1e9 }).map(({ seq }) => seq)).toEqual([2, 3]);
    expect(outbox.read(0, { rows: 9, bytes: 1 }).map(({ seq }) => seq)).toEqual([1]);
    outbox.close();
  });

  it("keeps sessions by endpoint", () => {
    const outbox = open(folder);
    sight(outbox, "a");
    expect(outbox.sessionsOf(endpointId).map(({ threadId }) => threadId)).toEqual(["a"]);
    expect(outbox.sessionsOf("other" as EndpointId)).toEqual([]);
    outbox.close();
  });
});

describe("a full outbox", () => {
  const bounds = { rows: 20, bytes: 1e9 };
  const usage = (): Told => {
    const counts = {
      totalTokens: 1,
      inputTokens: 1,
      cachedInputTokens: 0,
      outputTokens: 0,
      reasoningOutputTokens: 0,
    };
    return fact(
      openEvent("usage.reported", NOW, {
        turnId: "t" as never,
        total: counts,
        last: counts,
        contextWindow: null,
      }),
      "c",
    );
  };

  it("leaves out what a later fact repeats, then history, and says so in sequence once there is room", () => {
    const outbox = open(folder, { bounds });
    sight(outbox, "a");
    const { sessionId } = first("a");
    const tellUsage = () => {
      const state = outbox.session(sessionId);
      if (state !== null)
        outbox.tell({ lane: sessionLane(sessionId), facts: [usage()], session: { sessionId, state } });
    };
    for (let times = 0; times < 30; times += 1) tellUsage();
    expect(outbox.used().rows).toBe(16);
    expect(tellTurn(outbox, "a", "t1")).toBe(true);
    expect(tellTurn(outbox, "a", "t2")).toBe(true);
    expect(tellTurn(outbox, "a", "t3")).toBe(false);
    expect(outbox.session(sessionId)).toMatchObject({ isGapped: true });
    let relieved = 0;
    outbox.listen({ relieved: () => (relieved += 1) });
    outbox.forget(outbox.epoch(), 15);
    expect(relieved).toBe(1);
    expect(events(outbox).slice(-2)).toMatchObject([
      { type: "outbox.gapped", data: { count: 18, reason: "full" } },
      { type: "history.gapped", data: { reason: "outbox_full" } },
    ]);
    expect(tellTurn(outbox, "a", "t3")).toBe(true);
    outbox.close();
  });

  it("never makes a hole in the sequence, and everything not told is counted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("turn", "usage", "forget"), fc.nat(30)), { maxLength: 60 }),
        (acts) => {
          const own = makeFolder();
          const outbox = open(own, { bounds });
          sight(outbox, "a");
          const { sessionId } = first("a");
          let [asked, told] = [0, 0];
          const count = (before: number, wanted: number) => {
            asked += wanted;
            told += outbox.nextSeq() - before;
          };
          for (const [act, n] of acts) {
            const before = outbox.nextSeq();
            if (act === "forget") outbox.forget(outbox.epoch(), Math.min(n, before - 1));
            else if (act === "turn" && tellTurn(outbox, "a", `t${asked}`)) count(before, 2);
            else if (act === "turn") asked += 2;
            else if (act === "usage") {
              const state = outbox.session(sessionId);
              if (state !== null)
                outbox.tell({
                  lane: sessionLane(sessionId),
                  facts: [usage()],
                  session: { sessionId, state },
                });
              count(before, 1);
            }
          }
          const found = seqs(outbox);
          expect(found).toEqual(found.map((_, index) => (found[0] ?? 0) + index));
          expect(outbox.used().rows).toBe(found.length);
          expect(outbox.used().rows).toBeLessThanOrEqual(bounds.rows + 2);
          expect(told).toBeLessThanOrEqual(asked);
          outbox.close();
          own.remove();
        },
      ),
      { numRuns: 30 * scale },
    );
  });
});
