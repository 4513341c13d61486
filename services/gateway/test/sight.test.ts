import type { PageOf, SharingRow } from "@claw/views";
import { SessionId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routes } from "../src/routes/index.ts";
import { pageWhere } from "../src/sight.ts";
import { NOW } from "./fake-house.ts";
import { shareRow } from "./fake-registry.ts";
import { ANNS, BOBS, type CallerName, jsonOf, NOBODYS, pathOf, privateHouse } from "./private-house.ts";

/** Status, headers and body, without what names the one answer. */
async function whole(response: Response): Promise<object> {
  const { instance: _, ...body } = await jsonOf(response);
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
}

const single = routes.filter(
  ({ method, path }) => method === "get" && /\{(session|command|lease|runtime)Id\}/.test(path),
);
const filtered = [
  "/api/commands?session=",
  "/api/leases?session=",
  "/api/approvals?session=",
  "/api/attention?session=",
];

describe("X1-026, X1-005: what one may not see answers like what does not exist", () => {
  const { get } = privateHouse();

  test.each(single.map(({ path }) => path))("GET %s", async (path) => {
    const hidden = await whole(await get(pathOf(path, BOBS), "ann"));
    expect(hidden).toEqual(await whole(await get(pathOf(path, NOBODYS), "ann")));
    expect(hidden).toMatchObject({ status: 404 });
    expect((await get(pathOf(path, ANNS), "ann")).status).not.toBe(404);
  });

  test.each(filtered)("GET %s", async (path) => {
    expect(await whole(await get(path + BOBS, "ann"))).toEqual(await whole(await get(path + NOBODYS, "ann")));
  });

  test.each([
    { type: "session.send", text: "go on" },
    { type: "session.interrupt" },
    { type: "session.stop", reason: "enough" },
    { type: "lease.acquire", ttlMs: 30_000 },
    { type: "share.break_glass", reason: "to look" },
  ])("POST $type", async (command) => {
    const { post, submitted } = privateHouse();
    const asked = (sessionId: string) => ({ ...command, commandId: "c1", target: { sessionId } });
    const told = async (sessionId: string) =>
      JSON.stringify(await whole(await post(asked(sessionId), "ann"))).replaceAll(sessionId, "-");
    expect(await told(BOBS)).toBe(await told(NOBODYS));
    expect(submitted).toEqual([]);
  });
});

const LISTS = ["sessions", "approvals", "commands", "leases", "policies"] as const;
const sessionsIn = (rows: readonly { readonly sessionId?: string }[]): readonly (string | undefined)[] =>
  rows.map(({ sessionId }) => sessionId).toSorted();

async function seenIn(house: ReturnType<typeof privateHouse>, list: string, as: CallerName) {
  const body = await jsonOf(await house.get(`/api/${list}`, as));
  return sessionsIn(body[list] as readonly { readonly sessionId?: string }[]);
}

describe("X1-026: lists hold what the caller may see", () => {
  const house = privateHouse();

  test.each(LISTS)("/api/%s", async (list) => {
    expect(await seenIn(house, list, "ann")).toEqual([ANNS]);
    expect(await seenIn(house, list, "bob")).toEqual([BOBS]);
    expect(await seenIn(house, list, "eve")).toEqual([]);
    expect(await seenIn(house, list, "admin")).toEqual([ANNS, BOBS]);
    expect(await seenIn(house, list, "claw")).toEqual([ANNS, BOBS]);
  });

  test("in a house that is open to all, everybody sees everything", async () => {
    const open = privateHouse("fleet");
    for (const list of LISTS) expect(await seenIn(open, list, "eve")).toEqual([ANNS, BOBS]);
  });

  test("totals count what the caller sees", async () => {
    const fleetOf = async (as: CallerName) => (await jsonOf(await house.get("/api/fleet", as)))["fleet"];
    expect(await fleetOf("ann")).toMatchObject({
      totals: { sessions: 2, vnc: 1 },
      egress: { policyCount: 1 },
    });
    expect(await fleetOf("eve")).toMatchObject({
      totals: { sessions: 0 },
      egress: { policyCount: 0 },
      sessions: [],
    });
    expect(await fleetOf("admin")).toMatchObject({ totals: { sessions: 4 }, egress: { policyCount: 2 } });
  });

  test("of others' sessions an admin and an auditor see that they are there, and no words", async () => {
    for (const as of ["admin", "auditor"] as const) {
      const { session } = await jsonOf(await house.get(`/api/sessions/${ANNS}`, as));
      expect(session).toMatchObject({ sessionId: ANNS, name: null, preview: null, purpose: null });
      expect((await house.get(`/api/sessions/${ANNS}/transcript`, as)).status).toBe(403);
      const { approval } = await jsonOf(await house.get(`/api/approvals/${ANNS}/q1`, as));
      expect(approval).toMatchObject({ kind: "command", subject: null });
    }
  });
});

