/** `claw fleet`: a whole fleet on this machine, each part a process of its own around a real nats-server. Read it as the list of what runs. */
import { join, resolve } from "node:path";
import { holdDirectory } from "@claw/eventlog";
import type { HostId } from "@claw/events";
import { EXIT, Stopped, type Variable } from "@claw/runtime";
import { Deferred, Effect, Schedule, type Scope } from "effect";
import { askLoginLink } from "../client/login-link.ts";
import { targetOf } from "../client/target.ts";
import { adminTokenFile, hostTokenFile } from "../house/credentials.ts";
import { linkKey } from "../house/link-key.ts";
import { removePidFile, writePidFile } from "../house/pid-file.ts";
import { fromEnvironment } from "../house/settings.ts";
import { thisHostId } from "../house/this-host.ts";
import { keepRunning } from "./children/keep-running.ts";
import { greeting, say } from "./greeting.ts";
import { refuseHouseFolder } from "./folder.ts";
import { keysDirOf, makeMissingKeys } from "./keys/key-files.ts";
import { type LogServer, runLogServer } from "./log-server.ts";
import { ensureOwnHost } from "./own-host.ts";
import type { Ready } from "./ready.ts";
import { environmentFor, type FleetService, serviceChild, whereThreadsCall } from "./services.ts";
import { fleetSettings } from "./settings.ts";

interface Fleet {
  readonly dataDir: string;
  readonly hostId: HostId;
  readonly log: LogServer;
  /** The ports that services took, by the variable that asks for one: a service that starts again takes the same. */
  readonly ports: Map<Variable, string>;
  readonly uplink: Deferred.Deferred<Ready>;
  readonly gateway: Deferred.Deferred<Ready>;
}

export interface FleetFlags {
  readonly connector: boolean;
}

/** Runs until interrupted; then the services end, and after them the server. */
export const fleet = (flags: FleetFlags): Effect.Effect<never, Stopped> =>
  Effect.scoped(
    Effect.gen(function* () {
      const opened = yield* openFleet;
      const services = (["policy", "projector", "gateway"] as const).map((service) => keep(opened, service));
      services.push(Effect.andThen(untilGatewayIsKnown(opened), keep(opened, "ingest")));
      return yield* Effect.raceAllFirst([opened.log.ended, ...services, watchThisMachine(opened, flags)]);
    }),
  );

const openFleet: Effect.Effect<Fleet, Stopped, Scope.Scope> = Effect.gen(function* () {
  const settings = yield* fromEnvironment(fleetSettings);
  const dataDir = resolve(settings.dataDir);
  yield* refuseHouseFolder(dataDir);
  yield* holdFolder(dataDir);
  makeMissingKeys(keysDirOf(dataDir));
  linkKey(dataDir);
  yield* Effect.acquireRelease(
    Effect.sync(() => writePidFile(dataDir, "")),
    () => Effect.sync(() => removePidFile(dataDir)),
  );
  return {
    dataDir,
    hostId: settings.hostId ?? thisHostId(),
    log: yield* logOf(dataDir, settings),
    ports: new Map(),
    uplink: yield* Deferred.make<Ready>(),
    gateway: yield* Deferred.make<Ready>(),
  };
});

type FleetSettings = Effect.Success<ReturnType<typeof fromEnvironment<typeof fleetSettings>>>;

const logOf = (
  dataDir: string,
  { logUrl, natsServer, allowOld }: FleetSettings,
): Effect.Effect<LogServer, Stopped, Scope.Scope> =>
  logUrl === undefined
    ? runLogServer({ dataDir, keysDir: keysDirOf(dataDir), named: natsServer, allowsOld: allowOld }, say)
    : Effect.succeed({ url: logUrl, what: "one that runs elsewhere", ended: Effect.never });

