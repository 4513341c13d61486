/** What lies in a data directory, and how much of it. */
import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface Part {
  readonly part: string;
  readonly bytes: number;
  /** May be deleted while nothing runs: it grows back from the log or the ledger. */
  readonly growsBack: boolean;
}

/** Which part a file or folder at the top of the directory belongs to; the first that matches. What matches none is `other`. */
const PARTS: readonly (readonly [pattern: RegExp, part: string, growsBack: boolean])[] = [
  [/^log\.db/, "log", false],
  [/^ledger\.db/, "ledger", false],
  [/^views/, "views", true],
  [/^archives$/, "archives", true],
  [/^(pulse|registry|ingest|policy|house|seat)/, "folds and pulses", true],
  [/^connector$/, "connector (outbox)", false],
  [/^nats$/, "nats-server", false],
];

/** The parts that are there, in the order above. Files that vanish meanwhile count as nothing. */
export function partsOf(dataDir: string): readonly Part[] {
  const sums = new Map<string, Part>();
  for (const { name } of list(dataDir)) {
    const [, part, growsBack] = PARTS.find(([pattern]) => pattern.test(name)) ?? [null, "other", false];
    const bytes = (sums.get(part)?.bytes ?? 0) + bytesOf(join(dataDir, name));
    sums.set(part, { part, bytes, growsBack });
  }
  const order = [...PARTS.map(([, part]) => part), "other"];
  return [...sums.values()].sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
}

function bytesOf(path: string): number {
  try {
    const entry = statSync(path, { throwIfNoEntry: false });
    if (entry === undefined) return 0;
    if (!entry.isDirectory()) return entry.size;
    return list(path).reduce((sum, { name }) => sum + bytesOf(join(path, name)), 0);
  } catch {
    return 0;
  }
}

function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isSymbolicLink());
  } catch {
    return [];
  }
}

/** `1.2 MiB`: three figures are enough to decide by. */
export function shownBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? ""}`;
}
