import {
  type By,
  contentDigest,
  EntryId,
  hostLane,
  type Lane,
  type OpenEvent,
  readEvents,
  type Recorded,
  seal,
  type SessionId,
  stampEntry,
} from "@claw/events";
import { describe, expect, it } from "vitest";
import { isSameFact } from "../src/domain/conflict.ts";
import { forked, heard, kept, returned, silenceName, silent, staled } from "../src/domain/notices.ts";
import {
  evolveRegistry,
  type HostRow,
  registryKeys,
  type RegistryRow,
  type SessionRow,
} from "../src/domain/registry.ts";
import { inTurn, shareOf } from "../src/line.ts";
import { admit } from "../src/domain/admit.ts";
import {
  AT,
  became,
  bench,
  channel,
  cleaner,
  delivery,
  EPOCH,
  epochStarted,
  event,
  fact,
  HOST,
  makeSecret,
  named,
  observed,
  owned,
  session,
} from "./given.ts";

const byHost = (seq: number, hostId = HOST): By => ({ kind: "host", hostId, epoch: EPOCH, seq });

interface Said {
  readonly by: By;
  readonly lane: Lane;
  readonly events: readonly OpenEvent[];
  readonly id?: string;
}

/** Folds entries as the log would hand them over. */
function fold(said: readonly Said[]): ReadonlyMap<string, RegistryRow> {
  const rows = new Map<string, RegistryRow>();
  said.forEach(({ by, lane, events, id }, index) => {
    const entry = stampEntry(
      seal(lane, null, events, () => "00".repeat(16)),
      { id: (id ?? `x/${index}`) as EntryId, by, at: AT + index },
    );
    for (const read of readEvents({ entry })) {
      if (read.status !== "known") throw new Error("given events are known");
      const recorded: Recorded = {
        position: (index + 1) as never,
        entryId: entry.envelope.id,
        lane,
        by,
        recordedAt: AT + index,
        event: read.event,
      };
      for (const key of registryKeys(recorded)) {
        const row = evolveRegistry(rows.get(key), recorded, key);
        if (row !== undefined) rows.set(key, row);
      }
    }
  });
  return rows;
}

const hostRow = (rows: ReadonlyMap<string, RegistryRow>): HostRow => rows.get(`host/${HOST}`) as HostRow;
const sessionRow = (rows: ReadonlyMap<string, RegistryRow>): SessionRow =>
  rows.get("session/s1") as SessionRow;
const INGEST: By = { kind: "ingest" };
const first: Said = { by: byHost(1), lane: session("s1"), events: [observed()] };

