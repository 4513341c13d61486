/**
 * Where a session that is asked for is made (S1-104, ADR 0013): on a host that is heard, takes new work and gives a folder that holds the workspace, through an
 * app-server that is ready, and of those where the fewest spawned sessions are at work. The host looks again, alone, before it begins.
 */
import { type CommandOf, type EndpointId, haltOver, type HostId } from "@claw/events";
import { isOnItsWay } from "./desk.ts";
import { isUnder } from "./folders.ts";
import { callerGroup, groupOfHost } from "./groups.ts";
import { limitOf } from "./limit.ts";
import type { Question, Refusal } from "./question.ts";
import type { EndpointSight, HostSight, SessionSight } from "./sight.ts";
import type { House } from "./state.ts";

export interface Place {
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly workspace: string;
}
export type Placing = { readonly place: Place; readonly load: number } | { readonly refusal: Refusal };

/** What is looked for: a folder, and an app-server if it has to be a certain one. */
interface Wanted {
  readonly workspace: string;
  readonly endpointId: EndpointId | null;
}

/** How many spawned sessions are at work on a host, those counted that it is making. */
type Loads = (hostId: HostId) => number;

/** When to ask again where hosts are full, in ms: a place is free once a session there is idle, and nobody knows when that is. */
const FULL_RETRY_MS = 10_000;
/** How long a host that is behind may take to tell the rest, in ms (DESIGN 14.10). */
export const CATCHES_UP_MS = 5_000;

export function placeFor(house: House, question: Question, command: CommandOf<"session.spawn">): Placing {
  return command.hostId === null
    ? chosen(house, question, command)
    : onHost(house, question, command.hostId, command, loadsIn(house, question));
}

/** With the other session's history: on its host, in its app-server, and in its folder. */
export function placeBeside(
  house: House,
  question: Question,
  { sessionId, hostId, endpointId, workspace }: SessionSight,
): Placing {
  if (workspace === null) return no("workspace_missing", { sessionId, hostId });
  return onHost(house, question, hostId, { workspace, endpointId }, loadsIn(house, question));
}

function chosen(house: House, question: Question, wanted: Wanted): Placing {
  const group = callerGroup(house, question);
  const hosts = [...house.hosts.keys()].filter(
    (id) => (group === null || groupOfHost(house, id) === group) && !isHalted(house, id),
  );
  const loads = loadsIn(house, question);
  const all = hosts.map((id) => onHost(house, question, id, wanted, loads));
  const own = question.via === null ? null : (question.sight.session(question.via.sessionId)?.hostId ?? null);
  const best = all.flatMap((one) => ("place" in one ? [one] : [])).toSorted(byLoad(own))[0];
  return best ?? none(wanted, all);
}

interface Placed {
  readonly place: Place;
  readonly load: number;
}

/** The fewest at work; among equals the caller's own host, then by name, so that the same question has the same answer. */
const byLoad =
  (own: HostId | null) =>
  (one: Placed, other: Placed): number =>
    one.load - other.load ||
    Number(other.place.hostId === own) - Number(one.place.hostId === own) ||
    (one.place.hostId < other.place.hostId ? -1 : 1);

/** If one is only full, that is worth waiting for; else why each of them will not do is counted by the code. */
function none({ workspace }: Wanted, all: readonly Placing[]): Placing {
  const refusals = all.flatMap((one) => ("refusal" in one ? [one.refusal] : []));
  const full = refusals.find(({ code }) => code === "rate_limited");
  if (full !== undefined) return { refusal: full };
  const counts: Record<string, number> = {};
  for (const { code } of refusals) counts[code] = (counts[code] ?? 0) + 1;
  return no("no_host", { workspace, hosts: all.length, ...counts });
}

function isHalted({ halted, hosts }: House, id: HostId): boolean {
  const groupOf = (host: HostId) => hosts.get(host)?.group;
  return haltOver(halted, { sessions: [], hosts: [id], groupOf, callerGroup: null, roots: [] }) !== null;
}

function onHost(house: House, question: Question, hostId: HostId, wanted: Wanted, loads: Loads): Placing {
  const known = house.hosts.get(hostId);
  if (known === undefined) return no("host_unknown", { hostId });
  const host = question.sight.host(hostId);
  if (host === null || host.isSilent) return no("host_silent", { hostId });
  if (host.isBehind) return no("host_catching_up", { hostId, retryAfterMs: CATCHES_UP_MS });
  if (known.placement !== "open") return no("host_not_open", { hostId, placement: known.placement });
  const endpoint = endpointOf(host, wanted.endpointId);
  if ("refusal" in endpoint) return endpoint;
  const { workspace } = wanted;
  const isGiven = endpoint.isLocal && host.workspaceRoots.some((root) => isUnder(root, workspace));
  if (!isGiven) return no("workspace_not_allowed", { hostId, workspace });
  const load = loads(hostId);
  const most = limitOf(house, "host_spawns");
  if (load >= most) {
    // A limit of 0 is for ever, as in every other rate.
    const retryAfterMs = most === 0 ? null : FULL_RETRY_MS;
    return no("rate_limited", { limit: "host_spawns", hostId, value: most, retryAfterMs });
  }
  return { place: { hostId, endpointId: endpoint.endpointId, workspace }, load };
}

/** The one that is named, else the first that is ready, one on the host itself before others. */
function endpointOf(
  { hostId, endpoints }: HostSight,
  named: EndpointId | null,
): EndpointSight | { readonly refusal: Refusal } {
  const ready = endpoints.filter(({ isReady }) => isReady);
  if (named === null)
    return ready.find(({ isLocal }) => isLocal) ?? ready[0] ?? no("endpoint_lost", { hostId });
  const known = endpoints.find(({ endpointId }) => endpointId === named);
  if (known === undefined) return no("endpoint_unknown", { hostId, endpointId: named });
  return known.isReady ? known : no("endpoint_lost", { hostId, endpointId: named });
}

/** All commands are looked through once, however many hosts there are. */
function loadsIn({ commands }: House, { sight, at }: Question): Loads {
  const making = new Map<HostId, number>();
  for (const command of commands.values())
    if (command.kind === "spawn" && isOnItsWay(command, sight, at))
      making.set(command.hostId, (making.get(command.hostId) ?? 0) + 1);
  return (hostId) => sight.spawnedAtWork(hostId) + (making.get(hostId) ?? 0);
}

const no = (code: Refusal["code"], facts: Refusal["facts"]): { readonly refusal: Refusal } => ({
  refusal: { code, facts },
});
