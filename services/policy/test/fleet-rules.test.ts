/** Rules of what a fleet has: placement and rotation of hosts, ledgers, trimming. */
import {
  type Command,
  type CommandOf,
  type HostId,
  isRefusalCode,
  kindOf,
  MAX_EVENTS,
  type Principal,
  type TokenId,
} from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../src/domain/decide.ts";
import { emptyHouse, type House, isValid, validTokensOf } from "../src/domain/house.ts";
import { MAX_HOST_TOKENS } from "../src/domain/rules/hosts.ts";
import {
  AT,
  fold,
  hostAdd,
  hostCordon,
  hostDrain,
  hostRotate,
  houseAfter,
  ledgerPromote,
  logTrim,
  question,
  tokenCreate,
  tokenRevoke,
  typesOf,
} from "./given.ts";

const h1 = "h1" as HostId;
const ask = (house: House, command: Command, at = AT) => decide(house, question(command, { at }));

describe("refusals", () => {
  const house = houseAfter(tokenCreate("root"), hostAdd("h1", "t1"), ledgerPromote("ledger-a"), logTrim(20));
  const table = [
    ["a cordon of a host that was never added", hostCordon("h9"), "host_unknown", { hostId: "h9" }],
    ["a drain of a host that was never added", hostDrain("h9"), "host_unknown", { hostId: "h9" }],
    ["a rotation of a host that was never added", hostRotate("h9", "t9"), "host_unknown", { hostId: "h9" }],
    ["a rotation to a token id that is taken", hostRotate("h1", "root"), "token_exists", { tokenId: "root" }],
    [
      "a rotation to a token that is born expired",
      hostRotate("h1", "t2", { until: AT }),
      "bad_request",
      { where: "until", until: AT },
    ],
    [
      "a promotion of the ledger of record",
      ledgerPromote("ledger-a"),
      "ledger_of_record",
      { ledgerId: "ledger-a" },
    ],
    [
      "a trim to where it was trimmed",
      logTrim(20),
      "bad_request",
      { where: "before", before: 20, trimmedBefore: 20 },
    ],
    ["a trim to before that", logTrim(3), "bad_request", { where: "before", before: 3, trimmedBefore: 20 }],
  ] as const;
  it.each(table)("%s", (_what, command, code, facts) => {
    const { verdict, events } = ask(house, command);
    expect(verdict).toMatchObject({ decision: "refused", code });
    expect("facts" in verdict ? verdict.facts : {}).toEqual(facts);
    expect(typesOf(events)).toEqual(["command.refused"]);
    expect(fold(events, house)).toEqual(house);
  });
});

describe("what is accepted", () => {
  it("a host is known for ever, also without a valid token", () => {
    const house = houseAfter(hostAdd("h1", "t1"), tokenRevoke("t1"));
    for (const command of [hostCordon("h1"), hostDrain("h1"), hostRotate("h1", "t2")])
      expect(ask(house, command).verdict.decision).toBe("accepted");
  });

  it("placement is what was said last, and a new token keeps it", () => {
    const placementAfter = (...commands: readonly Command[]) =>
      houseAfter(hostAdd("h1", "t1"), ...commands).hosts.get(h1)?.placement;
    expect(placementAfter()).toBe("open");
    expect(placementAfter(hostCordon("h1"))).toBe("cordoned");
    expect(placementAfter(hostCordon("h1"), hostDrain("h1"))).toBe("draining");
    expect(placementAfter(hostDrain("h1"), hostCordon("h1", "open"))).toBe("open");
    expect(placementAfter(hostDrain("h1"), hostRotate("h1", "t2"))).toBe("draining");
  });

  it("another ledger may be promoted, and the former one again", () => {
    const house = houseAfter(ledgerPromote("ledger-a"), ledgerPromote("ledger-b"), ledgerPromote("ledger-a"));
    expect(house.recordLedgerId).toBe("ledger-a");
  });

  it("the house claims for the first ledger alone: that another takes its place a person decides (ADR 0009)", () => {
    const projector: Principal = { kind: "house", name: "projector", role: "admin" };
    const claim = (house: House, ledger: string) =>
      decide(house, question(ledgerPromote(ledger), { principal: projector })).verdict;
    expect(claim(emptyHouse, "ledger-a")).toEqual({ decision: "accepted" });
    const house = houseAfter(ledgerPromote("ledger-a"));
    for (const ledger of ["ledger-a", "ledger-b"])
      expect(claim(house, ledger)).toMatchObject({
        code: "ledger_of_record",
        rule: "other ledger",
        facts: { ledgerId: "ledger-a" },
      });
  });

  it("trimming goes forward", () => expect(houseAfter(logTrim(20), logTrim(21)).trimmedBefore).toBe(21));
});

