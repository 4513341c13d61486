/** X1-005, X1-026: what is shown by a name is shown to the person of that name, and to nobody who only has the same one: no Claw, and no reader that is bound to a root. */
import { type GroupId, HostId, type Principal, SessionId } from "@claw/events";
import type { PageAsk, SessionFilter, SharingRow } from "@claw/views";
import { describe, expect, test } from "vitest";
import { seesChange } from "../src/sight.ts";
import { commandRow, endpointRow, host, sessionRow, tokenOf } from "./fake-house.ts";
import { egressRow, shareRow } from "./fake-registry.ts";
import { ANNS, BOBS, type CallerName, jsonOf, person, privateHouse } from "./private-house.ts";
import { tokenChange } from "./running.ts";

/** Who is called ann, and is not Ann: a reader of Bob's tree, and a Claw of a group that looks after nothing. */
const NAMESAKES = {
  bound: { ...person("ann", "viewer"), root: SessionId.parse(BOBS) },
  claw: { kind: "claw", name: "ann", role: "claw", group: "other" as never },
} as const satisfies Readonly<Record<string, Principal>>;

function seenBy(principal: Principal, visibility: "private" | "fleet") {
  const house = privateHouse(visibility);
  const token = tokenOf(principal.role, { principal });
  house.views.commit([tokenChange(token.row)]);
  house.views.commit([["egress", "box-1", egressRow("box-1", { owner: "ann" })]]);
  const get = async (path: string) =>
    house.app.request(path, { headers: { authorization: `Bearer ${token.bearer}` } });
  const list = async (name: string) => (await jsonOf(await get(`/api/${name}`)))[name] as readonly object[];
  return { ...house, get, list };
}

describe.each([
  ["bound", "private"],
  ["bound", "fleet"],
  ["claw", "private"],
] as const)("somebody else of the same name (%s) in a %s house", (who, visibility) => {
  const { list, get, views } = seenBy(NAMESAKES[who], visibility);

  test.each(["commands", "leases", "policies", "sessions", "runtimes", "archives"])(
    "sees nothing of Ann's in /api/%s",
    async (name) => expect(JSON.stringify(await list(name))).not.toMatch(/ann|anns1|box-1/),
  );

  test("is told of none of her mappings, shares and policies", () => {
    const house = { reader: () => views.reader, clocks: { wallMs: Date.now } as never, visibility };
    const sees = seesChange(house, { principal: NAMESAKES[who] });
    const changed = (view: string, row: object) => sees({ view, key: "k", position: 1, row } as never);
    expect(changed("owners", { hostId: "h1", unixUser: "ann", owner: "ann" })).toBe(false);
    expect(changed("shares", shareRow(ANNS, "ann"))).toBe(false);
    expect(changed("shares", shareRow(ANNS, "eve", { by: "ann" }))).toBe(false);
    expect(changed("egress", egressRow("box-1", { owner: "ann" }))).toBe(false);
  });

  test("is told of nothing of her session", async () => {
    expect((await get(`/api/sessions/${ANNS}/record`)).status).toBe(404);
    expect((await get(`/api/commands/c-${ANNS}`)).status).toBe(404);
    expect((await get(`/api/leases/l-${ANNS}`)).status).toBe(404);
  });
});

describe.each(["private", "fleet"] as const)("X1-005 who is bound to a root, in a %s house", (visibility) => {
  const { list, get, views, share } = seenBy(NAMESAKES.bound, visibility);
  const other = HostId.parse("h2");
  views.commit([
    ["hosts", "h2", { ...host, hostId: other }],
    ["endpoints", "h2/main", { ...endpointRow, hostId: other }],
  ]);

  test("knows of the hosts of its tree alone", async () => {
    for (const name of ["hosts", "endpoints"])
      expect(await list(name), name).toMatchObject([{ hostId: "h1" }]);
    expect((await get("/api/hosts/h1")).status).toBe(200);
    expect((await get("/api/hosts/h2")).status).toBe(404);
    const { session } = await jsonOf(await get(`/api/sessions/${BOBS}`));
    expect(session).toMatchObject({ hostId: "h1", host: host.hostname });
  });

  test("is shown no figures of the whole house", async () => {
    expect((await get("/metrics")).status).toBe(403);
  });

  test("is told nothing of whom its tree was shared with", async () => {
    share(shareRow(BOBS, "ann") as SharingRow);
    expect((await jsonOf(await get(`/api/sessions/${BOBS}/record`)))["record"]).toMatchObject({ shares: [] });
  });
});

test.each([
  ["default", 200],
  ["other", 404],
] as const)(
  "a Claw of the same name in the group %s sees of what that one asked: %s",
  async (group, status) => {
    const night = (of: string) =>
      ({ kind: "claw", name: "night", role: "claw", group: of as GroupId }) as const;
    const { get, views } = seenBy(night(group), "private");
    const theirs = { sessionId: SessionId.parse(ANNS), hostId: HostId.parse("h9") };
    views.commit([["sessions", ANNS, sessionRow(ANNS, { hostId: HostId.parse("h9") })]]);
    views.commit([["hosts", "h9", { ...host, hostId: theirs.hostId, group: "third" as GroupId }]]);
    views.commit([["commands", "c9", commandRow("c9", { ...theirs, principal: night("default") })]]);
    expect((await get("/api/commands/c9")).status).toBe(status);
    expect((await get(`/api/sessions/${ANNS}`)).status).toBe(404);
  },
);

describe("X1-025 a name that is hidden is not found by guessing", () => {
  const searched = async (visibility: "private" | "fleet", as: CallerName) => {
    const { views, get } = privateHouse(visibility);
    const { sessions } = views.reader;
    const filters: SessionFilter[] = [];
    Object.assign(views.reader, {
      sessions: (filter: SessionFilter, page: PageAsk) => {
        filters.push(filter);
        return sessions(filter, page);
      },
    });
    await get("/api/sessions?search=takeover", as);
    return filters.at(-1)?.searchNames;
  };

  test.each([
    ["private", "admin", false],
    ["private", "auditor", false],
    ["private", "eve", false],
    ["private", "bound", false],
    ["private", "ann", true],
    ["private", "claw", true],
    ["fleet", "admin", true],
    ["fleet", "eve", false],
    ["fleet", "bound", false],
  ] as const)("in a %s house %s searches names: %s", async (visibility, as, expected) => {
    expect(await searched(visibility, as)).toBe(expected);
  });
});
