/** What ingest is given: the log, the ports of a fleet with their defaults for one machine, clocks and bounds. */
import type { EventLog, History, Pulse } from "@claw/eventlog";
import type { Redactor } from "@claw/redact";
import type { Clocks, Diagnostics, Health, Metrics } from "@claw/runtime";
import type { Receipts, Uplinks } from "@claw/wire";
import type { IngestLimits } from "./limits.ts";
import type { IngestSettings } from "./settings.ts";

export interface IngestOptions {
  readonly log: EventLog;
  /** The registry's cache is kept in it, under `ingest/`. */
  readonly dataDir: string;
  readonly redactor: Redactor;
  /** Where the registry reads what the log no longer holds. Without it the log holds all. */
  readonly history?: History;
  /** Where heartbeats and deltas go, and where those of the other ingests come from; without it they are dropped. */
  readonly pulse?: Pulse;
  /** What the ledger of record holds. Without it the log is the ledger, and has to know its entries by id. */
  readonly receipts?: Receipts;
  /** How ingests tell each other of uplinks; without it this is the only one. */
  readonly uplinks?: Uplinks;
  /** Names this ingest among all that run; made anew at each start by default. Letters, digits and `_.:-`, at most 64. */
  readonly ingestId?: string;
  /** Where threads of hosts reach the MCP server, as each host is told; asked at each welcome. Null or left out: there is none to reach. */
  readonly mcpUrl?: () => string | null;
  /** What one host may use up. */
  readonly limits?: Partial<IngestLimits>;
  readonly clocks: Clocks;
  readonly ids: { readonly newId: (prefix: string) => string };
  readonly settings: IngestSettings;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly diagnostics: Diagnostics;
}
