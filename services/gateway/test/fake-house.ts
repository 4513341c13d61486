/** A house in memory: views that change when a test says so, a feed that whispers it, a gate with a script, and a log of entries. */
import { hash } from "node:crypto";
import {
  CommandId,
  DEFAULT_GROUP,
  EndpointId,
  type EntryId,
  HostId,
  type OutcomeWord,
  position,
  type Principal,
  type Role,
  SessionId,
  TokenId,
  TurnId,
} from "@claw/events";
import type { Logged } from "@claw/eventlog";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newBearer, noDiagnostics, systemClocks } from "@claw/runtime";
import type {
  ApprovalRow,
  ChangedRow,
  CommandFilter,
  CommandRow,
  EndpointRow,
  HostRow,
  LeaseRow,
  Outcome,
  PageAsk,
  PageOf,
  RuleRow,
  SessionRow,
  TokenRow,
  ViewName,
  ViewReader,
  ViewRows,
} from "@claw/views";
import { BadCursor, isOpenCommand, newSession } from "@claw/views";
import type { Gate, GateVerdict } from "@claw/wire";
import { Effect, Stream } from "effect";
import type { GatewayPorts } from "../src/index.ts";
import { makeFakeFeed } from "./fake-feed.ts";
import { registryOver } from "./fake-registry.ts";

/** The entry of a decision, as policy names it. */
export const ENTRY = "decision/c1" as EntryId;
export const NOW = 1_790_000_000_000;

interface Stored {
  readonly position: number;
  readonly row: ViewRows[ViewName];
}

/** Rows by view and key, changed one entry at a time. */
export function makeFakeViews() {
  const tables = new Map<ViewName, Map<string, Stored>>();
  const state = { position: 0 };
  const table = (view: ViewName): Map<string, Stored> => {
    const known = tables.get(view) ?? new Map<string, Stored>();
    tables.set(view, known);
    return known;
  };
  const rows = <Name extends ViewName>(view: Name): readonly ViewRows[Name][] =>
    [...table(view).values()].map(({ row }) => row as ViewRows[Name]);
  const row = <Name extends ViewName>(view: Name, key: string): ChangedRow<Name> | null => {
    const stored = table(view).get(key);
    return stored === undefined
      ? null
      : { view, key, position: position(stored.position), row: stored.row as ViewRows[Name] };
  };
  const reader: ViewReader = {
    position: () => position(state.position),
    sessions: (filter, ask) =>
      page(
        rows("sessions").filter(
          (one) =>
            (filter.hostId === undefined || one.hostId === filter.hostId) &&
            (filter.search === undefined || one.sessionId.includes(filter.search)),
        ),
        ask,
      ),
    session: (id) => {
      const found = row("sessions", id)?.row ?? null;
      return (found?.boundTo ? row("sessions", found.boundTo)?.row : null) ?? found;
    },
    reports: (id) => row("reports", id)?.row.reports ?? [],
    hosts: (ask) => page(rows("hosts"), ask),
    host: (id) => row("hosts", id)?.row ?? null,
    endpoints: (_filter, ask) => page(rows("endpoints"), ask),
    items: (id, ask) =>
      page(
        rows("items").filter((item) => item.sessionId === id),
        ask,
      ),
    turns: (id, ask) =>
      page(
        rows("turns").filter((turn) => turn.sessionId === id),
        ask,
      ),
    approvals: ({ state, sessionId }, ask) =>
      page(
        rows("approvals").filter(
          (one) =>
            (state === undefined || (one.closedAt === null) === (state === "open")) &&
            (sessionId === undefined || one.sessionId === sessionId),
        ),
        ask,
      ),
    approval: (sessionId, requestId) => row("approvals", `${sessionId}/${requestId}`)?.row ?? null,
    tokens: (ask) => page(rows("tokens"), ask),
    token: (id) => row("tokens", id)?.row ?? null,
    threadKey: (id) => row("threadKeys", id)?.row ?? null,
    rightOf: () => "closed",
    rulingOf: (kind) => {
      const found = row("rules", `ruling/${kind}/global`)?.row;
      return found?.kind === "ruling" ? found : null;
    },
    commands: (filter, ask) =>
      page(
        rows("commands").filter((one) => isOfQuestion(one, filter)),
        ask,
      ),
    command: (id) => row("commands", id)?.row ?? null,
    leases: (filter, ask) =>
      page(
        rows("leases").filter((one) => filter.state === undefined || one.state === filter.state),
        ask,
      ),
    lease: (id) => row("leases", id)?.row ?? null,
    rules: (kind, ask) =>
      page(
        rows("rules").filter((one): one is Extract<RuleRow, { kind: typeof kind }> => one.kind === kind),
        ask,
      ),
    quarantine: (ask) => page([], ask),
    ...registryOver({
      position: () => state.position,
      rows,
      one: (view, key) => row(view, key)?.row ?? null,
      changed: () => [...tables].flatMap(([view, stored]) => changes(view, stored)),
      page,
    }),
    row,
    changedAfter: (views, after, limit) =>
      changedAfter(
        views.flatMap((view) => changes(view, table(view))),
        after,
        limit,
      ),
  };
  return {
    reader,
    /** One entry: all these rows change at the next position. */
    commit: (changed: readonly (readonly [ViewName, string, ViewRows[ViewName]])[]): number => {
      state.position += 1;
      for (const [view, key, value] of changed)
        table(view).set(key, { position: state.position, row: value });
      return state.position;
    },
    all: () => [...tables].flatMap(([view, stored]) => changes(view, stored)),
  };
}

