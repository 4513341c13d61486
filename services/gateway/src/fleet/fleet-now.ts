/** The fleet as this gateway keeps it: brought up to date by what changed, so that a request costs what changed since the last one (ADR 0014, F1-009, N1-031). */
import { type HostId, limits } from "@claw/events";
import type { Clocks, Health } from "@claw/runtime";
import {
  ATTENTION_REFUSED_MS,
  type AttentionLimits,
  type EgressRow,
  type FleetLine,
  fleetPolicies,
  type HostBeat,
  linesOf,
  makeFleet,
  refresh,
  type ViewReader,
} from "@claw/views";
import { type ListWriter, makeWriters } from "./fleet-json.ts";
import { type Loan, makeLender } from "./lent.ts";

/** Everything there is: what of it a caller may see is asked of `sight.ts`. */
export interface FleetNow {
  /** Every line, in no order. One that did not change is the same object as the last time. */
  readonly lines: () => readonly FleetLine[];
  /** Egress policies that count, the newest first. */
  readonly policies: () => readonly EgressRow[];
  /** True when the views are known to follow the log, and were read (F1-044). */
  readonly isAvailable: () => boolean;
  /** Reads what changed, so that the next request has less to read. */
  readonly refresh: () => void;
  /** Who writes a list that is asked for under this word: it remembers what it wrote. */
  readonly writerFor: (key: string) => ListWriter;
  /** Joins the parts of an answer, in memory that the next ones use again. */
  readonly join: (parts: readonly Uint8Array[]) => Loan;
}

interface Ports {
  readonly reader: () => ViewReader;
  readonly overlay?: (hostId: HostId) => HostBeat | null;
  readonly clocks: Pick<Clocks, "wallMs">;
  readonly health: Pick<Health, "parts">;
}

/** The parts of the house that say how the views are: of a gateway that others serve views to, and of a house that keeps them itself. */
const VIEWS_PARTS = ["views", "projector"] as const;

/** The fleet of this gateway. One for each process: it keeps what it read. */
export function makeFleetNow(ports: Ports): FleetNow {
  const fleet = makeFleet();
  const refreshed = (): ViewReader => {
    const reader = ports.reader();
    refresh(fleet, reader);
    return reader;
  };
  return {
    lines: () => {
      const reader = refreshed();
      return linesOf(fleet, {
        nowMs: ports.clocks.wallMs(),
        limits: attentionLimits(reader),
        heardAt: onceForEach((hostId) => ports.overlay?.(hostId as HostId)?.heardAt ?? null),
      });
    },
    policies: () => {
      refreshed();
      return fleetPolicies(fleet).policies;
    },
    isAvailable: () => {
      const parts = ports.health.parts();
      const part = VIEWS_PARTS.find((name) => parts[name] !== undefined);
      return part !== undefined && parts[part]?.ok === true;
    },
    refresh: () => void refreshed(),
    writerFor: makeWriters(),
    join: makeLender(),
  };
}

function onceForEach<Value>(look: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    if (known.has(key)) return known.get(key) as Value;
    const value = look(key);
    known.set(key, value);
    return value;
  };
}

/** How long a turn may say nothing is a limit of the house (X1-015). */
function attentionLimits(reader: Pick<ViewReader, "row">): AttentionLimits {
  const row = reader.row("rules", "limit/silent_turn_ms")?.row;
  const value = row?.kind === "limit" ? row.value : null;
  return { silentTurnMs: value ?? limits.silent_turn_ms.default, refusedMs: ATTENTION_REFUSED_MS };
}
