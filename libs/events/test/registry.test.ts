/** What callers may register, and what has no place in it (F1-086…F1-109, ADR 0014). */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  AttachUrl,
  AttentionKey,
  Command,
  GithubRepo,
  HostName,
  kindOf,
  Lifecycle,
  sha256,
} from "../src/index.ts";

const commandId = "c1";
const AT = 1_800_000_000_000;
const egress = {
  type: "egress.register",
  commandId,
  sandboxId: "sandbox-1",
  allowedHosts: ["api.example.invalid"],
  githubCredentialSource: "session",
  hasGithubToken: true,
  hasGithubRepoNodeId: false,
  hasOpenaiOrg: false,
};
const runtime = {
  type: "runtime.register",
  commandId,
  runtimeId: "run-1",
  runtime: "container",
  backing: "vnc",
  status: "ready",
};
const update = { type: "runtime.update", commandId, runtimeId: "run-1", revision: 1, changes: {} };
const checkpoint = {
  type: "checkpoint.register",
  commandId,
  target: { sessionId: "s1" },
  checkpointId: "cp-1",
  kind: "workspace",
  bytes: 0,
  madeAt: AT,
};
const part = { bytes: 1, digest: sha256("part") };
const signIn = {
  type: "record.signin",
  commandId,
  signInId: "signin-1",
  digest: sha256("cookie"),
  principal: { kind: "person", name: "alice", role: "viewer" },
  how: "oidc",
  tokenId: null,
  until: AT,
};
const archive = {
  type: "record.archive",
  commandId,
  sessionId: "s1",
  version: 1,
  position: 1,
  events: 0,
  status: "stopped",
  failure: null,
  isFinal: true,
  parts: { events: part, transcript: part, summary: part },
};
const all = [
  egress,
  runtime,
  update,
  checkpoint,
  signIn,
  archive,
  { type: "owner.map", commandId, hostId: "h1", unixUser: "svc", owner: null },
  { type: "record.archive_deleted", commandId, sessionId: "s1", version: 1, reason: "old" },
  { type: "record.signout", commandId, signInId: "signin-1", reason: "signed out" },
  { type: "share.grant", commandId, scope: "owner", id: "alice", to: "bob", level: "viewer" },
  { type: "share.break_glass", commandId, target: { sessionId: "s1" }, reason: "an incident" },
  { type: "attention.snooze", commandId, key: "waiting/s1/q1", until: null, reason: "later" },
  { type: "attention.assign", commandId, key: "waiting/s1/q1", to: null },
];

describe("F1-104…F1-109: what has no place", () => {
  const forbidden = [
    "githubTokenCiphertext",
    "githubToken",
    "openaiApiKey",
    "openaiOrg",
    "openaiOrgId",
    "internalToken",
    "storageKey",
    "openaiBaseUrl",
    "sessionToken",
    "__proto__x",
  ];
  test.each(all)("$type is read, and any key that it does not know is refused by name", (command) => {
    expect(Command.safeParse(command).error?.issues).toBeUndefined();
    for (const key of forbidden) {
      const read = Command.safeParse({ ...command, [key]: "x" });
      expect(read.error?.issues[0], key).toMatchObject({ code: "unrecognized_keys", keys: [key] });
    }
  });
  it("also among the changes of a runtime, and inside a target", () => {
    for (const key of forbidden) {
      const nested = [
        { ...update, changes: { [key]: "x" } },
        { ...checkpoint, target: { sessionId: "s1", [key]: "x" } },
      ];
      for (const command of nested)
        expect(Command.safeParse(command).error?.issues[0]).toMatchObject({ keys: [key] });
    }
  });
  it("F1-011 F1-038 F1-093…F1-103 an egress policy has these fields and no others", () => {
    const kind = kindOf("egress.registered");
    const read = kind?.data.parse({
      ...egress,
      sessionId: null,
      aliases: [],
      owner: null,
      githubRepo: null,
      openaiBaseUrlHost: null,
    });
    expect(Object.keys(read as object).sort()).toEqual([
      "aliases",
      "allowedHosts",
      "githubCredentialSource",
      "githubRepo",
      "hasGithubRepoNodeId",
      "hasGithubToken",
      "hasOpenaiOrg",
      "openaiBaseUrlHost",
      "owner",
      "sandboxId",
      "sessionId",
    ]);
  });
  it("what was left out is nobody's and nothing", () => {
    expect(Command.parse(egress)).toMatchObject({
      sessionId: null,
      aliases: [],
      owner: null,
      githubRepo: null,
    });
    expect(Command.parse(runtime)).toMatchObject({
      repo: null,
      branch: null,
      owner: null,
      attachUrl: null,
      vnc: false,
      leaseId: null,
      leaseUntil: null,
      sandboxId: null,
      hostId: null,
    });
  });
});

