/**
 * Figures for Prometheus. A label's values are declared with the metric, and any other value is counted as `other`, so that no peer can
 * make series without end (N1-035).
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = Registry;
export const makeMetrics = (): Metrics => new Registry();

type Labels = Readonly<Record<string, readonly string[]>>;
type Values<L extends Labels> = { readonly [Name in keyof L]: string };

export interface CounterOf<L extends Labels> {
  readonly add: (labels: Values<L>, by?: number) => void;
}

/** A counter with bounded labels. */
export function counter<const L extends Labels>(
  metrics: Metrics,
  name: string,
  help: string,
  labels: L,
): CounterOf<L> {
  const inner = new Counter({ name, help, labelNames: Object.keys(labels), registers: [metrics] });
  return { add: (values, by = 1) => inner.inc(bounded(labels, values), by) };
}

/** A gauge whose value is read when somebody asks. */
export function gauge(metrics: Metrics, name: string, help: string, read: () => number): void {
  const inner: Gauge = new Gauge({
    name,
    help,
    registers: [metrics],
    collect: (): void => inner.set(read()),
  });
}

/**
 * Gauges of one name whose values are read when somebody asks; what is told no more is gone. `read` bounds the labels itself: it says the same few words whatever
 * peers do.
 */
export function gauges(
  metrics: Metrics,
  name: string,
  help: string,
  labelNames: readonly string[],
  read: () => Iterable<readonly [Readonly<Record<string, string>>, number]>,
): void {
  const inner: Gauge = new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [metrics],
    collect: (): void => {
      inner.reset();
      for (const [labels, value] of read()) inner.set({ ...labels }, value);
    },
  });
}

export interface HistogramOf<L extends Labels> {
  readonly observe: (labels: Values<L>, seconds: number) => void;
}

/** A histogram of seconds with bounded labels. */
export function histogram<const L extends Labels>(
  metrics: Metrics,
  name: string,
  help: string,
  labels: L,
): HistogramOf<L> {
  const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const inner = new Histogram({ name, help, labelNames: Object.keys(labels), buckets, registers: [metrics] });
  return { observe: (values, seconds) => inner.observe(bounded(labels, values), seconds) };
}

function bounded<L extends Labels>(labels: L, values: Values<L>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, allowed] of Object.entries(labels)) {
    const value = values[name as keyof L] ?? "";
    result[name] = allowed.includes(value) ? value : "other";
  }
  return result;
}
