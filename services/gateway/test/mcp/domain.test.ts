/** The pure parts of MCP: claims, words, pages that fit, buckets, addresses, and who may read what. */
import { type Principal, SessionId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { takeOne } from "../../src/mcp/domain/bucket.ts";
import { claimOf, namesThread } from "../../src/mcp/domain/claim.ts";
import { fitting, MAX_DATA_BYTES } from "../../src/mcp/domain/fitting.ts";
import { relationOf, transcriptRefusal } from "../../src/mcp/domain/transcripts.ts";
import { readUri, sessionUri, transcriptUri } from "../../src/mcp/domain/uris.ts";
import { lineOf, wordsOf } from "../../src/mcp/domain/words.ts";
import { CHILD, metaOf, OWN, PEER, TURN } from "./mcp-house.ts";

const own = SessionId.parse(OWN);
const child = SessionId.parse(CHILD);
const peer = SessionId.parse(PEER);

describe("claims", () => {
  test.each([
    ["its own thread, with its turn", metaOf(OWN), { isOwn: true, turnId: TURN }],
    ["its own thread without a turn", { threadId: OWN }, { isOwn: true, turnId: null }],
    [
      "a turn that is no id",
      { threadId: OWN, "x-codex-turn-metadata": { turn_id: "a b\n" } },
      { isOwn: true, turnId: null },
    ],
    [
      "a turn that is no text",
      { threadId: OWN, "x-codex-turn-metadata": { turn_id: 7 } },
      { isOwn: true, turnId: null },
    ],
    ["a sub-agent of it", metaOf(CHILD, OWN), { isOwn: true, turnId: null }],
    ["another thread", metaOf(PEER), { isOwn: false, claimed: PEER }],
    ["a sub-agent of another", metaOf(CHILD, PEER), { isOwn: false, claimed: CHILD }],
    ["nothing", undefined, { isOwn: false, claimed: null }],
    ["an empty claim", {}, { isOwn: false, claimed: null }],
    ["something else", "text", { isOwn: false, claimed: null }],
    ["what is inherited", Object.create({ threadId: OWN }), { isOwn: false, claimed: null }],
    ["an id of other letters", { threadId: "a\u001b[2J<b>" }, { isOwn: false, claimed: "a2Jb" }],
    ["a very long one", { threadId: "x".repeat(9_000) }, { isOwn: false, claimed: "x".repeat(128) }],
  ])("%s", (_, meta, expected) => {
    expect(claimOf(meta, own)).toEqual(expected);
  });

  test("nothing but the key's own thread is its own, whatever stands in _meta", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), (meta) => {
        fc.pre(meta["threadId"] !== OWN && meta["sessionId"] !== OWN);
        expect(claimOf(meta, own).isOwn).toBe(false);
      }),
    );
  });

  test.each([
    [undefined, false],
    [{ progressToken: 1 }, false],
    [{ threadId: 3 }, false],
    [{ threadId: PEER }, true],
    [{ sessionId: OWN }, true],
  ])("%j names a thread: %s", (meta, expected) => expect(namesThread(meta)).toBe(expected));
});

describe("N1-044 words", () => {
  const HOSTILE =
    "a\u001b[31mb\u001b]0;title\u0007c\u202ed\u2066e\u200bf\u0000g\u009b2Jh\u{e0041}i\u{e0101}j\u2028k\ufeffl";

  test("what a terminal obeys and nobody sees is gone", () => {
    expect(wordsOf(HOSTILE, 100)).toBe("abcdefghij\nkl");
    expect(lineOf(`${HOSTILE}\r\n  next`)).toBe("abcdefghij kl next");
  });

  test("are capped, well-formed, and never longer than asked", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.integer({ min: 2, max: 100 }),
        (text, most) => {
          const words = wordsOf(text, most);
          expect(words.length).toBeLessThanOrEqual(most);
          expect(words.isWellFormed()).toBe(true);
          expect(words.replace(/[\n\t]/g, "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
          expect(wordsOf(words, most)).toBe(words);
        },
      ),
    );
  });

  test("what is short and clean stays as it is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "é", "語", "😀", "\n", "\t"), maxLength: 40 }),
        (text) => {
          expect(wordsOf(text, 80)).toBe(text);
        },
      ),
    );
  });

  test("a cut is said", () => expect(wordsOf("abcdef", 4)).toBe("abc…"));
});

