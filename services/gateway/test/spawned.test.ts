/** Sessions that work by themselves, what Codex asks in them, and what they may do: as people and programs see it through HTTP. */
import { type Command, CommandId, HostId, position, requestedSession, SessionId, TurnId } from "@claw/events";
import { newBearer, systemClocks } from "@claw/runtime";
import type { ApprovalView, CommandRow, ProgressView, RulesView, SessionRow, SessionView } from "@claw/views";
import type { GateVerdict } from "@claw/wire";
import { describe, expect, test } from "vitest";
import { CommandAnswer } from "../src/routes/command-answer.ts";
import { makeWaiters } from "../src/waiting/waiters.ts";
import {
  approvalRow,
  commandRow,
  endpointRow,
  ENTRY,
  fakePorts,
  host,
  makeFakeViews,
  NOW,
  operator,
  outcomeOf,
  sessionRow,
  tokenOf,
} from "./fake-house.ts";
import { isCaughtUp, openLive } from "./live-client.ts";
import { appOf, running, tokenChange } from "./running.ts";

const viewer = tokenOf("viewer");
const admin = tokenOf("operator");
const clocks = { ...systemClocks, wallMs: () => NOW + 1_000 };
const p1 = CommandId.parse("p1");
const asked = requestedSession(p1);
const thread = SessionId.parse("s1");
const spawn = {
  commandId: p1,
  purpose: "count the words",
  parentSessionId: null,
  rootSessionId: thread,
  createdBy: operator,
  hostId: HostId.parse("h1"),
  isAttachable: true,
};
const report = {
  state: "working",
  phase: "reading",
  percent: 40,
  note: "half of it\nis read",
  at: NOW,
} as const;
const spawned = (more: Partial<SessionRow> = {}): SessionRow =>
  sessionRow(thread, { spawn, purpose: "count the words", progress: report, ...more });
const requested = (more: Partial<SessionRow> = {}): SessionRow =>
  sessionRow(asked, { spawn: { ...spawn, isAttachable: false }, lifecycle: "provisioning", ...more });
const bound = requested({ lifecycle: "ready", boundTo: thread });
const command = (more: Partial<CommandRow> = {}): CommandRow =>
  commandRow("p1", {
    commandType: "session.spawn",
    sessionId: asked,
    act: {
      kind: "spawn",
      workspace: "/srv/one",
      purpose: "count the words",
      forkOf: null,
      settings: { model: null, sandbox: null, approvalPolicy: null },
    },
    ...more,
  });

function house() {
  const views = makeFakeViews();
  views.commit([tokenChange(admin.row), tokenChange(viewer.row)]);
  views.commit([
    ["sessions", asked, bound],
    ["sessions", thread, spawned()],
    ["hosts", "h1", host],
    ["endpoints", "h1/main", endpointRow],
    ["reports", thread, { sessionId: thread, reports: [{ ...report, percent: 10 }, report] }],
    ["approvals", "s1/0-a", approvalRow("0-a")],
    [
      "approvals",
      "s1/1-b",
      approvalRow("1-b", {
        closedAt: NOW,
        how: "answered",
        decision: { answer: "decline", by: operator, at: NOW, commandId: p1, reason: "no" },
      }),
    ],
    ["approvals", "s2/0-a", approvalRow("0-a", { sessionId: SessionId.parse("s2"), isOurs: false })],
    [
      "rules",
      "ruling/command/global",
      {
        kind: "ruling",
        scope: "global",
        id: null,
        questionKind: "command",
        answer: "ask",
        waitMs: 60_000,
        pattern: null,
        until: null,
        reason: "people first",
        by: operator,
        sinceAt: NOW,
      },
    ],
    [
      "rules",
      "grant/spawn/session/s1",
      {
        kind: "grant",
        right: "spawn",
        scope: "session",
        id: "s1",
        state: "open",
        until: null,
        reason: "trusted",
        by: operator,
        sinceAt: NOW,
      },
    ],
  ]);
  const heard: Command[] = [];
  const accepted: GateVerdict = { decision: "accepted", entryId: ENTRY, position: position(7) };
  const { ports, whisper } = fakePorts({
    reader: views.reader,
    submit: (one) => {
      heard.push(one);
      return accepted;
    },
  });
  const waiters = makeWaiters(ports.reader);
  return { views, ports, whisper, heard, waiters, app: appOf(ports, clocks, undefined, waiters) };
}
type House = ReturnType<typeof house>;

async function get<Body>(path: string, bearer = admin.bearer, on: House = house()): Promise<Body> {
  const response = await on.app.request(path, { headers: { authorization: `Bearer ${bearer}` } });
  expect(response.status).toBe(200);
  return (await response.json()) as Body;
}
const post = (on: House, query: string, body: object) =>
  on.app.request(`/api/commands${query}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${admin.bearer}`, "content-type": "application/json" },
  });