describe("the registry (DESIGN 14.16)", () => {
  it("a session belongs to whom its first entry names, whatever comes later", () => {
    const rows = fold([
      first,
      { by: byHost(1, "h2" as never), lane: session("s1"), events: [observed("h2", "else")] },
    ]);
    expect(sessionRow(rows)).toMatchObject({ hostId: HOST, endpointId: "main" });
  });

  it("nobody decides or notices in another's place", () => {
    const added = event("host.added", {
      hostId: HOST,
      tokenId: "t1",
      tokenDigest: "00".repeat(32),
      until: null,
    });
    const stale = event("session.staled", { lastHeardAt: AT });
    const rows = fold([
      first,
      { by: byHost(2), lane: session("s1"), events: [stale] },
      { by: INGEST, lane: "decided" as Lane, events: [added] },
      { by: byHost(3), lane: hostLane(HOST), events: [added] },
      { by: { kind: "policy" }, lane: hostLane(HOST), events: [added] },
      { by: { kind: "policy" }, lane: session("s1"), events: [added] },
    ]);
    expect(sessionRow(rows).staledAs).toBeNull();
    expect(rows.has("token/t1")).toBe(false);
  });

  it("S7: a token that was revoked stays so when the entry that made it is stored again", () => {
    const decided = (type: string, data: object): Said => ({
      by: { kind: "policy" },
      lane: "decided" as Lane,
      events: [event(type, data as never)],
    });
    const made = { hostId: HOST, tokenId: "t1", tokenDigest: "00".repeat(32), until: null };
    const added = decided("host.added", made);
    const rows = fold([added, decided("token.revoked", { tokenId: "t1", reason: "lost" }), added]);
    expect(rows.get("token/t1")).toMatchObject({ isRevoked: true });
  });

  it("a host may have several tokens; a limit ends one earlier and lengthens none", () => {
    const policy: By = { kind: "policy" };
    const decided = (type: string, data: object): Said => ({
      by: policy,
      lane: "decided" as Lane,
      events: [event(type, data as never)],
    });
    const added = (tokenId: string, until: number | null) =>
      decided("host.added", { hostId: HOST, tokenId, tokenDigest: "00".repeat(32), until });
    const until = (rows: ReadonlyMap<string, RegistryRow>, id: string) => {
      const row = rows.get(`token/${id}`);
      return row?.kind === "token" ? row.until : undefined;
    };
    const limited = (tokenId: string, at: number) => decided("token.limited", { tokenId, until: at });
    const rows = fold([
      added("t1", null),
      added("t2", AT + 10),
      limited("t1", AT + 50),
      limited("t2", AT + 50),
      limited("t9", AT),
      { by: byHost(1), lane: hostLane(HOST), events: limited("t1", AT).events },
    ]);
    expect([until(rows, "t1"), until(rows, "t2"), rows.has("token/t9")]).toEqual([AT + 50, AT + 10, false]);
  });

  it("where work may be placed is policy's word alone, and outlives what the host says", () => {
    const placed = (by: By, placement: string): Said => ({
      by,
      lane: by.kind === "policy" ? ("decided" as Lane) : hostLane(HOST),
      events: [event("host.placed", { hostId: HOST, placement, reason: "x" })],
    });
    const policy: By = { kind: "policy" };
    const story = [placed(policy, "draining"), placed(byHost(1), "open"), placed(INGEST, "open")];
    expect(hostRow(fold(story)).placement).toBe("draining");
    expect(hostRow(fold([...story, placed(policy, "open")])).placement).toBe("open");
    expect(hostRow(fold([first])).placement).toBe("open");
  });

  it("a silence is named by the newest fact, and by a count where none came between", () => {
    const silence = (rows: ReadonlyMap<string, RegistryRow>): Said => {
      const name = silenceName(hostRow(rows)) ?? "none";
      const { id, said } = silent(HOST, name, AT, AT, 30_000);
      return {
        by: INGEST,
        lane: said.lane,
        events: said.events.map(({ type, v, at, data }) => ({ type, v, at, data: data as never })),
        id,
      };
    };
    const back: Said = {
      by: INGEST,
      lane: hostLane(HOST),
      events: [
        event("host.heard", {
          edge: "returned",
          count: 1,
          longestGapMs: 1,
          rttMs: null,
          clockOffsetMs: null,
          outboxDepth: 0,
        }),
      ],
    };
    const story: Said[] = [first, { by: byHost(2), lane: session("s1"), events: [became()] }];
    const names: (string | null)[] = [];
    for (let round = 0; round < 3; round += 1) {
      names.push(silenceName(hostRow(fold(story))));
      story.push(silence(fold(story)));
      expect(hostRow(fold(story)).silent?.as).toBe(names.at(-1));
      story.push(back);
      expect(hostRow(fold(story)).silent).toBeNull();
    }
    story.push({ by: byHost(3), lane: session("s1"), events: [became()] });
    names.push(silenceName(hostRow(fold(story))));
    expect(names).toEqual([`${EPOCH}/2`, `${EPOCH}/2/1`, `${EPOCH}/2/2`, `${EPOCH}/3`]);
  });

  it("S1-109 a session that was asked for and has its thread, or will have none, is held no longer", () => {
    const lane = session("req-c1");
    const asked = { by: byHost(1), lane, events: [observed()] };
    const isOver = (type: string, data: object): boolean | undefined => {
      const said = event(type as "session.observed", data as never);
      const row = fold([asked, { by: byHost(2), lane, events: [said] }]).get("session/req-c1");
      return row?.kind === "session" ? row.isDeleted : undefined;
    };
    const of = (commandId: string) => ({ commandId, fence: { generation: 1, counter: 1 } });
    const mode = { mode: "spawn", turnId: null };
    expect(isOver("session.bound", { commandId: "c1", boundTo: "s1" })).toBe(true);
    expect(isOver("command.failed", { ...of("c1"), code: "mcp_unreachable", facts: {} })).toBe(true);
    expect(isOver("command.expired", of("c1"))).toBe(true);
    expect(isOver("command.failed", { ...of("c2"), code: "mcp_unreachable", facts: {} })).toBe(false);
    expect(isOver("command.unknown", { ...of("c1"), reason: "endpoint_lost" })).toBe(false);
    expect(isOver("command.succeeded", { ...of("c1"), ...mode })).toBe(false);
  });

  it("all entries that ingest names have ids that the log takes", () => {
    const row: SessionRow = {
      kind: "session",
      sessionId: "s".repeat(63) as SessionId,
      ...owned(),
      isDeleted: false,
      staledAs: null,
    };
    const fork = {
      hostId: HOST,
      epoch: EPOCH,
      seq: 7,
      digest: "00".repeat(32),
      knownDigest: "11".repeat(32),
      text: "x",
    };
    const name = `${EPOCH}/123/4`;
    const figures = {
      edge: "connected",
      count: 0,
      longestGapMs: 0,
      rttMs: null,
      clockOffsetMs: null,
      outboxDepth: 0,
    } as const;
    const suspect = { code: "host_mismatch", digest: "00".repeat(32), text: "x" } as const;
    const all = [
      heard(HOST, "n-1", AT, figures),
      silent(HOST, name, AT, AT, 1),
      staled(row, name, AT, AT),
      returned(row, name, AT),
      forked(fork, AT, cleaner),
      kept(HOST, "mismatch-1", suspect, AT, cleaner),
    ];
    for (const { id, said } of all) {
      expect(EntryId.safeParse(id).success, id).toBe(true);
      const entry = stampEntry(said, { id, by: INGEST, at: AT });
      expect(
        readEvents({ entry }).every(({ status }) => status === "known"),
        id,
      ).toBe(true);
    }
  });
});

