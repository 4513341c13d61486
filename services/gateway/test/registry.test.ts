import { FleetState } from "@claw/views";
import { describe, expect, test } from "vitest";
import { fleetPieces, partsOf } from "../src/fleet/fleet-json.ts";
import { routes } from "../src/routes/index.ts";
import { host, NOW, sessionRow } from "./fake-house.ts";
import { egressRow, runtimeRow } from "./fake-registry.ts";
import { ANNS, BOBS, type CallerName, jsonOf, privateHouse } from "./private-house.ts";
import { PLACE } from "./running.ts";

const open = () => privateHouse("fleet");

describe("F1-130…F1-132: GET /api/fleet", () => {
  test("F1-174: asks who calls", async () => {
    const { get } = open();
    expect((await get("/api/fleet", null)).status).toBe(401);
    expect((await get("/api/fleet", "eve")).status).toBe(200);
  });

  test("F1-041…F1-067: has the documented shape and counts what there is", async () => {
    const { get } = open();
    const { fleet } = await jsonOf(await get("/api/fleet", "eve"));
    expect(FleetState.parse(fleet)).toEqual(fleet);
    expect(fleet).toMatchObject({
      ...PLACE,
      registryAvailable: true,
      egress: { defaultHostCount: 0, policyCount: 2, sessionsWithPolicy: 2 },
      totals: { sessions: 4, byRuntime: { crabbox: 2, container: 2 }, byStatus: { failed: 0, expired: 0 } },
    });
  });

  test("F1-019, F1-128, F1-132: /api/state holds the same", async () => {
    const { get } = open();
    const { fleet } = await jsonOf(await get("/api/fleet", "eve"));
    const state = await jsonOf(await get("/api/state", "eve"));
    expect(state).toMatchObject({ cards: [], workflows: [], settings: { ...PLACE, visibility: "fleet" } });
    const { generatedAt: _, ...whole } = FleetState.parse(fleet);
    expect(state["fleet"]).toMatchObject(whole);
    expect(state["interactiveSessions"]).toEqual(whole.sessions.filter(({ active }) => active));
  });

  test("shows what changed since the last request", async () => {
    const { get, views } = open();
    await get("/api/fleet", "eve");
    views.commit([
      ["sessions", ANNS, sessionRow(ANNS, { closed: "archived" })],
      ["runtimes", `r-${BOBS}`, runtimeRow(`r-${BOBS}`, { status: "failed" })],
    ]);
    const { fleet } = await jsonOf(await get("/api/fleet", "eve"));
    expect(fleet).toMatchObject({ totals: { stopped: 1, failed: 1 } });
  });

  test("is written as JSON.stringify would", async () => {
    const { get } = open();
    const state = FleetState.parse((await jsonOf(await get("/api/fleet", "eve")))["fleet"]);
    for (const sessions of [state.sessions, []])
      expect(JSON.parse(Buffer.concat(partsOf(fleetPieces({ ...state, sessions }))).toString())).toEqual({
        ...state,
        sessions,
      });
  });

  test("refuses parameters that it does not know", async () => {
    expect((await open().get("/api/fleet?asOf=1", "eve")).status).toBe(400);
  });
});

describe("egress policies", () => {
  test("F1-136: of one session the newest counts, under whichever name it came", async () => {
    const { get, views } = open();
    views.commit([["egress", "box-new", egressRow("box-new", { aliases: [ANNS], position: 9 })]]);
    const { policies } = await jsonOf(await get("/api/policies", "eve"));
    expect((policies as { sandboxId: string }[]).map(({ sandboxId }) => sandboxId)).toEqual([
      "box-new",
      `box-${BOBS}`,
    ]);
  });

  test("are paged", async () => {
    const { get } = open();
    const first = await jsonOf(await get("/api/policies?limit=1", "eve"));
    const second = await jsonOf(await get(`/api/policies?limit=1&cursor=${first["nextCursor"]}`, "eve"));
    expect(second["nextCursor"]).toBeNull();
    expect([first["policies"], second["policies"]].flat()).toHaveLength(2);
    for (const cursor of ["no", "bm8", Buffer.from("[1,2,3]").toString("base64url")])
      expect((await get(`/api/policies?cursor=${cursor}`, "eve")).status).toBe(400);
  });
});

