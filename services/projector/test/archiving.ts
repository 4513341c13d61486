/** A small world for archiving: a ledger, rows, objects and a house, any step of which may be a process's last. */
import { createHash } from "node:crypto";
import { keysOf, type ObjectStore, ObjectsUnavailable, PART_NAMES } from "@claw/archives";
import {
  type EntryId,
  type Json,
  type Placed,
  position,
  seal,
  type SessionId,
  sessionLane,
  stampEntry,
} from "@claw/events";
import { makeMetrics, noDiagnostics, systemClocks } from "@claw/runtime";
import { hostIds, WORLD_BEGINS_AT } from "@claw/testkit/arbitraries";
import { type ItemRow, newSession, type SessionRow } from "@claw/views";
import { GateClosed } from "@claw/wire";
import { Effect, Exit, Stream } from "effect";
import { type ArchiveCommand, type ArchiveHouse, makeArchiveHouse } from "../src/archive/house.ts";
import { archiveRound, sweepObjects } from "../src/archive/round.ts";
import type { ArchiveRows, RowsThen } from "../src/archive/rows.ts";
import type { Archived, Subject } from "../src/domain/archive/subject.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const ONE = "0199-one" as SessionId;
const hostId = hostIds[0] as (typeof hostIds)[number];

/** The end of a process, in the middle of something. */
class Death extends Error {}

export interface World {
  readonly ledger: Placed[];
  readonly subjects: Map<SessionId, Subject & { readonly row: SessionRow }>;
  readonly items: ItemRow[];
  readonly archived: Map<SessionId, Archived>;
  readonly objects: Map<string, Uint8Array>;
  /** Accepted, and not in the rows yet. */
  readonly decided: ArchiveCommand[];
  readonly asked: ArchiveCommand[];
  isGateOpen: boolean;
  /** What comes back of an object instead of its bytes; null where it is not there. */
  comesBack: (key: string, bytes: Uint8Array) => Uint8Array | null;
  steps: number;
  diesAt: number;
  nowMs: number;
  /** Rows of one moment that nobody let go of. */
  snapshots: number;
  /** Runs whenever an object was put, before anybody looks at anything again. */
  whenPut: (key: string) => void;
}

export const makeWorld = (more: Partial<World> = {}): World => ({
  ledger: [],
  subjects: new Map(),
  items: [],
  archived: new Map(),
  objects: new Map(),
  decided: [],
  asked: [],
  isGateOpen: true,
  comesBack: (_key, bytes) => bytes,
  steps: 0,
  diesAt: Infinity,
  nowMs: WORLD_BEGINS_AT + DAY_MS,
  snapshots: 0,
  whenPut: () => undefined,
  ...more,
});

/** One more fact of a session, in the ledger and in its row. */
export function happen(world: World, sessionId: SessionId, body: Json = null, folded = 1): void {
  const at = world.nowMs;
  const seq = world.ledger.length + 1;
  const open = { type: "item.completed", v: 1, at, data: { n: seq } };
  const sealed = seal(sessionLane(sessionId), null, [{ ...open, body }], () => "00".repeat(16));
  const entry = stampEntry(sealed, { id: `test/${seq}` as EntryId, by: { kind: "ingest" }, at });
  world.ledger.push({ position: position(seq), entry });
  change(world, sessionId, ({ factCount }) => ({
    factCount: factCount + folded,
    lastFactType: open.type,
    lastFactAt: at,
  }));
}

export function change(
  world: World,
  sessionId: SessionId,
  by: (row: SessionRow) => Partial<SessionRow>,
  status?: Subject["status"],
): void {
  const known = world.subjects.get(sessionId);
  const place = { hostId, endpointId: "main" as SessionRow["endpointId"], source: "cli" };
  const row = known?.row ?? {
    ...newSession(sessionId, place, world.nowMs),
    factCount: 0,
    lastFactType: null,
  };
  world.subjects.set(sessionId, {
    row: { ...row, ...by(row) },
    status: status ?? known?.status ?? "ready",
  });
}

/** A world of one session that ended an hour ago. */
export function ended(facts = 3): World {
  const world = makeWorld();
  for (let n = 0; n < facts; n += 1) happen(world, ONE, { text: `fact ${n}` });
  change(world, ONE, () => ({ closed: "archived" }), "stopped");
  world.nowMs += HOUR_MS;
  return world;
}

const step = (world: World): Effect.Effect<void> =>
  Effect.sync(() => {
    world.steps += 1;
    if (world.steps === world.diesAt) throw new Death();
  });

