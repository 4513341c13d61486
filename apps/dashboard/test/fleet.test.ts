/** The fleet's table: who needs somebody first, what a filter lets through, what the marked would suffer. */
import { describe, expect, test } from "vitest";
import type { FleetSession, SessionView } from "../src/api/types.ts";
import { filterFor } from "../src/pages/fleet/filter.ts";
import { operatorsOf, peopleIn } from "../src/pages/fleet/operators.ts";
import { attachLine, fleetRows, isStale, lookOf } from "../src/pages/fleet/rows.ts";
import { NO_DRAFT, spawnOf } from "../src/pages/fleet/spawn.ts";
import { interruptTargets } from "../src/pages/fleet/targets.ts";
import { isInView, readSearch } from "../src/pages/fleet/views.ts";

const base: FleetSession = {
  id: "s-base",
  repo: "tern/checkout",
  branch: "main",
  runtime: "crabbox",
  owner: "Mara",
  status: "ready",
  active: true,
  attachable: true,
  vnc: false,
  archived: false,
  logEvents: 3,
  leaseId: null,
  sandboxId: null,
  lastEvent: "session.observed",
  createdAt: 1,
  updatedAt: 2,
  lastSeenAt: 2,
  stoppedAt: null,
  policy: {
    present: false,
    allowedHostCount: 0,
    githubCredentialSource: "none",
    githubRepo: null,
    hasGithubToken: false,
    openAIBaseUrlHost: null,
  },
  attachUrl: "codex+ssh://fra-01/e/s",
  hostId: "h-1",
  group: "main",
  backing: null,
  freshness: "live",
  writer: null,
  attention: [],
  checkpoints: 0,
  idleSinceAt: null,
  reapAt: null,
  handoff: null,
  takeover: null,
};
const fleet = (change: Partial<FleetSession>): FleetSession => ({ ...base, ...change });
/** What rows read of a session; the rest of its view says nothing here. */
const session = (change: Partial<SessionView>): SessionView =>
  ({
    sessionId: "s-base",
    host: "fra-01",
    name: "A name",
    purpose: null,
    preview: null,
    group: "default",
    activity: { type: "idle", flags: [], sinceAt: "2026-01-01T00:00:00.000Z" },
    lastTurn: null,
    turnCount: 2,
    ...change,
  }) as SessionView;

const rowsOf = (sessions: readonly FleetSession[], live: readonly SessionView[] = []) =>
  fleetRows(sessions, {
    sessions: new Map(live.map((one) => [one.sessionId, one])),
    hosts: new Map(),
    attention: [],
  });

describe("rows", () => {
  test("who needs somebody stands first, the most urgent kind before the others; the rest as the registry has them (F1-067)", () => {
    const rows = rowsOf([
      fleet({ id: "quiet" }),
      fleet({ id: "stopped", status: "stopped", active: false }),
      fleet({ id: "silent", attention: ["silent"] }),
      fleet({ id: "waiting", attention: ["silent", "waiting"] }),
      fleet({ id: "new-kind", attention: ["of-tomorrow"] }),
      fleet({ id: "quiet-too" }),
    ]);
    expect(rows.map(({ id }) => id)).toEqual([
      "waiting",
      "silent",
      "new-kind",
      "quiet",
      "quiet-too",
      "stopped",
    ]);
  });

  test("a stale row says so, and an ended one is nobody's silence", () => {
    const [stale, ended] = rowsOf([
      fleet({ id: "a", freshness: "stale" }),
      fleet({ id: "b", freshness: "gone", active: false, status: "stopped" }),
    ]);
    expect(stale && [isStale(stale), lookOf(stale)]).toEqual([true, "stale"]);
    expect(ended && [isStale(ended), lookOf(ended)]).toEqual([false, "ended"]);
  });

  test("F1-146 who cannot be attached to has no line to copy", () => {
    expect(attachLine({ id: "s", fleet: fleet({ attachable: false }) })).toBeNull();
    expect(attachLine({ id: "s", fleet: fleet({}) })).toBe("claw attach s");
  });
});

