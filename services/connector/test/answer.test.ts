/** What an answer comes to, cell by cell, and what people and rules are shown of a question. */
import type { Inbound } from "@claw/codex-rpc/protocol";
import { Answer, isQuestionKind } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectOf, isOurs, replyTo, standingOf } from "../src/domain/answer.ts";
import { askedAs, answered } from "../src/domain/approvals.ts";
import { filesIn } from "../src/domain/files-seen.ts";
import { questionOf, type Request, requestIdOf, textsOf } from "../src/domain/question.ts";
import { observe, loses } from "../src/domain/session-state.ts";
import { described, NOW, plain, scale } from "./support.ts";

const turn = { threadId: "s1", turnId: "t1" };
const item = { ...turn, itemId: "i1", startedAtMs: 1 };
type Known = Extract<Inbound, { kind: "request"; known: true }>;
const ask = <Method extends string>(method: Method, params: object, id: string | number = 0) =>
  ({ kind: "request", known: true, id, method, params }) as unknown as Known;

const commandAsked = (over: object = {}) =>
  ask("item/commandExecution/requestApproval", { ...item, command: "git status", cwd: "/repo", ...over });
const filesAsked = (over: object = {}) =>
  ask("item/fileChange/requestApproval", { ...item, reason: null, grantRoot: null, ...over });
const wanted = { network: { enabled: true }, fileSystem: { read: null, write: ["/x"] } };
const permissionsAsked = (over: object = {}) =>
  ask("item/permissions/requestApproval", { ...item, cwd: "/repo", permissions: wanted, ...over });
const meta = { codex_approval_kind: "mcp_tool_call", tool_name: "mutate", tool_params: { x: "1" } };
const form = { type: "object", properties: {} };
const toolAsked = (over: object = {}) =>
  ask("mcpServer/elicitation/request", {
    ...turn,
    serverName: "gw",
    mode: "form",
    _meta: meta,
    message: 'Allow the gw MCP server to run tool "mutate"?',
    requestedSchema: form,
    ...over,
  });

const read = (request: Request) => questionOf(request, null, plain);
const reply = (request: Request, answer: Answer) => {
  const mapped = replyTo(read(request), { answer, subjectDigest: null });
  return mapped.type === "reply" ? mapped.reply.result : mapped.code;
};

describe("the reply to a question (PROTOCOL §4, N1-027)", () => {
  const none = "answer_not_offered";
  it.each<[string, Request, Record<Answer, unknown>]>([
    [
      "a command",
      commandAsked(),
      {
        accept: { decision: "accept" },
        accept_for_session: { decision: "acceptForSession" },
        decline: { decision: "decline" },
        cancel: { decision: "cancel" },
      },
    ],
    [
      "a command that offers less",
      commandAsked({ availableDecisions: ["accept", { acceptWithExecpolicyAmendment: {} }, "cancel"] }),
      {
        accept: { decision: "accept" },
        accept_for_session: none,
        decline: { decision: "decline" },
        cancel: { decision: "cancel" },
      },
    ],
    [
      "a command that offers nothing",
      commandAsked({ availableDecisions: [] }),
      { accept: none, accept_for_session: none, decline: { decision: "decline" }, cancel: none },
    ],
    [
      "a file change",
      filesAsked(),
      {
        accept: { decision: "accept" },
        accept_for_session: { decision: "acceptForSession" },
        decline: { decision: "decline" },
        cancel: { decision: "cancel" },
      },
    ],
    [
      "permissions (N1-026)",
      permissionsAsked(),
      {
        accept: { permissions: wanted, scope: "turn" },
        accept_for_session: { permissions: wanted, scope: "session" },
        decline: { permissions: {}, scope: "turn" },
        cancel: none,
      },
    ],
    [
      "a tool",
      toolAsked(),
      {
        accept: { action: "accept", content: {}, _meta: null },
        accept_for_session: none,
        decline: { action: "decline", content: null, _meta: null },
        cancel: { action: "cancel", content: null, _meta: null },
      },
    ],
  ])("to %s", (_what, request, expected) => {
    const given = Object.fromEntries(Answer.options.map((answer) => [answer, reply(request, answer)]));
    expect(given).toEqual(expected);
  });

  it.each<[string, Request, string]>([
    ["a form of an MCP server", toolAsked({ _meta: null }), "foreignElicitation"],
    ["another form of Codex", toolAsked({ _meta: { codex_approval_kind: "other" } }), "foreignElicitation"],
    [
      "a form that says it is a tool's, and wants to be filled in",
      toolAsked({ requestedSchema: { type: "object", properties: { password: { type: "string" } } } }),
      "foreignElicitation",
    ],
    ["a web address", toolAsked({ mode: "url", url: "https://x.example" }), "foreignElicitation"],
    ["a question to a person", ask("item/tool/requestUserInput", { ...item, questions: [] }), "userInput"],
    ["a checkpoint for people alone", commandAsked({ kind: "humanCommand" }), "humanCommand"],
    ["a method of a later Codex", ask("item/novel/requestApproval", item), "item/novel/requestApproval"],
    [
      "a question that could not be read",
      { kind: "request", known: false, id: 0, method: "item/fileChange/requestApproval", params: item },
      "fileChange",
    ],
  ])("is none to %s, whoever asks for it (N1-015)", (_what, request, kind) => {
    expect(read(request).kind).toBe(kind);
    for (const answer of Answer.options) expect(reply(request, answer)).toBe("not_answerable");
    expect(isQuestionKind(kind)).toBe(kind === "fileChange");
  });

  it("is none where another subject is asked by now, or the permissions cannot be read (S20)", () => {
    const shown = read(commandAsked()).digest;
    const now = read(commandAsked({ command: "git push" }));
    expect(replyTo(now, { answer: "accept", subjectDigest: shown })).toMatchObject({
      code: "approval_changed",
    });
    expect(reply(permissionsAsked({ permissions: ["all"] }), "accept")).toEqual({
      permissions: {},
      scope: "turn",
    });
  });
});

