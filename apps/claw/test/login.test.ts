/** `claw login`: a link out of a token, and nothing that is no link. */
import { afterEach, describe, expect, test } from "vitest";
import { signInLine } from "../src/house/up.ts";
import { against, closeAll } from "./against.ts";
import { NOW } from "./stub-house.ts";

afterEach(closeAll);
const until = new Date(NOW + 600_000).toISOString();
const URL_OF_LINK = "https://claw.example.org/sign-in#code=c0de";

describe("X1-027: the link of the first start", () => {
  test("is shown on a terminal, and written into no log", () => {
    expect(signInLine(URL_OF_LINK, true).join()).toContain(URL_OF_LINK);
    expect(signInLine(URL_OF_LINK, false).join()).toMatch(/^ {2}sign in {3}`npx claw login`/);
    expect(signInLine(URL_OF_LINK, false).join()).not.toContain("code=");
    expect(signInLine(null, true)).toEqual([]);
  });
});

describe("claw login", () => {
  test("the link alone goes to stdout, and what it is good for to stderr", async () => {
    const body = { loginLink: { url: URL_OF_LINK, until } };
    const { run, calls } = await against(() => ({ body }));
    const { exitCode, out, err } = await run(["login"]);
    expect([exitCode, out]).toEqual([0, `${URL_OF_LINK}\n`]);
    expect(err).toContain("once, within ten minutes");
    expect(calls).toMatchObject([{ method: "POST", url: "/api/login-links", body: "{}" }]);
  });

  test.each([
    [{ loginLink: { url: "javascript:alert(1)", until } }],
    [{ loginLink: { url: "\u001b[31mhttps://x", until } }],
    [{}],
  ])("an answer that is no link is a fault: %j", async (body) => {
    const { run } = await against(() => ({ body }));
    const { exitCode, out } = await run(["login"]);
    expect([exitCode, out]).toEqual([1, ""]);
  });

  test("a house that refuses says why", async () => {
    const problem = { title: "The caller's role does not allow this.", code: "forbidden", facts: {} };
    const { run } = await against(() => ({ status: 403, body: problem }));
    expect(await run(["login"])).toMatchObject({ exitCode: 4 });
  });
});
