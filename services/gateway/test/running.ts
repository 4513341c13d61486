/** A real gateway on a free port, and an app without a socket, for tests. */
import { type Clocks, makeMetrics, noDiagnostics, systemClocks } from "@claw/runtime";
import type { TokenRow, Visibility } from "@claw/views";
import { Effect, Exit, Scope } from "effect";
import { makeAttempts } from "../src/auth/attempts.ts";
import { makeTokens } from "../src/auth/authenticate.ts";
import { type App, makeApp } from "../src/http/app.ts";
import { makeFleetNow } from "../src/fleet/fleet-now.ts";
import { measureFleet } from "../src/fleet/metrics.ts";
import { ownNames } from "../src/http/door.ts";
import { makeDownloads } from "../src/http/downloads.ts";
import { makeHttpMetrics } from "../src/http/metrics.ts";
import { type GatewayOptions, startGateway } from "../src/index.ts";
import type { GatewayPorts, House, Run } from "../src/ports.ts";
import { openPaths, routes } from "../src/routes/index.ts";
import { makeSharingNow } from "../src/sight/sharing-now.ts";
import { makeDesk } from "../src/sign-in/desk.ts";
import type { OidcConfig } from "../src/sign-in/settings.ts";
import { makeWaiters, type Waiters } from "../src/waiting/waiters.ts";

export interface Running {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export async function running(ports: GatewayPorts, more: Partial<GatewayOptions> = {}): Promise<Running> {
  const scope = Scope.makeUnsafe();
  const settings = {
    host: "127.0.0.1",
    port: 0,
    publicUrl: undefined,
    productUrl: undefined,
    visibility: "fleet" as const,
    tlsCert: undefined,
    tlsKey: undefined,
  };
  const gateway = await Effect.runPromise(
    startGateway({ ...ports, settings, ...more }).pipe(Scope.provide(scope)),
  );
  return { ...gateway, stop: () => Effect.runPromise(Scope.close(scope, Exit.void)) };
}

export const PLACE = { canonicalUrl: "https://claw.example.org", productUrl: "https://example.org" };

/** The app alone, as `app.fetch` serves it. */
export function appOf(
  ports: GatewayPorts,
  clocks: Clocks = systemClocks,
  run: Run = (effect) => Effect.runPromiseExit(effect),
  waiters: Waiters = makeWaiters(ports.reader),
  oidc: OidcConfig | null = null,
  visibility: Visibility = "fleet",
): App {
  const tokens = makeTokens(ports.reader, clocks.wallMs);
  const registry = makeMetrics();
  const house: House = {
    ...ports,
    metrics: registry,
    clocks,
    tokens,
    desk: makeDesk(clocks, noDiagnostics, oidc),
    run,
    waiters,
    fleet: makeFleetNow({ ...ports, clocks }),
    downloads: makeDownloads(tokens),
    sharing: makeSharingNow(ports.reader),
    visibility,
    place: () => PLACE,
  };
  measureFleet(house);
  const metrics = makeHttpMetrics(registry, [...openPaths, ...routes.map(({ path }) => path)]);
  const own = ownNames("127.0.0.1", new URL("https://claw.example.org"));
  return makeApp({ house, attempts: makeAttempts(clocks.monoMs), own, metrics });
}

/** The rows of tokens as changes to commit. */
export const tokenChange = (row: TokenRow): readonly ["tokens", string, TokenRow] => [
  "tokens",
  row.tokenId,
  row,
];
