/**
 * Writes what is generated from the code: the pages of `docs/look-up/` that are tables of it (refusals, events, settings, limits, rules), and the configuration
 * of nats-server in `infra/nats/`. With `--check` it writes nothing and fails when a file is not what it would write, so that none can rot.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { eventTypes, kindOf, limits, refusals } from "@claw/events";
import { z } from "zod";
import { infraFiles } from "../apps/claw/src/fleet/infra-files.ts";
import { MEANINGS } from "../apps/claw/src/settings-table.ts";
import { rulesPage } from "./generate-docs-rules.ts";

const NOTE = "<!-- Written by `npm run docs` from the code. Change it there. -->";

/** A table of Markdown, a line each. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function page(
  title: string,
  about: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [NOTE, "", `# ${title}`, "", about, "", ...table(head, rows), ""].join("\n");
}

const refusalsPage = page(
  "Refusals",
  "Every way in which the house says no. An answer carries the code, the reason, the remedy, and the values that were seen.",
  ["code", "HTTP", "reason", "way out"],
  Object.entries(refusals).map(([code, kind]) => [
    `\`${code}\``,
    String(kind.status),
    kind.reason,
    kind.remedy,
  ]),
);

const fieldsOf = (schema: z.ZodType | null): string =>
  schema instanceof z.ZodObject
    ? Object.keys(schema.shape)
        .map((name) => `\`${name}\``)
        .join(", ") || "–"
    : "–";

const eventsPage = page(
  "Events",
  "Every kind of event. The data is part of the envelope for ever; the body holds people's text and can be erased.",
  ["event", "version", "lane", "data", "body"],
  eventTypes.map((type) => {
    const kind = kindOf(type);
    return [
      `\`${type}\``,
      String(kind?.version),
      kind?.lane ?? "",
      fieldsOf(kind?.data ?? null),
      fieldsOf(kind?.body ?? null),
    ];
  }),
);

const settingsPage = page(
  "Settings",
  "Every setting is an environment variable. One that is not in this list stops the start. `claw config` shows what each one is now.",
  ["variable", "default", "meaning"],
  Object.entries(MEANINGS).map(([name, { default: value, meaning }]) => [
    `\`${name}\``,
    value === null ? "–" : `\`${value}\``,
    meaning,
  ]),
);

const limitsPage = page(
  "Limits",
  "What the house lets automation and people do in a while. `claw policy show` lists them as they hold now, `claw policy set <limit> <value> --reason <why>` changes one, and `claw policy test --set <limit>=<value>` tries one on the past.",
  ["limit", "default", "unit", "from", "to", "what"],
  Object.entries(limits).map(([name, kind]) => [
    `\`${name}\``,
    kind.default.toLocaleString("en-US"),
    kind.unit,
    kind.min.toLocaleString("en-US"),
    kind.max.toLocaleString("en-US"),
    kind.what,
  ]),
);

const pages = {
  "docs/look-up/refusals.md": refusalsPage,
  "docs/look-up/events.md": eventsPage,
  "docs/look-up/settings.md": settingsPage,
  "docs/look-up/limits.md": limitsPage,
  "docs/look-up/rules.md": rulesPage(NOTE, table),
  ...infraFiles(),
};
const isCheck = process.argv.includes("--check");
let isStale = false;
for (const [name, text] of Object.entries(pages)) {
  const path = new URL(`../${name}`, import.meta.url);
  if (!isCheck) writeFileSync(path, text);
  else if (readOr(path) !== text) {
    isStale = true;
    process.stderr.write(`${name} is not what the code says: run \`npm run docs\`\n`);
  }
}
process.exit(isStale ? 1 : 0);

function readOr(path: URL): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
