/** Which figures of `/metrics` the page shows, and how. What there is no series of is left out: a gateway alone has no ledger. Pure. */
import { counted, figure } from "../../../words/figures.ts";
import { byLabel, type Sample, totalOf } from "./metrics.ts";

export interface Shown {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

type Reader = (samples: readonly Sample[]) => Shown | null;

const total =
  (name: string, series: string, note: string): Reader =>
  (samples) => {
    const value = totalOf(samples, series);
    return value === null ? null : { name, value: figure(Math.round(value)), note };
  };

/** `≤ 25 ms`, `≤ 2.5 s`: the bound under which something lies, in seconds. */
export const underOf = (seconds: number): string =>
  seconds === Number.POSITIVE_INFINITY
    ? "over the last bound"
    : `≤ ${seconds < 1 ? `${Number((seconds * 1_000).toPrecision(3))}\u00a0ms` : `${seconds}\u00a0s`}`;

const refused: Reader = (samples) => {
  const codes = byLabel(samples, "claw_http_refused_total", "code").filter(({ total: count }) => count > 0);
  const [most] = codes;
  if (most === undefined) return null;
  const sum = codes.reduce((all, { total: count }) => all + count, 0);
  return {
    name: "Requests refused",
    value: figure(sum),
    note: `most often ${most.value}, ${counted(most.total, "time")}`,
  };
};

const loop: Reader = (samples) => {
  const seconds = totalOf(samples, "claw_event_loop_p99_seconds");
  return seconds === null
    ? null
    : {
        name: "Event loop, p99",
        value: `${Number((seconds * 1_000).toFixed(1))}\u00a0ms`,
        note: "delay since it was last read",
      };
};

const READERS: readonly Reader[] = [
  refused,
  total("Live clients", "claw_live_clients", "connected now"),
  total("Frames sent", "claw_live_frames_total", "to live clients since the start"),
  total("Waiting callers", "claw_waiting_callers", "for the end of a command"),
  total("Uplinks", "claw_ingest_uplinks", "open now"),
  total("Facts waiting", "claw_ingest_waiting_facts", "for the writer"),
  total("Facts", "claw_ingest_facts_total", "taken since the start"),
  total("Decisions", "claw_policy_decisions_total", "by this policy since the start"),
  total("Leases in force", "claw_leases_in_force", "now"),
  total("Entries folded", "claw_projector_entries_total", "since the start"),
  total("Unknown events", "claw_projector_unknown_events_total", "of a later version"),
  total("Ledger behind", "claw_ledger_lag_messages", "messages of the log"),
  total("MCP sessions", "claw_mcp_sessions", "open now"),
  loop,
];

export const shownOf = (samples: readonly Sample[]): readonly Shown[] =>
  READERS.flatMap((read) => {
    const shown = read(samples);
    return shown === null ? [] : [shown];
  });
