/** A command that is none: which field of it is wrong, and what may stand there (N1-042). */
import { Command } from "@claw/events";
import { describe, expect, test } from "vitest";
import { Problem } from "../src/http/problem.ts";
import { fakePorts, makeFakeViews, tokenOf } from "./fake-house.ts";
import { appOf, tokenChange } from "./running.ts";

const admin = tokenOf("admin");

async function factsFor(body: unknown) {
  const views = makeFakeViews();
  views.commit([tokenChange(admin.row)]);
  const response = await appOf(fakePorts({ reader: views.reader }).ports).request("/api/commands", {
    method: "POST",
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${admin.bearer}`, "content-type": "application/json" },
  });
  expect(response.status).toBe(400);
  return Problem.parse(await response.json()).facts;
}

/** As `/openapi.json` lists them. */
const TYPES = Command.options.map((option) => option.shape.type.value);

describe("a command that is none", () => {
  test.each([
    ["no type", {}, { where: "body.type", why: "missing" }],
    ["a slip", { type: "sesion.send" }, { where: "body.type", why: "invalid_value", was: "sesion.send" }],
    ["a type to obey", { type: "\u001b[2J<b>x" }, { where: "body.type", why: "invalid_value", was: "2Jbx" }],
    ["an endless type", { type: "x".repeat(9_000) }, { where: "body.type", why: "invalid_value", was: "-" }],
    ["a number", { type: 7 }, { where: "body.type", why: "invalid_value", was: "a number" }],
    ["a list", { type: [] }, { where: "body.type", why: "invalid_value", was: "an array" }],
  ])("N1-042: %s for a type is answered with the types there are", async (_what, body, facts) => {
    expect(await factsFor(body)).toEqual({ ...facts, oneOf: TYPES.join(", ") });
  });

  const send = { type: "session.send", target: { sessionId: "s1" }, text: "go" };
  test.each([
    [
      { ...send, target: { sessionId: 7 } },
      { where: "body.target.sessionId", expected: "string" },
    ],
    [
      { ...send, target: { sessionId: "a b" } },
      {
        where: "body.target.sessionId",
        why: "invalid_format",
        expected: expect.stringMatching(/^\/\^/) as string,
      },
    ],
    [
      { ...send, target: {} },
      { where: "body.target.sessionId", why: "missing", expected: "string" },
    ],
    [
      { ...send, mode: "shout" },
      { where: "body.mode", oneOf: "auto, start, steer" },
    ],
    [
      { ...send, deadlineMs: 5 },
      { where: "body.deadlineMs", why: "too_small", min: 1_000 },
    ],
    [
      { ...send, text: "" },
      { where: "body.text", why: "too_small", min: 1 },
    ],
    [
      { ...send, txt: "go" },
      { where: "body.txt", why: "unrecognized_keys" },
    ],
    [
      { ...send, target: "s1" },
      { where: "body.target", why: "invalid_type", expected: "object" },
    ],
  ])("N1-042: a wrong field of a known type is named by its path: %#", async (body, facts) => {
    expect(await factsFor(body)).toMatchObject(facts);
  });
});
