import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeIn, failureIn, returnIn } from "../../src/pages/sign-in/domain/arrival.ts";

describe("coming to the sign-in page", () => {
  it("X1-027 takes a code from the fragment, and nothing that only looks like one", () => {
    const code = "0f".repeat(32);
    expect(codeIn(`#code=${code}`)).toBe(code);
    expect(codeIn(`#code=${code}&more`)).toBeNull();
    expect(codeIn(`?code=${code}`)).toBeNull();
    expect(codeIn("#code=short")).toBeNull();
  });

  it("leads to no other origin, whatever was asked for", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.constantFrom(
            "//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "/\t/evil.example",
            "/\n/evil.example",
          ),
        ),
        (asked) => {
          const page = returnIn(`?return=${encodeURIComponent(asked)}`, asked);
          expect(new URL(page, "https://house.example").origin).toBe("https://house.example");
        },
      ),
    );
    expect(returnIn("?return=%2Fsessions%2Fs1", "/hosts")).toBe("/sessions/s1");
    expect(returnIn("", "/hosts")).toBe("/hosts");
    expect(returnIn("", null)).toBe("/");
  });

  it("says what failed in words of its own", () => {
    expect(failureIn("")).toBeNull();
    expect(failureIn("?failed=role")?.what).toContain("no role");
    expect(failureIn("?failed=<b>")?.what).toBe("The sign-in failed.");
  });
});
