/** Whose a session is, by who asked for it and by whose socket it is on (DESIGN 14.20). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostId, isReservedOwner, ownerAsking, ownerKey, ownerOfSocket } from "../src/index.ts";

const h1 = HostId.parse("h1");

test("what a person asked for is that person's; what asks besides people is named so, and a session asks for its owner", () => {
  expect(ownerAsking({ kind: "person", name: "alice" })).toBe("alice");
  expect(ownerAsking({ kind: "claw", name: "alice" })).toBe("claw:alice");
  expect(ownerAsking({ kind: "house", name: "gateway" })).toBe("house:gateway");
  expect(ownerAsking({ kind: "session", name: "s1" })).toBeNull();
});

test("else it is of who was named for the unix user, or of that user there, or of nobody that is known", () => {
  expect(ownerOfSocket(h1, "svc", "alice")).toBe("alice");
  expect(ownerOfSocket(h1, "svc", null)).toBe("unix:svc@h1");
  expect(ownerOfSocket(h1, null, null)).toBeNull();
  expect(ownerOfSocket(h1, null, "alice")).toBeNull();
});

test("no two users of two hosts are filed under one key", () => {
  const h2 = HostId.parse("h2");
  const keys = [h1, h2].flatMap((host) => ["svc", "h2/svc", "/svc"].map((user) => ownerKey(host, user)));
  expect(new Set(keys).size).toBe(keys.length);
});

describe("names that no person may have", () => {
  test.each([
    "claw:dora",
    "unix:svc@h1",
    "house:gateway",
    "session:s1",
    "host:h1",
    "Claw:dora",
    " unix:svc@h1",
    "claw : dora",
    "cl\u200baw:dora",
    "\u2060unix:svc@h1",
    "claw\uff1adora",
    "\uff55nix:svc@h1",
  ])("%j", (name) => expect(isReservedOwner(name)).toBe(true));
  test.each([
    "ann",
    "ann@example.invalid",
    "claude:ann",
    "clawdia",
    "unix",
    "ops/unix:svc",
    "ann claw:dora",
    "",
  ])("%j is one like any other", (name) => expect(isReservedOwner(name)).toBe(false));
  test("whatever the house makes of what is no person is one of them", () => {
    const kind = fc.constantFrom("claw" as const, "house" as const, "host" as const);
    fc.assert(
      fc.property(kind, fc.string({ unit: "binary" }), (one, name) => {
        expect(isReservedOwner(ownerAsking({ kind: one, name }) ?? "")).toBe(true);
        expect(isReservedOwner(ownerOfSocket(h1, name, null) ?? "")).toBe(true);
      }),
    );
  });
});
