/** One line of the fleet: a session of a Codex host, or a registered runtime, in the same words. Pure. */
import type { GroupId } from "@claw/events";
import { HOSTNAME } from "../present/attach.ts";
import type { ArchiveRow, EgressRow, RuntimeRow } from "../registry-rows.ts";
import type { EndpointRow, HostRow, SessionRow } from "../rows.ts";
import { type Attached, isActive, isReached, lifecycleOf, lifecycleOfRuntime } from "./lifecycle.ts";
import type { FleetPolicy, FleetSession } from "./shapes.ts";

/** What stands beside a line, whatever it is of; null and 0 where there is none. */
export interface Beside {
  readonly egress: EgressRow | null;
  readonly archive: ArchiveRow | null;
  readonly checkpoints: number;
  readonly attention: readonly string[];
  readonly group: GroupId;
}

export interface SessionInput extends Beside {
  readonly row: SessionRow;
  readonly host: HostRow | null;
  readonly endpoint: EndpointRow | null;
  readonly attached: Attached;
  /** By the mapping of unix users, or who asked for it; null where nobody said (DESIGN 14.20). */
  readonly owner: string | null;
  /** The newest heartbeat of its host, in epoch ms; null if none is known. */
  readonly hostHeardAt: number | null;
}

const NO_POLICY: FleetPolicy = {
  present: false,
  allowedHostCount: 0,
  githubCredentialSource: "none",
  githubRepo: null,
  hasGithubToken: false,
  openAIBaseUrlHost: null,
};

function policyOf(egress: EgressRow | null): FleetPolicy {
  if (egress === null) return NO_POLICY;
  const { allowedHosts, githubCredentialSource, githubRepo, hasGithubToken, openaiBaseUrlHost } = egress;
  return {
    present: true,
    allowedHostCount: allowedHosts.length,
    githubCredentialSource,
    githubRepo,
    hasGithubToken,
    openAIBaseUrlHost: openaiBaseUrlHost,
  };
}

const beside = ({ egress, archive, checkpoints, attention, group }: Beside) => ({
  group,
  policy: policyOf(egress),
  archived: archive !== null && archive.deletedAt === null,
  checkpoints,
  attention: [...attention],
  handoff: null,
  takeover: null,
});

/** A host's own word for its name stands in an address only where it is one: no user, no port, nothing that a shell reads (DESIGN 14.22). */
const nameOf = (hostname: string | null): string | null =>
  hostname !== null && HOSTNAME.test(hostname) ? hostname : null;

/** The specification's summary of a Codex host's session. */
export function sessionSummary(input: SessionInput): FleetSession {
  const { row, egress, owner, hostHeardAt } = input;
  const status = lifecycleOf(input);
  const attachUrl =
    isActive(status) && row.lifecycle === "ready" && isReached(input)
      ? `codex+ssh://${nameOf(input.host?.hostname ?? null) ?? row.hostId}/${row.endpointId}/${row.sessionId}`
      : null;
  return {
    id: row.sessionId,
    repo: row.repo,
    branch: row.branch,
    runtime: "crabbox",
    owner,
    status,
    active: isActive(status),
    attachable: attachUrl !== null,
    vnc: false,
    logEvents: row.factCount,
    leaseId: null,
    sandboxId: egress?.sandboxId ?? null,
    lastEvent: row.lastFactType,
    createdAt: row.createdAt ?? row.firstSeenAt,
    updatedAt: row.lastFactAt,
    lastSeenAt: lastSeenAt(row, hostHeardAt),
    stoppedAt: isActive(status) ? null : row.activity.sinceAt,
    attachUrl,
    hostId: row.hostId,
    backing: null,
    freshness: row.freshness.state,
    writer: row.writer?.holder.name ?? null,
    idleSinceAt: row.activity.type === "idle" ? row.activity.sinceAt : null,
    // Nobody takes a thread away: it sleeps on its host, and is loaded again (N1-034).
    reapAt: null,
    ...beside(input),
  };
}

/** Its host's newest heartbeat counts while that host hears it (F1-084). Epoch ms. */
export const lastSeenAt = ({ freshness, lastFactAt }: SessionRow, hostHeardAt: number | null): number =>
  freshness.state === "live" ? Math.max(lastFactAt, hostHeardAt ?? 0) : lastFactAt;

export interface RuntimeInput extends Beside {
  readonly row: RuntimeRow;
  readonly nowMs: number;
}

/** The specification's summary of a registered runtime. */
export function runtimeSummary(input: RuntimeInput): FleetSession {
  const { row, nowMs, egress } = input;
  const status = lifecycleOfRuntime(row, nowMs);
  const active = isActive(status);
  return {
    id: row.runtimeId,
    repo: row.repo,
    branch: row.branch,
    runtime: row.runtime,
    owner: row.owner,
    status,
    active,
    attachable: active && row.attachUrl !== null,
    vnc: row.vnc,
    logEvents: row.factCount,
    // A lease that is over is shown no more (W-41).
    leaseId: active ? row.leaseId : null,
    sandboxId: row.sandboxId ?? egress?.sandboxId ?? null,
    lastEvent: row.lastFactType,
    createdAt: row.registeredAt,
    updatedAt: row.updatedAt,
    lastSeenAt: row.updatedAt,
    stoppedAt: active ? null : (row.endedAt ?? row.leaseUntil),
    attachUrl: active ? row.attachUrl : null,
    hostId: row.hostId,
    backing: row.backing,
    freshness: "unknown",
    writer: null,
    // Its provider says how it is and nothing of its turns: when it fell idle is not known.
    idleSinceAt: null,
    reapAt: active ? row.leaseUntil : null,
    ...beside(input),
  };
}