describe("F1-133, F1-134: GET /api/session-control/policies", () => {
  const PATH = "/api/session-control/policies";
  const UNKNOWN = "/api/session-control/nobodies";
  const told = async (response: Response) => {
    const { instance: _, ...body } = await jsonOf(response);
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  };

  test("F1-135: answers the house", async () => {
    const { get } = open();
    const response = await get(PATH, "house");
    expect(response.status).toBe(200);
    expect((await jsonOf(response))["policies"]).toHaveLength(2);
  });

  test.each<CallerName | null>(["admin", "auditor", "ann", "eve", "claw", null])(
    "is not there for %s",
    async (as) => {
      const { get } = open();
      expect(await told(await get(PATH, as))).toEqual(await told(await get(UNKNOWN, as)));
    },
  );

  test("is not there for a wrong token, a query, or another method, and in no document", async () => {
    const { app } = open();
    for (const init of [
      { headers: { authorization: "Bearer claw_no" } },
      { method: "POST" },
      { method: "PUT" },
    ])
      expect(await told(await app.request(PATH, init))).toEqual(await told(await app.request(UNKNOWN, init)));
    expect(await told(await app.request(`${PATH}?a=1`))).toEqual(
      await told(await app.request(`${UNKNOWN}?a=1`)),
    );
    expect(await (await app.request("/openapi.json")).text()).not.toContain("session-control");
    expect(routes.some(({ path }) => path.includes("session-control"))).toBe(false);
  });
});

describe("N1-033, X1-015: GET /api/attention", () => {
  const needy = () => {
    const house = open();
    house.views.commit([
      ["hosts", "h1", host],
      [
        "sessions",
        "s-old",
        sessionRow("s-old", { activity: { type: "systemError", flags: [], sinceAt: NOW - 9_000 } }),
      ],
      [
        "sessions",
        "s-new",
        sessionRow("s-new", { activity: { type: "systemError", flags: [], sinceAt: NOW } }),
      ],
    ]);
    return house;
  };
  const itemsOf = async (house: ReturnType<typeof open>, query = "") => {
    const body = await jsonOf(await house.get(`/api/attention${query}`, "eve"));
    const keys = (body["attention"] as { key: string }[]).map(({ key }) => key);
    return { keys, nextCursor: body["nextCursor"] as string | null };
  };

  test("ranks by kind, then by age", async () => {
    const { keys } = await itemsOf(needy());
    expect(keys.map((key) => key.split("/")[0])).toEqual(["waiting", "waiting", "failing", "failing"]);
    expect(keys.slice(2)).toEqual(["failing/s-old/system", "failing/s-new/system"]);
  });

  test("pages hold each item once", async () => {
    const house = needy();
    const { keys } = await itemsOf(house);
    const found: string[] = [];
    let query: string | null = "?limit=1";
    while (query !== null) {
      const page: Awaited<ReturnType<typeof itemsOf>> = await itemsOf(house, query);
      found.push(...page.keys);
      query = page.nextCursor === null ? null : `?limit=1&cursor=${page.nextCursor}`;
    }
    expect(found).toEqual(keys);
  });

  test("filters by kind and session, and leaves out what is put off", async () => {
    const house = needy();
    expect((await itemsOf(house, "?kind=failing")).keys).toHaveLength(2);
    expect((await itemsOf(house, `?session=${ANNS}`)).keys).toEqual([`waiting/${ANNS}/q1`]);
    const key = "failing/s-old/system";
    house.views.commit([
      [
        "attention",
        key,
        {
          key,
          snoozedUntil: Date.now() + 3_600_000,
          snoozedBy: "ann",
          snoozeReason: "known",
          assignedTo: "bob",
          assignedBy: "ann",
          changedAt: NOW,
        },
      ],
    ]);
    expect((await itemsOf(house, "?kind=failing")).keys).toEqual(["failing/s-new/system"]);
    expect((await itemsOf(house, "?kind=failing&snoozed=1")).keys).toContain(key);
    expect((await itemsOf(house, "?assigned=bob&snoozed=1")).keys).toEqual([key]);
  });
});

describe("N1-032: filters of sessions", () => {
  const house = open();
  house.views.commit([
    [
      "sessions",
      "s-err",
      sessionRow("s-err", { activity: { type: "systemError", flags: [], sinceAt: NOW } }),
    ],
    ["sessions", "s-young", sessionRow("s-young", { createdAt: Date.now() - 1_000, itemCount: 7 })],
  ]);
  const idsOf = async (query: string) => {
    const body = await jsonOf(await house.get(`/api/sessions?${query}`, "eve"));
    return (body["sessions"] as { sessionId: string }[]).map(({ sessionId }) => sessionId);
  };

  test.each([
    ["owner=ann", [ANNS]],
    ["state=failed", ["s-err"]],
    ["attention=waiting", [ANNS, BOBS]],
    ["attention=any", [ANNS, BOBS, "s-err"]],
    ["attention=silent", []],
    ["maxAgeMs=600000", ["s-young"]],
    ["minItems=5", ["s-young"]],
    ["group=default&owner=bob", [BOBS]],
    ["group=nobodies", []],
  ])("%s", async (query, expected) => {
    expect(await idsOf(query)).toEqual(expected);
    expect(await idsOf(`${query}&limit=1`)).toEqual(expected.slice(0, 1));
  });

  test.each(["state=asleep", "attention=bored", "minAgeMs=old"])("%s is refused", async (query) => {
    expect((await house.get(`/api/sessions?${query}`, "eve")).status).toBe(400);
  });
});
