/** The parts of signing in that know nothing of HTTP: codes, cookies, flows, roles, and where somebody goes afterwards. */
import { readConfig } from "@claw/runtime";
import { Effect, Exit } from "effect";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clearCookie, mayKeepCookies, readCookie, setCookie } from "../../src/auth/cookies.ts";
import { isOwnPage, originOf } from "../../src/auth/own-page.ts";
import { ownNames } from "../../src/http/door.ts";
import { FLOW_MS, makeFlows } from "../../src/sign-in/flow.ts";
import { makeOnce } from "../../src/sign-in/once.ts";
import { returnTo } from "../../src/sign-in/return-to.ts";
import { joined, nameOf, parseRoles, personOf, roleOf } from "../../src/sign-in/roles.ts";
import { oidcSettings, readOidc } from "../../src/sign-in/settings.ts";

describe("codes that are good once", () => {
  const limits = { lastsMs: 1_000, perOwner: 2, total: 3 };

  test("a code is taken once, and not after its time", () => {
    let now = 0;
    const once = makeOnce<string>(limits, () => now);
    const [first, second] = [once.make("a", "one"), once.make("a", "two")];
    expect([once.take(first), once.take(first)]).toEqual(["one", null]);
    now = 1_000;
    expect(once.take(second)).toBeNull();
    expect(["", "x", first.toUpperCase()].map(once.take)).toEqual([null, null, null]);
  });

  test("of too many the oldest of the same owner goes first, then the oldest of all", () => {
    const once = makeOnce<number>(limits, () => 0);
    const codes = ["a", "a", "a", "b", "c"].map((owner, n) => once.make(owner, n));
    expect(once.size()).toBe(3);
    expect(codes.map(once.take)).toEqual([null, null, 2, 3, 4]);
  });
});

describe("X1-028, X1-029: cookies of sign-ins", () => {
  const https = new URL("https://claw.example.org");
  const plain = new URL("http://127.0.0.1:7420");

  test("over https only for this host and never in the open; on loopback without TLS by a plain name", () => {
    expect(setCookie("claw", "v", 2_500, https)).toBe(
      "__Host-claw=v; Path=/; Max-Age=2; HttpOnly; SameSite=Strict; Secure",
    );
    expect(setCookie("claw", "v", 2_500, plain)).toBe("claw=v; Path=/; Max-Age=2; HttpOnly; SameSite=Strict");
    expect(clearCookie("claw", plain)).toContain("Max-Age=0");
    expect(setCookie("claw-flow", "v", 2_500, plain)).toContain("SameSite=Lax");
  });

  test.each([
    ["https://claw.example.org", true],
    ["http://localhost:1", true],
    ["http://[::1]:7420", true],
    ["http://192.0.2.1:7420", false],
    ["http://claw.example.org", false],
  ])("%s may keep a sign-in: %s", (origin, expected) => {
    expect(mayKeepCookies(new URL(origin))).toBe(expected);
  });

  test.each([
    ["claw=a", "a"],
    ["x=1; claw=a; y=2", "a"],
    ["xclaw=a", null],
    ["claw=a; claw=b", null],
    ["__Host-claw=a", null],
    [undefined, null],
  ])("%s holds %s", (header, value) => {
    expect(readCookie(header, "claw", plain)).toBe(value);
  });

  test("the origin is the one that people know, whatever is spoken behind it", () => {
    const own = ownNames("127.0.0.1", new URL("https://claw.example.org"));
    expect(originOf("claw.example.org", own).origin).toBe("https://claw.example.org");
    expect(originOf("127.0.0.1:7420", own).origin).toBe("http://127.0.0.1:7420");
  });

  const own = "http://127.0.0.1:7420";
  test.each([
    [undefined, undefined, false],
    [own, undefined, true],
    ["https://evil.example", undefined, false],
    [undefined, "same-origin", true],
    [own, "same-origin", true],
    ["https://evil.example", "same-origin", false],
    [undefined, "same-site", false],
    [own, "same-site", false],
    [own, "cross-site", false],
    [undefined, "none", false],
    ["null", undefined, false],
  ])("a request of origin %s and site %s is our own page's: %s", (origin, site, expected) => {
    expect(isOwnPage({ origin, site }, new URL(own))).toBe(expected);
  });
});

