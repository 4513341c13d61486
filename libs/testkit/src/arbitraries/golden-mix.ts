/** A plain working day: the mix of facts that turns of a coding session make, the same on each call. For measuring. */
import {
  type Entry,
  Epoch,
  hostEntryId,
  HostId,
  type Json,
  type OpenEvent,
  seal,
  SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";
import { WORLD_BEGINS_AT } from "./ids.ts";

const EPOCH = Epoch.parse("0".repeat(32));
const HOST = HostId.parse("host-a");
const SALT = "00".repeat(16);
const SESSIONS = 100;
const COMMANDS_A_TURN = 3;
const STEP_MS = 50;
const WORDS = "The parser now keeps the comments that stand before a rule, and the tests say so. ";
const OUTPUT = "PASS src/parser.test.ts (12 tests) 148 ms\n".repeat(20);

/** Entries of `turns` turns in 100 sessions, one event each: about 18 a turn, with about 5 KB of text. */
export function* goldenMix(turns: number): Generator<Entry> {
  let seq = 0;
  const entry = (session: number, type: string, data: Json, body?: Json): Entry => {
    seq += 1;
    const at = WORLD_BEGINS_AT + seq * STEP_MS;
    const event: OpenEvent = { type, v: 1, at, data, ...(body === undefined ? {} : { body }) };
    const sealed = seal(sessionLane(SessionId.parse(`thread-${session}`)), null, [event], () => SALT);
    const by = { kind: "host", hostId: HOST, epoch: EPOCH, seq } as const;
    return stampEntry(sealed, { id: hostEntryId(HOST, EPOCH, seq), by, at });
  };
  for (let session = 0; session < Math.min(SESSIONS, turns); session += 1)
    yield entry(session, "session.observed", observed, { name: "Parser", preview: WORDS });
  for (let turn = 0; turn < turns; turn += 1)
    for (const [type, data, body] of turnOf(`turn-${turn}`)) yield entry(turn % SESSIONS, type, data, body);
}

type Told = readonly [type: string, data: Json, body?: Json];

const observed: Json = {
  hostId: HOST,
  endpointId: "main",
  workspace: "/workspace/parser",
  repo: "example/parser",
  branch: "comments",
  commit: null,
  source: "cli",
  threadSource: null,
  parentSessionId: null,
  rootSessionId: null,
  model: "model",
  modelProvider: "provider",
  codexVersion: null,
  createdAt: WORLD_BEGINS_AT,
  activity: { type: "idle", flags: [] },
};

function* turnOf(turnId: string): Generator<Told> {
  yield ["turn.started", { turnId, startedAt: WORLD_BEGINS_AT }];
  yield ["session.became", { activity: { type: "active", flags: [] } }];
  yield* item(turnId, "user", "userMessage", { text: "Keep the comments, please." });
  for (let n = 0; n < COMMANDS_A_TURN; n += 1) {
    yield* item(turnId, `command-${n}`, "commandExecution", { command: "npm test", output: OUTPUT });
    yield ["usage.reported", { turnId, total: usage, last: usage, contextWindow: 200_000 }];
  }
  yield* item(turnId, "answer", "agentMessage", { text: WORDS.repeat(5) });
  yield [
    "turn.completed",
    { turnId, status: "completed", errorKind: null, ...times, startedAt: null },
    { error: null },
  ];
  yield ["session.became", { activity: { type: "idle", flags: [] } }];
}

const usage: Json = {
  totalTokens: 9_000,
  inputTokens: 8_000,
  cachedInputTokens: 4_000,
  outputTokens: 1_000,
  reasoningOutputTokens: 200,
};
const times = { completedAt: null, durationMs: 120 };

function* item(
  turnId: string,
  itemId: string,
  kind: string,
  said: { readonly [key: string]: Json },
): Generator<Told> {
  const facts = { turnId, itemId, kind, startedAt: null };
  const empty = { text: null, command: null, output: null, tool: null, paths: [] };
  yield ["item.started", facts, { ...empty, ...said, output: null }];
  const ending = { status: "completed", exitCode: null, clientId: null, cutBytes: 0 };
  yield ["item.completed", { ...facts, ...times, ...ending }, { ...empty, ...said }];
}
