/** Decisions of policy: sends of many people to many sessions, each accepted, appended at the lane's head, and answered. */
import { type EventLog, openSqliteLog } from "@claw/eventlog";
import {
  type Command,
  type CommandId,
  type EndpointId,
  type EntryId,
  type Epoch,
  hostEntryId,
  hostLane,
  type HostId,
  kindOf,
  type Principal,
  seal,
  type SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";
import { startPolicy } from "@claw/policy";
import { makeDiagnostics, makeHealth, makeMetrics, newId, systemClocks } from "@claw/runtime";
import { Effect } from "effect";
import { join } from "node:path";
import { type Bench, progress } from "../bench.ts";
import { inFolder } from "../support/folder.ts";
import { SYNCS, withJetStreamLog } from "../support/jetstream.ts";
import { type Measure, percentile } from "../table.ts";

const HOST = "bench" as HostId;
const EPOCH = "0123456789abcdef0123456789abcdef" as Epoch;
/** Fewer than a person may send at once, so that no rate says no. */
const SENDS_EACH = 20;
/** Who asks at the same time. */
const CALLERS = 4;

const sessionId = (n: number): SessionId => `bench-${n}` as SessionId;

/** The entry with which a host first speaks of a session. */
function firstSight(n: number) {
  const at = Date.now();
  const data = {
    hostId: HOST,
    endpointId: "main" as EndpointId,
    workspace: "/work",
    repo: null,
    branch: null,
    commit: null,
    source: "vscode",
    threadSource: null,
    parentSessionId: null,
    rootSessionId: null,
    model: null,
    modelProvider: null,
    codexVersion: null,
    createdAt: at,
    activity: { type: "idle", flags: [] },
  };
  const event = { type: "session.observed", v: kindOf("session.observed")?.version ?? 1, at, data };
  const said = seal(sessionLane(sessionId(n)), null, [event], () => "");
  const seq = n + 1;
  return stampEntry(said, {
    id: hostEntryId(HOST, EPOCH, seq),
    by: { kind: "host", hostId: HOST, epoch: EPOCH, seq },
    at,
  });
}

/** What ingest says of a host that it hears. */
function heard() {
  const at = Date.now();
  const figures = { count: 1, longestGapMs: 0, rttMs: null, clockOffsetMs: null, outboxDepth: 0 };
  const event = { type: "host.heard", v: 1, at, data: { edge: "connected", ...figures } };
  const said = seal(hostLane(HOST), null, [event], () => "");
  return stampEntry(said, { id: "heard/bench/1" as EntryId, by: { kind: "ingest" }, at });
}

const send = (n: number): Command => ({
  type: "session.send",
  commandId: `bench-${n}` as CommandId,
  target: { sessionId: sessionId(n) },
  text: "Look at the failing test, say what is wrong with it, and mend it.",
  mode: "auto",
  expectedTurnId: null,
  deadlineMs: 30_000,
});

const person = (n: number): Principal => ({
  kind: "person",
  name: `person-${Math.floor(n / SENDS_EACH)}`,
  role: "operator",
});

const decideAll = (log: EventLog, count: number) =>
  Effect.gen(function* () {
    const sights = [heard(), ...Array.from({ length: count }, (_, n) => firstSight(n))].map((entry) => ({
      entry,
    }));
    for (let from = 0; from < sights.length; from += 500) yield* log.append(sights.slice(from, from + 500));
    const policy = yield* startPolicy({
      log,
      clocks: systemClocks,
      ids: { newId },
      redactor: { find: () => [], version: "bench" },
      health: makeHealth(),
      metrics: makeMetrics(),
      diagnostics: makeDiagnostics("bench", "error"),
    });
    const tookMs: number[] = [];
    const startedAt = performance.now();
    yield* Effect.forEach(
      Array.from({ length: count }, (_, n) => n),
      (n) =>
        Effect.gen(function* () {
          const from = performance.now();
          const verdict = yield* policy.gate.submit(send(n), person(n));
          tookMs.push(performance.now() - from);
          if (verdict.decision !== "accepted") return yield* Effect.die(`refused: ${verdict.code}`);
        }),
      { concurrency: CALLERS, discard: true },
    );
    return { rate: (count * 1_000) / (performance.now() - startedAt), tookMs };
  });

interface Decided {
  readonly rate: number;
  readonly tookMs: readonly number[];
}

const linesOf = (where: string, { rate, tookMs }: Decided, p99Aim: string): readonly Measure[] => [
  {
    name: `decisions, ${where}`,
    value: rate,
    unit: "/s",
    better: "more",
    aim: "≥ 1,000",
    note: `${CALLERS} callers at once, each decision appended by itself`,
  },
  { name: `decision, ${where}, p50`, value: percentile(tookMs, 0.5), unit: "ms", better: "less" },
  {
    name: `decision, ${where}, p99`,
    value: percentile(tookMs, 0.99),
    unit: "ms",
    better: "less",
    aim: p99Aim,
  },
];

export const decisionsBench: Bench = {
  name: "decisions",
  run: async (isQuick) => {
    const count = isQuick ? 1_000 : 5_000;
    progress("decisions: SQLite");
    const sqlite = await inFolder((folder) =>
      Effect.runPromise(
        Effect.scoped(
          Effect.flatMap(openSqliteLog({ path: join(folder, "log.db") }), (log) => decideAll(log, count)),
        ),
      ),
    );
    const lines = [...linesOf("SQLite log", sqlite, "≤ 5")];
    for (const sync of SYNCS) {
      const where = `JetStream, ${sync === "always" ? "every write synced" : "default sync"}`;
      progress(`decisions: ${where}`);
      const decided = await withJetStreamLog(sync, (log) => Effect.scoped(decideAll(log, count)));
      lines.push(...linesOf(where, decided, "≤ 10"));
    }
    return lines;
  },
};
