/**
 * The gateway as a running service: HTTP, the live stream, and the door to ingest, for as long as its scope lives.
 */
import { Effect, FiberSet, Schedule, type Scope, Stream } from "effect";
import { makeAttempts } from "./auth/attempts.ts";
import { makeTokens } from "./auth/authenticate.ts";
import { makeApp } from "./http/app.ts";
import { ownNames } from "./http/door.ts";
import { listen, portOf } from "./http/listen.ts";
import { makeListener } from "./http/listener.ts";
import { type LiveMetrics, makeHttpMetrics, makeLiveMetrics } from "./http/metrics.ts";
import { makeLiveHub, type LiveHub } from "./live/hub.ts";
import { type HandleUpgrade, makeUpgradeHandler } from "./live/upgrade.ts";
import type { GatewayPorts, House, Run } from "./ports.ts";
import { openPaths, routes } from "./routes/index.ts";
import type { GatewaySettings } from "./settings.ts";
import { gauge, type Stopped } from "@claw/runtime";

export interface GatewayOptions extends GatewayPorts {
  readonly settings: GatewaySettings;
  /** Ingest's door for connectors, served at `/uplink`; left out where ingest has its own port. */
  readonly handleUplink?: HandleUpgrade;
}

/** Where the gateway can be reached: by people and programs on this machine, or at CLAW_PUBLIC_URL. */
export interface Gateway {
  readonly url: string;
  readonly port: number;
}

const TICK = "1 second";

/** Starts the gateway. A port that is taken ends as `Stopped` with one sentence. */
export const startGateway = Effect.fnUntraced(function* (
  options: GatewayOptions,
): Effect.fn.Return<Gateway, Stopped, Scope.Scope> {
  const { settings, clocks, metrics, health } = options;
  const runPromise = yield* FiberSet.makeRuntimePromise<never>();
  const run: Run = (effect) => runPromise(Effect.exit(effect));
  const tokens = makeTokens(options.reader, clocks.wallMs);
  const house: House = { ...options, run, tokens };
  const attempts = makeAttempts(clocks.monoMs);
  const httpMetrics = makeHttpMetrics(metrics, [...openPaths, ...routes.map(({ path }) => path)]);
  const app = makeApp({ house, attempts, metrics: httpMetrics });
  const own = ownNames(settings.host, settings.publicUrl);

  const liveMetrics = makeLiveMetrics(metrics);
  const hub = yield* makeHub(house, liveMetrics);
  const upgrades = {
    house,
    own,
    attempts,
    hub,
    metrics: liveMetrics,
    ...(options.handleUplink !== undefined && { handleUplink: options.handleUplink }),
  };
  const server = yield* listen(
    settings.host,
    settings.port,
    makeListener(app, own, httpMetrics),
    makeUpgradeHandler(upgrades),
  );
  const port = portOf(server);
  health.set("gateway", { ok: true, detail: `listening on port ${port}` });
  yield* Effect.addFinalizer(() => Effect.sync(hub.closeAll));
  return { url: urlOf(settings, port), port };
});

/** Live clients, woken by the feed and looked after once a second. */
const makeHub = Effect.fnUntraced(function* (
  house: House,
  metrics: LiveMetrics,
): Effect.fn.Return<LiveHub, never, Scope.Scope> {
  const hub = makeLiveHub(house.tokens, house.clocks, metrics.closed);
  gauge(house.metrics, "claw_live_clients", "Live clients connected now.", hub.size);
  const whispers = yield* house.feed.subscribe;
  yield* Effect.forkScoped(Stream.runForEach(whispers, () => Effect.sync(hub.wakeAll)));
  yield* Effect.forkScoped(Effect.repeat(Effect.sync(hub.tick), Schedule.spaced(TICK)));
  return hub;
});

function urlOf({ host, publicUrl }: GatewaySettings, port: number): string {
  if (publicUrl !== undefined) return publicUrl.origin;
  const isWildcard = host === "0.0.0.0" || host === "::";
  const name = isWildcard ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