describe("rotation: both tokens open until the grace is over", () => {
  const valid = (house: House, at: number) => validTokensOf(house, h1, at).map(({ tokenId }) => tokenId);
  const rotated = (graceMs: number, until: number | null = null) =>
    houseAfter(hostAdd("h1", "t1", { until }), hostRotate("h1", "t2", { graceMs }));

  it("with a grace", () => {
    const house = rotated(1_000);
    expect(valid(house, AT + 999)).toEqual(["t1", "t2"]);
    expect(valid(house, AT + 1_000)).toEqual(["t2"]);
  });

  it("without one the old token ends at once", () => expect(valid(rotated(0), AT)).toEqual(["t2"]));

  it("a token that ends before the grace is over is left alone", () => {
    const house = houseAfter(hostAdd("h1", "t1", { until: AT + 10 }));
    const { events } = ask(house, hostRotate("h1", "t2", { graceMs: 1_000 }));
    expect(typesOf(events)).toEqual(["command.accepted", "host.added"]);
    expect(valid(rotated(1_000, AT + 10), AT + 10)).toEqual(["t2"]);
  });

  it("a revoked token is not limited, and no limit brings it back", () => {
    const house = houseAfter(hostAdd("h1", "t1"), tokenRevoke("t1"), hostRotate("h1", "t2"));
    expect(valid(house, AT)).toEqual(["t2"]);
  });

  it("X1-011 what was revoked is registered no more, late as that may come: not under its id, and its secret under no other", () => {
    const house = houseAfter(hostAdd("h1", "t1"), tokenRevoke("t1"));
    const { tokenDigest } = hostAdd("h1", "t1") as CommandOf<"host.add">;
    for (const late of [hostAdd("h1", "t1"), hostAdd("h2", "t1"), hostAdd("h1", "t9", { tokenDigest })])
      expect(ask(house, late).verdict).toMatchObject({ code: "token_exists", facts: { tokenId: "t1" } });
    expect(valid(house, AT)).toEqual([]);
  });

  it("a limit that comes later than a token's end does not move it", () => {
    const house = houseAfter(hostAdd("h1", "t1", { until: AT + 10 }));
    const late = {
      type: "token.limited",
      at: AT,
      data: { tokenId: "t1" as TokenId, until: AT + 99 },
      body: null,
    } as const;
    expect(valid(fold([late], house), AT + 10)).toEqual([]);
  });

  it("tokens of other hosts and of people stay as they are", () => {
    const before = houseAfter(tokenCreate("root"), hostAdd("h2", "o1"), hostAdd("h1", "t1"));
    const after = fold(ask(before, hostRotate("h1", "t2", { graceMs: 0 })).events, before);
    for (const id of ["root", "o1"] as TokenId[]) expect(after.tokens.get(id)).toEqual(before.tokens.get(id));
  });

  it("who rotates faster than graces end is told when the first of them does", () => {
    let house = houseAfter(hostAdd("h1", "t0"));
    for (let n = 1; n < MAX_HOST_TOKENS; n += 1)
      house = fold(ask(house, hostRotate("h1", `t${n}`), AT + n).events, house);
    const facts = { hostId: "h1", limit: MAX_HOST_TOKENS, retryAfterMs: 60_000 - 99 };
    const late = ask(house, hostRotate("h1", "tx"), AT + 100);
    expect(late.verdict).toEqual({ decision: "refused", rule: "few tokens", code: "too_many", facts });
    expect(ask(house, hostRotate("h1", "tx"), AT + 60_001).verdict.decision).toBe("accepted");
  });
});

describe("laws", () => {
  const names = fc.constantFrom("a", "b", "c");
  const tokens = fc.constantFrom("t1", "t2", "t3", "t4", "t5", "t6");
  const any = fc.oneof(
    fc.tuple(names, tokens).map(([host, token]) => hostAdd(host, token)),
    fc
      .tuple(names, tokens, fc.nat(500))
      .map(([host, token, graceMs]) => hostRotate(host, token, { graceMs })),
    tokens.map((token) => tokenRevoke(token)),
    names.map((host) => hostCordon(host)),
    names.map((host) => hostDrain(host)),
    names.map((name) => ledgerPromote(name)),
    fc.integer({ min: 2, max: 50 }).map((before) => logTrim(before)),
  );

  it("decide is total, an entry holds its events, no token outlives what was said of it, and trimming never goes back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(any, fc.nat(300)), { maxLength: 40 }), (history) => {
        let house = houseAfter(tokenCreate("root"));
        let at = AT;
        for (const [command, passed] of history) {
          at += passed;
          const { verdict, events } = ask(house, command, at);
          expect(verdict.decision === "accepted" || isRefusalCode(verdict.code)).toBe(true);
          expect(events.length).toBeLessThanOrEqual(MAX_EVENTS);
          for (const { type, data } of events) expect(kindOf(type)?.data.safeParse(data).success).toBe(true);
          const after = fold(events, house);
          expect(after.trimmedBefore).toBeGreaterThanOrEqual(house.trimmedBefore);
          for (const [id, token] of house.tokens) {
            const now = after.tokens.get(id);
            expect(now).toBeDefined();
            if (now !== undefined && isValid(now, at + 400)) expect(isValid(token, at + 400)).toBe(true);
          }
          house = after;
        }
      }),
      { numRuns: 200 },
    );
  });
});
