import { afterAll, beforeAll } from "vitest";
import { logLaws, logModel } from "../src/contract/index.ts";
import { type Houses, startHouses } from "./nats.ts";
import { testScale } from "./temporary.ts";

const RUNS = 40 * testScale;
/** One log for each law and each run of the model, and room for the model to find the smallest game that fails. */
const HOUSES = 100 + 2 * RUNS;

let houses: Houses;
beforeAll(async () => {
  houses = await startHouses(HOUSES);
});
afterAll(() => houses.server.remove());

logLaws("JetStream", () => houses.harness());
logModel("JetStream", () => houses.harness(), RUNS);