describe("a session that somebody asked for", () => {
  test("S1-109 S1-110 S1-058 says who made it, what for, how far it is, and how to attach", async () => {
    const { session } = await get<{ session: SessionView }>("/api/sessions/s1");
    expect(session).toMatchObject({
      lifecycle: "ready",
      spawn: {
        commandId: "p1",
        purpose: "count the words",
        createdBy: { name: "the operator" },
        isAttachable: true,
      },
      purpose: "count the words",
      progress: { state: "working", percent: 40, note: "half of it\nis read" },
      summary: "half of it",
      attach: {
        command: "codex --remote unix:// resume s1",
        remoteCommand: "ssh box -t codex --remote unix:// resume s1",
        reason: null,
      },
    });
  });

  test.each(["", "/transcript", "/progress", "/events"])(
    "answers under its first name: %s (DESIGN 14.16)",
    async (path) => {
      const on = house();
      expect(await get(`/api/sessions/${asked}${path}`, admin.bearer, on)).toEqual(
        await get(`/api/sessions/s1${path}`, admin.bearer, on),
      );
    },
  );

  test("S1-166 what it said of itself is listed, oldest first", async () => {
    const { reports } = await get<{ reports: ProgressView[] }>("/api/sessions/s1/progress");
    expect(reports.map(({ percent }) => percent)).toEqual([10, 40]);
    const headers = { authorization: `Bearer ${admin.bearer}` };
    expect((await house().app.request("/api/sessions/s9/progress", { headers })).status).toBe(404);
  });

  test("X1-025 its words are not for those who may not read transcripts", async () => {
    const { session } = await get<{ session: SessionView }>("/api/sessions/s1", viewer.bearer);
    expect(session).toMatchObject({
      purpose: null,
      summary: null,
      spawn: { purpose: null, commandId: "p1" },
    });
    expect(session.progress).toMatchObject({ note: null, phase: null, percent: 40 });
    const { reports } = await get<{ reports: ProgressView[] }>("/api/sessions/s1/progress", viewer.bearer);
    expect(reports.map(({ note, phase }) => note ?? phase)).toEqual([null, null]);
  });

  test("X1-024 no path of its host's sockets is told", async () => {
    const on = house();
    on.views.commit([["endpoints", "h1/main", { ...endpointRow, isDefault: false }]]);
    const { session } = await get<{ session: SessionView }>("/api/sessions/s1", admin.bearer, on);
    expect(session.attach).toMatchObject({ command: null, reason: "not_default" });
    expect(JSON.stringify(session)).not.toContain("x.sock");
  });

  test("a live snapshot shows it once; that it has its thread is told to who saw it without", async () => {
    const on = house();
    const gateway = await running(on.ports);
    const open = (query: string) =>
      openLive(gateway.port, query, { authorization: `Bearer ${admin.bearer}` });
    const fresh = open("?views=sessions");
    await fresh.until(isCaughtUp);
    expect(fresh.frames.flatMap(({ key }) => key ?? [])).toEqual(["s1"]);
    const resumed = open("?views=sessions&after=1");
    await resumed.until(isCaughtUp);
    expect(resumed.frames.flatMap(({ key, row }) => (key === null ? [] : [[key, row?.["boundTo"]]]))).toEqual(
      [
        [asked, thread],
        ["s1", null],
      ],
    );
    on.views.commit([["sessions", "req-p9", sessionRow("req-p9")]]);
    on.views.commit([["sessions", thread, spawned({ turnCount: 1 })]]);
    on.whisper();
    await resumed.until((frames) => frames.at(-1)?.position === 4);
    expect(resumed.frames.map(({ key }) => key)).not.toContain("req-p9");
    const named = open(`?views=sessions&session=${asked}`);
    await named.until(isCaughtUp);
    expect(named.frames.flatMap(({ key }) => key ?? [])).toEqual(["s1"]);
    for (const { socket } of [fresh, resumed, named]) socket.terminate();
    await gateway.stop();
  });

  test("S1-131 the key of a thread opens nothing here", async () => {
    const { app } = house();
    const { bearer } = newBearer("mcp");
    for (const path of ["/api/sessions", "/api/approvals", "/api/commands"])
      expect((await app.request(path, { headers: { authorization: `Bearer ${bearer}` } })).status).toBe(401);
  });
});

