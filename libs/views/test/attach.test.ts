/** The command by which a person attaches, or why there is none (S1-111, S1-112, N1-021, W-42). */
import type { EndpointId, HostId, SessionId } from "@claw/events";
import { describe, expect, test } from "vitest";
import { AttachView, type EndpointRow, newSession, presentAttach, type SessionRow } from "../src/index.ts";
import { AT } from "./acting.ts";

const hostId = "h1" as HostId;
const endpointId = "local" as EndpointId;
const session: SessionRow = newSession(
  "01a1faf2-c227-76a1-8af9-b956bcb096d2" as SessionId,
  { hostId, endpointId, source: "vscode", name: "count the words" },
  AT,
);
const endpoint: EndpointRow = {
  hostId,
  endpointId,
  storeId: "store",
  transport: "unix",
  address: "unix://[hidden]",
  codexVersion: "0.169.0",
  startedByConnector: true,
  unixUser: null,
  isDefault: true,
  state: "ready",
  reason: null,
  sinceAt: AT,
  misreadFrames: 0,
};
const host = { hostname: "box-1.example.org" };
const attach = (
  of: Partial<SessionRow> = {},
  at: Partial<EndpointRow> | null = {},
  on: { readonly hostname: string | null } | null = host,
): AttachView =>
  AttachView.strict().parse(
    presentAttach({ ...session, ...of }, on, at === null ? null : { ...endpoint, ...at }),
  );

const COMMAND = "codex --remote unix:// resume 01a1faf2-c227-76a1-8af9-b956bcb096d2";

test("is told for the host itself, and over ssh", () => {
  expect(attach()).toEqual({
    command: COMMAND,
    remoteCommand: `ssh box-1.example.org -t ${COMMAND}`,
    reason: null,
    detail: null,
  });
});

describe("a host's name reaches no shell unless it is one (DESIGN 14.22)", () => {
  test.each([
    "-oProxyCommand=id",
    "box;id",
    "box id",
    "$(id)",
    "`id`",
    "a'b",
    "",
    "box\n",
    ".",
    "-",
    "a".repeat(300),
    "\u202ebox",
  ])("%j", (hostname) => {
    expect(attach({}, {}, { hostname })).toMatchObject({ command: COMMAND, remoteCommand: null });
  });
  test("and an unknown host has none", () => {
    expect(attach({}, {}, null).remoteCommand).toBeNull();
    expect(attach({}, {}, { hostname: null }).remoteCommand).toBeNull();
  });
});

describe("N1-021 where it is not known to work, the reason stands in its place", () => {
  const rows: readonly (readonly [
    string,
    AttachView["reason"],
    Partial<SessionRow>,
    Partial<EndpointRow> | null,
  ])[] = [
    ["no thread yet", "no_thread", { lifecycle: "provisioning" }, {}],
    ["asked for in vain", "failed", { lifecycle: "failed" }, {}],
    ["archived", "closed", { closed: "archived" }, {}],
    ["deleted", "closed", { closed: "deleted" }, {}],
    ["neither name nor turn", "not_kept", { name: null }, {}],
    ["no endpoint", "endpoint_unknown", {}, null],
    ["an endpoint that is down", "endpoint_down", {}, { state: "down" }],
    ["a child process", "own_process", {}, { transport: "stdio", isDefault: false }],
    ["a websocket", "not_default", {}, { transport: "websocket", isDefault: false }],
    ["a socket of its own (X1-024)", "not_default", {}, { isDefault: false }],
    ["a connector that does not say", "not_default", {}, { isDefault: null }],
    ["an older Codex", "codex_version", {}, { codexVersion: "0.168.9" }],
    ["a Codex that does not say", "codex_version", {}, { codexVersion: null }],
    ["a Codex that says nonsense", "codex_version", {}, { codexVersion: "0.169x.1" }],
  ];
  test.each(rows)("%s", (_title, reason, of, at) => {
    const shown = attach(of, at);
    expect(shown).toMatchObject({ command: null, remoteCommand: null, reason });
    expect(shown.detail).toMatch(/^[A-Z].*\.$/);
    expect(JSON.stringify(shown)).not.toContain("/");
  });

  test.each([
    ["a turn and no name", { name: null, turnCount: 1 }, {}],
    ["spoken to before it was watched", { name: null, preview: "hello" }, {}],
    ["not in memory: Codex reads it again", { closed: "unloaded" }, {}],
    ["a newer Codex", {}, { codexVersion: "0.170.1" }],
    ["a Codex past its first", {}, { codexVersion: "1.0.0" }],
    ["an endpoint that is about to end", {}, { state: "draining" }],
  ] as const)("but it is told for %s", (_title, of, at) => {
    expect(attach(of, at).command).toBe(COMMAND);
  });
});
