import "./scripts/ensure-node.mjs";
import { defineConfig } from "vitest/config";

/**
 * The suffix of a test file is its tier (ARCHITECTURE, "Tests"); each tier is one project. The limits end what hangs; they measure nothing, so a slow and
 * busy machine stays far from them.
 */
const tiers = [
  {
    name: "unit",
    include: ["**/*.test.ts"],
    exclude: ["**/*.{contract,nats,codex,e2e}.test.ts"],
    timeoutMs: 120_000,
    parallel: true,
  },
  { name: "contract", include: ["**/*.contract.test.ts"], exclude: [], timeoutMs: 180_000, parallel: true },
  { name: "nats", include: ["**/*.nats.test.ts"], exclude: [], timeoutMs: 300_000, parallel: true },
  { name: "codex", include: ["**/*.codex.test.ts"], exclude: [], timeoutMs: 240_000, parallel: false },
  { name: "acceptance", include: ["**/*.e2e.test.ts"], exclude: [], timeoutMs: 900_000, parallel: false },
];

export default defineConfig({
  test: {
    // By itself vitest leaves a core to others; nobody else is here.
    maxWorkers: "100%",
    projects: tiers.map((tier) => ({
      test: {
        name: tier.name,
        include: tier.include,
        exclude: ["**/node_modules/**", ...tier.exclude],
        testTimeout: tier.timeoutMs,
        hookTimeout: tier.timeoutMs,
        expect: { poll: { timeout: 30_000 } },
        fileParallelism: tier.parallel,
      },
    })),
  },
});