describe("where somebody goes after signing in", () => {
  test.each([
    ["/", "/"],
    ["/sessions/s1?tab=log#end", "/sessions/s1?tab=log#end"],
    [null, "/"],
    ["", "/"],
    ["sessions", null],
    ["//evil.example", null],
    ["/\\evil.example", null],
    ["/\t/evil.example", null],
    ["/..//evil.example", null],
    ["/.//evil.example", null],
    ["https://evil.example", null],
    ["javascript:alert(1)", null],
    ["/api/sessions", "/"],
    ["/auth/login", "/"],
    ["/x\r\nset-cookie: a=b", null],
    ["/x\n", null],
    ["/x\u0000", null],
    ["/x\u007f", null],
    ["/x%0d%0aset-cookie:%20a=b", "/x%0d%0aset-cookie:%20a=b"],
    ["http://claw.invalid/x", null],
    [`/${"x".repeat(2_000)}`, "/"],
  ])("%j becomes %s", (asked, expected) => {
    expect(returnTo(asked)).toBe(expected);
  });

  test("open redirect: whatever is asked for, a browser stays on this server", () => {
    const pieces = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "@",
      ":",
      "?",
      "#",
      "%2f",
      "%5c",
      "evil.example",
      "\t",
      "a",
    );
    const asked = fc.oneof(
      fc.array(pieces, { maxLength: 8 }).map((list) => list.join("")),
      fc.string(),
    );
    fc.assert(
      fc.property(asked, (text) => {
        const url = new URL(returnTo(text) ?? "/", "https://claw.example.org/auth/callback");
        expect(url.origin).toBe("https://claw.example.org");
      }),
    );
  });
});

describe("flows to the provider and back", () => {
  const flow = { state: "s", nonce: "n", verifier: "v", returnTo: "/", origin: "http://localhost" };

  test("a flow ends once, in its time, and only where it began", () => {
    let now = 0;
    const flows = makeFlows(() => now);
    const sealed = flows.seal(flow);
    expect(sealed).not.toContain("localhost");
    expect(makeFlows(() => 0).end(sealed)).toBeNull();
    expect(flows.end(sealed)).toMatchObject(flow);
    expect(flows.end(sealed)).toBeNull();
    const late = flows.seal({ ...flow, state: "other" });
    now = FLOW_MS;
    expect(flows.end(late)).toBeNull();
  });

  test("no changed letter of it is read", () => {
    const flows = makeFlows(() => 0);
    const sealed = flows.seal(flow);
    fc.assert(
      fc.property(fc.nat(sealed.length - 2), (at) => {
        const other = sealed[at] === "A" ? "B" : "A";
        expect(flows.end(sealed.slice(0, at) + other + sealed.slice(at + 1))).toBeNull();
      }),
    );
    expect(["", "x", "A".repeat(5_000)].map(flows.end)).toEqual([null, null, null]);
  });
});

