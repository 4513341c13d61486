/**
 * What the gateway needs of the rest of the house. It reads views, the log and pages; it writes nothing, and asks policy through the gate. Nothing
 * here is of one process: in a fleet the views and the ledger are files of the projector on its machine, and the rest is asked over NATS.
 */
import type { ObjectStore } from "@claw/archives";
import type { IndexedLog } from "@claw/eventlog";
import type { HostId } from "@claw/events";
import type { Redactor } from "@claw/redact";
import type { Clocks, Diagnostics, Health, Metrics } from "@claw/runtime";
import type { HostBeat, LedgerBeat, ViewReader, Visibility } from "@claw/views";
import type { Feed, Gate, Pages } from "@claw/wire";
import type { Effect, Exit } from "effect";
import type { Tokens } from "./auth/authenticate.ts";
import type { FleetNow } from "./fleet/fleet-now.ts";
import type { Downloads } from "./http/downloads.ts";
import type { SharingNow } from "./sight/sharing-now.ts";
import type { Desk } from "./sign-in/desk.ts";
import type { Waiters } from "./waiting/waiters.ts";

export interface GatewayPorts {
  /** The views as they are now; asked anew for each request, because a rebuild swaps them. */
  readonly reader: () => ViewReader;
  readonly feed: Feed;
  /** The log that numbers entries by position: the SQLite log, or the ledger of this machine. */
  readonly log: Pick<IndexedLog, "read" | "find">;
  readonly gate: Gate;
  /** Older history from the host itself. Without it, `older=1` answers 503. */
  readonly pages?: Pages;
  /** Where archives lie. Without it their content answers 503. */
  readonly archives?: Pick<ObjectStore, "get">;
  /** What is true of a host only now, from heartbeats (DESIGN 14.15); null for one that is not connected. */
  readonly overlay?: (hostId: HostId) => HostBeat | null;
  /** The ledgers that were heard lately. Without it there are none: the log is its own ledger. */
  readonly ledgers?: () => readonly LedgerBeat[];
  readonly health: Health;
  readonly metrics: Metrics;
  readonly clocks: Clocks;
  readonly diagnostics: Diagnostics;
  /** The last redaction: for text whose redactor is older than this one, or unknown. */
  readonly redactor: Redactor;
}

/** Runs an effect to its end, within the life of the gateway. */
export type Run = <A, E>(effect: Effect.Effect<A, E>) => Promise<Exit.Exit<A, E>>;

/** Addresses without a path (F1-001, F1-002). */
export interface Place {
  readonly canonicalUrl: string;
  readonly productUrl: string;
}

/** What every route is given. */
export interface House extends GatewayPorts {
  readonly run: Run;
  readonly tokens: Tokens;
  /** People who sign in: links, tickets, the provider. */
  readonly desk: Desk;
  /** Callers who wait for what becomes of a command. */
  readonly waiters: Waiters;
  /** Answers that come piece by piece. */
  readonly downloads: Downloads;
  /** Who was given what to see. */
  readonly sharing: SharingNow;
  /** Who sees what (ADR 0014). */
  readonly visibility: Visibility;
  /** The fleet as it is now, of all rows: what of it a caller may see is asked of `sight.ts`. */
  readonly fleet: FleetNow;
  /** Where this house answers, and where its product is told of. Known once it listens. */
  readonly place: () => Place;
}