const storeOf = (world: World): ObjectStore => ({
  put: (key, content) =>
    Effect.gen(function* () {
      yield* step(world);
      const bytes = Buffer.concat(yield* Stream.runCollect(content));
      yield* step(world);
      world.objects.set(key, bytes);
      world.whenPut(key);
      yield* step(world);
      return { bytes: bytes.byteLength, digest: digestOf(bytes) };
    }),
  get: (key) =>
    Stream.suspend(() => {
      const stored = world.objects.get(key);
      const bytes = stored === undefined ? null : world.comesBack(key, stored);
      const missing = new ObjectsUnavailable({ reason: "missing", retry: "never", detail: "" });
      return bytes === null ? Stream.fail(missing) : Stream.succeed(bytes);
    }),
  delete: (key) =>
    Effect.andThen(
      step(world),
      Effect.sync(() => void world.objects.delete(key)),
    ),
  sweep: Effect.void,
  list: (under) =>
    Effect.sync(() => [...world.objects.keys()].filter((key) => key.startsWith(under)).toSorted()),
});

const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const rowsOf = (world: World): ArchiveRows => ({
  subjects: () => ({ rows: [...world.subjects.values()], nextCursor: null }),
  subject: (id) => world.subjects.get(id) ?? null,
  archived: (id) => world.archived.get(id) ?? null,
  limits: () => ({ everyMs: 24 * HOUR_MS, keepMs: 365 * DAY_MS }),
  snapshot: () => rowsThen(world),
});

/** Rows and ledger are replaced and added to, never changed. */
function rowsThen(world: World): RowsThen {
  const [subjects, items] = [new Map(world.subjects), [...world.items]];
  world.snapshots += 1;
  return {
    position: position(world.ledger.length),
    subject: (id) => subjects.get(id) ?? null,
    items: () => ({ rows: items, nextCursor: null }),
    turn: () => null,
    close: () => void (world.snapshots -= 1),
  };
}

const gateOf = (world: World): ArchiveHouse["gate"] => ({
  submit: (command) =>
    Effect.gen(function* () {
      yield* step(world);
      world.asked.push(command as ArchiveCommand);
      if (!world.isGateOpen) return yield* Effect.fail(new GateClosed({ reason: "away", retryAfterMs: 1 }));
      world.decided.push(command as ArchiveCommand);
      yield* step(world);
      return { decision: "accepted", entryId: null, position: null } as const;
    }),
});

/** A process that archives, for as long as it lives. */
export const startHouse = (world: World): ArchiveHouse =>
  makeArchiveHouse({
    caughtUp: Effect.void,
    rows: rowsOf(world),
    store: storeOf(world),
    gate: gateOf(world),
    read: ({ through, lane }) =>
      Stream.fromIterable(
        world.ledger.filter((one) => one.position <= through && one.entry.envelope.lane === lane),
      ),
    clocks: { ...systemClocks, wallMs: () => world.nowMs },
    metrics: makeMetrics(),
    diagnostics: noDiagnostics,
    patience: { baseMs: 0, capMs: 0 },
  });

export const round = (house: ArchiveHouse): Promise<Exit.Exit<void, unknown>> =>
  Effect.runPromiseExit(archiveRound(house));

/** The views catch up: what was decided is in the rows. Of one version the first word counts. */
export function showDecided(world: World): void {
  for (const command of world.decided.splice(0)) {
    const { sessionId, version } = command;
    const known = world.archived.get(sessionId);
    if (command.type === "record.archive") {
      if (known !== undefined && known.version >= version) continue;
      world.archived.set(sessionId, { ...command, archivedAt: world.nowMs, deletedAt: null });
    } else if (known?.version === version)
      world.archived.set(sessionId, { ...known, deletedAt: world.nowMs });
  }
}

/** Rounds, until there is nothing to do. A process that dies is followed by another one, and the views catch up between rounds. */
export async function livesOn(world: World, isWhole = true): Promise<void> {
  let house = startHouse(world);
  for (let rounds = 0; rounds < 6; rounds += 1) {
    const current: ArchiveHouse = house;
    const work = Effect.flatMap(sweepObjects(current), (present) => archiveRound(current, present));
    const exit = await Effect.runPromiseExit(work);
    if (isWhole && broken(world).length > 0)
      throw new Error(`rows without their objects: ${broken(world).join(", ")}`);
    if (Exit.isFailure(exit)) house = startHouse(world);
    showDecided(world);
  }
}

/** Sessions whose rows speak of objects that are not there, or are others. */
export const broken = (world: World): readonly string[] =>
  [...world.archived].flatMap(([sessionId, archived]) => {
    if (archived.deletedAt !== null) return [];
    const keys = keysOf(sessionId, archived);
    return PART_NAMES.filter(
      (part) => digestOf(world.objects.get(keys[part]) ?? Buffer.from("")) !== archived.parts[part].digest,
    ).map((part) => `${sessionId}/${part}`);
  });
