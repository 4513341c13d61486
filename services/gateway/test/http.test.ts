import {
  type Command,
  Digest,
  type EntryId,
  Epoch,
  ItemId,
  position,
  type Principal,
  seal,
  sequence,
  sessionLane,
  SessionId,
  stampEntry,
} from "@claw/events";
import type { Logged } from "@claw/eventlog";
import { systemClocks } from "@claw/runtime";
import { GateClosed, PageUnavailable, type GateVerdict } from "@claw/wire";
import { Effect } from "effect";
import { beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../src/http/problem.ts";
import { routes } from "../src/routes/index.ts";
import { HealthAnswer, ReadyAnswer } from "../src/routes/open.ts";
import { ENTRY, fakePorts, host, makeFakeViews, NOW, tokenOf } from "./fake-house.ts";
import { archiveOf } from "./fake-registry.ts";
import { filled, ONE_OF_EACH } from "./one-of-each.ts";
import { itemRow } from "./private-house.ts";
import { appOf, tokenChange } from "./running.ts";

const s1 = SessionId.parse("s1");
const admin = tokenOf("admin");
const viewer = tokenOf("viewer");
const item = itemRow("s1", 1);
function entry(n: number): Logged {
  const said = seal(
    sessionLane(s1),
    null,
    [{ type: "session.named", v: 1, at: NOW, data: {}, body: { name: `name ${n}` } }],
    () => "00".repeat(16),
  );
  const by = { kind: "host", hostId: host.hostId, epoch: Epoch.parse("0".repeat(32)), seq: n } as const;
  return {
    sequence: sequence(n),
    entry: stampEntry(said, { id: `host/h1/${"0".repeat(32)}/${n}` as EntryId, by, at: NOW }),
  };
}

function house(submit?: (command: Command, principal: Principal) => GateVerdict) {
  const views = makeFakeViews();
  views.commit([admin, viewer].map(({ row }) => tokenChange(row)));
  views.commit([...ONE_OF_EACH, ["items", "s1/t1/i1", item]]);
  const { ports } = fakePorts({
    reader: views.reader,
    entries: [entry(1), entry(2), entry(3)],
    ...(submit && { submit }),
    archives: archiveOf("s1"),
  });
  return { views, ports, app: appOf(ports) };
}

let app = house().app;
beforeEach(() => {
  app = house().app;
});

const get = (path: string, bearer = admin.bearer, on = app) =>
  on.request(path, { headers: { authorization: `Bearer ${bearer}` } });
const post = (body: unknown, bearer = admin.bearer, on = app) =>
  on.request("/api/commands", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
  });
const problemIn = async (response: Response) => {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return Problem.parse(await response.json());
};

