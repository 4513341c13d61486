export { backoffMs, type BackoffLimits } from "./backoff.ts";
export { type Clocks, systemClocks } from "./clocks.ts";
export {
  type ConfigOf,
  type ConfigProblem,
  type ConfigResult,
  type Environment,
  KNOWN_VARIABLES,
  optionalText,
  readConfig,
  type Settings,
  text,
  unknownVariables,
  type Variable,
  wholeNumber,
} from "./config.ts";
export { type Diagnostics, type DiagnosticsLevel, makeDiagnostics, noDiagnostics } from "./diagnostics.ts";
export { type Health, makeHealth, type PartHealth } from "./health.ts";
export { newBearer, newId, randomHex, readBearer } from "./ids.ts";
export { watchLoop } from "./loop-delay.ts";
export { runMain } from "./main.ts";
export {
  counter,
  type CounterOf,
  gauge,
  gauges,
  histogram,
  type HistogramOf,
  makeMetrics,
  type Metrics,
} from "./metrics.ts";
export { EXIT, Stopped } from "./stop.ts";
export { onStopSignals } from "./stop-signals.ts";
export { VERSION } from "./version.ts";
