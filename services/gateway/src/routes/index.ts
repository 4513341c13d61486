/** Every route that answers JSON to somebody with a token. */
import type { Route } from "../http/route.ts";
import { submitCommand } from "./commands.ts";
import { sessionEvents } from "./events.ts";
import { listApprovals, listEndpoints, listHosts, oneHost } from "./fleet.ts";
import { listQuarantine, listTokens } from "./house-keeping.ts";
import { listSessions, oneSession } from "./sessions.ts";
import { sessionTranscript } from "./transcript.ts";

export const routes: readonly Route[] = [
  listSessions,
  oneSession,
  sessionTranscript,
  sessionEvents,
  listHosts,
  oneHost,
  listEndpoints,
  listApprovals,
  listTokens,
  listQuarantine,
  submitCommand,
];

/** The routes that need no table: open to everybody, or not JSON. */
export const openPaths: readonly string[] = ["/", "/healthz", "/readyz", "/openapi.json", "/metrics"];
