import * as fc from "fast-check";
import { safeEndpoint, stripControls } from "@claw/redact";
import { describe, expect, it } from "vitest";
import { scale } from "./support.ts";

describe("safeEndpoint (X1-024)", () => {
  it.each([
    ["wss://user:pw@host:8443/rpc?token=abc#frag", "wss://host:8443/rpc?[redacted]"],
    ["ws://user@127.0.0.1:4500/", "ws://127.0.0.1:4500/"],
    ["https://h/a/b", "https://h/a/b"],
    ["unix:///home/someone/.codex/app-server.sock", "unix://[hidden]"],
    ["/run/user/1000/codex.sock", "unix://[hidden]"],
    ["not a url", "[unreadable endpoint]"],
    ["stdio:", "[unreadable endpoint]"],
  ])("shows %s as %s", (endpoint, shown) => expect(safeEndpoint(endpoint)).toBe(shown));

  it("shows no user, password or query of any URL", () => {
    const word = fc.string({ unit: fc.constantFrom(..."abcXYZ019"), minLength: 9, maxLength: 20 });
    fc.assert(
      fc.property(word, word, word, (user, password, query) => {
        const shown = safeEndpoint(`wss://${user}:${password}@h.example/p?${query}=1`);
        expect([user, password, query].some((part) => shown.includes(part))).toBe(false);
      }),
      { numRuns: 100 * scale },
    );
  });
});

const ESC = "\u001B";

describe("stripControls", () => {
  it.each([
    ["colours", `${ESC}[1;31mred${ESC}[0m`, "red"],
    ["a title", `${ESC}]0;owned\u0007text`, "text"],
    ["a link", `${ESC}]8;;http://x${ESC}\\here${ESC}]8;;${ESC}\\`, "here"],
    ["a device string", `a${ESC}P1$qx${ESC}\\b`, "ab"],
    ["C1 forms", "a\u009B31mb\u009D0;t\u009Cc\u0085d", "abcd"],
    ["bidirectional overrides", "a\u202Eb\u2066c\u200Fd", "abcd"],
    ["what parts a word unseen", `gh\u200Bp\u2060_\u00ADx\uFEFF`, "ghp_x"],
    ["tag characters", "a\u{E0041}\u{E0042}b\uDB40\u200B\uDC41", "ab\uDC41"],
    ["but not joiners", "👩\u200D💻", "👩\u200D💻"],
    ["backspaces and returns", "safe\b\b\rrm", "saferm"],
    ["an unended string, to its line", `a${ESC}]0;title\nb`, "a\nb"],
    ["a charset switch", `${ESC}(0lqk`, "lqk"],
    ["nothing of a table", "a\tb\nc é 日本 👍", "a\tb\nc é 日本 👍"],
  ])("removes %s", (_, text, clean) => expect(stripControls(text)).toBe(clean));

  it("leaves no control behind, and is idempotent, on any text", () => {
    const unit = fc.constantFrom(
      ESC,
      "[",
      "]",
      "P",
      "\\",
      "\u0007",
      "\u009B",
      "\u009C",
      "m",
      "0",
      ";",
      "\n",
      "a",
      "(",
      "\u202E",
    );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 30 }), fc.string({ unit: "binary" })), (text) => {
        const clean = stripControls(text);
        // oxlint-disable-next-line no-control-regex
        expect(clean).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
        expect(stripControls(clean)).toBe(clean);
      }),
      { numRuns: 2000 * scale },
    );
  });
});