describe("filter", () => {
  const [row] = rowsOf([fleet({ attention: ["waiting"] })], [session({})]);
  test.each([
    ["", true],
    ["CHECKOUT main", true],
    ["owner:mara", true],
    ["owner:priya", false],
    ["!owner:priya", true],
    ["!checkout", false],
    ["needs:wait host:fra", true],
    ["-f chkt", true],
    ["-f tkhc", false],
    ["nosuchfield:x", false],
    ["constructor:x", false],
    ["!", false],
  ])("%j lets it through: %s", (typed, passes) => {
    expect(row !== undefined && filterFor(typed)(row)).toBe(passes);
  });
});

test("the address says the view, and what it says wrongly is left out", () => {
  expect(readSearch({ view: "stale", state: "failed", q: "x", by: "operator" })).toEqual({
    view: "stale",
    state: "failed",
    q: "x",
    by: "operator",
  });
  expect(readSearch({ view: "all", state: "no", q: 3, by: "table", more: 1 })).toEqual({});
  expect(readSearch({ q: "y".repeat(500) }).q).toHaveLength(200);
});

test("mine is nobody's where nobody knows who looks", () => {
  const [row] = rowsOf([fleet({})]);
  expect(
    row && [isInView("mine", "Mara")(row), isInView("mine", "Aiko")(row), isInView("mine", null)(row)],
  ).toEqual([true, false, false]);
});

test("operators: who is needed first, nobody's last, and people are counted once (F1-016, F1-112)", () => {
  const rows = rowsOf([
    fleet({ id: "1", owner: null }),
    fleet({ id: "2", owner: "Aiko" }),
    fleet({ id: "3", attention: ["silent"] }),
    fleet({ id: "4" }),
  ]);
  expect(operatorsOf(rows).map(({ name, rows: theirs, needing }) => [name, theirs.length, needing])).toEqual([
    ["Mara", 2, 1],
    ["Aiko", 1, 0],
    [null, 1, 0],
  ]);
  expect(peopleIn(rows)).toBe(2);
});

test("interrupting the marked: each by the turn that is known, the others skipped with the reason", () => {
  const turn = { turnId: "t-1", status: "inProgress", startedAt: null, completedAt: null };
  const active = { type: "active", flags: [], sinceAt: "2026-01-01T00:00:00.000Z" };
  const rows = rowsOf(
    [
      fleet({ id: "works" }),
      fleet({ id: "idle" }),
      fleet({ id: "stale", freshness: "stale" }),
      fleet({ id: "runtime" }),
      fleet({ id: "unknown" }),
    ],
    [
      session({ sessionId: "works", activity: active, lastTurn: turn }),
      session({ sessionId: "idle", lastTurn: { ...turn, status: "completed" } }),
      session({ sessionId: "stale", activity: active, lastTurn: turn }),
      session({ sessionId: "unknown", activity: active, lastTurn: { ...turn, status: "completed" } }),
    ],
  );
  const byId = Object.fromEntries(
    interruptTargets(rows).map(({ row, turnId, says }) => [row.id, turnId ?? says]),
  );
  expect(byId).toEqual({
    works: "t-1",
    idle: "skip: no turn, idle",
    stale: "skip: turn unknown, host stale",
    runtime: "skip: not a Codex session",
    unknown: "skip: turn unknown",
  });
});

test("S1-104 a session is asked for once it has a folder and a message, and without a host policy chooses", () => {
  expect(spawnOf(NO_DRAFT, "cmd-1")).toBeNull();
  expect(spawnOf({ ...NO_DRAFT, workspace: "relative", text: "x" }, "cmd-1")).toBeNull();
  expect(spawnOf({ ...NO_DRAFT, workspace: " /work ", text: " Fix it. " }, "cmd-1")).toEqual({
    type: "session.spawn",
    commandId: "cmd-1",
    hostId: null,
    workspace: "/work",
    text: "Fix it.",
    purpose: null,
  });
});
