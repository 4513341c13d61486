/** The services of a fleet on one machine, as children: each is `claw run <service>` with the settings of this process. */
import { fileURLToPath } from "node:url";
import { gatewaySettings } from "@claw/gateway";
import type { Environment, Variable } from "@claw/runtime";
import type { ChildSpec } from "./children/child.ts";
import { type Ready, readReady } from "./ready.ts";

export const FLEET_SERVICES = ["policy", "projector", "ingest", "gateway", "connector"] as const;
export type FleetService = (typeof FLEET_SERVICES)[number];

const CLAW = fileURLToPath(new URL("../../bin/claw.mjs", import.meta.url));

/** What belongs to this process alone: a key of one service, an address of another house. */
const NOT_PASSED: readonly Variable[] = ["CLAW_TOKEN", "CLAW_TOKEN_FILE", "CLAW_URL", "CLAW_HEALTH_PORT"];

/** What is shared with the provider of sign-ins is the gateway's alone. */
const OF_GATEWAY: readonly Variable[] = ["CLAW_OIDC_CLIENT_SECRET", "CLAW_OIDC_CLIENT_SECRET_FILE"];

/** Services whose health has a port of its own: CLAW_HEALTH_PORT and the two after it, in this order. */
const HEALTH_PORTS: readonly FleetService[] = ["policy", "projector", "ingest"];

export function environmentFor(
  service: FleetService,
  env: Environment,
  given: Readonly<Partial<Record<Variable, string>>>,
): Environment {
  const kept: readonly string[] = service === "gateway" ? NOT_PASSED : [...NOT_PASSED, ...OF_GATEWAY];
  const passed = Object.fromEntries(Object.entries(env).filter(([name]) => !kept.includes(name)));
  const first = Number(env["CLAW_HEALTH_PORT"] ?? "");
  const offset = HEALTH_PORTS.indexOf(service);
  const health = first > 0 && offset >= 0 ? { CLAW_HEALTH_PORT: String(first + offset) } : {};
  return { ...passed, ...health, ...given };
}

/**
 * The address of this machine's gateway for ingest, where nobody said by which one it is called: good for this machine's hosts. A certificate is for a name, so
 * with one there is none that could be guessed.
 */
export function whereThreadsCall(
  { ports }: { readonly ports: ReadonlyMap<Variable, string> },
  env: Environment,
): Readonly<Partial<Record<Variable, string>>> {
  if (env["CLAW_PUBLIC_URL"] || env["CLAW_TLS_CERT"]) return {};
  const port =
    ports.get("CLAW_HTTP_PORT") ?? env["CLAW_HTTP_PORT"] ?? gatewaySettings.port.schema.parse(undefined);
  return { CLAW_PUBLIC_URL: `http://127.0.0.1:${port}` };
}

/** `env` is asked at each start, because a port that a service took once is kept. */
export const serviceChild = (
  service: FleetService,
  env: () => Environment,
  onReady: (ready: Ready) => void,
): ChildSpec => ({
  name: service,
  program: process.execPath,
  args: [CLAW, "run", service],
  env,
  hasChannel: true,
  onMessage: (message) => {
    const ready = readReady(message);
    if (ready !== null) onReady(ready);
  },
});
