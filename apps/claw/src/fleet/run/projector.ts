/** `claw run projector`: the stream into this machine's ledger, the ledger into its views, and, of record, what only that one says. */
import { join } from "node:path";
import {
  type Keeper,
  type Ledger,
  LogUnavailable,
  type LogStats,
  type NatsLink,
  openJetStreamPulse,
  openKeeper,
  openLedger,
  type Trust,
} from "@claw/eventlog";
import { type Position, position } from "@claw/events";
import { type Projector, type Replication, startProjector, startReplication } from "@claw/projector";
import { newId, type Stopped } from "@claw/runtime";
import { askClaims, serveHistory, serveReceipts, type TalkOptions, tellFeed, tellReceipts } from "@claw/wire";
import { Effect, Exit, type Scope } from "effect";
import { allFromEnvironment } from "../../house/settings.ts";
import { tellReady } from "../ready.ts";
import { ledgerSettings, serviceSettings } from "../settings.ts";
import { fleetArchivist } from "./archives.ts";
import { connectAs, connectKeeper, stoppedBy, trustOf, watchDurability } from "./link.ts";
import { fillGauges, historyOver, openLog, watchFill } from "./log.ts";
import { setAside } from "./set-aside.ts";
import { openShell, type Shell } from "./shell.ts";
import { countTalk } from "./talk.ts";

export const runProjector: Effect.Effect<never, Stopped> = Effect.scoped(
  Effect.gen(function* () {
    const settings = yield* allFromEnvironment({ service: serviceSettings, ledger: ledgerSettings });
    const shell = yield* openShell("projector", settings.service);
    const trust = yield* trustOf(shell, "projector");
    const ledger = yield* Effect.mapError(
      openLedger({ path: join(shell.dataDir, "ledger.db"), newId: () => newId("ldg"), trust }),
      stoppedBy,
    );
    const projector = yield* startProjector({ ...shell, log: ledger });
    const link = yield* connectAs(shell, "projector");
    yield* watchDurability(shell);
    const talk = countTalk(shell);
    const keeper = yield* connectKeeper(shell);
    const replication = yield* replicate(shell, link, ledger, {
      keeper: keeperOf(keeper, settings.ledger),
      role: settings.ledger.ledger,
      talk,
      trust,
    });
    yield* tellFeed(link.connection, ledger.ledgerId, projector.feed, talk);
    const archivist = fleetArchivist(shell, {
      link,
      keeper,
      replicas: settings.ledger.replicas,
      ledger,
      projector,
      replication,
      talk,
    });
    tellReady({ url: null, madeToken: false });
    return yield* runBeside(link, ledger, projector, { replication, archivist }, talk);
  }),
);

type StreamSettings = Required<Pick<NonNullable<Parameters<typeof openKeeper>[1]>, "replicas" | "maxBytes">>;

const replicate = (
  shell: Shell,
  link: NatsLink,
  ledger: Ledger,
  given: {
    readonly keeper: Keeper;
    readonly role: "record" | "replica";
    readonly talk: TalkOptions;
    readonly trust: Trust;
  },
): Effect.Effect<Replication, never, Scope.Scope> => {
  const figures: { stats: LogStats | null } = { stats: null };
  fillGauges(shell, figures);
  return startReplication({
    ...shell,
    ...given,
    ledger,
    openLog: Effect.tap(openLog(shell, link, { trust: given.trust }), (log) =>
      watchFill(shell, log, figures),
    ),
    gate: askClaims(link.connection, given.talk),
    pulse: openJetStreamPulse(link, { subject: HEARS }),
    history: historyOver(link),
    setAside: Effect.sync(() => setAside(shell.dataDir)),
  });
};

/** The projector says its own beats and hears none. */
const HEARS = "pulse.*.fleet.*";

interface OfRecord {
  readonly replication: Replication;
  /** What archives sessions, while this ledger is of record. */
  readonly archivist: Effect.Effect<never>;
}

/** Receipts while they are ours to give; answers and archives only while this ledger is of record. */
const runBeside = (
  { connection }: NatsLink,
  ledger: Ledger,
  projector: Projector,
  { replication, archivist }: OfRecord,
  talk: TalkOptions,
): Effect.Effect<never, Stopped, Scope.Scope> => {
  const answers = Effect.andThen(
    serveHistory(connection, replication.read, { ...talk, stands: () => endOf(ledger) }),
    serveReceipts(connection, { of: knownReceipt(replication) }, talk),
  );
  return Effect.andThen(
    tellReceipts(connection, replication.receipts, talk),
    Effect.raceAllFirst([
      Effect.andThen(replication.whileOfRecord(answers), Effect.never),
      Effect.andThen(replication.whileOfRecord(archivist), Effect.never),
      replication.ended,
      projector.ended,
    ]),
  );
};

/** Reading the ledger's end is one statement on this process's own connection; a ledger that is closing stands nowhere. */
function endOf(ledger: Ledger): Position | 0 {
  const exit = Effect.runSyncExit(ledger.last);
  return Exit.isSuccess(exit) ? position(exit.value) : 0;
}

const knownReceipt =
  (replication: Replication): Parameters<typeof serveReceipts>[1]["of"] =>
  (hostId, epoch) =>
    replication.receiptOf(hostId, epoch).pipe(
      Effect.map((receipt) => ({ ...receipt, isProven: true })),
      Effect.catch(() => Effect.succeed({ hostId, epoch, confirmed: 0, missing: [], isProven: false })),
    );

/** Without the keeper's key this projector can fill its ledger and be a replica, and refuses whatever only the one of record may do. */
function keeperOf(link: NatsLink | null, { replicas, maxBytes }: StreamSettings): Keeper {
  if (link !== null) return openKeeper(link, { replicas, maxBytes });
  const refuse = Effect.fail(
    new LogUnavailable({
      reason: "forbidden",
      retry: "never",
      detail: "This machine has no keeper.nk, so its projector can only be a replica (CLAW_LEDGER=replica)",
    }),
  );
  return {
    current: refuse,
    newestRetired: refuse,
    ensure: () => refuse,
    retire: () => refuse,
    retired: () => refuse,
    begin: () => refuse,
    remove: () => refuse,
  };
}