describe("asking for one (S1-082, S1-104)", () => {
  const body = { type: "session.spawn", commandId: "p1", workspace: "/srv/one", text: "Count the words." };
  const done = {
    outcome: outcomeOf("succeeded", { mode: "spawn", turnId: TurnId.parse("T1") }),
    spawnedSessionId: thread,
  };
  const answerOf = async (response: Response) => CommandAnswer.strict().parse(await response.json());
  async function waiting({ waiters }: House): Promise<void> {
    while (waiters.size() === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  function move(on: House, row: CommandRow): void {
    on.views.commit([["commands", "p1", row]]);
    on.waiters.wake();
  }

  test("the verdict names the session at once, under the name that answers for it from then on", async () => {
    const on = house();
    expect(await answerOf(await post(on, "", body))).toMatchObject({
      decision: "accepted",
      sessionId: asked,
    });
    expect(on.heard[0]).toMatchObject({ type: "session.spawn", hostId: null, settings: { model: null } });
    expect((await answerOf(await post(on, "?dryRun=1", body))).sessionId).toBeUndefined();
  });

  test("S1-107 wait=turn is the end of its first turn, and says its thread", async () => {
    const on = house();
    const response = post(on, "?wait=turn", body);
    await waiting(on);
    move(on, command());
    move(on, command({ ...done, turnStatus: "inProgress" }));
    move(on, command({ ...done, turnStatus: "completed", turnEndedAt: NOW }));
    const settled = await response;
    expect(settled.status).toBe(200);
    expect(await answerOf(settled)).toMatchObject({
      sessionId: "s1",
      mode: "spawn",
      turnId: "T1",
      turnStatus: "completed",
    });
  });

  test("wait=outcome is that its first turn has begun; what failed says why, and that it has no thread", async () => {
    const on = house();
    const response = post(on, "?wait=outcome", body);
    await waiting(on);
    move(on, command({ ...done, turnStatus: "inProgress" }));
    expect(await answerOf(await response)).toMatchObject({ sessionId: "s1", turnStatus: "inProgress" });
    const vain = house();
    const late = post(vain, "?wait=turn", body);
    await waiting(vain);
    move(vain, command({ outcome: outcomeOf("failed", { code: "workspace_missing" }) }));
    expect(await answerOf(await late)).toMatchObject({
      sessionId: asked,
      outcome: "failed",
      failure: { code: "workspace_missing", remedy: expect.any(String) },
    });
  });

  test.each([
    { type: "session.fork", target: { sessionId: "s1" }, text: "And now in French." },
    { type: "session.resume", target: { sessionId: "s1" } },
    { type: "session.stop", target: { sessionId: "s1" }, reason: "enough" },
    { type: "approval.decide", target: { sessionId: "s1", requestId: "0-a" }, answer: "decline", text: "no" },
    { type: "policy.grant", right: "spawn", state: "open", scope: "session", id: "s1", reason: "trusted" },
    { type: "policy.approvals", answer: "ask", waitMs: 60_000, scope: "global", reason: "people first" },
    { type: "progress.report", state: "done", text: "all of it" },
  ])("$type goes to policy as it is, which decides", async (one) => {
    const on = house();
    const response = await post(on, "", { ...one, commandId: "c9" });
    expect([response.status, on.heard.map(({ type }) => type)]).toEqual([200, [one.type]]);
    const { sessionId } = await answerOf(response);
    expect(sessionId).toBe(one.type === "session.fork" ? "req-c9" : undefined);
  });
});

describe("N1-025 what Codex asks", () => {
  const list = async (query: string, bearer = admin.bearer) =>
    (await get<{ approvals: ApprovalView[] }>(`/api/approvals${query}`, bearer)).approvals;

  test("is one inbox of all sessions, by state and by session, with age, subject and answers", async () => {
    const ids = async (query: string) =>
      (await list(query)).map(({ sessionId, requestId }) => `${sessionId}/${requestId}`);
    expect(await ids("?state=open")).toEqual(["s1/0-a", "s2/0-a"]);
    expect(await ids("?state=closed")).toEqual(["s1/1-b"]);
    expect(await ids("?session=s2")).toEqual(["s2/0-a"]);
    const [open] = await list("?state=open");
    expect(open).toMatchObject({
      hostId: "h1",
      subject: "rm -r build",
      availableDecisions: ["accept", "decline"],
      isOurs: true,
      ruledBy: { answer: "ask", scope: "global" },
      deadlineAt: new Date(NOW + 60_000).toISOString(),
      decision: null,
    });
    expect(open?.ageMs).toBe(1_000);
  });

  test("policy has no say in a person's turn, and none in what is closed", async () => {
    for (const one of [...(await list("?session=s2")), ...(await list("?state=closed"))])
      expect(one).toMatchObject({ ruledBy: null, deadlineAt: null });
  });

  test("is read one by one, and says who decided and why", async () => {
    const { approval } = await get<{ approval: ApprovalView }>("/api/approvals/s1/1-b");
    expect(approval).toMatchObject({
      how: "answered",
      decision: { answer: "decline", by: { name: "the operator" }, commandId: "p1", reason: "no" },
    });
    const { app } = house();
    const none = await app.request("/api/approvals/s1/9-z", {
      headers: { authorization: `Bearer ${admin.bearer}` },
    });
    expect([none.status, await none.json()]).toMatchObject([
      404,
      { code: "not_found", facts: { kind: "approval" } },
    ]);
  });

  test("X1-025 shows its words to those who may read transcripts alone", async () => {
    for (const { subject, reason, detail, decision } of await list("", viewer.bearer))
      expect([subject, reason, detail, decision?.reason ?? null]).toEqual([null, null, null, null]);
  });
});

test("S1-131 S1-132 the rules say what sessions may do and how questions are answered", async () => {
  const { rules } = await get<{ rules: RulesView }>("/api/rules", viewer.bearer);
  expect(rules.grants).toMatchObject([
    { right: "spawn", scope: "session", id: "s1", state: "open", reason: "trusted" },
  ]);
  expect(rules.approvals).toMatchObject([
    { scope: "global", kind: "command", answer: "ask", waitMs: 60_000 },
  ]);
});
