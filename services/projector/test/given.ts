/** A projector at work on a log in memory, in a folder of its own. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EventLog, type IndexedLog } from "@claw/eventlog";
import {
  type Entry,
  type EntryId,
  hostEntryId,
  hostLane,
  type Json,
  type Lane,
  position,
  type Position,
  seal,
  stampEntry,
} from "@claw/events";
import { makeHealth, makeMetrics, type Metrics, noDiagnostics, systemClocks } from "@claw/runtime";
import { hostIds, WORLD_BEGINS_AT } from "@claw/testkit/arbitraries";
import {
  type AnyProjection,
  emptyBatch,
  foldEntry,
  NO_EVIDENCE,
  openViewStore,
  viewDigest,
  viewProjections,
} from "@claw/views";
import { Effect, type Scope, Stream } from "effect";
import { onTestFinished } from "vitest";
import { type Projector, startProjector } from "../src/index.ts";

export const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

/** A folder that is gone when the test is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "claw-projector-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const testScale = Math.max(1, Number(process.env["CLAW_TEST_SCALE"] ?? 1) || 1);

export interface Started extends Projector {
  readonly health: ReturnType<typeof makeHealth>;
  readonly metrics: Metrics;
  /** Waits until health says something that contains these words. */
  readonly saying: (words: string) => Effect.Effect<string>;
}

export const start = Effect.fnUntraced(function* (
  log: IndexedLog,
  dataDir: string,
  projections: readonly AnyProjection[] = viewProjections,
) {
  const health = makeHealth();
  const metrics = makeMetrics();
  const heard = watched(health);
  const projector = yield* startProjector({
    log,
    dataDir,
    projections,
    clocks: systemClocks,
    health: heard.health,
    metrics,
    diagnostics: noDiagnostics,
  });
  const started: Started = { ...projector, health, metrics, saying: heard.saying };
  return started;
});

/** Health that wakes whoever waits for its words. */
function watched(inner: ReturnType<typeof makeHealth>): Pick<Started, "health" | "saying"> {
  const looks = new Set<() => void>();
  const detail = (): string => inner.parts()["projector"]?.detail ?? "";
  return {
    health: {
      ...inner,
      set: (part, state) => {
        inner.set(part, state);
        for (const look of looks) look();
      },
    },
    saying: (words) =>
      Effect.callback((resume) => {
        const look = (): void => {
          if (!detail().includes(words)) return;
          looks.delete(look);
          resume(Effect.succeed(detail()));
        };
        looks.add(look);
        look();
      }),
  };
}

const host = hostIds[0] as (typeof hostIds)[number];
const EPOCH = "0".repeat(32) as Parameters<typeof hostEntryId>[1];

/** A fact of a host that changes its row every time it is folded, so that folding twice shows. */
export const gapEntry = (seq: number): Entry =>
  entryOf(`gap-${seq}`, hostLane(host), "outbox.gapped", gap(1));

/** An entry of a known kind with a shape that it cannot have. Its first event is sound and must leave no trace. */
export const poisonEntry = (name: string): Entry =>
  stamped(name, hostLane(host), [
    { type: "outbox.gapped", data: gap(1_000) },
    { type: "outbox.gapped", data: { count: "many" } },
  ]);

const gap = (count: number): Json => ({
  count,
  reason: "full",
  fromAt: WORLD_BEGINS_AT,
  toAt: WORLD_BEGINS_AT,
});

export const entryOf = (name: string, lane: Lane, type: string, data: Json): Entry =>
  stamped(name, lane, [{ type, data }]);

function stamped(
  name: string,
  lane: Lane,
  events: readonly { readonly type: string; readonly data: Json }[],
): Entry {
  const open = events.map((event) => ({ ...event, v: 1, at: WORLD_BEGINS_AT }));
  const sealed = seal(lane, null, open, () => "00".repeat(16));
  return stampEntry(sealed, {
    id: `test/${name}` as EntryId,
    by: { kind: "host", hostId: host, epoch: EPOCH, seq: 1 },
    at: WORLD_BEGINS_AT,
  });
}

/** Appends entries and answers the position of the last. */
export const append = Effect.fnUntraced(function* (log: EventLog, entries: readonly Entry[]) {
  for (let from = 0; from < entries.length; from += 500)
    yield* log.append(entries.slice(from, from + 500).map((entry) => ({ entry })));
  return position(yield* log.last);
});

export const appendAndWait = Effect.fnUntraced(function* (
  log: EventLog,
  { feed }: Projector,
  entries: readonly Entry[],
) {
  const at = yield* append(log, entries);
  yield* feed.reached(at);
  return at;
});

export const lostFacts = ({ reader }: Projector): number => reader().host(host)?.lostFacts ?? 0;

/** The digest of the views of a log up to a position, folded from the first entry in one commit. */
export const digestFromZero = Effect.fnUntraced(function* (log: EventLog, through: Position) {
  const entries = yield* Stream.runCollect(log.read({ after: 0 }));
  const store = openViewStore({ path: ":memory:", projections: viewProjections });
  const batch = emptyBatch(store.checkpoint());
  const parts = { projections: viewProjections, committed: store.committed, evidence: NO_EVIDENCE };
  for (const { sequence, entry } of entries)
    if (sequence <= through) foldEntry(parts, batch, { position: position(sequence), entry });
  store.commit(batch);
  const digest = viewDigest(store.db);
  store.close();
  return digest;
});

/** The digest of the one views file in a data directory, and where it stands. Nobody may have it open. */
export function digestInFolder(dataDir: string): { readonly digest: string; readonly position: Position } {
  const [name = ""] = viewFiles(dataDir);
  const store = openViewStore({ path: join(dataDir, "views", name), projections: viewProjections });
  const found = { digest: viewDigest(store.db), position: position(store.checkpoint().position) };
  store.close();
  return found;
}

export const viewFiles = (dataDir: string): readonly string[] =>
  readdirSync(join(dataDir, "views")).filter((name) => name.endsWith(".db") && name.startsWith("views-"));
