import { Role } from "@claw/events";
import { history, WORLD_BEGINS_AT } from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ApprovalView,
  type Asker,
  CommandView,
  EndpointView,
  HostView,
  LeaseView,
  mayReadTranscripts,
  newSession,
  NO_OVERLAY,
  presentApproval,
  presentCommand,
  presentEndpoint,
  presentHost,
  presentItem,
  presentLease,
  presentSession,
  presentToken,
  presentTurn,
  type SessionRow,
  SessionView,
  TokenView,
  TranscriptItemView,
  TurnView,
  type ViewReader,
} from "../src/index.ts";
import { ALL, readerOf } from "./given.ts";

const RUNS = { numRuns: 60 };
const READERS: readonly Role[] = ["operator", "auditor", "admin", "claw"];
const asker = (role: Role, presentText: Asker["presentText"] = (text) => text): Asker => ({
  principal: { kind: "person", name: "somebody", role },
  presentText,
  nowMs: WORLD_BEGINS_AT + 60_000,
});

const NOWHERE = { host: null, endpoint: null };
const placeOf = (reader: ViewReader, { hostId, endpointId }: SessionRow) => ({
  host: reader.host(hostId),
  endpoint: reader.row("endpoints", `${hostId}/${endpointId}`)?.row ?? null,
});

/** Everything that a reader can show, to one asker. */
function everything(reader: ViewReader, who: Asker) {
  const sessions = reader.sessions({ includeClosed: true }, ALL).rows;
  const sessionViews = sessions.map((row) => presentSession(row, placeOf(reader, row), NO_OVERLAY, who));
  return {
    sessions: sessionViews,
    hosts: reader.hosts(ALL).rows.map((row) => presentHost(row, null, who)),
    endpoints: reader.endpoints({}, ALL).rows.map(presentEndpoint),
    turns: sessions.flatMap(({ sessionId }) =>
      reader.turns(sessionId, ALL).rows.map((row) => presentTurn(row, who)),
    ),
    items: sessions.flatMap(({ sessionId }) =>
      reader.items(sessionId, ALL).rows.map((row) => presentItem(row, who)),
    ),
    approvals: reader
      .approvals({}, ALL)
      .rows.map((row) => presentApproval(row, { hostId: null, ruling: null }, who)),
    tokens: reader.tokens(ALL).rows.map((row) => presentToken(row, who)),
    commands: reader.commands({}, ALL).rows.map((row) => presentCommand(row, who)),
    leases: reader.leases({}, ALL).rows.map(presentLease),
  };
}

const shapes = {
  sessions: SessionView,
  hosts: HostView,
  endpoints: EndpointView,
  turns: TurnView,
  items: TranscriptItemView,
  approvals: ApprovalView,
  tokens: TokenView,
  commands: CommandView,
  leases: LeaseView,
};

it("every row of any history has the outside shape that is published, and nothing beside it", () => {
  fc.assert(
    fc.property(history(60), fc.constantFrom(...Role.options), (entries, role) => {
      const shown = everything(readerOf(entries), asker(role));
      for (const name of Object.keys(shapes) as readonly (keyof typeof shapes)[])
        for (const view of shown[name])
          expect(shapes[name].strict().safeParse(view).error?.issues).toBeUndefined();
    }),
    RUNS,
  );
});

describe("words of transcripts (X1-025, S1-137)", () => {
  it.each(Role.options)("%s reads them, or sees that there are none", (role) => {
    const may = READERS.includes(role);
    expect(mayReadTranscripts(asker(role).principal)).toBe(may);
    let words = 0;
    fc.assert(
      fc.property(history(60), (entries) => {
        const { sessions, items, approvals, turns, commands } = everything(readerOf(entries), asker(role));
        const said = [
          ...sessions.flatMap(({ name, preview, summary, lastItem }) => [
            name,
            preview,
            summary,
            lastItem?.text,
          ]),
          ...items.flatMap(({ text, command, output, tool, paths }) => [
            text,
            command,
            output,
            tool,
            ...paths,
          ]),
          ...approvals.flatMap(({ subject, reason }) => [subject, reason]),
          ...turns.map(({ error }) => error),
          ...commands.map(({ text }) => text),
        ].filter((text) => text !== null && text !== undefined);
        words += said.length;
        if (!may) expect(said).toEqual([]);
      }),
      RUNS,
    );
    expect(words > 0).toBe(may);
  });

  it("pass the last redaction, every one", () => {
    fc.assert(
      fc.property(history(60), (entries) => {
        const { sessions, items, approvals, turns, commands } = everything(
          readerOf(entries),
          asker("admin", () => "[hidden]"),
        );
        for (const { name, preview, summary } of sessions)
          for (const text of [name, preview, summary]) expect([null, "[hidden]"]).toContain(text);
        for (const { text, command, output, tool, paths } of items)
          for (const one of [text, command, output, tool, ...paths])
            expect([null, "[hidden]"]).toContain(one);
        for (const { subject, reason } of approvals)
          for (const text of [subject, reason]) expect([null, "[hidden]"]).toContain(text);
        for (const { text } of commands) expect([null, "[hidden]"]).toContain(text);
        for (const { error } of turns) expect([null, "[hidden]"]).toContain(error);
      }),
      RUNS,
    );
  });
});

