/** One line of the table that `npm run bench` prints. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with in the same run, because machines are shared and noisy. */
  readonly ratio?: { readonly of: string; readonly value: number };
  readonly aim?: string;
  readonly note?: string;
}

const figure = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);

/** The table in Markdown, as the README shows it. */
export function toMarkdown(measures: readonly Measure[]): string {
  const rows = measures.map((measure) => [
    measure.name,
    `${figure(measure.value)} ${measure.unit}`,
    measure.ratio === undefined ? "" : `${measure.ratio.value.toFixed(2)} of ${measure.ratio.of}`,
    measure.aim ?? "",
    measure.note ?? "",
  ]);
  return [["measure", "result", "ratio", "aim", "note"], ["---", "--:", "---", "---", "---"], ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

/** The value below which a share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
