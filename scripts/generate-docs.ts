/**
 * Writes the pages of `docs/look-up/` that are tables of the code: refusals, events, settings. With `--check` it writes nothing and fails when
 * a page is not what it would write, so that none can rot.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { eventTypes, kindOf, refusals } from "@claw/events";
import { z } from "zod";
import { MEANINGS } from "../apps/claw/src/settings-table.ts";

const NOTE = "<!-- Written by `npm run docs` from the code. Change it there. -->";

function page(
  title: string,
  about: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    NOTE,
    "",
    `# ${title}`,
    "",
    about,
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
  ].join("\n");
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

const pages = { refusals: refusalsPage, events: eventsPage, settings: settingsPage };
const isCheck = process.argv.includes("--check");
let isStale = false;
for (const [name, text] of Object.entries(pages)) {
  const path = new URL(`../docs/look-up/${name}.md`, import.meta.url);
  if (!isCheck) writeFileSync(path, text);
  else if (readOr(path) !== text) {
    isStale = true;
    process.stderr.write(`docs/look-up/${name}.md is not what the code says: run \`npm run docs\`\n`);
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
