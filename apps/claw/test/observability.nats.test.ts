/** Every process of a real fleet is scraped: what alerts and the dashboard ask for is told by one of them (N1-035). */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fleet, makeFleet } from "../../../test/acceptance/support/fleet.ts";
import { askedNames, isTold, readScrape, type Scrape } from "./scraped.ts";

let fleet: Fleet;

beforeAll(async () => {
  fleet = await makeFleet();
  await fleet.start();
});
afterAll(() => fleet.end());

async function scrapeAll(): Promise<readonly Scrape[]> {
  const { policies, ingests, machines } = fleet;
  const services = [
    ...policies,
    ...ingests,
    ...machines.flatMap(({ projector, gateway }) => [projector, gateway]),
  ];
  const headers = { authorization: `Bearer ${fleet.adminToken()}` };
  return Promise.all(
    services.map(async ({ healthUrl, url, name }) => {
      const base = name.includes("gateway") ? url : healthUrl;
      const response = await fetch(new URL("/metrics", base), { headers });
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      return readScrape(await response.text());
    }),
  );
}

/** Told by a connector, on the machine that it watches. */
const OF_A_HOST = /^claw_(outbox|redactions)_/;

test("N1-035 W-32: the services of a fleet tell, between them, every metric that an alert or a panel asks for", async () => {
  const scrapes = await scrapeAll();
  const own = [...askedNames].filter((name) => !OF_A_HOST.test(name));
  expect(own.filter((name) => !scrapes.some((one) => isTold(one, name)))).toEqual([]);
});
