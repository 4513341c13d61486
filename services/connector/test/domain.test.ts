/** The pure rooms, by their laws. */
import type { Turn } from "@claw/codex-rpc";
import { failure, kindOf, SessionId, success, TurnId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beginBackfill, continueBackfill, FIRST_TURNS, type Page } from "../src/domain/backfill.ts";
import { doubt } from "../src/domain/doubt.ts";
import { parseEndpoints } from "../src/domain/endpoint.ts";
import { sessionIdOf, turnIdOf } from "../src/domain/names.ts";
import { branchOf, gitdirOf, headOf, originOf, packedCommit, repoOf } from "../src/domain/repo.ts";
import { cutBytes } from "../src/domain/scrub.ts";
import { active, closes, loses, observe, returns } from "../src/domain/session-state.ts";
import { due, evolve, IDLE_MS, noSubscription, type SubscriptionEvent } from "../src/domain/subscription.ts";
import { turnFacts } from "../src/domain/translate/turn.ts";
import { turnBegins, turnEnds } from "../src/domain/turns.ts";
import { described, NOW, plain, scale, turn } from "./support.ts";

describe("endpoints (S1-143, X1-024)", () => {
  const readTarget = (text: string) =>
    text.startsWith("unix://")
      ? success({ kind: "unix" as const, path: text.slice(7) })
      : failure("it is no address");

  it("reads a list of several homes", () => {
    const read = parseEndpoints("a=unix:///x; b=unix:///y;", readTarget);
    expect(read.ok && read.value.map(({ endpointId }) => endpointId)).toEqual(["a", "b"]);
  });

  it.each([
    ["", "names no endpoint"],
    ["unix:///x", "entry 1 has no id"],
    ["A=unix:///x", "the id of entry 1"],
    ["a=unix:///x;a=unix:///y", "the id a is there twice"],
    ["a=tcp:x", "the target of a is not understood"],
  ])("refuses %j with a sentence", (setting, sentence) => {
    const read = parseEndpoints(setting, readTarget);
    expect(!read.ok && read.problem).toContain(sentence);
  });

  it("never repeats a value in a problem: it may be a secret in the wrong place", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (text) => {
        const read = parseEndpoints(text, readTarget);
        return read.ok || !read.problem.includes(text);
      }),
    );
  });
});

describe("names", () => {
  it("are valid for any id, the same for the same id, and the id itself where it can be", () => {
    fc.assert(
      fc.property(fc.string(), fc.uuid(), (text, uuid) => {
        expect(SessionId.safeParse(sessionIdOf(text)).success).toBe(true);
        expect(TurnId.safeParse(turnIdOf(text)).success).toBe(true);
        expect(sessionIdOf(text)).toBe(sessionIdOf(text));
        expect(sessionIdOf(uuid)).toBe(uuid);
      }),
    );
  });
});

describe("cutting", () => {
  it("keeps within the cap, at a character, and counts what it took", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, cap) => {
        const { text: kept, cutBytes: cut } = cutBytes(text, cap);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(cap);
        expect(Buffer.byteLength(text)).toBe(Buffer.byteLength(kept) + cut);
        expect(text.startsWith(kept)).toBe(true);
      }),
    );
  });
});

describe("translation", () => {
  it("makes valid events of any item, of whatever kind (N1-039)", () => {
    const item = fc
      .record({ type: fc.string(), id: fc.string() })
      .chain((base) =>
        fc
          .dictionary(
            fc.constantFrom(
              "text",
              "content",
              "command",
              "changes",
              "result",
              "error",
              "status",
              "tool",
              "exitCode",
              "durationMs",
              "completedAtMs",
              "aggregatedOutput",
            ),
            fc.jsonValue(),
          )
          .map((rest) => ({ ...rest, ...base })),
      );
    const times = {
      startedAt: fc.option(fc.double()),
      completedAt: fc.option(fc.double()),
      durationMs: fc.option(fc.double()),
    };
    fc.assert(
      fc.property(fc.array(item, { maxLength: 4 }), fc.record(times), fc.string(), (items, when, status) => {
        const facts = turnFacts(turn("t1", { ...when, items, status }), {
          sessionId: "s",
          scrub: plain,
          at: NOW,
        });
        for (const { event } of facts) {
          const kind = kindOf(event.type);
          expect(kind?.data.safeParse(event.data).error).toBeUndefined();
          if (kind?.body != null) expect(kind.body.safeParse(event.body).error).toBeUndefined();
        }
      }),
      { numRuns: 300 * scale },
    );
  });

  it("prefers what git's files say now to what Codex captured once (S1-153)", () => {
    const seen = described("a", {
      gitInfo: {
        sha: "1".repeat(40),
        branch: "old",
        originUrl: "https://me:pw@example.invalid/acme/repo.git",
      },
    });
    expect(seen.data).toMatchObject({ repo: "acme/repo", branch: "old" });
  });
});