describe("the digest of a question (S20)", () => {
  it("is the same however often it is repeated, and another for anything else that is asked", () => {
    const first = read(commandAsked());
    expect(read({ ...commandAsked({ startedAtMs: 99 }), id: 7 }).digest).toBe(first.digest);
    const others = [
      commandAsked({ command: "git status " }),
      commandAsked({ cwd: "/other" }),
      commandAsked({ itemId: "i2" }),
      commandAsked({ turnId: "t2" }),
      commandAsked({ threadId: "s2" }),
      commandAsked({ approvalId: "a" }),
      filesAsked(),
    ].map((request) => read(request).digest);
    expect(new Set([...others, first.digest]).size).toBe(others.length + 1);
  });

  it("holds the files of a change, which its question does not", () => {
    const files = (diff: string) =>
      filesIn(
        { type: "fileChange", id: "i1", changes: [{ path: "/repo/a", kind: { type: "add" }, diff }] },
        plain,
      );
    const digests = [files("one"), files("two"), null].map(
      (seen) => questionOf(filesAsked(), seen, plain).digest,
    );
    expect(new Set(digests).size).toBe(3);
  });

  it("is there for any parameters that JSON can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.double(), (value, number) => {
        const request: Request = {
          kind: "request",
          known: false,
          id: 1,
          method: "novel",
          params: { threadId: "s1", value, number },
        };
        expect(read(request).digest).toMatch(/^[0-9a-f]{64}$/);
        const { state } = observe(null, described("s1"), null, NOW);
        expect(askedAs(state, read(request), plain, NOW, null).facts).toHaveLength(1);
      }),
      { numRuns: 100 * scale },
    );
  });
});

