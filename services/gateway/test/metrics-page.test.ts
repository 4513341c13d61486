/** N1-035: figures as Prometheus reads them, in both of its languages. */
import { counter, gauge, histogram, makeMetrics } from "@claw/runtime";
import { describe, expect, test } from "vitest";
import { metricsPage } from "../src/http/metrics-page.ts";
import { fakePorts, makeFakeViews, sessionRow, tokenOf } from "./fake-house.ts";
import { appOf, tokenChange } from "./running.ts";

const OPEN = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3";

function measured() {
  const metrics = makeMetrics();
  counter(metrics, "claw_made_total", "Made.", { kind: ["a"] }).add({ kind: "a" }, 3);
  counter(metrics, "claw_odd", "Without an ending.", {}).add({}, 2);
  gauge(metrics, "claw_now", "Now.", () => 7);
  histogram(metrics, "claw_took_seconds", "Took.", {}).observe({}, 0.3);
  return metrics;
}

describe("the page of figures", () => {
  test("OpenMetrics for who asks for it: counters end in _total once, and the page in # EOF", async () => {
    const { text, contentType } = await metricsPage(measured(), OPEN);
    expect(contentType).toContain("application/openmetrics-text");
    expect(text.split("\n")).toEqual(
      expect.arrayContaining([
        "# TYPE claw_made counter",
        'claw_made_total{kind="a"} 3',
        "claw_odd_total 2",
        "claw_now 7",
        "claw_took_seconds_count 1",
      ]),
    );
    expect(text.endsWith("\n# EOF\n")).toBe(true);
  });

  test("one language leaves the other as it was, however often they are asked for", async () => {
    const metrics = measured();
    const plain = (await metricsPage(metrics, undefined)).text;
    const open = (await metricsPage(metrics, OPEN)).text;
    expect((await metricsPage(metrics, "text/plain")).text).toBe(plain);
    expect((await metricsPage(metrics, OPEN)).text).toBe(open);
    expect(plain).toContain('claw_made_total{kind="a"} 3');
    expect(plain).not.toContain("# EOF");
  });

  test("F1-181 the fleet's figures in both languages: the same samples, each family with its type", async () => {
    const views = makeFakeViews();
    const viewer = tokenOf("viewer");
    views.commit([tokenChange(viewer.row), ["sessions", "s1", sessionRow("s1")]]);
    const app = appOf(fakePorts({ reader: views.reader }).ports);
    const told = async (accept: string): Promise<readonly string[]> => {
      const headers = { authorization: `Bearer ${viewer.bearer}`, accept };
      return (await (await app.request("/metrics", { headers })).text()).split("\n");
    };
    const [open, plain] = [await told(OPEN), await told("text/plain")];
    expect(open.slice(-2)).toEqual(["# EOF", ""]);
    const families = ["sessions", "tokens", "attention", "attention_oldest_seconds", "hosts", "policies"];
    for (const family of families.map((name) => `claw_fleet_${name}`)) {
      const samplesIn = (page: readonly string[]) =>
        page.filter((text) => text.startsWith(`${family}{`) || text.startsWith(`${family} `));
      expect([family, open.filter((text) => text === `# TYPE ${family} gauge`).length]).toEqual([family, 1]);
      expect(samplesIn(open).length).toBeGreaterThan(0);
      expect(samplesIn(open)).toEqual(samplesIn(plain));
    }
    expect((await app.request("/metrics", { headers: { accept: OPEN } })).status).toBe(401);
  });

  test("the gateway's own figures name no person, host or session", async () => {
    const views = makeFakeViews();
    const viewer = tokenOf("viewer");
    views.commit([tokenChange(viewer.row), ["sessions", "s-secret-name", sessionRow("s-secret-name")]]);
    const app = appOf(fakePorts({ reader: views.reader }).ports);
    const headers = { authorization: `Bearer ${viewer.bearer}`, accept: OPEN };
    const response = await app.request("/metrics", { headers });
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("application/openmetrics-text");
    expect(text).toContain('claw_fleet_sessions{state="pending_adapter",group="default"} 1');
    for (const name of ["s-secret-name", "h1", "the viewer", viewer.row.tokenId])
      expect(text).not.toContain(name);
  });
});