describe("a repeat or a fork (RELIABILITY S25)", () => {
  const store = (given: ReturnType<typeof fact>, owners = { s1: owned() }) =>
    stampEntry(admit(delivery(given), channel, bench(owners)).said, {
      id: "host/x" as EntryId,
      by: byHost(1),
      at: AT,
    });

  it("evidence is known by the digest of what it stands for", () => {
    const given = fact({ lane: session("s1"), events: [became()] });
    const stored = store(given, { s1: owned("h2") });
    expect(isSameFact(stored, given.digest, given)).toBe(true);
    expect(isSameFact(stored, contentDigest(fact()), fact())).toBe(false);
  });

  it("text that was redacted here is known by what redaction leaves", () => {
    const given = fact({ lane: session("s1"), events: [named(makeSecret("x"))], redactor: "r0" });
    expect(isSameFact(store(given), given.digest, given)).toBe(true);
    const other = fact({ lane: session("s1"), events: [became()], redactor: "r0" });
    expect(isSameFact(store(given), other.digest, other)).toBe(false);
  });

  it("another fact is a fork", () => {
    const other = fact({ events: [epochStarted(), epochStarted()] });
    expect(isSameFact(store(fact()), other.digest, other)).toBe(false);
  });
});

describe("taking turns", () => {
  it("begins with another line each time, and passes over those where nothing waits", () => {
    const line = (name: string, count: number) => ({ name, waiting: Array.from({ length: count }) }) as never;
    const lines = [line("a", 1), line("b", 0), line("c", 1), line("d", 1)];
    const names = (turn: number) =>
      inTurn(lines, turn).map((one) => (one as unknown as { name: string }).name);
    expect([names(0), names(1), names(2), names(3)]).toEqual([
      ["a", "c", "d"],
      ["c", "d", "a"],
      ["d", "a", "c"],
      ["a", "c", "d"],
    ]);
    expect([shareOf(500, 1), shareOf(500, 5), shareOf(500, 1_000)]).toEqual([500, 100, 16]);
  });
});
