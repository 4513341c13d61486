/** One line of the table that `npm run bench` prints. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Which of two runs is the better one. */
  readonly better: "more" | "less";
  /** The name of another line that this one is shown as a ratio of: machines are shared and noisy, ratios of one run less so. */
  readonly ratioOf?: string;
  readonly aim?: string;
  readonly note?: string;
}

/** Lines of several runs, each name once with the better value. */
export function bestOf(runs: readonly (readonly Measure[])[]): readonly Measure[] {
  const best = new Map<string, Measure>();
  for (const measure of runs.flat()) {
    const known = best.get(measure.name);
    if (known === undefined || isBetter(measure, known)) best.set(measure.name, measure);
  }
  return [...best.values()];
}

const isBetter = (one: Measure, other: Measure): boolean =>
  one.better === "more" ? one.value > other.value : one.value < other.value;

const figure = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);

const HEADINGS = ["measure", "result", "ratio", "aim", "note"];

/** The table in Markdown. */
export function toMarkdown(measures: readonly Measure[]): string {
  const rows = measures.map((measure) => [
    measure.name,
    `${figure(measure.value)} ${measure.unit}`,
    ratioText(measure, measures),
    measure.aim ?? "",
    measure.note ?? "",
  ]);
  return [HEADINGS, ["---", "--:", "---", "---", "---"], ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

function ratioText({ value, ratioOf }: Measure, measures: readonly Measure[]): string {
  const base = measures.find(({ name }) => name === ratioOf);
  return base === undefined ? "" : `${(value / base.value).toFixed(2)} of ${base.name}`;
}

/** The value below which a share of the samples lies. NaN of none. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