const isOfQuestion = (row: CommandRow, filter: CommandFilter): boolean =>
  (filter.state === undefined || isOpenCommand(row) === (filter.state === "open")) &&
  (filter.sessionId === undefined || row.sessionId === filter.sessionId) &&
  (filter.hostId === undefined || row.hostId === filter.hostId) &&
  (filter.decision === undefined || row.decision === filter.decision) &&
  (filter.principal === undefined || row.principal.name === filter.principal);

const changes = (view: ViewName, stored: ReadonlyMap<string, Stored>): readonly ChangedRow[] =>
  [...stored].map(([key, { position: at, row }]) => ({ view, key, position: position(at), row }));

/** Whole positions, like the real reader. */
function changedAfter(all: readonly ChangedRow[], after: number, limit: number): readonly ChangedRow[] {
  const later = all.filter((row) => row.position > after).sort((a, b) => a.position - b.position);
  const end = later[limit - 1]?.position ?? Number.POSITIVE_INFINITY;
  return later.filter((row) => row.position <= end);
}

function page<Row>(rows: readonly Row[], { limit, cursor }: PageAsk): PageOf<Row> {
  if (cursor !== null && !/^\d{1,6}$/.test(cursor)) throw new BadCursor();
  const from = Number(cursor ?? 0);
  const end = from + limit;
  return { rows: rows.slice(from, end), nextCursor: end < rows.length ? String(end) : null };
}

/** A bearer and its row, as policy would have recorded it. */
export function tokenOf(
  role: Role,
  options: Partial<TokenRow> = {},
): { readonly bearer: string; readonly row: TokenRow } {
  const { tokenId, bearer } = newBearer("api");
  const principal: Principal = { kind: role === "claw" ? "claw" : "person", name: `the ${role}`, role };
  const row: TokenRow = {
    tokenId: TokenId.parse(tokenId),
    tokenDigest: hash("sha256", bearer, "hex"),
    principal,
    hostId: null,
    createdAt: NOW,
    until: null,
    revokedAt: null,
    ...options,
  };
  return { bearer, row };
}

export const sessionRow = (id: string, more: Partial<SessionRow> = {}): SessionRow => ({
  ...newSession(
    SessionId.parse(id),
    {
      hostId: HostId.parse("h1"),
      endpointId: EndpointId.parse("main"),
      workspace: "/home/dev/app",
      repo: "acme/app",
      branch: "main",
      source: "cli",
      model: "gpt",
      createdAt: NOW,
      name: "a name",
      preview: "a preview",
    },
    NOW,
  ),
  activity: { type: "idle", flags: [], sinceAt: NOW },
  ...more,
});

export const operator: Principal = { kind: "person", name: "the operator", role: "operator" };

/** An accepted send that its host has to carry out. */
export const commandRow = (id: string, more: Partial<CommandRow> = {}): CommandRow => ({
  commandId: CommandId.parse(id),
  commandType: "session.send",
  principal: operator,
  decision: "accepted",
  decidedAt: NOW,
  decidedPosition: 1,
  sessionId: SessionId.parse("s1"),
  spawnedSessionId: null,
  hostId: HostId.parse("h1"),
  endpointId: EndpointId.parse("main"),
  act: { kind: "send", mode: "auto", expectedTurnId: null },
  token: { generation: 1, counter: 1 },
  deadlineAt: NOW + 30_000,
  origin: { rootIds: [id], hop: 0, path: [] },
  code: null,
  rule: null,
  facts: {},
  reason: null,
  text: "go on",
  cutLetters: 0,
  outcome: null,
  turnStatus: null,
  turnEndedAt: null,
  ...more,
});

