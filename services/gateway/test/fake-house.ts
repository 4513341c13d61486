/** A house in memory: views that change when a test says so, a feed that whispers it, a gate with a script, and a log of entries. */
import { hash } from "node:crypto";
import {
  EndpointId,
  HostId,
  type Position,
  position,
  type Principal,
  type Role,
  SessionId,
  TokenId,
} from "@claw/events";
import type { Logged } from "@claw/eventlog";
import { makeRedactor } from "@claw/redact";
import { makeHealth, makeMetrics, newBearer, noDiagnostics, systemClocks } from "@claw/runtime";
import type {
  ChangedRow,
  PageAsk,
  PageOf,
  SessionRow,
  TokenRow,
  ViewName,
  ViewReader,
  ViewRows,
} from "@claw/views";
import { BadCursor } from "@claw/views";
import type { Gate, GateVerdict, Whisper } from "@claw/wire";
import { Effect, Queue, Stream } from "effect";
import type { GatewayPorts } from "../src/index.ts";

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
        rows("sessions").filter((one) => filter.hostId === undefined || one.hostId === filter.hostId),
        ask,
      ),
    session: (id) => row("sessions", id)?.row ?? null,
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
    approvals: (_filter, ask) => page(rows("approvals"), ask),
    tokens: (ask) => page(rows("tokens"), ask),
    token: (id) => row("tokens", id)?.row ?? null,
    quarantine: (ask) => page([], ask),
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

/** A feed that whispers when told to. */
export function makeFakeFeed(standing: () => Position) {
  const queues = new Set<Queue.Queue<Whisper>>();
  return {
    feed: {
      position: standing,
      subscribe: Effect.gen(function* () {
        const queue = yield* Queue.sliding<Whisper>(16);
        queues.add(queue);
        return Stream.fromQueue(queue);
      }),
      reached: () => Effect.void,
    },
    whisper: (): void =>
      queues.forEach((queue) => Queue.offerUnsafe(queue, { position: standing(), changes: [] })),
  };
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
  sessionId: SessionId.parse(id),
  hostId: HostId.parse("h1"),
  endpointId: EndpointId.parse("main"),
  workspace: "/home/dev/app",
  repo: "acme/app",
  branch: "main",
  commit: null,
  source: "cli",
  threadSource: null,
  parentSessionId: null,
  rootSessionId: null,
  model: "gpt",
  modelProvider: null,
  codexVersion: null,
  createdAt: NOW,
  name: "a name",
  preview: "a preview",
  activity: { type: "idle", flags: [], sinceAt: NOW },
  freshness: { state: "live", sinceAt: NOW, reason: null },
  closed: null,
  lastTurn: null,
  turnCount: 0,
  itemCount: 0,
  lastItem: null,
  lastHumanMessageAt: null,
  usage: null,
  openApprovals: [],
  historyGaps: 0,
  firstSeenAt: NOW,
  lastFactAt: NOW,
  ...more,
});

/** Ports over these views, with the parts that tests do not care about. */
export function fakePorts(parts: {
  readonly reader: ViewReader;
  readonly entries?: readonly Logged[];
  readonly submit?: (...args: Parameters<Gate["submit"]>) => GateVerdict;
}): { readonly ports: GatewayPorts; readonly whisper: () => void } {
  const { feed, whisper } = makeFakeFeed(parts.reader.position);
  const entries = parts.entries ?? [];
  const health = makeHealth();
  health.set("views", { ok: true, detail: "folded" });
  const accept = (): GateVerdict => ({ decision: "accepted", position: position(1) });
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
    },
    gate: { submit: (command, principal) => Effect.sync(() => (parts.submit ?? accept)(command, principal)) },
    health,
    metrics: makeMetrics(),
    clocks: systemClocks,
    diagnostics: noDiagnostics,
    redactor: makeRedactor({ linkKey: "test" }),
  };
  return { ports, whisper };
}
