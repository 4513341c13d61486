/** What decisions and the projector say of hosts, tokens and the log itself. */
import {
  type By,
  DECIDED,
  type Entry,
  type EntryId,
  type Event,
  FLEET_LANE,
  HostId,
  hostLane,
  type Json,
  type Lane,
  seal,
  sha256,
  stampEntry,
} from "@claw/events";
import { describe, expect, test } from "vitest";
import { LogView, presentHost, presentLog } from "../src/index.ts";
import { ALL, readerOf } from "./given.ts";

const AT = 1_800_000_000_000;
const h1 = HostId.parse("h1");

type Step = readonly [
  type: Event["type"],
  data: Json,
  lane?: Lane,
  by?: "policy" | "ingest" | "projector",
  at?: number | undefined,
];

function entriesOf(steps: readonly Step[]): readonly Entry[] {
  return steps.map(([type, data, lane = DECIDED, by = "policy", at], index) => {
    const said = seal(lane, null, [{ type, v: 1, at: at ?? AT + index, data }], () => "");
    return stampEntry(said, { id: `step/${index}` as EntryId, by: { kind: by } as By, at: at ?? AT + index });
  });
}

const added = (tokenId: string, until: number | null = null): Step => [
  "host.added",
  { hostId: h1, tokenId, tokenDigest: sha256(tokenId), until },
];
const limited = (tokenId: string, until: number): Step => ["token.limited", { tokenId, until }];
const placedAs = (placement: string): Step => [
  "host.placed",
  { hostId: h1, placement, reason: `now ${placement}` },
];
const resumed = (generation: number, by: "projector" | "ingest" = "projector"): Step => [
  "log.resumed",
  { generation, position: 9, chain: sha256("chain"), reason: "deleted" },
  FLEET_LANE,
  by,
];
const strange = (sequence: number, at?: number): Step => [
  "message.quarantined",
  { code: "not_json", subject: "log.decided", generation: 1, sequence, digest: sha256("x"), bytes: 3 },
  FLEET_LANE,
  "projector",
  at,
];
const claimed = (ledgerId: string): Step => ["ledger.claimed", { ledgerId, reason: "first ledger" }];
const trimmed = (before: number): Step => ["log.trimmed", { before, reason: "full" }];

const read = (...steps: readonly Step[]) => readerOf(entriesOf(steps));
const hostIn = (...steps: readonly Step[]) => read(...steps).host("h1");
const logIn = (...steps: readonly Step[]) => read(...steps).row("ledger", "log")?.row ?? null;

describe("placement of a host", () => {
  test.each([
    ["a host that was never placed is open", [added("t1")], "open", null],
    ["a cordon says why", [added("t1"), placedAs("cordoned")], "cordoned", "now cordoned"],
    [
      "the last word holds",
      [added("t1"), placedAs("cordoned"), placedAs("draining")],
      "draining",
      "now draining",
    ],
    ["it can be taken back", [added("t1"), placedAs("draining"), placedAs("open")], "open", "now open"],
    [
      "a new token changes nothing of it",
      [added("t1"), placedAs("cordoned"), added("t2")],
      "cordoned",
      "now cordoned",
    ],
  ] as const)("%s", (_title, steps, placement, placementReason) => {
    expect(hostIn(...steps)).toMatchObject({ placement, placementReason });
  });

  test("a host cannot place itself: only the decided lane is heard", () => {
    const [, data] = placedAs("draining");
    const own: Step = ["host.placed", data, hostLane(h1), "ingest"];
    expect(hostIn(added("t1"), own)).toMatchObject({ placement: "open" });
  });

  test("the host is shown with it, and with what its heartbeat says of facts that wait", () => {
    const row = hostIn(added("t1"), placedAs("cordoned"));
    if (row === null) throw new Error("no host");
    const asker = {
      principal: { kind: "person", name: "somebody", role: "viewer" },
      presentText: (text: string) => text,
      nowMs: AT,
    } as const;
    const beat = { heardAt: AT, rttMs: 1, clockOffsetMs: -40, outboxDepth: 7, isCatchingUp: true };
    expect(presentHost(row, beat, asker)).toMatchObject({
      placement: "cordoned",
      placementReason: "now cordoned",
      clockOffsetMs: -40,
      catchingUp: true,
    });
    expect(presentHost(row, null, asker)).toMatchObject({ catchingUp: null });
  });
});

describe("tokens of a host", () => {
  const untilOf = (...steps: readonly Step[]) => read(...steps).token("t1")?.until;

  test("a second host.added makes a second token", () => {
    const { rows } = read(added("t1"), added("t2")).tokens(ALL);
    expect(rows.map(({ tokenId, hostId }) => [tokenId, hostId])).toEqual([
      ["t1", "h1"],
      ["t2", "h1"],
    ]);
  });

  test.each([
    ["a limit ends one that had no end", [added("t1"), limited("t1", AT + 50)], AT + 50],
    ["a limit brings an end nearer", [added("t1", AT + 90), limited("t1", AT + 50)], AT + 50],
    ["a limit makes none last longer", [added("t1", AT + 40), limited("t1", AT + 50)], AT + 40],
    ["a limit of another changes nothing", [added("t1"), added("t2"), limited("t2", AT + 50)], null],
    ["a limit of an unknown one makes no token", [limited("t1", AT + 50)], undefined],
  ] as const)("%s", (_title, steps, until) => expect(untilOf(...steps)).toBe(until));
});

describe("the log's own row", () => {
  test("is not there until something is said of it; then the log is in its first generation", () => {
    expect(logIn(added("t1"))).toBeNull();
    expect(LogView.parse(presentLog(null))).toMatchObject({ generation: 1, recordLedgerId: null });
    expect(logIn(claimed("ledger-a"))).toMatchObject({
      generation: 1,
      recordLedgerId: "ledger-a",
      claimedAt: AT,
    });
  });

  test("the last claim says which ledger is of record", () =>
    expect(logIn(claimed("ledger-a"), claimed("ledger-b"))).toMatchObject({
      recordLedgerId: "ledger-b",
      claimedAt: AT + 1,
    }));

  test("a generation never goes back, and only the projector begins one", () => {
    expect(logIn(resumed(2), resumed(3), resumed(2))).toMatchObject({
      generation: 3,
      resumedAt: AT + 1,
      resumedReason: "deleted",
    });
    expect(logIn(resumed(2), resumed(9, "ingest"))).toMatchObject({ generation: 2 });
  });

  test("trimming only goes forward", () =>
    expect(logIn(trimmed(20), trimmed(7))).toMatchObject({ trimmedBefore: 20 }));

  test("messages that are no entries are counted, and the last one is named", () => {
    const row = logIn(strange(4, AT), strange(6, 1_000_000_000_000));
    expect(row).toMatchObject({
      quarantinedMessages: 2,
      lastQuarantine: { code: "not_json", subject: "log.decided", sequence: 6, position: 2, at: null },
    });
    expect(LogView.parse(presentLog(row)).lastQuarantine?.at).toBeNull();
    expect(presentLog(logIn(strange(4, AT))).lastQuarantine?.at).toBe(new Date(AT).toISOString());
  });
});
