import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, counter, makeHealth, makeMetrics, newBearer, newId, readBearer } from "../src/index.ts";

test("N1-040 a wait has full jitter, grows, and never exceeds its cap", () => {
  const limits = { baseMs: 100, capMs: 30_000 };
  fc.assert(
    fc.property(
      fc.nat({ max: 2_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, r) => {
        const wait = backoffMs(attempt, limits, () => r);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(attempt, 30)));
      },
    ),
  );
  expect(backoffMs(0, limits, () => 0.999)).toBe(100);
});

test("S1-127 a bearer tells its kind and id, and nothing else passes for one", () => {
  const { tokenId, bearer } = newBearer("host");
  expect(readBearer(bearer)).toEqual({ kind: "host", tokenId });
  for (const text of ["", bearer.slice(1), `${bearer}0`, bearer.toUpperCase(), `${bearer}\n`, "clw_api_t_x"])
    expect(readBearer(text)).toBeNull();
});

test("ids are new each time and fit the house's alphabet", () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => newId("cmd")));
  expect(ids.size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
});

test("N1-035 a label that was not declared is counted as other, so series cannot grow without end", async () => {
  const metrics = makeMetrics();
  const refused = counter(metrics, "refused_total", "Refusals", { reason: ["too_large"] });
  refused.add({ reason: "too_large" });
  for (let n = 0; n < 500; n += 1) refused.add({ reason: `made-up-${n}` });
  const text = await metrics.metrics();
  expect(text.match(/^refused_total\{/gm)).toHaveLength(2);
  expect(text).toContain('refused_total{reason="other"} 500');
});

test("a house without parts is not ready, and one bad part makes it unready", () => {
  const health = makeHealth();
  expect(health.isReady()).toBe(false);
  health.set("log", { ok: true, detail: "durable" });
  expect(health.isReady()).toBe(true);
  health.set("views", { ok: false, detail: "rebuilding 42 %" });
  expect(health.isReady()).toBe(false);
  expect(health.parts()).toMatchObject({ views: { ok: false } });
});
