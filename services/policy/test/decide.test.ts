import { commandDigest, isRefusalCode, kindOf, Role } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../src/domain/decide.ts";
import { isValid } from "../src/domain/house.ts";
import { rules } from "../src/domain/rules/index.ts";
import {
  admin,
  AT,
  fold,
  hostAdd,
  hostCordon,
  hostDrain,
  hostRotate,
  houseAfter,
  ledgerPromote,
  logTrim,
  principalOf,
  question,
  retry,
  tokenCreate,
  tokenRevoke,
  typesOf,
  waive,
} from "./given.ts";
import { setLimit, setSwitch } from "./given-writes.ts";

const state = houseAfter(tokenCreate("root"), tokenCreate("spare"), hostAdd("h1", "t1"));
const commands = {
  "host.add": hostAdd("h2", "t2"),
  "token.create": tokenCreate("new", { role: "viewer" }),
  "token.revoke": tokenRevoke("t1"),
  "quarantine.retry": retry(),
  "quarantine.waive": waive(),
  "ledger.promote": ledgerPromote("ledger-a"),
  "log.trim": logTrim(20),
  "host.cordon": hostCordon("h1"),
  "host.drain": hostDrain("h1"),
  "host.rotate": hostRotate("h1", "t2"),
  "policy.set": setLimit("hops", 3),
};
const facts: Readonly<Record<keyof typeof commands, readonly string[]>> = {
  "host.add": ["host.added"],
  "token.create": ["token.created"],
  "token.revoke": ["token.revoked"],
  "quarantine.retry": ["quarantine.retried"],
  "quarantine.waive": ["quarantine.waived"],
  "ledger.promote": ["ledger.claimed"],
  "log.trim": ["log.trimmed"],
  "host.cordon": ["host.placed"],
  "host.drain": ["host.placed"],
  "host.rotate": ["host.added", "token.limited"],
  "policy.set": ["policy.set"],
};

describe("housekeeping: role by command (X1-029)", () => {
  for (const role of Role.options)
    for (const [type, command] of Object.entries(commands) as [
      keyof typeof commands,
      (typeof commands)[keyof typeof commands],
    ][])
      it(`${role} · ${type} → ${role === "admin" ? "accepted" : "forbidden"}`, () => {
        const { verdict, events } = decide(state, question(command, { principal: principalOf(role) }));
        if (role === "admin") {
          expect(verdict).toEqual({ decision: "accepted" });
          expect(typesOf(events)).toEqual(["command.accepted", ...facts[type]]);
        } else {
          expect(verdict).toEqual({
            decision: "refused",
            rule: "scope",
            code: "forbidden",
            facts: { role, needs: "admin", relation: "none" },
          });
          expect(typesOf(events)).toEqual(["command.refused"]);
        }
      });
});