const row: SessionRow = {
  ...newSession(
    "thread-1" as SessionRow["sessionId"],
    {
      hostId: "host-a" as SessionRow["hostId"],
      endpointId: "main" as SessionRow["endpointId"],
      workspace: "/workspace/repo",
      repo: "owner/repo",
      branch: "main",
      source: "vscode",
      name: "Parser",
      preview: "first line\nsecond",
    },
    WORLD_BEGINS_AT,
  ),
  activity: { type: "idle", flags: [], sinceAt: WORLD_BEGINS_AT },
};

describe("a session outside", () => {
  const yes = { attached: "yes", evidence: "tui", at: WORLD_BEGINS_AT } as const;

  it("has the specification's eleven keys with their names and types (S1-048 … S1-058)", () => {
    const view = presentSession(row, NOWHERE, { hostHeardAt: null, presence: yes }, asker("admin"));
    expect(view).toMatchObject({
      sessionId: "thread-1",
      endpointId: "main",
      host: "host-a",
      workspace: "/workspace/repo",
      repo: "owner/repo",
      branch: "main",
      source: "vscode",
      status: "idle",
      humanAttached: true,
      lastSeenAt: new Date(WORLD_BEGINS_AT).toISOString(),
      summary: "first line",
    });
  });

  it.each([
    ["yes", true],
    ["no", false],
    ["unknown", null],
  ] as const)("with presence %s has humanAttached %s (S1-056)", (attached, expected) => {
    const overlay = { hostHeardAt: null, presence: { attached, evidence: null, at: null } };
    expect(presentSession(row, NOWHERE, overlay, asker("viewer")).humanAttached).toBe(expected);
  });

  it.each([
    ["live", WORLD_BEGINS_AT + 50_000, 10_000],
    ["stale", WORLD_BEGINS_AT, 60_000],
    ["unknown", WORLD_BEGINS_AT, 60_000],
    ["gone", WORLD_BEGINS_AT, 60_000],
  ] as const)("that is %s was last seen when somebody saw it (S1-057, N1-031)", (state, seenAt, ageMs) => {
    const aged = { ...row, freshness: { state, sinceAt: WORLD_BEGINS_AT, reason: null } };
    const overlay = { ...NO_OVERLAY, hostHeardAt: WORLD_BEGINS_AT + 50_000 };
    const view = presentSession(aged, NOWHERE, overlay, asker("viewer"));
    expect(view.lastSeenAt).toBe(new Date(seenAt).toISOString());
    expect(view.freshness.ageMs).toBe(ageMs);
  });
});

it("a connected host shows what its last heartbeat said, another what was true when it connected", () => {
  const beat = {
    heardAt: WORLD_BEGINS_AT + 50_000,
    rttMs: 3,
    clockOffsetMs: -2,
    isCatchingUp: false,
    outboxDepth: 7,
  };
  const { heardAt: _, isCatchingUp: catchingUp, ...figures } = beat;
  fc.assert(
    fc.property(history(20), (entries) => {
      for (const host of readerOf(entries).hosts(ALL).rows) {
        expect(presentHost(host, beat, asker("viewer"))).toMatchObject({ ...figures, catchingUp });
        expect(presentHost(host, null, asker("viewer")).outboxDepth).toBe(host.outboxDepth);
      }
    }),
    RUNS,
  );
});

it.each([
  ["websocket", "ws://user:pass@host:4500/path?key=x", "ws://host:4500/path?[redacted]"],
  ["unix", "unix:///home/somebody/.codex/app.sock", "unix://[hidden]"],
  ["stdio", "stdio:codex app-server --key x", "stdio:"],
  ["websocket", null, null],
] as const)("an endpoint of %s at %s is shown as %s (X1-024)", (transport, address, shown) => {
  const endpoint = {
    hostId: row.hostId,
    endpointId: row.endpointId,
    storeId: "s",
    transport,
    address,
    codexVersion: null,
    startedByConnector: false,
    unixUser: null,
    isDefault: null,
    state: "ready" as const,
    reason: null,
    sinceAt: WORLD_BEGINS_AT,
    misreadFrames: 0,
  };
  expect(presentEndpoint(endpoint).address).toBe(shown);
});

it("a token never shows what proves it, and says whether it opens anything (X1-029)", () => {
  fc.assert(
    fc.property(history(60), (entries) => {
      const reader = readerOf(entries);
      const digests = reader.tokens(ALL).rows.map(({ tokenDigest }) => tokenDigest);
      const shown = JSON.stringify(everything(reader, asker("admin")).tokens);
      for (const digest of digests) expect(shown).not.toContain(digest);
    }),
    RUNS,
  );
});
