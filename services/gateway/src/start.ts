/**
 * The gateway as a running service: HTTP, the live stream, and the door to ingest, for as long as its scope lives.
 */
import { Effect, FiberSet, Schedule, type Scope, Stream } from "effect";
import { makeAttempts } from "./auth/attempts.ts";
import { makeTokens } from "./auth/authenticate.ts";
import { makeApp } from "./http/app.ts";
import { readCertificate } from "./http/certificate.ts";
import { makeFleetNow } from "./fleet/fleet-now.ts";
import { measureFleet } from "./fleet/metrics.ts";
import { ownNames } from "./http/door.ts";
import { makeDownloads } from "./http/downloads.ts";
import { listen, portOf } from "./http/listen.ts";
import { makeListener } from "./http/listener.ts";
import { type LiveMetrics, makeHttpMetrics, makeLiveMetrics } from "./http/metrics.ts";
import { makeLiveHub, type LiveHub } from "./live/hub.ts";
import { type HandleUpgrade, makeUpgradeHandler } from "./live/upgrade.ts";
import { makeMcp, MCP_PATH, type Mcp } from "./mcp/mount.ts";
import type { GatewayPorts, House, Place, Run } from "./ports.ts";
import { openPaths, routes } from "./routes/index.ts";
import type { GatewaySettings } from "./settings.ts";
import { makeSharingNow } from "./sight/sharing-now.ts";
import { linkTo, makeDesk } from "./sign-in/desk.ts";
import { type OidcSettings, readOidc } from "./sign-in/settings.ts";
import { readSite } from "./site/site.ts";
import { makeWaiters } from "./waiting/waiters.ts";
import { gauge, type Stopped } from "@claw/runtime";

export interface GatewayOptions extends GatewayPorts {
  readonly settings: GatewaySettings;
  /** Left out where people sign in by tokens and links alone. */
  readonly oidc?: OidcSettings;
  /** The folder of the built dashboard; a plain page where it is left out or was not built. */
  readonly site?: string;
  /** Ingest's door for connectors, served at `/uplink`; left out where ingest has its own port. */
  readonly handleUplink?: HandleUpgrade;
}

/** Where the gateway can be reached: by people and programs on this machine, or at CLAW_PUBLIC_URL. */
export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** A link that signs a person in, once and soon, by their token; null if the token is not good or no person's. */
  readonly loginLink: (bearer: string) => string | null;
}

const TICK = "1 second";

/** Starts the gateway. A port that is taken, or a certificate that cannot be used, ends as `Stopped` with one sentence. */
export const startGateway = Effect.fnUntraced(function* (
  options: GatewayOptions,
): Effect.fn.Return<Gateway, Stopped, Scope.Scope> {
  const { settings, clocks, metrics, health } = options;
  const runPromise = yield* FiberSet.makeRuntimePromise<never>();
  const run: Run = (effect) => runPromise(Effect.exit(effect));
  const tokens = makeTokens(options.reader, clocks.wallMs);
  const waiters = makeWaiters(options.reader);
  const provider = options.oidc === undefined ? null : yield* readOidc(options.oidc);
  const desk = makeDesk(clocks, options.diagnostics, provider);
  const fleet = makeFleetNow(options);
  const { visibility } = settings;
  let canonicalUrl: string | null = null;
  const place = () => placeOf(canonicalUrl ?? settings.publicUrl?.origin ?? "", settings);
  const downloads = makeDownloads(tokens);
  const sharing = makeSharingNow(options.reader);
  const house: House = {
    ...options,
    run,
    tokens,
    desk,
    waiters,
    fleet,
    downloads,
    sharing,
    visibility,
    place,
  };
  const attempts = makeAttempts(clocks.monoMs);
  const httpMetrics = makeHttpMetrics(metrics, [...openPaths, MCP_PATH, ...routes.map(({ path }) => path)]);
  const mcp = makeMcp(house);
  const certificate = yield* readCertificate(settings);
  const scheme = certificate === null ? "http" : "https";
  const own = ownNames(settings.host, settings.publicUrl, scheme, settings.productUrl);
  const site = options.site === undefined ? null : readSite(options.site);
  const app = makeApp({ house, attempts, own, metrics: httpMetrics, mcp, ...(site !== null && { site }) });

  const liveMetrics = makeLiveMetrics(metrics);
  const hub = yield* makeHub(house, liveMetrics, mcp);
  const upgrades = {
    house,
    own,
    attempts,
    hub,
    metrics: liveMetrics,
    ...(options.handleUplink !== undefined && { handleUplink: options.handleUplink }),
  };
  const server = yield* listen(
    { host: settings.host, port: settings.port, certificate },
    makeListener(app, own, httpMetrics),
    makeUpgradeHandler(upgrades),
  );
  const port = portOf(server);
  health.set("gateway", { ok: true, detail: `listening on port ${port}` });
  yield* Effect.addFinalizer(() => Effect.sync(hub.closeAll));
  yield* Effect.addFinalizer(() => Effect.promise(mcp.close));
  const url = urlOf(settings, scheme, port);
  canonicalUrl = url;
  return { url, port, loginLink: (bearer) => loginLink(house, url, bearer) };
});

/** Where the product is told of is here unless somebody says otherwise. */
const placeOf = (canonicalUrl: string, { productUrl }: GatewaySettings): Place => ({
  canonicalUrl,
  productUrl: productUrl?.href.replace(/\/$/, "") ?? canonicalUrl,
});

function loginLink(
  { tokens, desk }: Pick<House, "tokens" | "desk">,
  url: string,
  bearer: string,
): string | null {
  const caller = tokens.authenticate(bearer);
  if (caller === null || caller.principal.kind !== "person") return null;
  return linkTo(new URL(url), desk.links.make(caller.tokenId, caller));
}

/** Live clients, those who follow resources, and callers who wait for commands: woken by the feed, the clients looked after once a second. */
const makeHub = Effect.fnUntraced(function* (
  house: House,
  metrics: LiveMetrics,
  mcp: Mcp,
): Effect.fn.Return<LiveHub, never, Scope.Scope> {
  const hub = makeLiveHub(house.tokens, house.clocks, metrics.closed);
  gauge(house.metrics, "claw_live_clients", "Live clients connected now.", hub.size);
  gauge(
    house.metrics,
    "claw_waiting_callers",
    "Callers who wait for what becomes of a command.",
    house.waiters.size,
  );
  const whispers = yield* house.feed.subscribe;
  const wakeAll = Effect.sync(() => {
    house.waiters.wake();
    hub.wakeAll();
    mcp.wake();
  });
  const measure = measureFleet(house);
  const tick = Effect.sync(() => {
    house.fleet.refresh();
    measure();
    hub.tick();
    mcp.tick();
  });
  yield* Effect.forkScoped(Stream.runForEach(whispers, () => wakeAll));
  yield* Effect.forkScoped(Effect.repeat(tick, Schedule.spaced(TICK)));
  return hub;
});

function urlOf({ host, publicUrl }: GatewaySettings, scheme: string, port: number): string {
  if (publicUrl !== undefined) return publicUrl.origin;
  const isWildcard = host === "0.0.0.0" || host === "::";
  const name = isWildcard ? "127.0.0.1" : host;
  return `${scheme}://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
