/**
 * Crabfleet's eight states as one table over facts (F1-137…F1-147, ADR 0014): the first line that holds. Pure; `nowMs` is an input, because a runtime's lease ends
 * by time alone.
 */
import type { Lifecycle } from "@claw/events";
import type { EndpointRow, HostRow, SessionRow } from "../rows.ts";
import type { RuntimeRow } from "../registry-rows.ts";

/** Whether a person's terminal is attached, as far as anybody knows. */
export type Attached = "yes" | "no" | "unknown";

export interface SessionFacts {
  readonly row: SessionRow;
  readonly host: Pick<HostRow, "freshness"> | null;
  readonly endpoint: Pick<EndpointRow, "state"> | null;
  readonly attached: Attached;
}

/** The order is the law: `failed` before `stopped` also where both hold (X1-013). */
const SESSION_TABLE: readonly (readonly [Lifecycle, (facts: SessionFacts) => boolean])[] = [
  ["failed", ({ row }) => row.lifecycle === "failed" || row.activity.type === "systemError"],
  ["stopped", ({ row }) => row.closed !== null],
  ["provisioning", ({ row }) => row.lifecycle === "provisioning"],
  ["stopped", ({ row }) => row.activity.type === "notLoaded"],
  ["pending_adapter", (facts) => !isReached(facts)],
  ["attached", ({ attached }) => attached === "yes"],
  ["detached", ({ attached }) => attached === "no"],
];

/** What a Codex host's session is: the first word of the table that holds, else `ready` (ADR 0014). */
export const lifecycleOf = (facts: SessionFacts): Lifecycle =>
  SESSION_TABLE.find(([, holds]) => holds(facts))?.[0] ?? "ready";

/** Its host is heard and its app-server answers. */
export const isReached = ({ row, host, endpoint }: SessionFacts): boolean =>
  row.freshness.state === "live" && host?.freshness.state === "live" && endpoint?.state === "ready";

/** What it said, unless its lease is over; `failed` goes before `expired`, and `expired` before `stopped` (X1-013). */
export const lifecycleOfRuntime = (
  { status, leaseUntil }: Pick<RuntimeRow, "status" | "leaseUntil">,
  nowMs: number,
): Lifecycle => (status !== "failed" && leaseUntil !== null && leaseUntil <= nowMs ? "expired" : status);

const ENDED: ReadonlySet<Lifecycle> = new Set(["stopped", "expired", "failed"]);

/** F1-145. */
export const isActive = (lifecycle: Lifecycle): boolean => !ENDED.has(lifecycle);
