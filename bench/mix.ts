/**
 * The load: the facts that a real Codex turn makes, sealed as an outbox seals them. `measures/mix.ts` records a real turn beside it, so that the
 * two can be compared.
 *
 * A turn with one command is eleven facts: active, turn started, user message started and completed, command started and completed, agent message
 * started and completed, usage, idle, turn completed. Ids are as long as Codex's.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  contentDigest,
  Epoch,
  hostEntryId,
  HostId,
  hostLane,
  type Entry,
  type Json,
  type OpenEvent,
  seal,
  type Sealed,
  SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";
import { REDACTOR_VERSION } from "@claw/redact";
import type { Fact } from "@claw/wire";

export const BENCH_HOST = HostId.parse("bench-host");

const ANSWER = "The test passes now; the failing case compared a local time with UTC. ".repeat(4);
const OUTPUT = "PASS src/clock.test.ts (12 tests) 148 ms\n".repeat(8);
const TOKENS = {
  totalTokens: 12_404,
  inputTokens: 12_104,
  cachedInputTokens: 10_240,
  outputTokens: 300,
  reasoningOutputTokens: 128,
};
const EMPTY_BODY = { text: null, command: null, output: null, tool: null, paths: [] };

/** A UUID that is the same at each call, as Codex's ids look. */
function idOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `7${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

/** The nth session of a host. */
export const benchSession = (n: number, hostId = BENCH_HOST): SessionId =>
  SessionId.parse(idOf(hostId === BENCH_HOST ? `session-${n}` : `${hostId}/session-${n}`));

const event = (type: string, data: Json, body?: Json): OpenEvent => {
  const open = { type, v: 1, at: Date.now(), data };
  return body === undefined ? open : { ...open, body };
};

export const became = (type: "active" | "idle"): OpenEvent =>
  event("session.became", { activity: { type, flags: [] } });

const observed = (n: number, hostId: HostId): OpenEvent => {
  const data = {
    hostId,
    endpointId: "main",
    workspace: `/srv/work/shop-${n}`,
    repo: "acme/shop",
    branch: `feature/${n}`,
    commit: null,
    source: "vscode",
    threadSource: "user",
    parentSessionId: null,
    rootSessionId: null,
    model: "fake-model",
    modelProvider: "fake",
    codexVersion: "0.169.0",
    createdAt: Date.now(),
    activity: { type: "idle", flags: [] },
  };
  return event("session.observed", data, { name: `thread ${n}`, preview: "please fix the failing test" });
};

function itemOf(turnId: string, kind: string, said: Readonly<Record<string, Json>>): readonly OpenEvent[] {
  const at = Date.now();
  const about = { turnId, itemId: idOf(`${turnId}/${kind}`), kind, startedAt: at };
  const ending = { status: "completed", completedAt: at, durationMs: 5, exitCode: null };
  return [
    event("item.started", about, { ...EMPTY_BODY, ...said, output: null }),
    event("item.completed", { ...about, ...ending, clientId: null, cutBytes: 0 }, { ...EMPTY_BODY, ...said }),
  ];
}

function turnOf(n: number): readonly OpenEvent[] {
  const turnId = idOf(`turn-${n}`);
  const at = Date.now();
  const ending = { status: "completed", errorKind: null, startedAt: at, completedAt: at, durationMs: 9 };
  return [
    became("active"),
    event("turn.started", { turnId, startedAt: at }),
    ...itemOf(turnId, "userMessage", { text: "please fix the failing test" }),
    ...itemOf(turnId, "commandExecution", { command: "/bin/bash -lc 'npm test'", output: OUTPUT }),
    ...itemOf(turnId, "agentMessage", { text: ANSWER }),
    event("usage.reported", { turnId, total: TOKENS, last: TOKENS, contextWindow: 258_400 }),
    became("idle"),
    event("turn.completed", { turnId, ...ending }, { error: null }),
  ];
}

/** Messages of one turn from the nth on, each a text of so many bytes that differs from the others. */
export const longItems = (from: number, count: number, bytes: number): readonly OpenEvent[] =>
  Array.from({ length: count }, (_, n) => {
    const text = `${from + n}: ${ANSWER.repeat(Math.ceil(bytes / ANSWER.length))}`.slice(0, bytes);
    const [, completed] = itemOf(idOf("long"), `agentMessage-${from + n}`, { text });
    const { data, ...rest } = completed as OpenEvent;
    return { ...rest, data: { ...(data as Record<string, Json>), kind: "agentMessage" } } as OpenEvent;
  });

export interface OpenFact {
  readonly session: number;
  readonly event: OpenEvent;
}

/** The first open facts of a host: each session is observed once, then the sessions take turns at working. */
export function* openFacts(count: number, sessions: number, hostId = BENCH_HOST): Generator<OpenFact> {
  let left = count;
  for (const fact of allFacts(sessions, hostId)) {
    if (left === 0) return;
    left -= 1;
    yield fact;
  }
}

function* allFacts(sessions: number, hostId: HostId): Generator<OpenFact> {
  for (let session = 0; session < sessions; session += 1) yield { session, event: observed(session, hostId) };
  for (let turn = 0; ; turn += 1)
    for (const one of turnOf(turn)) yield { session: turn % sessions, event: one };
}

const salt = (): string => randomBytes(16).toString("hex");

/** One fact as it travels. */
export function sealFact(seq: number, session: number, open: OpenEvent, hostId = BENCH_HOST): Fact {
  const sealed = sealOf(session, open, hostId);
  const { lane, redactor, events, bodies } = sealed;
  return { seq, lane, redactor, events: [...events], bodies: [...bodies], digest: contentDigest(sealed) };
}

/** A fact of the host itself. */
export function sealHostFact(seq: number, open: OpenEvent, hostId: HostId): Fact {
  const sealed = seal(hostLane(hostId), REDACTOR_VERSION, [open], salt);
  const { lane, redactor, events, bodies } = sealed;
  return { seq, lane, redactor, events: [...events], bodies: [...bodies], digest: contentDigest(sealed) };
}

/** Its app-server answers. */
export const endpointReady = (): readonly OpenEvent[] => [
  event("endpoint.described", {
    endpointId: "main",
    storeId: "store",
    transport: "unix",
    address: "unix:///run/codex.sock",
    codexVersion: "0.169.0",
    startedByConnector: false,
    isDefault: true,
    unixUser: "work",
  }),
  event("endpoint.became", { endpointId: "main", state: "ready", reason: null }),
];

const sealOf = (session: number, open: OpenEvent, hostId = BENCH_HOST): Sealed =>
  seal(sessionLane(benchSession(session, hostId)), REDACTOR_VERSION, [open], salt);

/** The first facts of a host, numbered from 1. */
export const makeFacts = (count: number, sessions: number, hostId = BENCH_HOST): readonly Fact[] =>
  Array.from(openFacts(count, sessions, hostId), ({ session, event: open }, index) =>
    sealFact(index + 1, session, open, hostId),
  );

/** The same as entries, as ingest stamps them. Lazy, because a rebuild takes hundreds of thousands. */
export function* makeEntries(count: number, sessions: number): Generator<Entry> {
  const epoch = Epoch.parse(randomBytes(16).toString("hex"));
  let seq = 0;
  for (const { session, event: open } of openFacts(count, sessions)) {
    seq += 1;
    const by = { kind: "host", hostId: BENCH_HOST, epoch, seq } as const;
    yield stampEntry(sealOf(session, open), { id: hostEntryId(BENCH_HOST, epoch, seq), by, at: Date.now() });
  }
}
