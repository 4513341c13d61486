import "./scripts/ensure-node.mjs";
import { defineConfig } from "vitest/config";

/** The suffix of a test file is its tier (ARCHITECTURE, "Tests"); each tier is one project. */
const tiers = [
  {
    name: "unit",
    include: ["**/*.test.ts"],
    exclude: ["**/*.{contract,codex,e2e}.test.ts"],
    timeoutMs: 20_000,
    parallel: true,
  },
  { name: "contract", include: ["**/*.contract.test.ts"], exclude: [], timeoutMs: 60_000, parallel: true },
  { name: "codex", include: ["**/*.codex.test.ts"], exclude: [], timeoutMs: 90_000, parallel: false },
  { name: "acceptance", include: ["**/*.e2e.test.ts"], exclude: [], timeoutMs: 900_000, parallel: false },
];

export default defineConfig({
  test: {
    projects: tiers.map((tier) => ({
      test: {
        name: tier.name,
        include: tier.include,
        exclude: ["**/node_modules/**", ...tier.exclude],
        testTimeout: tier.timeoutMs,
        hookTimeout: tier.timeoutMs,
        fileParallelism: tier.parallel,
      },
    })),
  },
});