describe("names and places", () => {
  const repo = "acme/shop";
  it.each([
    [
      "a host name",
      HostName,
      ["a", "api.example.invalid", "*.example.invalid", "xn--bcher-kva.example", "127.0.0.1"],
    ],
    ["owner/name", GithubRepo, [repo, "a-b/c.d_e-f", "A/B"]],
    [
      "where to attach",
      AttachUrl,
      ["codex+ssh://host-1/main/thread-1", "ssh://box.example.invalid", "https://[::1]:8443/a/~b"],
    ],
    [
      "a key of attention",
      AttentionKey,
      ["waiting/s1/q1", "over_budget/host-1/cmd_1", "silent/s1/turn-1800000000000"],
    ],
  ] as const)("%s is read", (_what, schema, good) => {
    for (const text of good) expect(schema.safeParse(text).success, text).toBe(true);
  });
  it.each([
    [
      "a host name",
      HostName,
      [
        "",
        "api.example.invalid:443",
        "user@api.example.invalid",
        "https://api.example.invalid",
        "api.example.invalid/path",
        "api.example.invalid?key=1",
        "API.example.invalid",
        "*",
        "a.*.b",
        "-a",
        "a-",
        "a..b",
        "a b",
        "a\n",
        `${"a".repeat(64)}.example`,
        "a.".repeat(127) + "aa",
      ],
    ],
    [
      "owner/name",
      GithubRepo,
      ["shop", "/shop", "acme/", "acme/shop/more", "https://github.com/acme/shop", "acme/sh op", "-a/b"],
    ],
    [
      "where to attach",
      AttachUrl,
      [
        "http://box/a",
        "javascript:alert(1)",
        "https://user:pass@box/a",
        "https://user@box/a",
        "https://box/a?token=1",
        "https://box/a#token",
        "https://box/a%2f",
        "https://",
        " https://box/a",
        "https://box/a\nb",
        `https://box/${"a".repeat(1_024)}`,
      ],
    ],
    [
      "a key of attention",
      AttentionKey,
      [
        "waiting",
        "waiting/s1",
        "Waiting/s1/q",
        "waiting/S1/q",
        "waiting/s1/",
        "waiting/s1/a/b",
        `waiting/s1/${"a".repeat(129)}`,
      ],
    ],
  ] as const)("what is no %s is refused", (_what, schema, bad) => {
    for (const text of bad) expect(schema.safeParse(text).success, text).toBe(false);
  });
  it("DESIGN 14.22 no attach URL has a userinfo, a query or a fragment, whatever is tried", () => {
    const piece = fc.constantFrom(
      "https://",
      "ssh://",
      "box",
      ":",
      "@",
      "/",
      "?",
      "#",
      "a=b",
      "%40",
      "[",
      "]",
      "..",
      "\\",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join("");
        if (!AttachUrl.safeParse(text).success) return;
        expect(text).not.toMatch(/[@?#%\\\s]/);
      }),
    );
  });
  it("a runtime is not said to be expired: that follows from its lease (F1-143)", () => {
    for (const status of Lifecycle.options)
      expect(Command.safeParse({ ...runtime, status }).success, status).toBe(status !== "expired");
  });
});
