/**
 * Which kill switch reaches a write (RELIABILITY §5, N1-028). One rule for policy, which refuses what is asked under a halt, and for ingest, which takes back what was
 * accepted before it: where the two differed, a halt would stop the one and let the other go on.
 */
import type { SwitchScope } from "./house-rules.ts";
import { DEFAULT_GROUP, type GroupId, type HostId, type SessionId } from "./ids.ts";
import type { RootId } from "./origin.ts";

export interface Switch {
  readonly scope: SwitchScope;
  /** Null for `global` alone. */
  readonly id: string | null;
}

/** What a switch is filed under: `global`, or its scope and its id. */
export type SwitchKey = string;
export const switchKey = ({ scope, id }: Switch): SwitchKey =>
  scope === "global" ? scope : `${scope}/${id ?? ""}`;

/** A write, as far as switches look at it. */
export interface Reach {
  /** Into which session it goes and out of which it comes, as far as there are any. Sessions earlier on its way do not count. */
  readonly sessions: readonly SessionId[];
  /** Of the hosts where these are, those that are known. */
  readonly hosts: readonly HostId[];
  /** The group that a host was given, if it was given one. */
  readonly groupOf: (id: HostId) => GroupId | undefined;
  /** Of the Claw that asks; null for everybody else. */
  readonly callerGroup: GroupId | null;
  readonly roots: readonly RootId[];
}

/** The switches that stop the write, whether or not they are set: of what it goes into and of what it comes from, and the widest first. */
export function switchesOver({ sessions, hosts, groupOf, callerGroup, roots }: Reach): readonly Switch[] {
  const groups = hosts.map((id) => groupOf(id) ?? DEFAULT_GROUP);
  const own = callerGroup === null ? [] : [callerGroup];
  return [
    { scope: "global", id: null },
    ...[...groups, ...own].map((id) => ({ scope: "group", id }) as const),
    ...hosts.map((id) => ({ scope: "host", id }) as const),
    ...sessions.map((id) => ({ scope: "session", id }) as const),
    ...roots.map((id) => ({ scope: "root", id }) as const),
  ];
}

/** The widest switch that is set and reaches the write, or null. `halted` holds the keys of those that are set. */
export const haltOver = (
  halted: { readonly size: number; readonly has: (key: SwitchKey) => boolean },
  reach: Reach,
): Switch | null =>
  halted.size === 0 ? null : (switchesOver(reach).find((one) => halted.has(switchKey(one))) ?? null);
