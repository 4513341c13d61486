/** X1-026, X1-005: whatever is asked of what somebody may not see is answered as if it did not exist, in status, headers and body, over every route and every command. */
import { Command } from "@claw/events";
import { systemClocks } from "@claw/runtime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { routes } from "../src/routes/index.ts";
import { NOW } from "./fake-house.ts";
import {
  ANNS,
  BOBS,
  type CallerName,
  callers,
  jsonOf,
  NOBODYS,
  pathOf,
  privateHouse,
} from "./private-house.ts";

/** Who does not see Bob's session, and in which house. */
const BLIND = [
  ["ann", "private"],
  ["eve", "private"],
  ["stranger", "private"],
  ["bound", "private"],
  ["bound", "fleet"],
] as const satisfies readonly (readonly [CallerName, "private" | "fleet"])[];

/** Ages are in answers, and time goes on between two of them. */
const STILL = { ...systemClocks, wallMs: () => NOW + 1_000 };

interface Asking {
  readonly what: string;
  readonly method: "GET" | "HEAD" | "POST";
  readonly path: (id: string) => string;
  readonly body?: (id: string) => object;
}

/** Routes about one thing of a session. Hosts are nobody's, and a sign-in is its person's. */
const single = routes.filter(({ path }) => /\{(session|command|lease|runtime)Id\}/.test(path));
const singles: readonly Asking[] = single.flatMap(({ path, method }) =>
  method === "get"
    ? (["GET", "HEAD"] as const).map((verb) => ({
        what: path,
        method: verb,
        path: (id: string) => pathOf(path, id),
      }))
    : [],
);

const queried: readonly Asking[] = [
  ...["order=newest", "older=1", "limit=1"].map((query) => `/api/sessions/{sessionId}/transcript?${query}`),
  ...["order=newest", "limit=1", "after=3"].map((query) => `/api/sessions/{sessionId}/events?${query}`),
].map((path) => ({ what: path, method: "GET", path: (id) => pathOf(path, id) }));

/** Lists by something of a session; a search for its id is one of them. */
const FILTERS = [
  "commands?session=",
  "leases?session=",
  "approvals?session=",
  "attention?session=",
  "sessions?search=",
  "sessions?closed=1&search=",
  "attention?snoozed=1&session=",
];
const filtered: readonly Asking[] = FILTERS.map((path) => ({
  what: path,
  method: "GET",
  path: (id) => `/api/${path}${id}`,
}));

const target = (id: string) => ({ target: { sessionId: id } });
/** Every command that names a session or something of one, as it comes in. */
const BODIES: Readonly<Record<string, (id: string) => object>> = {
  "session.send": (id) => ({ ...target(id), text: "go on" }),
  "session.interrupt": target,
  "session.fork": (id) => ({ ...target(id), text: "go on", purpose: "to see" }),
  "session.resume": (id) => ({ ...target(id), reason: "anew" }),
  "session.stop": (id) => ({ ...target(id), reason: "enough" }),
  "lease.acquire": (id) => ({ ...target(id), ttlMs: 30_000 }),
  "lease.break": (id) => ({ ...target(id), reason: "now" }),
  "lease.renew": (id) => ({ leaseId: `l-${id}` }),
  "lease.release": (id) => ({ leaseId: `l-${id}` }),
  "switch.set": (id) => ({ scope: "session", id, state: "running", reason: "again" }),
  "approval.decide": (id) => ({
    target: { sessionId: id, requestId: "q1" },
    answer: "accept",
    subjectDigest: "0".repeat(64),
  }),
  "approval.test": (id) => ({ ...target(id), kind: "command", text: "ls" }),
  "policy.grant": (id) => ({ right: "send", state: "open", scope: "session", id, reason: "to work" }),
  "policy.approvals": (id) => ({ kind: "command", answer: "decline", scope: "session", id, reason: "safe" }),
  "share.grant": (id) => ({ scope: "session", id, to: "eve", level: "viewer" }),
  "share.break_glass": (id) => ({ ...target(id), reason: "to look" }),
  "attention.snooze": (id) => ({ key: `waiting/${id}/q1`, until: null, reason: "later" }),
  "attention.assign": (id) => ({ key: `waiting/${id}/q1`, to: "ann" }),
};
const commanded: readonly Asking[] = Object.entries(BODIES).map(([type, bodyOf]) => ({
  what: type,
  method: "POST",
  path: () => "/api/commands",
  body: (id) => ({ type, commandId: "c9", ...bodyOf(id) }),
}));

