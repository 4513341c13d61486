/**
 * The load: the mix of facts that a real Codex turn makes (status, turn, user message, tool call, agent message, usage, status, end), as sealed
 * facts of several sessions of one host.
 */
import { randomBytes } from "node:crypto";
import {
  contentDigest,
  Epoch,
  hostEntryId,
  HostId,
  type Entry,
  type OpenEvent,
  seal,
  SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";

export const BENCH_HOST = HostId.parse("bench-host");
const at = Date.now();
const salt = () => randomBytes(16).toString("hex");
const text = "The test suite passes now; the failing case compared a local time with UTC. ".repeat(4);

const observed = (): OpenEvent => ({
  type: "session.observed",
  v: 1,
  at,
  data: {
    hostId: BENCH_HOST,
    endpointId: "main",
    workspace: "/srv/work/shop",
    repo: "acme/shop",
    branch: "main",
    commit: null,
    source: "vscode",
    threadSource: "user",
    parentSessionId: null,
    rootSessionId: null,
    model: "fake-model",
    modelProvider: "fake",
    codexVersion: "0.169.0",
    createdAt: at,
    activity: { type: "idle", flags: [] },
  },
  body: { name: "a thread", preview: "please fix the test" },
});

const became = (type: string): OpenEvent => ({
  type: "session.became",
  v: 1,
  at,
  data: { activity: { type, flags: [] } },
});
const tokens = {
  totalTokens: 124,
  inputTokens: 104,
  cachedInputTokens: 10,
  outputTokens: 20,
  reasoningOutputTokens: 5,
};
const item = { text: null, command: null, output: null, tool: null, paths: [] };

function turnOf(turnId: string): readonly OpenEvent[] {
  const completed = (itemId: string, kind: string, body: object): OpenEvent => ({
    type: "item.completed",
    v: 1,
    at,
    data: {
      turnId,
      itemId,
      kind,
      startedAt: at,
      status: "completed",
      completedAt: at,
      durationMs: 5,
      exitCode: null,
      clientId: null,
      cutBytes: 0,
    },
    body: { ...item, ...body },
  });
  return [
    became("active"),
    { type: "turn.started", v: 1, at, data: { turnId, startedAt: at } },
    completed(`${turnId}-u`, "userMessage", { text: "please fix the test" }),
    {
      type: "item.started",
      v: 1,
      at,
      data: { turnId, itemId: `${turnId}-c`, kind: "commandExecution", startedAt: at },
      body: { ...item, command: "npm test" },
    },
    completed(`${turnId}-c`, "commandExecution", { command: "npm test", output: text }),
    completed(`${turnId}-a`, "agentMessage", { text }),
    {
      type: "usage.reported",
      v: 1,
      at,
      data: { turnId, total: tokens, last: tokens, contextWindow: 258_400 },
    },
    became("idle"),
    {
      type: "turn.completed",
      v: 1,
      at,
      data: { turnId, status: "completed", errorKind: null, startedAt: at, completedAt: at, durationMs: 9 },
      body: { error: null },
    },
  ];
}

/** What a host's outbox would hold after this many events, spread over sessions. */
export interface BenchFact {
  readonly seq: number;
  readonly lane: ReturnType<typeof sessionLane>;
  readonly redactor: string;
  readonly events: ReturnType<typeof seal>["events"];
  readonly bodies: ReturnType<typeof seal>["bodies"];
  readonly digest: string;
}

/** Facts numbered from 1. Each session is observed once, then works turn after turn, the sessions taking turns. */
export function makeFacts(count: number, sessions: number): readonly BenchFact[] {
  const ids = Array.from({ length: sessions }, (_, n) => SessionId.parse(`bench-session-${n}`));
  const facts: BenchFact[] = [];
  const add = (id: SessionId, event: OpenEvent) => {
    const sealed = seal(sessionLane(id), "r1", [event], salt);
    facts.push({ seq: facts.length + 1, ...sealed, redactor: "r1", digest: contentDigest(sealed) });
  };
  for (const id of ids) add(id, observed());
  for (let turn = 0; facts.length < count; turn += 1) {
    const id = ids[turn % ids.length] as SessionId;
    for (const event of turnOf(`turn-${turn}`)) add(id, event);
  }
  return facts.slice(0, count);
}

/** The same as entries, as ingest would stamp them. */
export function makeEntries(count: number, sessions: number): readonly Entry[] {
  const epoch = Epoch.parse(randomBytes(16).toString("hex"));
  return makeFacts(count, sessions).map((fact) =>
    stampEntry(
      { ...fact },
      {
        id: hostEntryId(BENCH_HOST, epoch, fact.seq),
        by: { kind: "host", hostId: BENCH_HOST, epoch, seq: fact.seq },
        at,
      },
    ),
  );
}