const glass: SharingRow = {
  kind: "glass",
  sessionId: SessionId.parse(ANNS),
  by: "the admin",
  until: Date.now() + 3_600_000,
  reason: "an incident",
  sinceAt: NOW,
};

describe("X1-026: what was shared", () => {
  test("is seen by who it was shared with until it is over or taken back", async () => {
    const { get, share } = privateHouse();
    const status = async () => (await get(`/api/sessions/${ANNS}`, "bob")).status;
    expect(await status()).toBe(404);
    share(shareRow(ANNS, "bob", { until: 1 }));
    expect(await status()).toBe(404);
    share(shareRow("ann", "bob", { scope: "owner" }));
    expect(await status()).toBe(200);
  });

  test("an admin reads words for as long as the glass is broken", async () => {
    const { get, share } = privateHouse();
    share(glass);
    expect((await get(`/api/sessions/${ANNS}/transcript`, "admin")).status).toBe(200);
    share({ ...glass, sessionId: SessionId.parse(BOBS), until: 1 });
    expect((await get(`/api/sessions/${BOBS}/transcript`, "admin")).status).toBe(403);
  });

  test("only a controller acts on it", async () => {
    const { post, share, submitted } = privateHouse();
    const send = { type: "session.send", commandId: "c9", target: { sessionId: ANNS }, text: "go on" };
    share(shareRow(ANNS, "bob"));
    const refused = await post(send, "bob");
    expect([refused.status, (await jsonOf(refused))["code"]]).toEqual([403, "forbidden"]);
    expect(submitted).toEqual([]);
    share(shareRow(ANNS, "bob", { level: "controller" }));
    expect((await post(send, "bob")).status).toBe(200);
    expect(submitted).toEqual(["session.send"]);
  });

  test("what one does not see one cannot share: whose it is policy says", async () => {
    const { post, submitted } = privateHouse();
    const grant = (id: string) => ({
      type: "share.grant",
      commandId: "c8",
      scope: "session",
      id,
      to: "eve",
      level: "viewer",
    });
    const told = async (id: string) =>
      JSON.stringify(await whole(await post(grant(id), "bob"))).replaceAll(id, "-");
    expect(await told(ANNS)).toBe(await told(NOBODYS));
    expect(submitted).toEqual([]);
    expect((await post(grant(BOBS), "bob")).status).toBe(200);
    expect((await post(grant(BOBS), "admin")).status).toBe(200);
  });

  test("halting is held up by no sight", async () => {
    const { post, submitted } = privateHouse();
    const halt = { type: "switch.set", commandId: "c7", scope: "session", id: ANNS, reason: "now" };
    expect((await post({ ...halt, state: "halted" }, "bob")).status).toBe(200);
    expect((await post({ ...halt, state: "running" }, "bob")).status).toBe(404);
    expect(submitted).toEqual(["switch.set"]);
  });
});

describe("pages of what is seen", () => {
  const numbers = fc.uniqueArray(fc.nat(400), { maxLength: 120 });

  test("hold every row that passes, once, are full, and end without a cursor", () => {
    fc.assert(
      fc.property(
        numbers,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 7 }),
        (rows, limit, nth) => {
          const read = ({ limit: most, cursor }: { limit: number; cursor: string | null }) => {
            const from = Number(cursor ?? 0);
            const end = from + most;
            return { rows: rows.slice(from, end), nextCursor: end < rows.length ? String(end) : null };
          };
          const passes = (row: number): boolean => row % nth === 0;
          const wanted = rows.filter(passes);
          const found: number[] = [];
          let cursor: string | null = null;
          do {
            const page: PageOf<number> = pageWhere({ limit, cursor }, read, passes);
            found.push(...page.rows);
            expect(page.rows.length).toBe(Math.min(limit, wanted.length - found.length + page.rows.length));
            cursor = page.nextCursor;
          } while (cursor !== null);
          expect(found).toEqual(wanted);
        },
      ),
    );
  });
});
