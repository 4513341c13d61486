/** What a benchmark is. */
import type { Measure } from "./table.ts";

export interface Bench {
  /** For `--only`. */
  readonly name: string;
  /** A measure that holds a state for minutes runs once; by default each runs twice and the better run counts. */
  readonly runs?: 1;
  /** One run. `isQuick` asks for a rough figure in a few seconds. */
  readonly run: (isQuick: boolean) => Promise<readonly Measure[]>;
}

/** Says on stderr how far a run is. */
export const progress = (line: string): void => void process.stderr.write(`  … ${line}\n`);