describe("a session's state", () => {
  const idle = { type: "idle", flags: [] };
  const first = observe(null, described("a"), idle, NOW).state;
  const types = ({ facts }: { readonly facts: readonly { readonly event: { readonly type: string } }[] }) =>
    facts.map(({ event }) => event.type);

  it("tells nothing that was told", () => {
    expect(types(observe(first, described("a"), idle, NOW))).toEqual([]);
    expect(types(active(first, idle, NOW))).toEqual([]);
  });

  it("tells what changed, and only that", () => {
    expect(types(observe(first, described("a", { preview: "other" }), idle, NOW))).toEqual([
      "session.observed",
    ]);
    expect(types(observe(first, described("a", { name: "n" }), idle, NOW))).toEqual(["session.named"]);
    expect(types(active(first, { type: "active", flags: [] }, NOW))).toEqual(["session.became"]);
  });

  it("is lost once, and returns by any word about what it does", () => {
    const lost = loses(first, "closed_by_server", NOW);
    expect(types(lost)).toEqual(["session.lost"]);
    expect(types(loses(lost.state, "closed_by_server", NOW))).toEqual([]);
    expect(types(active(lost.state, idle, NOW))).toEqual(["session.became"]);
  });

  it("is put away once, reopens when it does something, and never after it was deleted", () => {
    const away = closes(first, "unloaded", NOW);
    expect(types(away)).toEqual(["session.closed"]);
    expect(types(closes(away.state, "unloaded", NOW))).toEqual([]);
    expect(types(returns(away.state, NOW))).toEqual(["session.reopened"]);
    expect(types(returns(closes(first, "deleted", NOW).state, NOW))).toEqual([]);
  });

  it("has no open question when it rests, however that ended", () => {
    const waiting = {
      ...first,
      activity: { type: "active", flags: [] },
      approvals: [{ requestId: "1-a", turnId: "t" }],
    };
    const rested = active(waiting, idle, NOW);
    expect(types(rested)).toEqual(["approval.resolved", "session.became"]);
    expect(rested.state.approvals).toEqual([]);
    expect(types(active(waiting, { type: "active", flags: ["waitingOnApproval"] }, NOW))).toEqual([
      "session.became",
    ]);
  });

  it("stays where it was first seen (DESIGN 14.16)", () => {
    const elsewhere = { ...described("a", { preview: "p2" }) };
    const moved = { ...elsewhere, data: { ...elsewhere.data, endpointId: "other" as never } };
    expect(observe(first, moved, idle, NOW).facts[0]?.event.data).toMatchObject({ endpointId: "local" });
  });
});

describe("subscriptions (DESIGN 14.18)", () => {
  it("are taken when a thread is active, left five minutes after it rests, and never asked for twice at once", () => {
    let state = evolve(noSubscription, { type: "activity", isActive: true }, 0);
    expect(due(state, 0)).toBe("subscribe");
    state = evolve(state, { type: "asking" }, 0);
    expect(due(state, 1e9)).toBeNull();
    state = evolve(state, { type: "refused" }, 0);
    expect([due(state, 99), due(state, 100)]).toEqual([null, "subscribe"]);
    state = evolve(evolve(state, { type: "subscribed" }, 100), { type: "activity", isActive: false }, 200);
    expect([due(state, 199 + IDLE_MS), due(state, 200 + IDLE_MS)]).toEqual([null, "leave"]);
  });

  it("never leave a thread that is active, whatever happened before", () => {
    const event = fc.oneof(
      fc.boolean().map((isActive): SubscriptionEvent => ({ type: "activity", isActive })),
      fc
        .constantFrom("asking", "subscribed", "refused", "leaving", "left", "stayed", "closed")
        .map((type): SubscriptionEvent => ({ type })),
    );
    fc.assert(
      fc.property(fc.array(event), fc.nat(IDLE_MS * 3), (events, now) => {
        const state = events.reduce((before, next, index) => evolve(before, next, index), noSubscription);
        return !state.isActive || due(state, now) !== "leave";
      }),
    );
  });
});

