/** A real gateway on a free port, and an app without a socket, for tests. */
import { type Clocks, makeMetrics, systemClocks } from "@claw/runtime";
import type { TokenRow } from "@claw/views";
import { Effect, Exit, Scope } from "effect";
import { makeAttempts } from "../src/auth/attempts.ts";
import { makeTokens } from "../src/auth/authenticate.ts";
import { type App, makeApp } from "../src/http/app.ts";
import { makeHttpMetrics } from "../src/http/metrics.ts";
import { type GatewayOptions, startGateway } from "../src/index.ts";
import type { GatewayPorts, House } from "../src/ports.ts";
import { openPaths, routes } from "../src/routes/index.ts";

export interface Running {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export async function running(ports: GatewayPorts, more: Partial<GatewayOptions> = {}): Promise<Running> {
  const scope = Scope.makeUnsafe();
  const settings = { host: "127.0.0.1", port: 0, publicUrl: undefined };
  const gateway = await Effect.runPromise(
    startGateway({ ...ports, settings, ...more }).pipe(Scope.provide(scope)),
  );
  return { ...gateway, stop: () => Effect.runPromise(Scope.close(scope, Exit.void)) };
}

/** The app alone, as `app.fetch` serves it. */
export function appOf(ports: GatewayPorts, clocks: Clocks = systemClocks): App {
  const tokens = makeTokens(ports.reader, clocks.wallMs);
  const registry = makeMetrics();
  const house: House = {
    ...ports,
    metrics: registry,
    clocks,
    tokens,
    run: (effect) => Effect.runPromiseExit(effect),
  };
  const metrics = makeHttpMetrics(registry, [...openPaths, ...routes.map(({ path }) => path)]);
  return makeApp({ house, attempts: makeAttempts(clocks.monoMs), metrics });
}

/** The rows of tokens as changes to commit. */
export const tokenChange = (row: TokenRow): readonly ["tokens", string, TokenRow] => [
  "tokens",
  row.tokenId,
  row,
];