describe("what is shown of a question", () => {
  const shown = (request: Request, files: Parameters<typeof textsOf>[1] = null) =>
    textsOf(questionOf(request, files, plain), files, plain);
  const change = (changes: readonly object[]) => filesIn({ type: "fileChange", id: "i1", changes }, plain);

  it("is what is asked, exactly", () => {
    expect(shown(commandAsked({ reason: "why" }))).toEqual({
      subject: "git status",
      reason: "why",
      detail: null,
    });
    expect(shown(permissionsAsked())).toMatchObject({
      subject: JSON.stringify(wanted),
      detail: JSON.stringify(wanted, null, 2),
    });
    expect(shown(toolAsked()).subject).toBe('Allow the gw MCP server to run tool "mutate"?\n{"x":"1"}');
    const files = change([{ path: "/repo/a.ts", kind: { type: "update" }, diff: "-1\n+2\n" }]);
    expect(shown(filesAsked(), files)).toMatchObject({
      subject: "/repo/a.ts",
      detail: "update /repo/a.ts\n-1\n+2\n",
    });
  });

  it.each<[string, Request, Parameters<typeof textsOf>[1]]>([
    ["several files", filesAsked(), change([{ path: "/repo/a" }, { path: "/etc/passwd" }])],
    [
      "a file that moves",
      filesAsked(),
      change([{ path: "/repo/a", kind: { type: "update", move_path: "/etc/x" } }]),
    ],
    ["a path that leads elsewhere", filesAsked(), change([{ path: "/repo/../etc/passwd" }])],
    ["a path from nowhere", filesAsked(), change([{ path: "a" }])],
    ["a folder with all in it", filesAsked({ grantRoot: "/repo/" }), null],
    ["input to a terminal", commandAsked({ kind: "writeStdin", command: "/repo/x" }), null],
    [
      "the network",
      commandAsked({ command: "/repo/x", networkApprovalContext: { host: "evil.example" } }),
      null,
    ],
    [
      "a command with rights beyond the sandbox",
      commandAsked({ command: "/repo/x", additionalPermissions: { fileSystem: { write: ["/"] } } }),
      null,
    ],
    ["a hidden direction", commandAsked({ command: "/repo/\u202egpj.exe" }), null],
    ["more than is shown", commandAsked({ command: `/repo/${"x".repeat(20_000)}` }), null],
  ])("does not begin like what a rule accepts where it is %s", (_what, request, files) => {
    expect(shown(request, files).subject).toMatch(/^\[/);
  });

  it.each<[string, Request]>([
    ["a right that is not known here", commandAsked({ command: "/repo/x", runAs: "root" })],
    ["another machine", commandAsked({ command: "/repo/x", environmentId: "prod-7" })],
    ["more of a tool", toolAsked({ alsoRun: "mutate" })],
    ["more of permissions", permissionsAsked({ host: "prod-7" })],
    ["nothing, in a command that says that it is not", commandAsked({ command: "[not shown in full] x" })],
  ])("S20 is not shown in full where it asks for %s", (_what, request) => {
    expect(shown(request).subject).toMatch(/^\[(not shown in full|command)\] /);
  });

  it("is shown in full with all that changes nothing, and with what is nothing", () => {
    const more = {
      commandActions: [{ type: "unknown" }],
      proposedExecpolicyAmendment: ["x"],
      approvalId: "1",
    };
    const request = commandAsked({ command: "x", environmentId: "local", newer: null, ...more });
    expect(shown(request).subject).toBe("x");
  });

  it("tells a command from what it is written like", () => {
    const network = { host: "api.example", protocol: "https" };
    const { subject } = shown(commandAsked({ command: null, networkApprovalContext: network }));
    expect(subject).toMatch(/^\[network\] /);
    const forged = `${subject}; rm -rf /repo`;
    expect(shown(commandAsked({ command: forged })).subject).toBe(`[command] ${forged}`);
    expect(shown(commandAsked({ command: "[ -f a ] && make" })).subject).toBe("[ -f a ] && make");
  });

  it("is not the clean rest where something was taken out of it", () => {
    const stripping = (text: string) => ({ text: text.replaceAll("EVIL", ""), cutBytes: 0 });
    const request = commandAsked({ command: "EVILgit status" });
    expect(textsOf(questionOf(request, null, stripping), null, stripping).subject).toBe(
      "[not shown in full] git status",
    );
  });
});

describe("whose turn it is (N1-015)", () => {
  it.each<[boolean, readonly (string | null)[], boolean]>([
    [true, ["claw:a"], true],
    [true, ["claw:a", "claw:b"], true],
    [false, ["claw:a", null], true],
    [false, ["claw:a", "0199-uuid"], true],
    [false, [null, "claw:a"], true],
    [false, [], true],
    [false, ["claw:a"], false],
  ])("%s for %j, read to its end: %s", (expected, clientIds, isWhole) => {
    expect(isOurs({ clientIds, isWhole })).toBe(expected);
  });
});

describe("where a question stands", () => {
  const { state: seen } = observe(null, described("s1"), null, NOW);
  const question = read(commandAsked());
  const { requestId } = question;
  const open = askedAs(seen, question, plain, NOW, null).state;

  it("follows what was heard of it", () => {
    expect(standingOf(requestId, new Map([[requestId, question]]), open)).toEqual({ type: "open", question });
    expect(standingOf(requestId, new Map(), open)).toEqual({ type: "unseen", isKnown: true });
    expect(standingOf(requestId, null, seen)).toEqual({ type: "unseen", isKnown: false });
    const lost = loses(open, "closed_by_server", NOW).state;
    expect(standingOf(requestId, null, lost)).toMatchObject({ how: "endpoint_lost", mayReturn: true });
    const back = askedAs(lost, question, plain, NOW, null);
    expect(back.facts).toHaveLength(1);
    const done = answered(back.state, 0, NOW).state;
    expect(standingOf(requestId, new Map(), done)).toEqual({
      type: "closed",
      how: "answered",
      mayReturn: false,
    });
  });

  it("is forgotten only behind the newest 64", () => {
    let state = open;
    for (let id = 1; id <= 64; id += 1) {
      const other = read({ ...commandAsked(), id });
      state = answered(
        askedAs(answered(state, id - 1, NOW).state, other, plain, NOW, null).state,
        id,
        NOW,
      ).state;
    }
    expect(state.closedApprovals).toHaveLength(64);
    expect(standingOf(requestId, null, state)).toEqual({ type: "unseen", isKnown: false });
  });
});

describe("what a turn shows of an answer", () => {
  const requestId = requestIdOf(0, "t1", "i1");
  it.each<[Answer, string, string | null, boolean | null]>([
    ["decline", "inProgress", "declined", true],
    ["decline", "completed", "completed", false],
    ["decline", "completed", null, null],
    ["accept", "inProgress", "completed", true],
    ["accept", "inProgress", "failed", true],
    ["accept_for_session", "completed", "declined", false],
    ["cancel", "interrupted", "declined", true],
    ["cancel", "completed", "declined", false],
    ["cancel", "inProgress", "declined", false],
  ])("%s, turn %s, item %s: %s", (answer, status, itemStatus, expected) => {
    const items = [
      { id: "i0", status: "completed" },
      { id: "i1", status: itemStatus },
    ];
    expect(effectOf({ requestId, answer }, { turnId: "t1", status }, items)).toBe(expected);
  });
});
