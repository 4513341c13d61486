/** One line of the fleet's table: what the registry says of a session, and beside it what the live stream knows. Pure. */
import {
  ATTENTION_KINDS,
  type AttentionItem,
  type FleetSession,
  type Lifecycle,
  LIFECYCLES,
} from "../../api/types/fleet.ts";
import type { HostView } from "../../api/types/host.ts";
import type { SessionView } from "../../api/types/session.ts";
import { nameOfId, titleOf } from "../../words/title.ts";

export interface FleetRow {
  readonly id: string;
  readonly fleet: FleetSession;
  /** Null for a registered runtime, and for what the stream has not told yet. */
  readonly session: SessionView | null;
  readonly title: string;
  readonly host: string | null;
  /** The most urgent of what needs somebody, with its evidence; null where nothing does, or where nobody has told yet. */
  readonly need: AttentionItem | null;
  /** Lower needs somebody sooner; as many as there are kinds: nobody is needed. */
  readonly urgency: number;
}

/** What is known beside the registry. */
export interface Beside {
  readonly sessions: ReadonlyMap<string, SessionView>;
  readonly hosts: ReadonlyMap<string, HostView>;
  /** The most urgent first, as the house ranks it. */
  readonly attention: readonly AttentionItem[];
}

export function fleetRows(sessions: readonly FleetSession[], beside: Beside): readonly FleetRow[] {
  const needs = new Map(beside.attention.toReversed().map((item) => [item.sessionId, item]));
  return sessions.map((fleet) => rowOf(fleet, beside, needs)).toSorted(byUrgency);
}

function rowOf(
  fleet: FleetSession,
  { sessions, hosts }: Beside,
  needs: ReadonlyMap<string, AttentionItem>,
): FleetRow {
  const session = sessions.get(fleet.id) ?? null;
  const host = fleet.hostId === null ? null : (hosts.get(fleet.hostId)?.hostname ?? fleet.hostId);
  return {
    id: fleet.id,
    fleet,
    session,
    title: session === null ? nameOfId(fleet.id) : titleOf(session),
    host: session?.host ?? host,
    need: fleet.attention.length === 0 ? null : (needs.get(fleet.id) ?? null),
    urgency: urgencyOf(fleet.attention),
  };
}

function urgencyOf(kinds: readonly string[]): number {
  const ranks = kinds
    .map((kind) => ATTENTION_KINDS.findIndex((known) => known === kind))
    .filter((rank) => rank >= 0);
  if (ranks.length > 0) return Math.min(...ranks);
  // A kind that this page does not know still needs somebody.
  return kinds.length > 0 ? ATTENTION_KINDS.length - 1 : ATTENTION_KINDS.length;
}

export const idOf = ({ id }: FleetRow): string => id;
export const needsSomeone = ({ fleet }: FleetRow): boolean => fleet.attention.length > 0;
/** What is not heard of now; what has ended is nobody's silence. */
export const isStale = ({ fleet }: FleetRow): boolean =>
  fleet.active && fleet.hostId !== null && (fleet.freshness === "stale" || fleet.freshness === "unknown");

const STATE_RANKS = new Map<Lifecycle, number>(LIFECYCLES.map((word, index) => [word, index]));
export const stateRank = ({ fleet }: FleetRow): number => STATE_RANKS.get(fleet.status) ?? LIFECYCLES.length;

/** Who needs somebody first, then by what they do; of those the oldest first, as the registry has them. */
const byUrgency = (a: FleetRow, b: FleetRow): number => a.urgency - b.urgency || stateRank(a) - stateRank(b);

/** The classes of a row: an edge for what needs somebody, a hatch for what is stale. */
export function lookOf(row: FleetRow): string {
  const isBad = row.fleet.attention.includes("failing") || row.fleet.attention.includes("looping");
  const edge = needsSomeone(row) ? (isBad ? "needs-danger" : "needs-attention") : "";
  return [edge, isStale(row) ? "stale" : "", row.fleet.active ? "" : "ended"].filter(Boolean).join(" ");
}

/** The line that a person types to be attached; null where nobody can be. */
export const attachLine = ({ id, fleet }: Pick<FleetRow, "id" | "fleet">): string | null =>
  fleet.attachable ? `claw attach ${id}` : null;
