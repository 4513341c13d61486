/** The figures of `/metrics` (Prometheus text format), read as far as the page shows them. What cannot be read is left out, never guessed. Pure. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+\d+)?$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export const samplesIn = (text: string): readonly Sample[] =>
  text.split("\n").flatMap((line) => {
    const sample = line.startsWith("#") ? null : sampleOf(line.trim());
    return sample === null ? [] : [sample];
  });

function sampleOf(line: string): Sample | null {
  const [, name, labels = "", figure] = LINE.exec(line) ?? [];
  const value = Number(figure);
  if (name === undefined || figure === undefined || Number.isNaN(value)) return null;
  const pairs = [...labels.matchAll(LABEL)].map(([, key = "", text = ""]): [string, string] => [
    key,
    unescaped(text),
  ]);
  return { name, labels: Object.fromEntries(pairs), value };
}

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));

/** The sum over all label values; null where there is no such series. */
export function totalOf(samples: readonly Sample[], name: string): number | null {
  const series = samples.filter((sample) => sample.name === name);
  return series.length === 0 ? null : series.reduce((sum, { value }) => sum + value, 0);
}

/** The values of one label with their sums, the greatest first. */
export function byLabel(
  samples: readonly Sample[],
  name: string,
  label: string,
): readonly { readonly value: string; readonly total: number }[] {
  const totals = new Map<string, number>();
  for (const sample of samples) {
    const value = sample.labels[label];
    if (sample.name === name && value !== undefined)
      totals.set(value, (totals.get(value) ?? 0) + sample.value);
  }
  return [...totals]
    .map(([value, total]) => ({ value, total }))
    .toSorted((a, b) => b.total - a.total || (a.value < b.value ? -1 : 1));
}
