/** What a scrape says, and what alerts and the dashboard ask for (infra/observability). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const FOLDER = join(import.meta.dirname, "../../../infra/observability");
const textOf = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

const Alerts = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(["page", "ticket"]) }),
          annotations: z.object({ summary: z.string(), do: z.string() }),
        }),
      ),
    }),
  ),
});
export const alerts = Alerts.parse(parse(textOf("alerts.yml"))).groups.flatMap((group) => group.rules);

const Board = z.object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })) })) });
const board = Board.parse(JSON.parse(textOf("grafana-dashboard.json")));

const asked = [
  ...alerts.map(({ expr }) => expr),
  ...board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
];

/** Every metric that is asked for, without what a histogram puts behind its name. */
export const askedNames: ReadonlySet<string> = new Set(
  asked
    .flatMap((expr) => expr.match(/\bclaw_[a-z0-9_]+/g) ?? [])
    .map((name) => name.replace(/_(bucket|count|sum)$/, "")),
);

interface Matcher {
  readonly name: string;
  readonly label: string;
}
/** Every label that is asked for of a metric: in braces, or in a `by` before it. */
export const askedLabels: readonly Matcher[] = asked.flatMap((expr) =>
  [...expr.matchAll(/\b(claw_[a-z0-9_]+)\{([^}]*)\}/g)].flatMap(([, name = "", inside = ""]) =>
    [...inside.matchAll(/([a-z_]+)\s*(?:=~|!=|!~|=)/g)].map(([, label = ""]) => ({
      name: name.replace(/_(bucket|count|sum)$/, ""),
      label,
    })),
  ),
);

export interface Scrape {
  /** By name, its type. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** Reads the text of a scrape; refuses a line that is none. */
export function readScrape(text: string): Scrape {
  const types = new Map<string, string>();
  const samples: Scrape["samples"][number][] = [];
  for (const line of text.split("\n")) {
    const [, typed = "", type = ""] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (typed !== "") types.set(typed, type);
    if (line === "" || line.startsWith("#")) continue;
    const [, name = "", inside = ""] = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? \S+(?: \S+)*$/.exec(line) ?? [];
    if (name === "") throw new Error(`no sample: ${line.slice(0, 200)}`);
    const labels = [...inside.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    samples.push({
      name,
      labels: Object.fromEntries(labels.map(([, key = "", value = ""]) => [key, value])),
    });
  }
  return { types, samples };
}

/** A counter is told with `_total` or without it, by format. */
export const isTold = ({ types }: Scrape, name: string): boolean =>
  types.has(name) || types.has(name.replace(/_total$/, ""));
