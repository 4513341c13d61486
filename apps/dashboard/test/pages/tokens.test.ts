import { describe, expect, it } from "vitest";
import { barsOf, restOf } from "../../src/pages/health/domain/tokens.ts";
import type { UsageView } from "../../src/pages/health/queries.ts";

const used = (name: string | null, totalTokens: number, sessions = 1): UsageView => ({
  name,
  sessions,
  totalTokens,
  inputTokens: totalTokens - 1_000,
  cachedInputTokens: 500,
  outputTokens: 1_000,
  reasoningOutputTokens: 200,
});
const THREAD = "01a1faf2-c227-76a1-8af9-b956bcb096d2";

describe("N1-036 tokens in bars", () => {
  it("are as long as their share of the longest, and say in and out", () => {
    const bars = barsOf("owner", [used("ann", 200_000, 3), used(null, 50_000)]);
    expect(bars.map(({ name, share }) => [name, share])).toEqual([
      ["ann", 1],
      ["nobody said whose", 0.25],
    ]);
    expect(bars[0]).toMatchObject({
      tokens: "200\u00a0k",
      note: "3 sessions, 199\u00a0k in (500 cached), 1,000 out",
    });
    expect(barsOf("session", [used(THREAD, 2_000)])[0]?.name).toContain("Session ");
    expect(barsOf("group", [])).toEqual([]);
  });

  it("keep apart somebody who is called like nobody, divide by no zero, and show no control character", () => {
    const bars = barsOf("owner", [used(null, 0), used("nobody", 0), used("a\u202eb\u001b[31m", 0)]);
    expect(new Set(bars.map(({ key }) => key)).size).toBe(3);
    expect(bars.map(({ share }) => share)).toEqual([0, 0, 0]);
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    expect(bars.map(({ name }) => name).join()).not.toMatch(/[\u001b\u202e]/);
  });

  it("leave nothing out without saying so", () => {
    const usage = [used("ann", 200_000), used("bob", 50_000)];
    expect(restOf(usage, { ...used(null, 250_000) })).toBeNull();
    expect(restOf(usage, { ...used(null, 350_000) })).toBe("and 100\u00a0k tokens of others");
  });
});
