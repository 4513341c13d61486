/** A real house is scraped: what alerts and the dashboard ask for is there, and nothing that anybody says makes new series (N1-035). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHouse, type TestHouse } from "../../../test/acceptance/support/house.ts";
import { runClaw } from "../../../test/acceptance/support/process.ts";
import { askedLabels, askedNames, isTold, readScrape, type Scrape } from "./scraped.ts";

/** What only the processes of a fleet know: `observability.nats.test.ts` scrapes those. */
const OF_A_FLEET = /^claw_(ledger|log|talk)_/;

let house: TestHouse;
const request = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(house.url + path, {
    ...init,
    headers: { authorization: `Bearer ${house.token()}`, ...init.headers },
  });
const scrape = async (): Promise<Scrape> => readScrape(await (await request("/metrics")).text());

beforeAll(async () => {
  house = await makeHouse();
  await house.start();
  await house.get("/api/fleet");
});
afterAll(async () => {
  // It started an app-server for people, which would stay.
  await runClaw(["down"], house.env);
  await house.remove();
});

describe("a scrape of a real gateway", () => {
  test("N1-035 W-32: tells every metric that an alert or a panel asks for, under the type that it is asked as", async () => {
    const told = await scrape();
    const own = [...askedNames].filter((name) => !OF_A_FLEET.test(name));
    expect(own.length).toBeGreaterThan(20);
    expect(own.filter((name) => !isTold(told, name))).toEqual([]);
  });

  test("N1-035: a label that is asked for is one that the metric has", async () => {
    const told = await scrape();
    const missing = askedLabels.filter(({ name, label }) => {
      const samples = told.samples.filter(
        (sample) => sample.name.replace(/_(bucket|count|sum)$/, "") === name,
      );
      return samples.length > 0 && !samples.some(({ labels }) => label in labels);
    });
    expect(missing).toEqual([]);
    expect(askedLabels.length).toBeGreaterThan(5);
  });

  test("N1-035: whatever is asked of it, there are no more series afterwards, and nothing of what was said is in them", async () => {
    const odd = async (round: number): Promise<void> => {
      for (let n = 0; n < 40; n += 1) {
        const planted = `planted-${round}-${n}`;
        await request(`/api/sessions/${planted}`);
        await request(`/${planted}/${n}`);
        await request(`/api/sessions?search=${planted}`);
        await request(`/api/hosts?${planted}=1`, { method: n % 2 === 0 ? "GET" : "DELETE" });
        await request("/api/commands", { method: "POST", body: JSON.stringify({ type: planted }) });
        await request("/api/fleet", { headers: { authorization: `Bearer ${planted}` } });
      }
    };
    await odd(1);
    const before = await scrape();
    await odd(2);
    const after = await scrape();
    expect(after.samples.length).toBe(before.samples.length);
    expect(JSON.stringify(after.samples)).not.toContain("planted");
  });

  test("N1-035: no host, person, session or repository is named in any label", async () => {
    await request("/api/commands", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        type: "runtime.register",
        commandId: "register-named",
        runtimeId: "desk-planted",
        runtime: "container",
        backing: "vnc-planted",
        status: "ready",
        repo: "planted/repo",
        branch: "planted",
        owner: "planted",
      }),
    });
    const { fleet } = await house.get<{ readonly fleet: { readonly sessions: readonly object[] } }>(
      "/api/fleet",
    );
    expect(JSON.stringify(fleet.sessions)).toContain("desk-planted");
    const told = await scrape();
    expect(told.samples.filter(({ name }) => name === "claw_fleet_sessions").length).toBeGreaterThan(0);
    expect(JSON.stringify(told.samples)).not.toContain("planted");
  });
});