/** An open question about a command, in a turn that is ours. */
export const approvalRow = (requestId: string, more: Partial<ApprovalRow> = {}): ApprovalRow => ({
  sessionId: SessionId.parse("s1"),
  requestId,
  kind: "command",
  turnId: TurnId.parse("T1"),
  itemId: null,
  subject: "rm -r build",
  reason: "to begin anew",
  detail: null,
  subjectDigest: hash("sha256", requestId, "hex"),
  workspace: "/srv/one",
  availableDecisions: ["accept", "decline"],
  isOurs: true,
  decision: null,
  openedAt: NOW,
  toldAt: NOW,
  closedAt: null,
  how: null,
  ...more,
});

/** What the host said of a command, and the turn of it. */
export const outcomeOf = (word: OutcomeWord, more: Partial<Outcome> = {}): Outcome => ({
  word,
  by: "host",
  at: NOW,
  mode: null,
  turnId: null,
  code: null,
  facts: {},
  ...more,
});

export const leaseRow = (id: string, more: Partial<LeaseRow> = {}): LeaseRow => ({
  leaseId: CommandId.parse(id),
  sessionId: SessionId.parse("s1"),
  hostId: HostId.parse("h1"),
  endpointId: EndpointId.parse("main"),
  holder: operator,
  token: { generation: 1, counter: 2 },
  ttlMs: 30_000,
  state: "offered",
  offeredAt: NOW,
  offerUntil: NOW + 10_000,
  grantedAt: null,
  endedAt: null,
  how: null,
  reason: null,
  endedBy: null,
  ...more,
});

export const host: HostRow = {
  hostId: HostId.parse("h1"),
  hostname: "box",
  platform: null,
  osRelease: null,
  arch: null,
  cpus: 2,
  memoryBytes: null,
  connectorVersion: null,
  nodeVersion: null,
  freshness: { state: "live", sinceAt: NOW, reason: null },
  lastHeardAt: NOW,
  rttMs: 1,
  clockOffsetMs: 0,
  outboxDepth: 0,
  epochCount: 1,
  forks: 0,
  lostFacts: 0,
  evidenceKept: 0,
  addedAt: NOW,
  group: DEFAULT_GROUP,
  placement: "open",
  placementReason: null,
  workspaceRoots: [],
  attempts: 0,
  lastAttemptAt: null,
  unboundKeys: [],
  admission: { isLetIn: true, tokenIds: [], asking: [] },
};

/** The host's own Codex, where it listens by itself. */
export const endpointRow: EndpointRow = {
  hostId: host.hostId,
  endpointId: EndpointId.parse("main"),
  storeId: "st",
  transport: "unix",
  address: "unix:///home/dev/.codex/x.sock",
  codexVersion: "0.169.0",
  startedByConnector: false,
  isDefault: true,
  unixUser: null,
  state: "ready",
  reason: null,
  sinceAt: NOW,
  misreadFrames: 0,
};

/** Ports over these views, with the parts that tests do not care about. */
export function fakePorts(parts: {
  readonly reader: ViewReader;
  readonly entries?: readonly Logged[];
  readonly submit?: (...args: Parameters<Gate["submit"]>) => GateVerdict;
  readonly archives?: NonNullable<GatewayPorts["archives"]>;
}): { readonly ports: GatewayPorts; readonly whisper: () => void } {
  const { feed, whisper } = makeFakeFeed(parts.reader.position);
  const entries = parts.entries ?? [];
  const health = makeHealth();
  health.set("views", { ok: true, detail: "folded" });
  const accept = (): GateVerdict => ({ decision: "accepted", entryId: ENTRY, position: position(1) });
  const ports: GatewayPorts = {
    reader: () => parts.reader,
    feed,
    log: {
      read: ({ after, lane }) =>
        Stream.fromIterable(
          entries.filter(
            (one) => one.sequence > after && (lane === undefined || one.entry.envelope.lane === lane),
          ),
        ),
      find: (id) => Effect.sync(() => entries.find(({ entry }) => entry.envelope.id === id) ?? null),
    },
    gate: { submit: (...asked) => Effect.sync(() => (parts.submit ?? accept)(...asked)) },
    health,
    metrics: makeMetrics(),
    clocks: systemClocks,
    diagnostics: noDiagnostics,
    redactor: makeRedactor({ linkKey: "test" }),
    ...(parts.archives && { archives: parts.archives }),
  };
  return { ports, whisper };
}
