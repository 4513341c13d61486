/** Projectors of a fleet at work: real ledgers, streams in memory, a policy that accepts. */
import { join } from "node:path";
import { type Beat, type Ledger, LogUnavailable, openLedger } from "@claw/eventlog";
import {
  type Command,
  DECIDED,
  type Entry,
  type EntryId,
  type Epoch,
  hostEntryId,
  type HostId,
  hostLane,
  type Json,
  type LedgerId,
  position,
  seal,
  stampEntry,
} from "@claw/events";
import { makeHealth, makeMetrics, noDiagnostics, systemClocks } from "@claw/runtime";
import { WORLD_BEGINS_AT } from "@claw/testkit/arbitraries";
import { type Gate, GateClosed, type Receipt } from "@claw/wire";
import { Effect, Schedule, Stream } from "effect";
import { expect } from "vitest";
import { type ReplicationOptions, startReplication } from "../src/index.ts";
import type { FakeStreams } from "./fake-streams.ts";

export const epochOf = (n: number): Epoch => String(n).padStart(32, "0") as Epoch;
export const hostOf = (n: number): HostId => `host-${n}` as HostId;

/** The fact with this number in a host's outbox. */
export const factOf = (host: number, seq: number, epoch = epochOf(1), at = WORLD_BEGINS_AT): Entry =>
  written(
    hostEntryId(hostOf(host), epoch, seq),
    hostLane(hostOf(host)),
    at,
    "outbox.gapped",
    {
      count: seq,
      reason: "full",
      fromAt: at,
      toAt: at,
    },
    { kind: "host", hostId: hostOf(host), epoch, seq },
  );

let decisions = 0;
const decided = (type: string, data: Json): Entry => {
  decisions += 1;
  return written(`decision/${decisions}` as EntryId, DECIDED, WORLD_BEGINS_AT, type, data, {
    kind: "policy",
  });
};
export const claimed = (ledgerId: LedgerId): Entry => decided("ledger.claimed", { ledgerId, reason: "test" });
export const trimAsked = (before: number): Entry => decided("log.trimmed", { before, reason: "test" });

function written(
  id: EntryId,
  lane: Entry["envelope"]["lane"],
  at: number,
  type: string,
  data: Json,
  by: Entry["envelope"]["by"],
): Entry {
  return stampEntry(
    seal(lane, null, [{ type, v: 1, at, data }], () => ""),
    { id, by, at },
  );
}

/** A policy that accepts every claim, once it is there. `asked` counts. */
export interface FakeGate extends Gate {
  asked: number;
  isOpen: boolean;
}

export function gateTo({ append }: { readonly append: (entry: Entry) => unknown }): FakeGate {
  const gate: FakeGate = {
    asked: 0,
    isOpen: true,
    submit: (command: Command) =>
      Effect.suspend(() => {
        gate.asked += 1;
        if (!gate.isOpen || command.type !== "ledger.promote")
          return Effect.fail(new GateClosed({ reason: "away", retryAfterMs: 1 }));
        const entry = claimed(command.ledgerId);
        append(entry);
        return Effect.succeed({ decision: "accepted", entryId: entry.envelope.id, position: null } as const);
      }),
  };
  return gate;
}

export const openLedgerIn = (folder: string): ReturnType<typeof openLedger> =>
  openLedger({ path: join(folder, "ledger.db") });

export interface FleetProjector {
  readonly ledger: Ledger;
  readonly health: () => string;
  readonly told: Receipt[];
  readonly beats: Json[];
  /** What it said to have read of a log that does not hold it any more. */
  readonly losses: Json[];
  readonly gate: FakeGate;
  readonly replication: Effect.Success<ReturnType<typeof startReplication>>;
}

export interface Given extends Partial<Omit<ReplicationOptions, "gate" | "ledger">> {
  readonly gate?: FakeGate;
  /** What stands between replication and the ledger: for failures. */
  readonly through?: (ledger: Ledger) => Ledger;
  /** What somebody else said to have read. */
  readonly told?: () => Beat | null;
}