/** Whose they are is their providers', and who asks names them himself (ADR 0014); the house alone records. */
const OF_PROVIDERS = ["runtime.register", "runtime.update", "egress.register", "checkpoint.register"];
const OF_THE_HOUSE = ["record.attempt", "record.archive", "record.archive_deleted"];

const everything = [...singles, ...queried, ...filtered, ...commanded];

/** All of an answer but what names the one answer, without the id that was asked for. */
async function told(response: Response, id: string): Promise<string> {
  const text = await response.text();
  const {
    instance: _,
    position: __,
    ...body
  } = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  const whole = { status: response.status, headers: [...response.headers], body };
  return JSON.stringify(whole).replaceAll(id, "-");
}

describe("X1-026, X1-005: what one may not see answers like what does not exist", () => {
  test("there is a question for each route and command that names a session", () => {
    const named = Command.options.filter(({ shape }) => isAboutSession(shape));
    const types = named.map(({ shape }) => shape.type.value);
    expect([...Object.keys(BODIES), ...OF_PROVIDERS, ...OF_THE_HOUSE].toSorted()).toEqual(types.toSorted());
    for (const [type, bodyOf] of Object.entries(BODIES))
      expect(
        Command.safeParse({ type, commandId: "c9", ...bodyOf(BOBS) }).error?.issues,
        type,
      ).toBeUndefined();
    expect(singles.length).toBe(2 * single.length);
  });

  test("whoever asks, however", async () => {
    const asking = fc.constantFrom(...everything);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...BLIND), asking, async ([as, visibility], ask) => {
        const { app, submitted } = privateHouse(visibility, STILL);
        const answer = async (id: string) =>
          told(
            await app.request(ask.path(id), {
              method: ask.method,
              headers: {
                authorization: `Bearer ${callers[as].bearer}`,
                ...(ask.body && { "content-type": "application/json" }),
              },
              ...(ask.body && { body: JSON.stringify(ask.body(id)) }),
            }),
            id,
          );
        expect(await answer(BOBS)).toBe(await answer(NOBODYS));
        expect(submitted).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  test.each(everything.map((ask) => [`${ask.method} ${ask.what}`, ask] as const))(
    "%s: there is something that could be seen",
    async (_name, ask) => {
      const { get, post } = privateHouse();
      if (ask.body !== undefined) {
        // Somebody else is told something else: the question is about the session and nothing but it.
        const own = await jsonOf(await post(ask.body(ANNS), "ann"));
        const others = await jsonOf(await post(ask.body(BOBS), "ann"));
        expect(own["code"] ?? "accepted").not.toBe(others["code"] ?? "accepted");
        return;
      }
      if (ask.method === "HEAD") return;
      const own = told(await get(ask.path(ANNS), "ann"), ANNS);
      expect(await own).not.toBe(await told(await get(ask.path(BOBS), "ann"), BOBS));
    },
  );
});

type Shape = Readonly<Record<string, z.ZodType>>;

/** Whether a command names a session, a runtime, or something that is one's. */
const isAboutSession = (shape: Shape): boolean =>
  ["target", "sessionId", "runtimeId", "leaseId", "key"].some((name) => Object.hasOwn(shape, name)) ||
  (Object.hasOwn(shape, "scope") && Object.hasOwn(shape, "id"));
