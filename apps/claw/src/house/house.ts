/** The house on one machine: every service in one process, on the SQLite log. Read it as the list of what there is. */
import { join, resolve } from "node:path";
import { type Connector, startConnector } from "@claw/connector";
import { openSqlitePulse } from "@claw/eventlog";
import { type HostId, sha256 } from "@claw/events";
import { type Gateway, startGateway } from "@claw/gateway";
import { type Ingest, startIngest } from "@claw/ingest";
import { startPolicy } from "@claw/policy";
import { type Projector, startProjector } from "@claw/projector";
import { makeRedactor } from "@claw/redact";
import {
  makeDiagnostics,
  makeHealth,
  makeMetrics,
  newId,
  readBearer,
  type Stopped,
  systemClocks,
} from "@claw/runtime";
import type { HostBeat } from "@claw/views";
import { Effect, type Scope } from "effect";
import { ensureAdminToken, ensureHostToken, hostTokenFile, type IsKnown } from "./credentials.ts";
import { linkKey } from "./link-key.ts";
import { openLog } from "./log.ts";
import { settled } from "./settle.ts";
import { allFromEnvironment, upSettings } from "./settings.ts";
import { thisHostId } from "./this-host.ts";

export interface House {
  readonly gateway: Gateway;
  readonly dataDir: string;
  readonly hostId: HostId;
  readonly connector: Connector | null;
  readonly adminTokenIsNew: boolean;
  /** Never succeeds: fails or dies with what ended a service, so that the process ends with it and can be started again. */
  readonly ended: Effect.Effect<never, Stopped>;
}

/** Opens the house for the time of a scope. With `connector`, this machine's Codex is watched as well. */
export const openHouse = Effect.fnUntraced(function* (options: {
  readonly connector: boolean;
}): Effect.fn.Return<House, Stopped, Scope.Scope> {
  const settings = yield* allFromEnvironment(upSettings);
  const dataDir = resolve(settings.house.dataDir);
  const hostId = settings.house.hostId ?? thisHostId();

  const log = yield* openLog(dataDir);
  const shell = {
    dataDir,
    clocks: systemClocks,
    health: makeHealth(),
    metrics: makeMetrics(),
    diagnostics: makeDiagnostics("claw", settings.house.level),
    redactor: makeRedactor({ linkKey: linkKey(dataDir) }),
    ids: { newId },
  };
  shell.health.set("log", { ok: true, detail: "durable: every commit is synced" });

  const pulse = yield* openSqlitePulse({ path: join(dataDir, "pulse.db") }).pipe(Effect.orDie);
  const projector = yield* startProjector({ ...shell, log });
  const { gate } = yield* startPolicy({ ...shell, log });
  const ingest = yield* startIngest({ ...shell, log, pulse, settings: settings.ingest });
  const gateway = yield* startGateway({
    ...shell,
    log,
    gate,
    pages: ingest.pages,
    handleUplink: ingest.handleUpgrade,
    overlay: (id) => overlayOf(ingest, id),
    reader: projector.reader,
    feed: projector.feed,
    settings: settings.gateway,
  });
  const ended = Effect.raceFirst(ingest.ended, projector.ended);
  yield* Effect.raceFirst(settled(log, projector.feed, shell.health), ended);

  const isKnown = knownTokens(projector);
  const adminTokenIsNew = yield* ensureAdminToken(dataDir, gate, isKnown);
  yield* ensureHostToken(dataDir, hostId, gate, projector.reader, isKnown);
  yield* Effect.raceFirst(settled(log, projector.feed, shell.health), ended);

  const connector = options.connector
    ? yield* startConnector({
        ...shell,
        hostId,
        dataDir: join(dataDir, "connector"),
        settings: settings.connector,
        url: `http://${loopbackOf(settings.gateway.host)}:${gateway.port}`,
        tokenFile: hostTokenFile(dataDir),
      })
    : null;
  return { gateway, dataDir, hostId, connector, adminTokenIsNew, ended };
});

/** By digest, among the tokens that the views hold. */
const knownTokens =
  ({ reader }: Projector): IsKnown =>
  (bearer, hostId) => {
    const id = readBearer(bearer)?.tokenId;
    const row = id === undefined ? null : reader().token(id);
    const isValid = row !== null && row.revokedAt === null && row.tokenDigest === sha256(bearer);
    return isValid && row.hostId === hostId;
  };

/** What heartbeats say of a host now. */
function overlayOf(ingest: Ingest, hostId: HostId): HostBeat | null {
  const host = ingest.connected().find((connected) => connected.hostId === hostId);
  if (host === undefined || host.lastHeardAt === null) return null;
  const { lastHeardAt: heardAt, rttMs, clockOffsetMs, outboxDepth } = host;
  return { heardAt, rttMs, clockOffsetMs, outboxDepth };
}

const loopbackOf = (host: string): string => (host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host);