describe("rules", () => {
  it("are asked in this order (DESIGN 6.2.4); broadcast and handoff will come after the questions", () => {
    expect(rules.map(([name]) => name)).toEqual([
      "unused id",
      "caller's id",
      "session alone",
      "scope",
      "house alone",
      "kill switch",
      "mute",
      "right",
      "sandbox",
      "text size",
      "control characters",
      "no secrets",
      "self-echo",
      "known cause",
      "cycle",
      "hops",
      "edge repeats",
      "root commands",
      "root turns",
      "root tokens",
      "root wall time",
      "rate",
      "tree size",
      "bound session",
      "known session",
      "open session",
      "silent host",
      "host catching up",
      "endpoint lost",
      "place",
      "known lease",
      "own lease",
      "lease",
      "target turn",
      "outstanding start",
      "outstanding interrupt",
      "human at work",
      "open question",
      "same question",
      "answerable",
      "offered answer",
      "own question",
      "one answer",
      // Places kept: broadcast, handoff.
      "until later",
      "Claw's group",
      "viewer's root",
      "person's name",
      "known host",
      "free host",
      "unknown token",
      "known token",
      "an admin stays",
      "few tokens",
      "other ledger",
      "forward trim",
      "named switch",
      "fitting ruling",
      "few rulings",
      "known limit",
      "limit in range",
      "known subject",
      "free runtime",
      "known runtime",
      "living runtime",
      "same revision",
      "own runtime",
      "own share",
      "fitting sign-in",
      "known attention",
    ]);
  });

  const refusals = [
    ["a host with a valid token", hostAdd("h1", "t9"), "host_exists"],
    ["a token id that is taken", tokenCreate("t1"), "token_exists"],
    [
      "a secret under another id",
      tokenCreate("t9", { tokenDigest: state.tokens.get("t1" as never)?.digest ?? "" }),
      "token_exists",
    ],
    ["a token that nobody has", tokenRevoke("t9"), "token_unknown"],
    ["a token that is born expired", hostAdd("h9", "t9", { until: AT }), "bad_request"],
    ["a group for a person", tokenCreate("t9", { group: "night" as never }), "bad_request"],
    ["a limit that there is not", setLimit("__proto__", 1), "limit_unknown"],
    ["a limit that is too low", setLimit("mute_ms", 1), "limit_out_of_range"],
    ["a limit that is too high", setLimit("hops", 17), "limit_out_of_range"],
    ["a global switch with a name", setSwitch("global", "s1"), "bad_request"],
    ["a switch without a name", setSwitch("session", null), "bad_request"],
  ] as const;
  for (const [what, command, code] of refusals)
    it(`refuse ${what}: ${code}`, () => {
      const { verdict, events } = decide(state, question(command));
      expect(verdict).toMatchObject({ decision: "refused", code });
      expect(typesOf(events)).toEqual(["command.refused"]);
      expect(fold(events, state)).toEqual(state);
    });

  it("refuse a secret in the text by kind and place (S1-137)", () => {
    const { verdict } = decide(state, question(waive(), { secret: { kind: "token", offset: 4 } }));
    expect(verdict).toMatchObject({ code: "secret_in_text", facts: { kind: "token", offset: 4 } });
  });

  it("let a host in again once its token is revoked or expired (X1-012)", () => {
    const revoked = houseAfter(hostAdd("h1", "t1"), tokenRevoke("t1"));
    expect(decide(revoked, question(hostAdd("h1", "t2"))).verdict.decision).toBe("accepted");
    const expiring = houseAfter(hostAdd("h1", "t1", { until: AT + 1 }));
    expect(decide(expiring, question(hostAdd("h1", "t2"))).verdict).toMatchObject({ code: "host_exists" });
    expect(decide(expiring, question(hostAdd("h1", "t2"), { at: AT + 1 })).verdict.decision).toBe("accepted");
  });

  it("keep the last valid admin token", () => {
    const one = houseAfter(tokenCreate("root"), tokenCreate("eye", { role: "viewer" }));
    expect(decide(one, question(tokenRevoke("root"))).verdict).toMatchObject({ code: "last_admin" });
    const expired = houseAfter(tokenCreate("root"), tokenCreate("old", { until: AT + 5 }));
    expect(decide(expired, question(tokenRevoke("root"), { at: AT + 5 })).verdict).toMatchObject({
      code: "last_admin",
    });
    expect(decide(expired, question(tokenRevoke("root"))).verdict.decision).toBe("accepted");
  });
});

describe("repeats (DESIGN 14.8)", () => {
  const command = hostAdd("h2", "t2");
  const earlier = {
    digest: commandDigest(command),
    principal: admin,
    verdict: { decision: "accepted" },
  } as const;

  it("get the first verdict and no event, whatever happened since", () => {
    const later = houseAfter(hostAdd("h2", "t2"));
    expect(decide(later, question(command, { earlier }))).toEqual({ verdict: earlier.verdict, events: [] });
  });

  it("are none if the command or the principal is another: command_id_reused", () => {
    const other = { ...command, until: AT + 1 };
    expect(decide(state, question(other, { earlier })).verdict).toMatchObject({ code: "command_id_reused" });
    const principal = principalOf("operator");
    expect(decide(state, question(command, { earlier, principal })).verdict).toMatchObject({
      code: "command_id_reused",
    });
  });
});

describe("laws", () => {
  const names = fc.constantFrom("a", "b", "c");
  const any = fc.oneof(
    fc.tuple(names, names).map(([host, token]) => hostAdd(host, token)),
    fc
      .tuple(names, fc.constantFrom("viewer", "admin", "claw"))
      .map(([token, role]) => tokenCreate(token, { role: role as "viewer" })),
    names.map((token) => tokenRevoke(token)),
  );

  it("decide is total, its events are of the catalogue, and nobody is ever locked out", () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (history) => {
        let current = houseAfter(tokenCreate("root"));
        for (const command of history) {
          const { verdict, events } = decide(current, question(command));
          expect(verdict.decision === "accepted" || isRefusalCode(verdict.code)).toBe(true);
          for (const { type, data } of events) expect(kindOf(type)?.data.safeParse(data).success).toBe(true);
          current = fold(events, current);
          const tokens = [...current.tokens.values()];
          expect(tokens.some((token) => token.role === "admin" && isValid(token, AT))).toBe(true);
          for (const host of ["a", "b", "c"])
            expect(tokens.filter((token) => token.hostId === host && isValid(token, AT)).length).toBeLessThan(
              2,
            );
        }
      }),
      { numRuns: 300 },
    );
  });
});
