/** Histograms of `/metrics` as shapes: how many fell between two bounds. Pure. */
import type { Sample } from "./metrics.ts";

export interface Shape {
  readonly name: string;
  /** What is measured, from where to where. */
  readonly what: string;
  /** The middle one and the one of a hundred, as bounds under which they lie; in seconds. */
  readonly p50: number;
  readonly p99: number;
  readonly all: number;
  /** From the lowest bound that anything lies under to the highest; the last may be without an end. */
  readonly counts: readonly number[];
  readonly from: number;
  readonly to: number;
}

interface Wanted {
  readonly name: string;
  readonly what: string;
  readonly series: string;
  readonly isCounted: (labels: Sample["labels"]) => boolean;
}

/** A command and MCP may be asked to wait for an end, a stream of events stays open: what they take says nothing of the gateway. */
const WAITING: ReadonlySet<string> = new Set(["/api/commands", "/mcp", "/api/live"]);

const WANTED: readonly Wanted[] = [
  {
    name: "Reads",
    what: "from a request to its answer, without those that wait for an end",
    series: "claw_http_request_seconds",
    isCounted: ({ route }) => route !== undefined && !WAITING.has(route),
  },
  {
    name: "Appends",
    what: "from a fact that arrived to one that is safe",
    series: "claw_ingest_phase_seconds",
    isCounted: ({ phase }) => phase === "append",
  },
  {
    name: "Outcomes",
    what: "from a decision to what its host said of it",
    series: "claw_command_outcome_seconds",
    isCounted: () => true,
  },
];

/** Those that counted anything. */
export const shapesOf = (samples: readonly Sample[]): readonly Shape[] =>
  WANTED.flatMap((wanted) => {
    const shape = shapeOf(samples, wanted);
    return shape === null ? [] : [shape];
  });

function shapeOf(samples: readonly Sample[], { name, what, series, isCounted }: Wanted): Shape | null {
  const upTo = new Map<number, number>();
  for (const { name: own, labels, value } of samples)
    if (own === `${series}_bucket` && isCounted(labels)) {
      const bound = labels["le"] === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels["le"]);
      upTo.set(bound, (upTo.get(bound) ?? 0) + value);
    }
  const bounds = [...upTo].toSorted(([a], [b]) => a - b);
  const all = bounds.at(-1)?.[1] ?? 0;
  if (all === 0) return null;
  const boundOf = (share: number): number =>
    bounds.find(([, count]) => count >= all * share)?.[0] ?? Number.POSITIVE_INFINITY;
  const counts = bounds.map(([, count], index) => count - (bounds[index - 1]?.[1] ?? 0));
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  return {
    name,
    what,
    all,
    p50: boundOf(0.5),
    p99: boundOf(0.99),
    counts: counts.slice(first, last + 1),
    from: first === 0 ? 0 : (bounds[first - 1]?.[0] ?? 0),
    to: bounds[last]?.[0] ?? Number.POSITIVE_INFINITY,
  };
}
