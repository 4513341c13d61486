/** Every route that answers JSON to somebody with a token. */
import type { Route } from "../http/route.ts";
import { houseRules, listCommands, listLeases, oneCommand, oneLease } from "./acting.ts";
import { submitCommand } from "./commands.ts";
import { sessionEvents } from "./events.ts";
import { listApprovals, listEndpoints, listHosts, oneApproval, oneHost } from "./fleet.ts";
import { archiveContent, listArchives, oneArchive } from "./archives.ts";
import { listAttention } from "./attention.ts";
import { listCheckpoints } from "./checkpoints.ts";
import { listQuarantine, listTokens } from "./house-keeping.ts";
import { listLedgers } from "./ledgers.ts";
import { fleetState, fleetWithSettings, listPolicies } from "./registry.ts";
import { AUTH_PATHS } from "../sign-in/mount.ts";
import { listRuntimes, oneRuntime } from "./runtimes.ts";
import { sessionRecord } from "./session-record.ts";
import { listSessions, oneSession, sessionProgress } from "./sessions.ts";
import { closeOneSignIn, listSignIns } from "./sign-ins.ts";
import { makeLoginLink, makeTicket, whoAmI } from "./signing-in.ts";
import { sessionTranscript } from "./transcript.ts";
import { fleetUsage } from "./usage.ts";

export const routes: readonly Route[] = [
  listSessions,
  oneSession,
  sessionProgress,
  sessionRecord,
  sessionTranscript,
  sessionEvents,
  listHosts,
  oneHost,
  listEndpoints,
  listApprovals,
  oneApproval,
  listTokens,
  listQuarantine,
  listLedgers,
  submitCommand,
  listCommands,
  oneCommand,
  listLeases,
  oneLease,
  houseRules,
  fleetState,
  fleetWithSettings,
  listAttention,
  fleetUsage,
  listPolicies,
  listRuntimes,
  oneRuntime,
  listArchives,
  oneArchive,
  archiveContent,
  listCheckpoints,
  whoAmI,
  makeLoginLink,
  makeTicket,
  listSignIns,
  closeOneSignIn,
];

/** The routes that need no table: open to everybody, or not JSON. */
export const openPaths: readonly string[] = [
  "/",
  "/healthz",
  "/readyz",
  "/openapi.json",
  "/metrics",
  "/docs/spec-v2",
  "/docs/spec-v2.md",
  ...AUTH_PATHS,
];
