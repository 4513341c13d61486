/** What every service of a fleet stands on: its settings, its folder, its key, and where it tells how it is. */
import { resolve } from "node:path";
import { makeRedactor, type Redactor } from "@claw/redact";
import {
  type Clocks,
  type ConfigOf,
  type Diagnostics,
  type Health,
  makeDiagnostics,
  makeHealth,
  makeMetrics,
  type Metrics,
  newId,
  type Stopped,
  systemClocks,
  watchLoop,
} from "@claw/runtime";
import { Effect, type Scope } from "effect";
import { linkKey } from "../../house/link-key.ts";
import { refuseHouseFolder } from "../folder.ts";
import { endWithParent } from "../ready.ts";
import type { serviceSettings } from "../settings.ts";
import { serveHealth } from "./health-server.ts";

export interface Shell {
  readonly service: string;
  readonly settings: ConfigOf<typeof serviceSettings>;
  readonly dataDir: string;
  readonly clocks: Clocks;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly diagnostics: Diagnostics;
  readonly redactor: Redactor;
  readonly ids: { readonly newId: (prefix: string) => string };
}

/** Refuses a folder in which a house on one machine keeps its log. Serves `/readyz` where CLAW_HEALTH_PORT says so. */
export const openShell = Effect.fnUntraced(function* (
  service: string,
  settings: ConfigOf<typeof serviceSettings>,
): Effect.fn.Return<Shell, Stopped, Scope.Scope> {
  endWithParent();
  const dataDir = resolve(settings.dataDir);
  yield* refuseHouseFolder(dataDir);
  const [health, metrics] = [makeHealth(), makeMetrics()];
  watchLoop(metrics);
  if (settings.healthPort !== undefined) yield* serveHealth({ port: settings.healthPort, health, metrics });
  return {
    service,
    settings,
    dataDir,
    clocks: systemClocks,
    health,
    metrics,
    diagnostics: makeDiagnostics(service, settings.level),
    redactor: makeRedactor({ linkKey: linkKey(dataDir) }),
    ids: { newId },
  };
});
