import { describe, expect, test } from "vitest";
import { MAX_ADDRESSES, MAX_FAILURES, makeAttempts } from "../src/auth/attempts.ts";
import { bearerIn, makeTokens } from "../src/auth/authenticate.ts";
import { makeFakeViews, NOW, tokenOf } from "./fake-house.ts";
import { tokenChange } from "./running.ts";

describe("X1-029: bearer tokens", () => {
  const views = makeFakeViews();
  const good = tokenOf("operator");
  const expired = tokenOf("operator", { until: NOW });
  const revoked = tokenOf("operator", { revokedAt: NOW - 1 });
  const host = tokenOf("host", { hostId: "h1" as never });
  for (const { row } of [good, expired, revoked, host]) views.commit([tokenChange(row)]);
  const tokens = makeTokens(
    () => views.reader,
    () => NOW,
  );

  test("a valid token is its principal", () => {
    expect(tokens.authenticate(good.bearer)).toEqual({
      tokenId: good.row.tokenId,
      principal: good.row.principal,
    });
  });

  test.each([
    ["expired", expired.bearer],
    ["revoked", revoked.bearer],
    ["a host's", host.bearer],
    ["with another end", good.bearer.slice(0, -1) + (good.bearer.endsWith("0") ? "1" : "0")],
    ["of the uplink's kind", good.bearer.replace("clw_api", "clw_host")],
    ["unknown", tokenOf("admin").bearer],
    ["the digest itself", good.row.tokenDigest],
    ["empty", ""],
  ])("a token that is %s is nobody's", (_why, bearer) => {
    expect(tokens.authenticate(bearer)).toBeNull();
  });

  test("a caller stays good until the token is revoked or its time is over", () => {
    const caller = tokens.authenticate(good.bearer);
    if (caller === null) throw new Error("no caller");
    expect(tokens.isStillGood(caller)).toBe(true);
    views.commit([tokenChange({ ...good.row, revokedAt: NOW })]);
    expect(tokens.isStillGood(caller)).toBe(false);
  });

  test.each([undefined, "", "Basic abc", "Bearer", "Bearer a b", `Bearer ${"x".repeat(300)}`])(
    "no token is found in %s",
    (header) => {
      expect(bearerIn(header)).toBeNull();
    },
  );
});

describe("failed sign-ins are counted per address and minute", () => {
  test("the 31st in a minute has to wait until the minute is over; another address does not", () => {
    let now = 0;
    const attempts = makeAttempts(() => now);
    for (let n = 0; n < MAX_FAILURES; n += 1) expect(attempts.failed("127.0.0.1")).toBeNull();
    now = 59_000;
    expect(attempts.failed("127.0.0.1")).toEqual({ retryAfterMs: 1_000 });
    expect(attempts.failed("::1")).toBeNull();
    now = 60_000;
    expect(attempts.failed("127.0.0.1")).toBeNull();
  });

  test("the table is bounded, and who does not fit waits", () => {
    const attempts = makeAttempts(() => 0);
    for (let n = 0; n < MAX_ADDRESSES + 500; n += 1) attempts.failed(`10.0.${n >> 8}.${n & 255}`);
    expect(attempts.size()).toBe(MAX_ADDRESSES);
    expect(attempts.failed("192.0.2.1")).not.toBeNull();
  });
});