const keep = (fleet: Fleet, service: FleetService): Effect.Effect<never, Stopped> =>
  keepRunning(
    serviceChild(
      service,
      () =>
        environmentFor(service, process.env, {
          ...givenTo(fleet),
          ...(service === "ingest" && whereThreadsCall(fleet, process.env)),
        }),
      (ready) => hear(fleet, service, ready),
    ),
    say,
  );

const givenTo = ({ dataDir, log, ports, hostId }: Fleet): Readonly<Partial<Record<Variable, string>>> => ({
  CLAW_DATA_DIR: dataDir,
  CLAW_LOG_URL: log.url,
  CLAW_HOST_ID: hostId,
  ...Object.fromEntries(ports),
});

/** Threads call back at the gateway, and ingest tells hosts where that is: one on any free port has to be there first. */
const untilGatewayIsKnown = ({ gateway }: Fleet): Effect.Effect<unknown> =>
  process.env["CLAW_HTTP_PORT"] === "0" ? Deferred.await(gateway) : Effect.void;

function hear({ ports, uplink, gateway }: Fleet, service: FleetService, ready: Ready): void {
  const port = String(ready.port ?? URL.parse(ready.url ?? "")?.port ?? "");
  if (service === "ingest") {
    ports.set("CLAW_UPLINK_PORT", port);
    Deferred.doneUnsafe(uplink, Effect.succeed(ready));
  }
  if (service === "gateway") {
    ports.set("CLAW_HTTP_PORT", port);
    Deferred.doneUnsafe(gateway, Effect.succeed(ready));
  }
}

/** When people and hosts can come in: this machine joins like any other, and people are told where to look. */
const watchThisMachine = Effect.fnUntraced(function* (
  fleet: Fleet,
  flags: FleetFlags,
): Effect.fn.Return<never, Stopped> {
  const gateway = yield* Deferred.await(fleet.gateway);
  const uplink = yield* Deferred.await(fleet.uplink);
  const url = gateway.url ?? "";
  writePidFile(fleet.dataDir, url, uplink.url ?? "");
  if (flags.connector)
    yield* Effect.retry(ensureOwnHost(fleet.dataDir, fleet.hostId, ownTarget(fleet.dataDir, url)), PATIENTLY);
  const loginLink = gateway.madeToken ? yield* firstLink(fleet.dataDir, url) : null;
  say(
    greeting({ ...fleet, url, uplinkUrl: uplink.url ?? "", what: fleet.log.what, gateway, loginLink, flags }),
  );
  if (!flags.connector) return yield* Effect.never;
  const env = () =>
    environmentFor("connector", process.env, {
      ...givenTo(fleet),
      CLAW_URL: uplink.url ?? "",
      CLAW_TOKEN_FILE: hostTokenFile(fleet.dataDir),
    });
  return yield* keepRunning(
    serviceChild("connector", env, () => {}),
    say,
  );
});

/** A gateway that starts again in between is no reason to give up. */
const PATIENTLY = { schedule: Schedule.spaced("1 second"), times: 30 } as const;

/** Null where none could be had: `claw login` makes one at any time, and the fleet is up without it. */
const firstLink = (dataDir: string, url: string): Effect.Effect<string | null> =>
  Effect.tryPromise(() => askLoginLink(ownTarget(dataDir, url))).pipe(
    Effect.map((link) => link.url),
    Effect.catch(() => Effect.succeed(null)),
  );

const ownTarget = (dataDir: string, url: string) =>
  targetOf({ CLAW_URL: url, CLAW_TOKEN_FILE: adminTokenFile(dataDir) });

const holdFolder = (dataDir: string): Effect.Effect<void, Stopped, Scope.Scope> =>
  Effect.mapError(
    holdDirectory(join(dataDir, "fleet")),
    ({ reason, detail }) =>
      new Stopped({
        sentence:
          reason === "locked"
            ? `A fleet runs on ${dataDir} already: stop it with \`claw down\`, or choose another folder with CLAW_DATA_DIR.`
            : detail,
        exitCode: reason === "locked" ? EXIT.conflict : EXIT.fault,
      }),
  );