describe("the backfill (DESIGN 14.17, W-18)", () => {
  const turns = (count: number): Turn[] =>
    Array.from({ length: count }, (_, index) => turn(`t${count - index}`));
  const pageOf = (all: readonly Turn[], cursor: string | null, limit: number): Page => {
    const from = Number(cursor ?? 0);
    return {
      data: all.slice(from, from + limit),
      nextCursor: from + limit < all.length ? String(from + limit) : null,
    };
  };

  function readAll(
    all: readonly Turn[],
    known: string | null,
  ): { told: string[]; gap: string | null; bodies: number } {
    const told: string[] = [];
    let gap: string | null = null;
    let bodies = 0;
    for (let step = beginBackfill(known); step.next !== null;) {
      const { ask, state } = step.next;
      if (ask.itemsView === "full") bodies += 1;
      step = continueBackfill(state, pageOf(all, ask.cursor, ask.limit));
      told.push(...step.tell.map(({ id }) => id));
      gap ??= step.gap;
    }
    return { told, gap, bodies };
  }

  it("tells at first sight the newest turns, and after a gap every turn since the known one, each once, oldest first", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 130 }),
        fc.option(fc.integer({ min: 1, max: 130 })),
        (count, knownAt) => {
          const known = knownAt === null ? null : `t${Math.min(knownAt, Math.max(count, 1))}`;
          const { told, gap } = readAll(turns(count), known);
          const from =
            known === null
              ? Math.max(1, count - FIRST_TURNS + 1)
              : Math.min(knownAt ?? 1, Math.max(count, 1));
          expect(told).toEqual(
            turns(count)
              .reverse()
              .map(({ id }) => id)
              .slice(from - 1),
          );
          expect(gap).toBeNull();
        },
      ),
    );
  });

  it("ends, and says that something is missing, when the cursors go round", () => {
    let step = beginBackfill("t0");
    for (let pages = 0; pages < 10 && step.next !== null; pages += 1)
      step = continueBackfill(step.next.state, { data: turns(1), nextCursor: "again" });
    expect(step.next).toBeNull();
  });

  it("believes a sudden end only at the second look, and never of a thread that is at work (W-24)", () => {
    const sudden = turn("t2", { status: "interrupted", completedAt: null });
    const once = doubt(null, [turn("t1"), sudden], false);
    expect(once).toMatchObject({ doubted: "t2", turns: [{ status: "completed" }, { status: "inProgress" }] });
    expect(doubt("t2", [sudden], true)).toMatchObject({ doubted: "t2", turns: [{ status: "inProgress" }] });
    expect(doubt("t2", [sudden], false)).toEqual({ doubted: null, turns: [sudden] });
    expect(doubt(null, [turn("t3", { status: "interrupted" })], false).doubted).toBeNull();
  });

  it("never begins behind a turn that is open: one that was cut off unheard ends in the history alone (W-24)", () => {
    const means = { sessionId: SessionId.parse("s"), scrub: plain, at: NOW };
    const idle = { type: "idle", flags: [] };
    const first = observe(null, described("a"), idle, NOW).state;
    const running = turnBegins(first, turn("t2", { status: "inProgress" }), means).state;
    const after = turnEnds({ ...running, lastTurnId: "t1" }, turn("t3"), means, true).state;
    expect(after).toMatchObject({ openTurns: ["t2"], lastTurnId: "t1" });
    expect(turnEnds(after, turn("t2"), means, true).state).toMatchObject({ openTurns: [], lastTurnId: "t2" });
  });
});

describe("git's files", () => {
  it.each([
    ["https://user:pass@example.invalid/acme/repo.git", "acme/repo"],
    ["git@example.invalid:acme/repo.git", "acme/repo"],
    ["ssh://git@example.invalid:22/group/sub/repo", "sub/repo"],
    ["/srv/git/repo", null],
    ["", null],
  ])("reads %s as %s", (remote, repo) => expect(repoOf(remote)).toBe(repo));

  it("finds origin among remotes", () => {
    expect(originOf('[remote "fork"]\n\turl = a\n[remote "origin"]\n\turl = b\n')).toBe("b");
    expect(originOf('[remote "fork"]\n\turl = a\n')).toBe("a");
    expect(originOf("[core]\n\turl = x\n")).toBeNull();
  });

  it("reads heads, packed refs and worktree files", () => {
    const commit = "0123456789".repeat(4);
    expect(headOf("ref: refs/heads/feat/x\n")).toEqual({ ref: "refs/heads/feat/x", commit: null });
    expect(branchOf("refs/heads/feat/x")).toBe("feat/x");
    expect(headOf(`${commit}\n`)).toEqual({ ref: null, commit });
    expect(packedCommit(`# pack\n${commit} refs/heads/main\n`, "refs/heads/main")).toBe(commit);
    expect(gitdirOf("gitdir: ../.git/worktrees/x\n")).toBe("../.git/worktrees/x");
  });
});