describe("every route answers as /openapi.json says", () => {
  test.each(routes.filter(({ method }) => method === "get"))("$path", async (route) => {
    const response = await get(filled(route.path));
    expect(response.status).toBe(200);
    const isJson = response.headers.get("content-type") === "application/json";
    const body: unknown = await (isJson && route.mediaTypes.length === 1 ? response.json() : response.text());
    expect(route.answer.safeParse(body).error?.issues).toBeUndefined();
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("the document names each route, its query and its problem", async () => {
    const response = await app.request("/openapi.json");
    const document = (await response.json()) as {
      paths: Record<string, Record<string, { responses: object }>>;
    };
    for (const { path, method } of routes) {
      const operation = document.paths[path]?.[method];
      expect(operation?.responses).toHaveProperty(["default", "content", "application/problem+json"]);
    }
  });

  test("open routes need no token: home, health, readiness", async () => {
    expect((await app.request("/")).status).toBe(200);
    HealthAnswer.parse(await (await app.request("/healthz")).json());
    ReadyAnswer.parse(await (await app.request("/readyz")).json());
  });

  test("/readyz names the parts that are not ready", async () => {
    const { ports, app: other } = house();
    ports.health.set("policy", { ok: false, detail: "catching up" });
    const response = await other.request("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: "not ready",
      parts: { policy: { ok: false, detail: "catching up" } },
    });
  });

  test("/metrics is for readers only", async () => {
    expect((await app.request("/metrics")).status).toBe(401);
    expect(await (await get("/metrics", viewer.bearer)).text()).toContain("claw_http_request_seconds");
  });
});

describe("what callers see depends on who they are", () => {
  test("X1-025: transcripts, names and bodies are not for viewers", async () => {
    expect((await get("/api/sessions/s1/transcript", viewer.bearer)).status).toBe(403);
    const { session } = (await (await get("/api/sessions/s1", viewer.bearer)).json()) as {
      session: { name: null };
    };
    expect(session.name).toBeNull();
    const bodies = async (bearer: string) => {
      const answer = (await (await get("/api/sessions/s1/events", bearer)).json()) as {
        events: { body: unknown }[];
      };
      return answer.events.map(({ body }) => body);
    };
    expect(await bodies(viewer.bearer)).toEqual([null, null, null]);
    expect(await bodies(admin.bearer)).toEqual([{ name: "name 1" }, { name: "name 2" }, { name: "name 3" }]);
  });

  test("S1-137: what the host's redactor did not see is redacted on the way out", async () => {
    const secret = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");
    const { views, app: other } = house();
    views.commit([["items", "s1/t1/i1", { ...item, text: `token ${secret}` }]]);
    expect(await (await get("/api/sessions/s1/transcript", admin.bearer, other)).text()).not.toContain(
      secret,
    );
  });

  test("X1-029: tokens are shown without their digests", async () => {
    const text = await (await get("/api/tokens")).text();
    expect(text).toContain(viewer.row.tokenId);
    expect(text).not.toContain(viewer.row.tokenDigest);
    expect((await problemIn(await get("/api/tokens", viewer.bearer))).facts).toEqual({
      action: "tokens.read",
      role: "viewer",
      needs: "admin",
    });
  });
});

describe("lists", () => {
  test("the events of a session are paged by position", async () => {
    const first = (await (await get("/api/sessions/s1/events?limit=2")).json()) as {
      nextCursor: string;
      events: [];
    };
    expect([first.events.length, first.nextCursor]).toEqual([2, "2"]);
    const rest = (await (await get("/api/sessions/s1/events?limit=2&cursor=2")).json()) as typeof first;
    expect([rest.events.length, rest.nextCursor]).toEqual([1, null]);
  });

  test("a page of long items ends early and goes on by its cursor", async () => {
    const { views, app: other } = house();
    for (let n = 0; n < 60; n += 1)
      views.commit([
        ["items", `s1/t1/x${n}`, { ...item, itemId: ItemId.parse(`x${n}`), output: "y".repeat(120_000) }],
      ]);
    const seen: number[] = [];
    let cursor: string | null = "0";
    while (cursor !== null) {
      const response = await get(
        `/api/sessions/s1/transcript?limit=500&cursor=${cursor}`,
        admin.bearer,
        other,
      );
      const page = (await response.json()) as { items: unknown[]; nextCursor: string | null };
      seen.push(page.items.length);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([40, 21]);
  });

  test("older pages come from the host, without what the views have", async () => {
    const { ports } = house();
    const body = { text: "old", command: null, output: null, tool: null, paths: [] };
    const facts = { turnId: "t0", kind: "agentMessage", startedAt: null, status: null, completedAt: null };
    const more = { durationMs: null, exitCode: null, clientId: null, cutBytes: 0 };
    const events = ["i0", "i1"].map((itemId) => ({
      type: "item.completed",
      v: 1,
      at: NOW,
      data: { ...facts, ...more, itemId, turnId: itemId === "i1" ? "t1" : "t0" },
    }));
    const bodies = events.map(() => ({ salt: "0".repeat(32), json: JSON.stringify(body) }));
    const asked: (string | null)[] = [];
    const read = ({ cursor }: { cursor: string | null }) => {
      asked.push(cursor);
      return Effect.succeed({ events, bodies, nextCursor: "host cursor" });
    };
    const other = appOf({ ...ports, pages: { read } });
    const answer = await (await get("/api/sessions/s1/transcript?older=1", admin.bearer, other)).json();
    const { items, nextCursor } = answer as { items: { itemId: string; text: string }[]; nextCursor: string };
    expect(items.map(({ itemId, text }) => [itemId, text])).toEqual([["i0", "old"]]);
    await get(`/api/sessions/s1/transcript?older=1&cursor=${nextCursor}`, admin.bearer, other);
    const long = `older.${Buffer.from("x".repeat(5_000)).toString("base64url")}`;
    const refused = await get(`/api/sessions/s1/transcript?older=1&cursor=${long}`, admin.bearer, other);
    expect([refused.status, asked]).toEqual([400, [null, "host cursor"]]);
  });

  test("a host that cannot give a page is 503, to be tried again", async () => {
    const { ports } = house();
    const read = () => Effect.fail(new PageUnavailable({ reason: "away" }));
    const response = await get(
      "/api/sessions/s1/transcript?older=1",
      admin.bearer,
      appOf({ ...ports, pages: { read } }),
    );
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  });
});

describe("N1-042, X1-057: every no is a problem with a code and a way out", () => {
  test.each([
    ["/api/nothing", 404, { kind: "route" }],
    ["/api/sessions/none", 404, { kind: "session" }],
    ["/api/sessions/none/transcript", 404, { kind: "session" }],
    ["/api/hosts/none", 404, { kind: "host" }],
    ["/api/sessions?limit=0", 400, { where: "query.limit", why: "too_small", min: 1 }],
    ["/api/sessions?limit=501", 400, { where: "query.limit", why: "too_big", max: 500 }],
    ["/api/sessions?limit=1&limit=2", 400, { where: "query.limit", why: "repeated" }],
    ["/api/sessions?colour=red", 400, { where: "query.colour", why: "unrecognized_keys" }],
    ["/api/sessions?__proto__=1", 400, { where: "query.__proto__", why: "unrecognized_keys" }],
    [
      "/api/sessions?freshness=sour",
      400,
      { where: "query.freshness", why: "invalid_value", oneOf: "live, stale, unknown, gone" },
    ],
    ["/api/sessions?cursor=x", 400, { where: "query.cursor", why: "not a cursor of this list" }],
    ["/api/sessions?token=x", 400, { where: "query.token", why: "unrecognized_keys" }],
  ])("%s is %i", async (path, status, facts) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    const problem = await problemIn(response);
    expect(problem.facts).toEqual(facts);
    expect(problem.remedy).not.toBe("");
  });

  test("no token is 401 and says how; 30 wrong ones a minute are 429, and a right one still opens", async () => {
    const { ports } = house();
    // The minute does not end in the middle of it.
    app = appOf(ports, { ...systemClocks, monoMs: () => 0 });
    const none = await app.request("/api/sessions");
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    const wrong = tokenOf("admin").bearer;
    for (let n = 0; n < 30; n += 1) expect((await get("/api/sessions", wrong)).status).toBe(401);
    const many = await get("/api/sessions", wrong);
    expect([many.status, many.headers.has("retry-after")]).toEqual([429, true]);
    expect((await get("/api/sessions")).status).toBe(200);
  });

  test("a defect is 500 with a correlation id and nothing else", async () => {
    const { ports } = house();
    const broken = appOf({
      ...ports,
      reader: () => ({
        ...ports.reader(),
        sessions: () => {
          throw new Error("inner words");
        },
      }),
    });
    const response = await get("/api/sessions", admin.bearer, broken);
    expect(response.status).toBe(500);
    const text = await response.clone().text();
    expect(text).not.toContain("inner words");
    expect((await problemIn(response)).instance).toMatch(/^urn:claw:request:[0-9a-f]{16}$/);
  });
});

describe("POST /api/commands", () => {
  const revoke = { type: "token.revoke", tokenId: "t1", reason: "old" };

  test("an accepted command answers with its id and position, and policy hears who asked", async () => {
    const heard: unknown[] = [];
    const { app: other } = house((command, principal) => {
      heard.push(command, principal);
      return { decision: "accepted", entryId: ENTRY, position: position(7) };
    });
    const answer = await (await post({ ...revoke, commandId: "c1" }, admin.bearer, other)).json();
    expect(answer).toEqual({ commandId: "c1", decision: "accepted", position: 7 });
    expect(heard).toEqual([{ ...revoke, commandId: "c1" }, admin.row.principal]);
    const made = (await (await post(revoke, admin.bearer, other)).json()) as { commandId: string };
    expect(made.commandId).toMatch(/^cmd-[0-9a-f]{20}$/);
  });

  test("N1-042: a refused command is a problem that says which command, which rule, and the way out", async () => {
    const verdict: GateVerdict = {
      decision: "refused",
      code: "token_unknown",
      facts: { tokenId: "t1" },
      entryId: ENTRY,
      position: position(9),
    };
    const response = await post({ ...revoke, commandId: "c1" }, admin.bearer, house(() => verdict).app);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: "token_unknown",
      commandId: "c1",
      decision: "refused",
      refusal: { code: "token_unknown", facts: { tokenId: "t1" } },
      position: 9,
    });
  });

  test("policy that cannot answer is 503 with Retry-After", async () => {
    const { ports } = house();
    const submit = () => Effect.fail(new GateClosed({ reason: "catching up", retryAfterMs: 2_500 }));
    const response = await post(revoke, admin.bearer, appOf({ ...ports, gate: { submit } }));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "3"]);
    expect((await problemIn(response)).facts).toMatchObject({ part: "policy", why: "catching up" });
  });

  test.each([
    [
      "a claim to be somebody",
      { ...revoke, principal: { kind: "house", name: "x", role: "admin" } },
      "body.principal",
    ],
    ["another type", { type: "session.sing" }, "body.type"],
    ["no object", [], "body"],
    [
      "a bad digest",
      {
        type: "token.create",
        tokenId: "t1",
        tokenDigest: Digest.parse("0".repeat(64)).slice(1),
        name: "n",
        role: "viewer",
        until: null,
      },
      "body.tokenDigest",
    ],
    ["a prototype", '{"type":"token.revoke","__proto__":{"x":1}}', "body"],
    ["no JSON", "{", "body"],
    ["a depth of 100", `{"type":${"[".repeat(100)}${"]".repeat(100)}}`, "body"],
  ])("%s is 400", async (_what, body, where) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect((await problemIn(response)).facts["where"]).toBe(where);
  });

  test("S14: a body over 1 MiB is 413, told or found", async () => {
    const large = JSON.stringify({ type: "x".repeat(1_048_577) });
    expect((await post(large)).status).toBe(413);
    const headers = { authorization: `Bearer ${admin.bearer}`, "content-type": "application/json" };
    const told = { ...headers, "content-length": "1048577" };
    expect((await app.request("/api/commands", { method: "POST", body: "{}", headers: told })).status).toBe(
      413,
    );
  });

  test("S12: only JSON is read", async () => {
    const headers = { authorization: `Bearer ${admin.bearer}`, "content-type": "text/plain" };
    expect((await app.request("/api/commands", { method: "POST", body: "{}", headers })).status).toBe(415);
  });
});
