/** What this machine knows of itself when somebody attaches from it. Loads the connector's settings, so only `claw attach` imports it. */
import { hostname } from "node:os";
import { connectorSettings } from "@claw/connector";
import { type Environment, EXIT } from "@claw/runtime";
import { thisHostId } from "../house/this-host.ts";
import { CommandFailed } from "../io.ts";
import type { Here } from "./way.ts";

/** Fails if CLAW_ENDPOINTS cannot be read. `ssh` is what the caller said of the host. */
export function lookAround(env: Environment, ssh: string | null): Here {
  const read = connectorSettings.endpoints.schema.safeParse(env["CLAW_ENDPOINTS"] || undefined);
  if (!read.success)
    throw new CommandFailed(
      EXIT.usage,
      `CLAW_ENDPOINTS ${read.error.issues[0]?.message ?? "cannot be read"}.`,
    );
  return {
    hostId: env["CLAW_HOST_ID"] || thisHostId(),
    hostname: hostname(),
    endpoints:
      read.data && new Map(read.data.map(({ endpointId, target }) => [endpointId as string, target])),
    hasCodexHome: Boolean(env["CODEX_HOME"]),
    codex: env["CLAW_CODEX"] || "codex",
    ssh,
  };
}