describe("X1-026: who somebody is by what the provider says", () => {
  const rules =
    parseRoles("groups=claw-admins:admin; groups=urn:x=y:operator;email=ann@example.org:viewer") ?? [];

  test("the claim ends at the first =, the role begins after the last :", () => {
    expect(rules).toEqual([
      { claim: "groups", value: "claw-admins", role: "admin" },
      { claim: "groups", value: "urn:x=y", role: "operator" },
      { claim: "email", value: "ann@example.org", role: "viewer" },
    ]);
  });

  test.each([
    "",
    ";",
    "groups",
    "groups=a",
    "groups=a:",
    "=a:admin",
    "groups=a:claw",
    "groups=a:root",
    "a=b:host",
  ])("%j is no list of rules", (text) => {
    expect(parseRoles(text)).toBeNull();
  });

  test.each([
    [{ groups: ["x", "claw-admins"] }, "admin"],
    [{ groups: "urn:x=y" }, "operator"],
    [{ groups: ["urn:x=y", "claw-admins"] }, "admin"],
    [{ email: "ann@example.org", email_verified: true }, "viewer"],
    [{ email: "ann@example.org", email_verified: "true" }, null],
    [{ email: "ann@example.org" }, null],
    [{ groups: [["claw-admins"]] }, null],
    [{ groups: { "claw-admins": true } }, null],
    [{}, null],
  ])("%j is %s", (claims, role) => {
    expect(roleOf(rules, claims)).toBe(role);
  });

  test("nobody is known by a name that they choose", () => {
    expect(nameOf({ sub: "u1", email: "a@b.example", email_verified: true })).toBe("a@b.example");
    expect(nameOf({ sub: "u1", email: "a@b.example", preferred_username: "root" })).toBe("u1");
    expect([{}, { sub: "" }, { sub: 7 }, { sub: "a\u001bb" }, { sub: "x".repeat(300) }].map(nameOf)).toEqual(
      Array.from({ length: 5 }, () => null),
    );
    expect(personOf(rules, { groups: ["claw-admins"] })).toBe("answer");
    expect(personOf(rules, { sub: "u1" })).toBe("role");
  });

  test.each(["claw:dora", "unix:root@h1", "CLAW:dora", " house:gateway", "ｃlaw:dora", "unix :root@h1"])(
    "nobody is known as %j, which is no person's name",
    (name) => {
      expect(nameOf({ sub: name })).toBeNull();
      expect(nameOf({ sub: "u1", email: name, email_verified: true })).toBeNull();
    },
  );

  test("a name that only holds such a word is a name", () => {
    expect(["clawdia", "x-claw:1"].map((sub) => nameOf({ sub }))).toEqual(["clawdia", "x-claw:1"]);
    const email = "ann@claw.example";
    expect(nameOf({ sub: "u1", email, email_verified: true })).toBe(email);
  });

  test.each(["root@example.org", "root\uff20example.org", "ro\u200bot", "ro\u202eot", "ro\u009bot"])(
    "an id of a provider is nobody's verified address, and holds nothing unseen: %j",
    (sub) => {
      expect(nameOf({ sub })).toBeNull();
      expect(nameOf({ sub, email: "root@example.org", email_verified: false })).toBeNull();
    },
  );

  test("an address is verified only by what tells it, and the signed token goes before userinfo", () => {
    const other = { email: "root@example.org", email_verified: false, groups: ["x"] };
    expect(nameOf(joined({ sub: "u1", email_verified: true }, other))).toBe("u1");
    expect(nameOf(joined({ sub: "u1", email: "a@b.example" }, { ...other, email_verified: true }))).toBe(
      "u1",
    );
    expect(joined({ groups: ["y"] }, other)).toMatchObject({ groups: ["y"], email: "root@example.org" });
  });
});

describe("what can be set about the provider", () => {
  const read = (env: Record<string, string>) => readConfig(oidcSettings, env);
  const whole = {
    CLAW_OIDC_ISSUER: "https://id.example.org",
    CLAW_OIDC_CLIENT_ID: "claw",
    CLAW_OIDC_ROLES: "groups=a:admin",
  };
  const made = async (env: Record<string, string>) => {
    const settings = read(env);
    if (!settings.ok) throw new Error("not read");
    return Effect.runPromiseExit(readOidc(settings.config));
  };

  test("none of it is no provider; all of it is one", async () => {
    expect(await made({})).toEqual(Exit.succeed(null));
    expect(await made(whole)).toMatchObject({
      value: { clientId: "claw", clientSecret: null, scopes: "openid profile email" },
    });
    expect(await made({ ...whole, CLAW_OIDC_SCOPES: " openid  groups " })).toMatchObject({
      value: { scopes: "openid groups" },
    });
  });

  test.each([
    { CLAW_OIDC_CLIENT_ID: "claw" },
    { CLAW_OIDC_SCOPES: "openid" },
    { ...whole, CLAW_OIDC_ROLES: "" },
    { ...whole, CLAW_OIDC_CLIENT_ID: "" },
    { ...whole, CLAW_OIDC_CLIENT_SECRET: "a", CLAW_OIDC_CLIENT_SECRET_FILE: "b" },
    { ...whole, CLAW_OIDC_CLIENT_SECRET_FILE: "/nowhere/at/all" },
  ])("half of it stops the start: %j", async (env) => {
    expect(Exit.isFailure(await made(env))).toBe(true);
  });

  test.each([
    ["CLAW_OIDC_ISSUER", "http://id.example.org"],
    ["CLAW_OIDC_ISSUER", "https://u:hunter@id.example.org"],
    ["CLAW_OIDC_ROLES", "hunter"],
    ["CLAW_OIDC_SCOPES", "hunter"],
    ["CLAW_OIDC_SCOPES", 'openid hunter"2'],
    ["CLAW_OIDC_SCOPES", "openid\nhunter"],
  ])("%s=%s is refused without its value", (variable, value) => {
    const result = read({ [variable]: value });
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain("hunter");
  });
});
