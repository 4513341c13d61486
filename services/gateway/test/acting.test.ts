/** What was asked of the house, who may write, and by what rules it lives: as lists, one by one, and live. */
import { SessionId } from "@claw/events";
import type { CommandView, LeaseView, RulesView } from "@claw/views";
import { describe, expect, test } from "vitest";
import {
  commandRow,
  fakePorts,
  leaseRow,
  makeFakeViews,
  NOW,
  operator,
  outcomeOf,
  sessionRow,
  tokenOf,
} from "./fake-house.ts";
import { isCaughtUp, openLive } from "./live-client.ts";
import { appOf, running, tokenChange } from "./running.ts";

const admin = tokenOf("admin");
const viewer = tokenOf("viewer");
const done = { outcome: outcomeOf("failed", { code: "turn_mismatch", facts: { activeTurnId: "T2" } }) };
const refusal = {
  decision: "refused",
  act: null,
  code: "halted",
  rule: "switch",
  facts: { scope: "global" },
} as const;

function house() {
  const views = makeFakeViews();
  views.commit([tokenChange(admin.row), tokenChange(viewer.row), ["sessions", "s1", sessionRow("s1")]]);
  views.commit([
    ["commands", "c1", commandRow("c1")],
    ["commands", "c2", commandRow("c2", done)],
    ["commands", "c3", commandRow("c3", refusal)],
    [
      "commands",
      "c4",
      commandRow("c4", { sessionId: SessionId.parse("s2"), principal: { ...operator, name: "eve" } }),
    ],
    ["leases", "l1", leaseRow("l1", { state: "inForce", grantedAt: NOW })],
    ["leases", "l2", leaseRow("l2", { state: "ended", how: "lapsed", endedAt: NOW })],
    [
      "rules",
      "limit/hops",
      { kind: "limit", name: "hops", value: 2, reason: "less", by: operator, sinceAt: NOW },
    ],
    [
      "rules",
      "switch/global/",
      { kind: "switch", scope: "global", id: null, state: "halted", reason: "stop", by: null, sinceAt: NOW },
    ],
  ]);
  const { ports, whisper } = fakePorts({ reader: views.reader });
  return { views, ports, whisper, app: appOf(ports) };
}
const get = async (path: string, bearer = admin.bearer) => {
  const response = await house().app.request(path, { headers: { authorization: `Bearer ${bearer}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const commandsOf = (body: Record<string, unknown>) =>
  (body["commands"] as readonly CommandView[]).map(({ commandId }) => commandId);

describe("commands", () => {
  test.each([
    ["", ["c1", "c2", "c3", "c4"]],
    ["?state=open", ["c1", "c4"]],
    ["?state=closed", ["c2", "c3"]],
    ["?decision=refused", ["c3"]],
    ["?session=s2", ["c4"]],
    ["?host=h2", []],
    ["?principal=eve&state=open", ["c4"]],
  ] as const)("S1-179 the list %s", async (query, expected) => {
    expect(commandsOf((await get(`/api/commands${query}`)).body)).toEqual(expected);
  });

  test("are paged, and say where the views stood", async () => {
    const first = await get("/api/commands?limit=3");
    expect([commandsOf(first.body).length, first.body["position"]]).toEqual([3, 2]);
    const rest = await get(`/api/commands?limit=3&cursor=${String(first.body["nextCursor"])}`);
    expect([commandsOf(rest.body), rest.body["nextCursor"]]).toEqual([["c4"], null]);
  });

  test("N1-042 one says what became of it, why, and the way out", async () => {
    const failed = (await get("/api/commands/c2")).body["command"] as CommandView;
    expect(failed).toMatchObject({ decision: "accepted", state: "closed", outcome: "failed" });
    expect(failed.failure).toMatchObject({ code: "turn_mismatch", facts: { activeTurnId: "T2" } });
    expect(failed.failure?.remedy).toContain("facts.activeTurnId");
    const said = (await get("/api/commands/c3")).body["command"] as CommandView;
    expect(said.refusal).toMatchObject({ code: "halted", rule: "switch", facts: { scope: "global" } });
    expect((await get("/api/commands/c9")).body).toMatchObject({
      code: "not_found",
      facts: { kind: "command" },
    });
  });

  test("X1-025 the text is not for viewers; S1-137 it passes the last redaction", async () => {
    const textFor = async (bearer: string) =>
      ((await get("/api/commands/c1", bearer)).body["command"] as CommandView).text;
    expect([await textFor(admin.bearer), await textFor(viewer.bearer)]).toEqual(["go on", null]);
    const secret = ["ghp", "0123456789abcdefghijABCDEFGHIJ012345"].join("_");
    const { views, app } = house();
    views.commit([
      [
        "commands",
        "c1",
        commandRow("c1", {
          text: secret,
          outcome: outcomeOf("failed", { code: "x", facts: { said: secret } }),
        }),
      ],
    ]);
    const answer = await app.request("/api/commands/c1", {
      headers: { authorization: `Bearer ${admin.bearer}` },
    });
    expect(await answer.text()).not.toContain(secret);
  });

  test.each(["?state=ajar", "?decision=maybe", "?session=s1&session=s2", "?target=s1", "?cursor=x"])(
    "%s is 400",
    async (query) => {
      expect((await get(`/api/commands${query}`)).status).toBe(400);
    },
  );
});

test("leases are listed by state, and one is read by its id", async () => {
  const ids = async (query: string) =>
    ((await get(`/api/leases${query}`)).body["leases"] as readonly LeaseView[]).map(({ leaseId }) => leaseId);
  expect([await ids(""), await ids("?state=inForce")]).toEqual([["l1", "l2"], ["l1"]]);
  expect((await get("/api/leases/l2")).body["lease"]).toMatchObject({ state: "ended", how: "lapsed" });
  expect((await get("/api/leases/l9")).body).toMatchObject({ code: "not_found", facts: { kind: "lease" } });
});

test("S1-130 the rules: every limit with its default, and what is halted", async () => {
  const { body } = await get("/api/rules", viewer.bearer);
  const rules = body["rules"] as RulesView;
  expect(rules.limits.find(({ name }) => name === "hops")).toMatchObject({
    value: 2,
    default: 4,
    reason: "less",
    by: { kind: "person", name: "the operator" },
  });
  expect(rules.switches).toMatchObject([{ scope: "global", id: null, reason: "stop", by: null }]);
  expect(body["position"]).toBe(2);
});

describe("live", () => {
  const keysOf = (frames: readonly { readonly kind: string | null; readonly key: string | null }[]) =>
    frames.flatMap(({ kind, key }) => (kind === "commands" || kind === "leases" ? [key] : []));

  test("what is open comes first, what was over is history; every change is told (N1-006)", async () => {
    const { views, ports, whisper } = house();
    const gateway = await running(ports);
    const live = openLive(gateway.port, "", { authorization: `Bearer ${viewer.bearer}` });
    await live.until(isCaughtUp);
    expect(keysOf(live.frames)).toEqual(["c1", "c4", "l1"]);
    views.commit([["commands", "c1", commandRow("c1", done)]]);
    whisper();
    await live.until((frames) => frames.at(-1)?.position === 3);
    const last = live.frames.at(-1);
    expect(last).toMatchObject({
      type: "change",
      kind: "commands",
      key: "c1",
      row: { outcome: "failed", text: null },
    });
    live.socket.terminate();
    const resumed = openLive(gateway.port, "?after=1", { authorization: `Bearer ${admin.bearer}` });
    await resumed.until(isCaughtUp);
    expect(keysOf(resumed.frames)).toEqual(["c2", "c3", "c4", "l1", "l2", "c1"]);
    resumed.socket.terminate();
    await gateway.stop();
  });

  test("of one session, when one is asked for", async () => {
    const { ports } = house();
    const gateway = await running(ports);
    const live = openLive(gateway.port, "?views=commands,leases&session=s2", {
      authorization: `Bearer ${admin.bearer}`,
    });
    await live.until(isCaughtUp);
    expect(keysOf(live.frames)).toEqual(["c4"]);
    live.socket.terminate();
    await gateway.stop();
  });
});
