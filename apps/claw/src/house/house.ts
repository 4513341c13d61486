/** The house on one machine: every service in one process, on the SQLite log. Read it as the list of what there is. */
import { join, resolve } from "node:path";
import { type Connector, startConnector } from "@claw/connector";
import { openSqlitePulse } from "@claw/eventlog";
import type { HostId } from "@claw/events";
import { type Gateway, type GatewaySettings, startGateway } from "@claw/gateway";
import { type Ingest, startIngest } from "@claw/ingest";
import { startPolicy } from "@claw/policy";
import { startProjector } from "@claw/projector";
import { makeRedactor } from "@claw/redact";
import {
  makeDiagnostics,
  makeHealth,
  makeMetrics,
  newId,
  type Stopped,
  systemClocks,
  watchLoop,
} from "@claw/runtime";
import type { HostBeat } from "@claw/views";
import { Effect, type Scope } from "effect";
import { refuseFleetFolder } from "../fleet/folder.ts";
import { keepArchives } from "./archives.ts";
import {
  ensureAdminToken,
  ensureHostToken,
  hostTokenFile,
  knownTokens,
  readAdminToken,
} from "./credentials.ts";
import { linkKey } from "./link-key.ts";
import { openLog } from "./log.ts";
import { settled } from "./settle.ts";
import { SITE } from "./site.ts";
import { allFromEnvironment, upSettings } from "./settings.ts";
import { thisHostId } from "./this-host.ts";

export interface House {
  readonly gateway: Gateway;
  readonly dataDir: string;
  readonly hostId: HostId;
  readonly connector: Connector | null;
  readonly adminTokenIsNew: boolean;
  /** For the first look at the dashboard; null where the admin token was made at an earlier start. */
  readonly loginLink: string | null;
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

  yield* refuseFleetFolder(dataDir);
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
  watchLoop(shell.metrics);
  shell.health.set("log", { ok: true, detail: "durable: every commit is synced" });

  const pulse = yield* openSqlitePulse({ path: join(dataDir, "pulse.db") }).pipe(Effect.orDie);
  const projector = yield* startProjector({ ...shell, log });
  const policy = yield* startPolicy({ ...shell, log });
  const { gate } = policy;
  const archives = yield* keepArchives({ ...shell, log, projector, gate });
  let gateway: Gateway | null = null;
  const mcpUrl = () => (gateway === null ? null : mcpUrlAt(gateway.url));
  const ingest = yield* startIngest({ ...shell, log, pulse, settings: settings.ingest, mcpUrl });
  gateway = yield* startGateway({
    ...shell,
    log,
    gate,
    pages: ingest.pages,
    archives,
    handleUplink: ingest.handleUpgrade,
    overlay: (id) => overlayOf(ingest, id),
    reader: projector.reader,
    feed: projector.feed,
    settings: settings.gateway,
    oidc: settings.oidc,
    site: SITE,
  });
  const ended = Effect.raceAllFirst([ingest.ended, policy.ended, projector.ended]);
  yield* Effect.raceFirst(settled(log, projector.feed, shell.health), ended);

  const isKnown = knownTokens(projector.reader);
  const adminTokenIsNew = yield* ensureAdminToken(dataDir, gate, isKnown);
  yield* ensureHostToken(dataDir, hostId, gate, projector.reader, isKnown);
  yield* Effect.raceFirst(settled(log, projector.feed, shell.health), ended);

  const connector = options.connector
    ? yield* startConnector({
        ...shell,
        hostId,
        dataDir: join(dataDir, "connector"),
        settings: settings.connector,
        ...wayIn(settings.gateway, gateway),
        tokenFile: hostTokenFile(dataDir),
      })
    : null;
  const loginLink = adminTokenIsNew ? gateway.loginLink(readAdminToken(dataDir)) : null;
  return { gateway, dataDir, hostId, connector, adminTokenIsNew, loginLink, ended };
});

/** Where threads call back, at the address by which the house is called. */
const mcpUrlAt = (url: string): string => new URL("/mcp", url).href;

/** What heartbeats say of a host now. */
function overlayOf(ingest: Ingest, hostId: HostId): HostBeat | null {
  const host = ingest.connected().find((connected) => connected.hostId === hostId);
  if (host === undefined || host.lastHeardAt === null) return null;
  const { lastHeardAt: heardAt, rttMs, clockOffsetMs, outboxDepth, isCatchingUp } = host;
  return { heardAt, rttMs, clockOffsetMs, outboxDepth, isCatchingUp };
}

/** With a certificate, the address that it names, and no other certificate is trusted. */
const wayIn = (
  { host, tlsCert }: GatewaySettings,
  { url, port }: Gateway,
): { readonly url: string; readonly caFile?: string } =>
  tlsCert === undefined ? { url: `http://${loopbackOf(host)}:${port}` } : { url, caFile: tlsCert };

const loopbackOf = (host: string): string => (host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host);
