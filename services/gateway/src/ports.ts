/** What the gateway needs of the rest of the house. It reads views, the log and pages; it writes nothing, and asks policy through the gate. */
import type { EventLog } from "@claw/eventlog";
import type { HostId } from "@claw/events";
import type { Redactor } from "@claw/redact";
import type { Clocks, Diagnostics, Health, Metrics } from "@claw/runtime";
import type { HostBeat, ViewReader } from "@claw/views";
import type { Feed, Gate, Pages } from "@claw/wire";
import type { Effect, Exit } from "effect";
import type { Tokens } from "./auth/authenticate.ts";

export interface GatewayPorts {
  /** The views as they are now; asked anew for each request, because a rebuild swaps them. */
  readonly reader: () => ViewReader;
  readonly feed: Feed;
  readonly log: Pick<EventLog, "read">;
  readonly gate: Gate;
  /** Older history from the host itself. Without it, `older=1` answers 503. */
  readonly pages?: Pages;
  /** What is true of a host only now, from heartbeats (DESIGN 14.15); null for one that is not connected. */
  readonly overlay?: (hostId: HostId) => HostBeat | null;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly clocks: Clocks;
  readonly diagnostics: Diagnostics;
  /** The last redaction: for text whose redactor is older than this one, or unknown. */
  readonly redactor: Redactor;
}

/** Runs an effect to its end, within the life of the gateway. */
export type Run = <A, E>(effect: Effect.Effect<A, E>) => Promise<Exit.Exit<A, E>>;

/** What every route is given. */
export interface House extends GatewayPorts {
  readonly run: Run;
  readonly tokens: Tokens;
}