/** Starts a projector's replication with its ledger in a folder, for the time of a scope. */
export const startFleet = Effect.fnUntraced(function* (
  streams: Pick<FakeStreams, "append"> & Pick<ReplicationOptions, "keeper" | "openLog">,
  folder: string,
  given: Given = {},
) {
  const { through = (ledger: Ledger) => ledger, gate = gateTo(streams), told: _, ...others } = given;
  const ledger = yield* openLedgerIn(folder);
  const health = makeHealth();
  const [beats, losses]: [Json[], Json[]] = [[], []];
  const replication = yield* startReplication({
    ledger: through(ledger),
    openLog: streams.openLog,
    keeper: streams.keeper,
    gate,
    pulse: {
      publish: ({ id, value }) => Effect.sync(() => void (id === "lost-tail" ? losses : beats).push(value)),
      last: () => Effect.succeed(given.told?.() ?? null),
      follow: () => Stream.empty,
      dropped: Effect.succeed({ slow: 0, oversized: 0, crowded: 0, unsaved: 0 }),
    },
    role: "record",
    clocks: systemClocks,
    health,
    metrics: makeMetrics(),
    diagnostics: noDiagnostics,
    patience: { baseMs: 1, capMs: 4, beatMs: 5, lookMs: 1 },
    ...others,
  });
  const told: Receipt[] = [];
  yield* Effect.forkScoped(
    Stream.runForEach(replication.receipts, (receipt) => Effect.sync(() => void told.push(receipt))),
  );
  const projector: FleetProjector = {
    ledger,
    health: () => health.parts()["ledger"]?.detail ?? "",
    told,
    beats,
    losses,
    gate,
    replication,
  };
  return projector;
});

/** Waits until something is so. A bounded poll: 45 s, then the test fails with what it saw. */
export const until = (isSo: () => boolean, seen: () => unknown = () => "no"): Effect.Effect<void> =>
  Effect.suspend(() => (isSo() ? Effect.void : Effect.fail("not yet" as const))).pipe(
    Effect.retry(Schedule.upTo(Schedule.spaced("2 millis"), { duration: "45 seconds" })),
    Effect.catch(() => Effect.die(new Error(`it never came to be: ${String(seen())}`))),
  );

export const untilSaying = ({ health }: FleetProjector, words: string): Effect.Effect<void> =>
  until(() => health().includes(words), health);

/** Waits until a ledger stands on the last message of what is open now, and says what it is. */
export const untilTaken = Effect.fnUntraced(function* (
  projector: FleetProjector,
  streams: FakeStreams,
  words = "of record",
) {
  yield* untilSaying(projector, words);
  const look = Effect.map(projector.ledger.cursor, (cursor) => {
    const current = streams.current();
    return cursor?.generation === current?.generation && cursor?.sequence === current?.last;
  });
  yield* Effect.repeat(look, {
    until: (isSo) => isSo,
    schedule: Schedule.upTo(Schedule.spaced("2 millis"), { duration: "45 seconds" }),
  });
  expect(yield* look).toBe(true);
  yield* untilSaying(projector, words);
});

/** Waits until a ledger ends at a position, at most so long. */
export const untilHolding = Effect.fnUntraced(function* (
  { ledger, health }: FleetProjector,
  last: number,
  withinMs = 45_000,
) {
  yield* Effect.repeat(ledger.last, {
    until: (found) => found >= last,
    schedule: Schedule.upTo(Schedule.spaced("10 millis"), { duration: withinMs }),
  });
  expect([yield* ledger.last, health()]).toEqual([
    expect.toSatisfy((found: number) => found >= last),
    health(),
  ]);
});

/** The ids of what a ledger holds, in order. */
export const idsIn = (ledger: Ledger): Effect.Effect<readonly string[], LogUnavailable> =>
  Effect.map(Stream.runCollect(ledger.read({ after: 0 })), (all) =>
    all.map(({ entry }) => entry.envelope.id),
  );

/** Where a ledger stands that was filled with these streams' messages at once. */
export const endOf = Effect.fnUntraced(function* (ledger: Ledger) {
  const last = yield* ledger.last;
  return { last, chain: yield* ledger.chain(last === 0 ? 0 : position(last)) };
});

export const facts = (host: number, from: number, to: number): readonly Entry[] =>
  Array.from({ length: to - from + 1 }, (_, n) => factOf(host, from + n));

/** A log of eleven entries with a ledger of record in a folder, which stands at its end and does not run. */
export const recorded = (streams: FakeStreams, folder: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const projector = yield* startFleet(streams, folder);
      yield* untilSaying(projector, "of record at 1");
      streams.append(...facts(1, 1, 5), ...facts(2, 1, 5));
      yield* untilTaken(projector, streams);
    }),
  );
