/** What infra/observability speaks of is there: figures in the code, pages in docs/do. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alerts, askedNames } from "./scraped.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** Every name of a metric that stands in the code. */
function known(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const part of ["libs", "services", "apps"])
    for (const one of readdirSync(join(ROOT, part), { withFileTypes: true })) {
      const source = join(ROOT, part, one.name, "src");
      if (!one.isDirectory() || !existsSync(source)) continue;
      for (const file of readdirSync(source, { recursive: true, encoding: "utf8" }))
        if (file.endsWith(".ts"))
          for (const [, name = ""] of readFileSync(join(source, file), "utf8").matchAll(
            /"(claw_[a-z0-9_]+)"/g,
          ))
            names.add(name);
    }
  return names;
}

describe("infra/observability", () => {
  test("N1-035: alerts and the dashboard ask for figures that somebody gives", () => {
    const names = known();
    expect(askedNames.size).toBeGreaterThan(20);
    expect([...askedNames].filter((name) => !names.has(name))).toEqual([]);
  });

  test("every alert has a name of its own, and a page that says what to do", () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, annotations } of alerts)
      expect([alert, existsSync(join(ROOT, annotations.do))]).toEqual([alert, true]);
  });
});