describe("X1-006 pages that fit", () => {
  /** Rows of these sizes, paged as views page them. */
  const pager = (rows: readonly string[]) => (asked: { limit: number; cursor: string | null }) => {
    const from = Number(asked.cursor ?? 0);
    const end = from + asked.limit;
    return { rows: rows.slice(from, end), nextCursor: end < rows.length ? String(end) : null };
  };

  test("together they are all the rows, each once; each has at most what was asked for, and 64 KiB unless one row alone is larger", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 30 }),
        (sizes, limit) => {
          const rows = sizes.map((size, n) => `${n}:${"x".repeat(size)}`);
          const seen: string[] = [];
          let cursor: string | null = null;
          do {
            const page: { rows: readonly string[]; nextCursor: string | null } = fitting(
              { limit, cursor },
              20,
              pager(rows),
            );
            expect(page.rows.length).toBeLessThanOrEqual(limit);
            if (page.rows.length > 1)
              expect(JSON.stringify(page.rows).length).toBeLessThanOrEqual(MAX_DATA_BYTES + 2);
            if (page.nextCursor !== null) expect(page.rows.length).toBeGreaterThan(0);
            seen.push(...page.rows);
            cursor = page.nextCursor;
          } while (cursor !== null);
          expect(seen).toEqual(rows);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("buckets", () => {
  const rate = { perMinute: 60, atOnce: 3 };
  test("give as many at once as they hold, then one a second, and never hold more", () => {
    let bucket: Parameters<typeof takeOne>[0];
    const at = (nowMs: number): number => {
      const taken = takeOne(bucket, rate, nowMs);
      if ("retryAfterMs" in taken) return taken.retryAfterMs;
      ({ bucket } = taken);
      return 0;
    };
    expect([at(0), at(0), at(0), at(0), at(400)]).toEqual([0, 0, 0, 1_000, 600]);
    expect([at(1_000), at(1_000)]).toEqual([0, 1_000]);
    expect([at(900_000), at(900_000), at(900_000), at(900_000)]).toEqual([0, 0, 0, 1_000]);
    expect(at(0)).toBe(1_000);
  });
});

describe("addresses", () => {
  test.each([
    ["codex://sessions", { kind: "sessions" }],
    [sessionUri(OWN), { kind: "session", sessionId: OWN }],
    [transcriptUri(OWN), { kind: "transcript", sessionId: OWN }],
    ["codex://sessions/", null],
    [`codex://sessions/${OWN}/`, null],
    [`codex://sessions/${OWN}/transcript/x`, null],
    ["codex://sessions/../etc", null],
    ["codex://sessions/A", null],
    [`CODEX://sessions/${OWN}`, null],
    ["file:///etc/passwd", null],
    [`codex://sessions/${"a".repeat(64)}`, null],
  ])("%s", (uri, expected) => expect(readUri(uri)).toEqual(expected));
});

describe("X1-002, S1-093 who may read which transcript", () => {
  const target = { [OWN]: null, [CHILD]: own, [PEER]: null };
  const at = (sessionId: SessionId) => ({
    sessionId,
    parentSessionId: target[sessionId as keyof typeof target] ?? null,
  });
  const session: Principal = { kind: "session", name: OWN, role: "session" };
  const grandchild = { sessionId: SessionId.parse("g"), parentSessionId: child };

  test.each([
    [at(own), at(own), "self"],
    [at(own), at(child), "child"],
    [at(child), at(own), "parent"],
    [at(own), at(peer), "other"],
    [at(own), grandchild, "other"],
    [null, at(own), "other"],
  ])("relation of %j to %j is %s", (caller, to, expected) => expect(relationOf(caller, to)).toBe(expected));

  test.each(["self", "child", "parent", "other"] as const)(
    "a session reads %s by relation, and everything where the right is open",
    (relation) => {
      const isOwn = relation === "self" || relation === "child";
      expect(transcriptRefusal(session, relation, () => "closed")?.code ?? null).toBe(
        isOwn ? null : "not_enabled",
      );
      expect(transcriptRefusal(session, relation, () => "open")).toBeNull();
    },
  );

  test.each([
    ["viewer", "forbidden"],
    ["operator", null],
    ["auditor", null],
    ["admin", null],
    ["claw", null],
    ["host", "forbidden"],
  ] as const)("for a %s it is the table of roles, and no right of sessions counts: %s", (role, code) => {
    const principal: Principal = { kind: role === "claw" ? "claw" : "person", name: "x", role };
    expect(transcriptRefusal(principal, "other", () => "open")?.code ?? null).toBe(code);
  });
});
