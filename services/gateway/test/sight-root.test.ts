/** X1-005: "service reads require the exact root". A token that is bound to a root reads its tree; what is outside answers as what does not exist, in an open house too. */
import { SessionId } from "@claw/events";
import { describe, expect, test } from "vitest";
import { tokenOf } from "./fake-house.ts";
import { ANNS, BOBS, jsonOf, NOBODYS, privateHouse } from "./private-house.ts";
import { tokenChange } from "./running.ts";

const boundTo = (root: string) =>
  tokenOf("viewer", {
    principal: { kind: "person", name: "the pipeline", role: "viewer", root: SessionId.parse(root) },
  });

function readerOf(visibility: "fleet" | "private", root = ANNS) {
  const { app, views, submitted } = privateHouse(visibility);
  const token = boundTo(root);
  views.commit([tokenChange(token.row)]);
  const headers = { authorization: `Bearer ${token.bearer}`, "content-type": "application/json" };
  return {
    submitted,
    get: async (path: string) => app.request(path, { headers }),
    post: async (body: object) =>
      app.request("/api/commands", { method: "POST", headers, body: JSON.stringify(body) }),
  };
}

const whole = async (response: Response) => {
  const { instance: _, ...body } = await jsonOf(response);
  return { status: response.status, headers: Object.fromEntries(response.headers), body };
};

describe.each(["fleet", "private"] as const)("X1-005 in a %s house", (visibility) => {
  const { get, post, submitted } = readerOf(visibility);

  test.each([
    (id: string) => `/api/sessions/${id}`,
    (id: string) => `/api/commands/c-${id}`,
    (id: string) => `/api/commands?session=${id}`,
    (id: string) => `/api/approvals?session=${id}`,
  ])("%#: what is outside answers as what does not exist", async (path) => {
    const hidden = await whole(await get(path(BOBS)));
    const nothing = await whole(await get(path(NOBODYS)));
    expect(JSON.stringify(hidden).replaceAll(BOBS, NOBODYS)).toBe(JSON.stringify(nothing));
    expect(await whole(await get(path(ANNS)))).not.toEqual(nothing);
  });

  test("the root itself is read, and what is foreign is 404", async () => {
    expect((await get(`/api/sessions/${ANNS}`)).status).toBe(200);
    expect((await get(`/api/sessions/${BOBS}`)).status).toBe(404);
  });

  test("lists and totals hold its tree alone", async () => {
    for (const list of ["sessions", "approvals", "commands", "leases", "policies"]) {
      const rows = (await jsonOf(await get(`/api/${list}`)))[list] as readonly { sessionId?: string }[];
      expect(
        rows.map(({ sessionId }) => sessionId),
        list,
      ).toEqual([ANNS]);
    }
    const { fleet } = await jsonOf(await get("/api/fleet"));
    expect(fleet).toMatchObject({ totals: { sessions: 1 }, sessions: [{ id: ANNS }] });
  });

  test("nothing foreign is asked of policy, and nothing of it is in the answer", async () => {
    const asked = { type: "session.interrupt", commandId: "c1" };
    const told = await whole(await post({ ...asked, target: { sessionId: BOBS } }));
    const nothing = await whole(await post({ ...asked, target: { sessionId: NOBODYS } }));
    expect(JSON.stringify(told).replaceAll(BOBS, NOBODYS)).toBe(JSON.stringify(nothing));
    expect(submitted).toEqual([]);
  });
});

test("X1-005 a root that is not this one opens nothing", async () => {
  const { get } = readerOf("fleet", NOBODYS);
  expect((await get(`/api/sessions/${ANNS}`)).status).toBe(404);
  expect(await jsonOf(await get("/api/sessions"))).toMatchObject({ sessions: [] });
});
