/** `claw run gateway`: the API. It reads the ledger and the views of the projector on its machine, in the data directory that they share. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { ARCHIVE_BUCKET, openNatsObjects } from "@claw/archives";
import { type LedgerReader, type LogUnavailable, openJetStreamPulse, openLedgerReader } from "@claw/eventlog";
import { position } from "@claw/events";
import { gatewaySettings, makeOverlay, oidcSettings, startGateway } from "@claw/gateway";
import { EXIT, Stopped } from "@claw/runtime";
import { openServedViews, type ServedViews, ViewsNotBuilt } from "@claw/views";
import { askGate, askPages, type Feed, hearFeed } from "@claw/wire";
import { Effect, Schedule, type Scope, Stream } from "effect";
import { knownTokens } from "../../house/credentials.ts";
import { allFromEnvironment } from "../../house/settings.ts";
import { SITE } from "../../house/site.ts";
import { tellReady } from "../ready.ts";
import { serviceSettings } from "../settings.ts";
import { ensureAdmin } from "./admin.ts";
import { connectAs, stoppedBy, watchDurability } from "./link.ts";
import { openShell, type Shell } from "./shell.ts";
import { countTalk } from "./talk.ts";

export const runGateway: Effect.Effect<never, Stopped> = Effect.scoped(
  Effect.gen(function* () {
    const settings = yield* allFromEnvironment({
      service: serviceSettings,
      gateway: gatewaySettings,
      oidc: oidcSettings,
    });
    const shell = yield* openShell("gateway", settings.service);
    const link = yield* connectAs(shell, "gateway");
    const { connection } = link;
    yield* watchDurability(shell);
    const talk = countTalk(shell);
    const ledger = yield* openLedgerFile(shell);
    const file = ledgerFileOf(shell);
    const views = yield* openViews(shell);
    const feed = yield* hearFeed(connection, ledger.ledgerId, position(views.reader.position()), talk);
    yield* refreshBy(feed, ledger, views);
    const gate = askGate(connection, talk);
    const overlay = yield* makeOverlay(openJetStreamPulse(link), shell.clocks);
    const reader = () => views.reader;
    shell.health.set("admin", { ok: false, detail: "the first admin token is not made yet" });
    const gateway = yield* startGateway({
      ...shell,
      log: ledger,
      reader,
      feed,
      gate,
      pages: askPages(connection, talk),
      archives: openNatsObjects(link, ARCHIVE_BUCKET),
      overlay: overlay.host,
      ledgers: overlay.ledgers,
      settings: settings.gateway,
      oidc: settings.oidc,
      site: SITE,
    });
    const madeToken = yield* ensureAdmin(shell.dataDir, gate, knownTokens(reader));
    shell.health.set("admin", { ok: true, detail: "there is an admin token" });
    tellReady({ url: gateway.url, port: gateway.port, madeToken });
    return yield* Effect.raceFirst(watchViews(views), watchLedger(file));
  }),
);

const SOON = Schedule.spaced("250 millis");

const openLedgerFile = (shell: Shell): Effect.Effect<LedgerReader, Stopped, Scope.Scope> =>
  openLedgerReader(join(shell.dataDir, "ledger.db")).pipe(
    Effect.tapError(({ detail }) => Effect.sync(() => shell.health.set("ledger", { ok: false, detail }))),
    Effect.retry({ schedule: SOON, while: ({ retry }: LogUnavailable) => retry === "later" }),
    Effect.tap(() => Effect.sync(() => shell.health.set("ledger", { ok: true, detail: "open" }))),
    Effect.mapError(stoppedBy),
  );

const openViews = (shell: Shell): Effect.Effect<ServedViews, Stopped, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => openServedViews(join(shell.dataDir, "views")),
      catch: (error) => error,
    }).pipe(
      Effect.tapError((error) =>
        Effect.sync(() =>
          shell.health.set("views", {
            ok: false,
            detail: error instanceof ViewsNotBuilt ? "being built" : "cannot be opened",
          }),
        ),
      ),
      Effect.retry({ schedule: SOON, while: (error) => error instanceof ViewsNotBuilt }),
      Effect.mapError(
        (error) =>
          new Stopped({
            sentence: `The views cannot be read: ${error instanceof Error ? error.message : "an unknown error"}`,
            exitCode: EXIT.fault,
          }),
      ),
    ),
    (views) => Effect.sync(views.close),
  ).pipe(
    Effect.tap(() =>
      Effect.sync(() =>
        shell.health.set("views", { ok: true, detail: "served by the projector on this machine" }),
      ),
    ),
  );

/** A whisper means that the files have moved. */
const refreshBy = Effect.fnUntraced(function* (
  feed: Feed,
  ledger: LedgerReader,
  views: ServedViews,
): Effect.fn.Return<void, never, Scope.Scope> {
  const whispers = yield* feed.subscribe;
  yield* Effect.forkScoped(
    Stream.runForEach(whispers, () =>
      Effect.andThen(Effect.ignore(ledger.refresh), Effect.sync(views.refresh)),
    ),
  );
});

interface LedgerFile {
  readonly path: string;
  readonly inode: number | null;
}

const ledgerFileOf = ({ dataDir }: Pick<Shell, "dataDir">): LedgerFile => {
  const path = join(dataDir, "ledger.db");
  return { path, inode: inodeOf(path) };
};

/** A ledger that was set aside, or put back from a backup, is another file: this gateway's is history. */
const watchLedger = ({ path, inode }: LedgerFile): Effect.Effect<never, Stopped> =>
  Effect.forever(
    Effect.andThen(
      Effect.sleep("1 second"),
      Effect.suspend(() =>
        inodeOf(path) === inode
          ? Effect.void
          : Effect.fail(
              new Stopped({
                sentence:
                  "The ledger on this machine is another one now: started again, this gateway reads it.",
                exitCode: EXIT.fault,
              }),
            ),
      ),
    ),
  );

const inodeOf = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.ino ?? null;

/** Views that only a newer gateway can read end this one, so that the newer one is started. */
const watchViews = (views: ServedViews): Effect.Effect<never, Stopped> =>
  Effect.suspend(() =>
    views.isLeftBehind()
      ? Effect.fail(
          new Stopped({
            sentence:
              "The projector here builds views of another version than this gateway reads: start the gateway of that version.",
            exitCode: EXIT.fault,
          }),
        )
      : Effect.sleep("5 seconds"),
  ).pipe(Effect.forever);
