/** The visits of one test file, each closed after the test that began it. */
import { afterEach, expect } from "vitest";
import type { Visit } from "./browser.ts";

/** Where visits are put. Their pages may have had no fault, unless faults are what the tests are about and each looks for itself (`"looked at"`). */
export function visitsOfTests(faults: "none" | "looked at" = "none"): Visit[] {
  const visits: Visit[] = [];
  afterEach(async () => {
    for (const visit of visits.splice(0)) {
      await visit.context.close();
      if (faults === "none") expect(visit.faults).toEqual([]);
    }
  });
  return visits;
}
