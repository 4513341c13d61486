/** Scripted histories of one session: what readers may believe after each (N1-024). */
import {
  type Event,
  hostEntryId,
  type Entry,
  Epoch,
  HostId,
  hostLane,
  type Json,
  seal,
  sessionLane,
  SessionId,
  stampEntry,
} from "@claw/events";
import { expect, test } from "vitest";
import { readerOn } from "../src/index.ts";
import { foldInto, memoryStore, placed } from "./given.ts";

const AT = 1_800_000_000_000;
const session = SessionId.parse("thread-1");
const host = HostId.parse("host-a");
const other = HostId.parse("host-b");
const epoch = Epoch.parse("0".repeat(32));

type Writer = "host" | "ingest" | "stranger";
type Step = readonly [by: Writer, lane: "session" | "host", type: Event["type"], data: Json, body?: Json];

const observed = (activity = "idle"): Step => [
  "host",
  "session",
  "session.observed",
  {
    hostId: host,
    endpointId: "main",
    workspace: null,
    repo: null,
    branch: null,
    commit: null,
    source: "cli",
    threadSource: null,
    parentSessionId: null,
    rootSessionId: null,
    model: null,
    modelProvider: null,
    codexVersion: null,
    createdAt: null,
    activity: { type: activity, flags: [] },
  },
];
const became = (type: string, ...flags: readonly string[]): Step => [
  "host",
  "session",
  "session.became",
  { activity: { type, flags } },
];
const closed = (how: string): Step => ["host", "session", "session.closed", { how }];
const reopened: Step = ["host", "session", "session.reopened", {}];
const named: Step = ["host", "session", "session.named", {}, { name: "A name" }];
const staled: Step = ["ingest", "session", "session.staled", { lastHeardAt: AT }];
const returned: Step = ["ingest", "session", "session.returned", {}];
const lost: Step = ["host", "session", "session.lost", { endpointId: "main", reason: "closed" }];
const gapped: Step = ["host", "session", "history.gapped", { reason: "cut", afterTurnId: null }];
const started = (turnId: string, startedAt: number | null = null): Step => [
  "host",
  "session",
  "turn.started",
  { turnId, startedAt },
];
const completed = (turnId: string, status = "completed", startedAt: number | null = null): Step => [
  "host",
  "session",
  "turn.completed",
  { turnId, status, errorKind: null, startedAt, completedAt: null, durationMs: null },
  { error: null },
];
const asked = (requestId: string, turnId: string | null = "T1"): Step => [
  "host",
  "session",
  "approval.requested",
  { requestId, kind: "exec", turnId, itemId: null, availableDecisions: [] },
  { subject: "rm", reason: null },
];
const resolved = (requestId: string, how = "answered"): Step => [
  "host",
  "session",
  "approval.resolved",
  { requestId, how },
];
const endpoint = (state: string): Step => [
  "host",
  "host",
  "endpoint.became",
  { endpointId: "main", state, reason: state === "down" ? "gone" : null },
];
const by = (writer: Writer, [, ...step]: Step): Step => [writer, ...step];

function entryOf([writer, lane, type, data, body]: Step, index: number): Entry {
  const at = AT + index * 1_000;
  const hostId = writer === "stranger" ? other : host;
  const sealed = seal(
    lane === "session" ? sessionLane(session) : hostLane(hostId),
    null,
    [{ type, v: 1, at, data, ...(body === undefined ? {} : { body }) }],
    () => "00".repeat(16),
  );
  const id = hostEntryId(hostId, epoch, index + 1);
  return stampEntry(sealed, {
    id,
    by: writer === "ingest" ? { kind: "ingest" } : { kind: "host", hostId, epoch, seq: index + 1 },
    at,
  });
}

/** What is believed at the end: freshness and the step since when, activity and the step since when, and what the case is about. */
type Row = readonly [title: string, steps: readonly Step[], expected: string];

const rows: readonly Row[] = [
  ["nothing was seen", [], "none"],
  ["a fact before the first sight makes no session", [became("active")], "none"],
  ["a stale mark before the first sight makes no session", [staled], "none"],
  ["a turn before the first sight makes no session", [started("T1")], "none"],
  ["first sight is live", [observed()], "live@0 idle@0"],
  ["first sight of a working thread", [observed("active")], "live@0 active@0"],
  ["a word of a later Codex is kept as it is", [observed("dreaming")], "live@0 dreaming@0"],
  ["it becomes active", [observed(), became("active")], "live@0 active@1"],
  [
    "the same activity again keeps its time",
    [observed(), became("active"), became("active")],
    "live@0 active@1",
  ],
  [
    "waiting for an approval shows its flag",
    [observed(), became("active", "waitingOnApproval")],
    "live@0 active+waitingOnApproval@1",
  ],
  [
    "waiting for input is another thing",
    [observed(), became("active", "waitingOnUserInput")],
    "live@0 active+waitingOnUserInput@1",
  ],
  [
    "a flag that goes away is a change",
    [observed(), became("active", "waitingOnApproval"), became("active")],
    "live@0 active@2",
  ],
  ["back to idle", [observed(), became("active"), became("idle")], "live@0 idle@2"],
  [
    "a system error is an activity, not a freshness",
    [observed(), became("systemError")],
    "live@0 systemError@1",
  ],
  [
    "its host goes silent: stale, and the activity is kept (S1-184, X1-016)",
    [observed("active"), staled],
    "stale@1 active@0",
  ],
  ["silent again keeps the first time", [observed(), staled, staled], "stale@1 idle@0"],
  ["the host returns", [observed(), staled, returned], "live@2 idle@0"],
  ["returned without being stale says nothing", [observed(), returned], "live@0 idle@0"],
  ["a fact of the host is as good as its return", [observed(), staled, became("active")], "live@2 active@2"],
  ["any fact will do", [observed(), staled, named], "live@2 idle@0"],
  [
    "what ingest says of a silent host is no sign of life",
    [observed(), staled, by("ingest", named)],
    "stale@1 idle@0",
  ],
  ["another host's word is no sign of life", [observed(), staled, by("stranger", named)], "stale@1 idle@0"],
  ["another host cannot close it", [observed(), by("stranger", closed("deleted"))], "live@0 idle@0"],
  ["another host cannot lose it", [observed(), by("stranger", lost)], "live@0 idle@0"],
  ["another host's turn is not shown", [observed(), by("stranger", started("T1"))], "live@0 idle@0"],
  ["its app-server cannot be reached: unknown", [observed("active"), lost], "unknown@1 active@0"],
  ["lost again keeps the first time", [observed(), lost, lost], "unknown@1 idle@0"],
  ["a gap in its history is no sign of life", [observed(), lost, gapped], "unknown@1 idle@0"],
  [
    "a question that died with the endpoint is no sign of life",
    [observed(), asked("0"), lost, resolved("0", "endpoint_lost")],
    "unknown@2 idle@0",
  ],
  ["an answer is", [observed(), asked("0"), lost, resolved("0")], "live@3 idle@0"],
  ["found again", [observed(), lost, became("idle")], "live@2 idle@0"],
  ["found again by being observed", [observed(), lost, observed("active")], "live@2 active@2"],
  ["lost, then its host goes silent: stale", [observed(), lost, staled], "stale@2 idle@0"],
  [
    "the host returns and its endpoint is down: unknown",
    [observed(), endpoint("down"), lost, staled, returned],
    "unknown@4 idle@0",
  ],
  [
    "the host returns and its endpoint is ready: live",
    [observed(), endpoint("ready"), staled, returned],
    "live@3 idle@0",
  ],
  [
    "the endpoint came back meanwhile",
    [observed(), endpoint("down"), lost, endpoint("ready"), staled, returned],
    "live@5 idle@0",
  ],
  [
    "unloaded is closed, and not loaded in Codex's word",
    [observed("active"), closed("unloaded")],
    "live@0 notLoaded@1 closed:unloaded",
  ],
  ["unloaded comes back by itself", [observed(), closed("unloaded"), became("active")], "live@0 active@2"],
  ["archived does not", [observed(), closed("archived"), became("idle")], "live@0 idle@2 closed:archived"],
  ["archived comes back by hand", [observed(), closed("archived"), reopened], "live@0 notLoaded@1"],
  ["deleted is gone", [observed(), closed("deleted")], "gone@1 notLoaded@1 closed:deleted"],
  [
    "gone stays gone when it is reopened",
    [observed(), closed("deleted"), reopened],
    "gone@1 notLoaded@1 closed:deleted",
  ],
  [
    "gone stays gone when its host goes silent",
    [observed(), closed("deleted"), staled],
    "gone@1 notLoaded@1 closed:deleted",
  ],
  [
    "gone stays gone when its host returns",
    [observed(), closed("deleted"), staled, returned],
    "gone@1 notLoaded@1 closed:deleted",
  ],
  [
    "gone stays gone when its host speaks of it",
    [observed(), closed("deleted"), named],
    "gone@1 notLoaded@1 closed:deleted",
  ],
  [
    "gone is not archived afterwards",
    [observed(), closed("deleted"), closed("archived")],
    "gone@1 notLoaded@1 closed:deleted",
  ],
  ["a turn runs", [observed(), started("T1")], "live@0 idle@0 T1:inProgress"],
  ["a turn ends", [observed(), started("T1"), completed("T1")], "live@0 idle@0 T1:completed"],
  [
    "the first end wins (W-24)",
    [observed(), started("T1"), completed("T1", "interrupted"), completed("T1")],
    "live@0 idle@0 T1:interrupted",
  ],
  [
    "an end without a beginning is an end",
    [observed(), completed("T1", "failed")],
    "live@0 idle@0 T1:failed",
  ],
  [
    "a beginning after the end begins nothing",
    [observed(), completed("T1"), started("T1")],
    "live@0 idle@0 T1:completed",
  ],
  [
    "a silent host ends no turn (X1-016)",
    [observed(), started("T1"), staled],
    "stale@2 idle@0 T1:inProgress",
  ],
  [
    "a lost endpoint ends no turn (X1-016)",
    [observed(), started("T1"), lost],
    "unknown@2 idle@0 T1:inProgress",
  ],
  [
    "the later turn is shown",
    [observed(), started("T1"), completed("T1"), started("T2")],
    "live@0 idle@0 T2:inProgress",
  ],
  [
    "history filled in afterwards is not",
    [observed(), started("T2", AT + 9), completed("T1", "completed", AT + 1)],
    "live@0 idle@0 T2:inProgress",
  ],
  [
    "a repeat of an older turn is not",
    [observed(), started("T1"), completed("T1"), started("T2"), completed("T1")],
    "live@0 idle@0 T2:inProgress",
  ],
  ["a question is open", [observed(), asked("0")], "live@0 idle@0 open:0"],
  ["a question asked twice is one", [observed(), asked("0"), asked("0")], "live@0 idle@0 open:0"],
  ["an answer closes it", [observed(), asked("0"), resolved("0")], "live@0 idle@0"],
  ["another's answer does not", [observed(), asked("0"), resolved("1")], "live@0 idle@0 open:0"],
  ["the end of its turn closes it", [observed(), asked("0"), completed("T1")], "live@0 idle@0 T1:completed"],
  [
    "the end of another turn does not",
    [observed(), asked("0"), completed("T2")],
    "live@0 idle@0 T2:completed open:0",
  ],
  [
    "a question of no turn outlives turns",
    [observed(), asked("0", null), completed("T1")],
    "live@0 idle@0 T1:completed open:0",
  ],
  [
    "a closed thread asks nothing",
    [observed(), asked("0", null), closed("unloaded")],
    "live@0 notLoaded@2 closed:unloaded",
  ],
  [
    "the same id after an answer is a new question",
    [observed(), asked("0"), resolved("0"), asked("0")],
    "live@0 idle@0 open:0",
  ],
];

test.each(rows)("%s", (_title, steps, expected) => {
  const store = memoryStore();
  foldInto(store, placed(steps.map(entryOf)));
  expect(believed(readerOn(store.db).session(session))).toBe(expected);
});

test("what another host says of a session makes no turn, item or approval of it (DESIGN 14.16)", () => {
  const store = memoryStore();
  const steps = [
    observed(),
    by("stranger", started("T1")),
    by("stranger", completed("T2")),
    by("stranger", asked("0")),
  ];
  foldInto(store, placed(steps.map(entryOf)));
  const views = ["turns", "items", "approvals"] as const;
  expect(readerOn(store.db).changedAfter(views, 0, 10)).toEqual([]);
});

test("the table has the rows that N1-024 deserves", () => expect(rows.length).toBeGreaterThanOrEqual(40));

type Session = NonNullable<ReturnType<ReturnType<typeof readerOn>["session"]>>;

function believed(row: Session | null): string {
  if (row === null) return "none";
  const { freshness, activity, closed, lastTurn, openApprovals } = row;
  return [
    `${freshness.state}@${stepOf(freshness.sinceAt)}`,
    `${[activity.type, ...activity.flags].join("+")}@${stepOf(activity.sinceAt)}`,
    ...(closed === null ? [] : [`closed:${closed}`]),
    ...(lastTurn === null ? [] : [`${lastTurn.turnId}:${lastTurn.status}`]),
    ...(openApprovals.length === 0 ? [] : [`open:${openApprovals.join()}`]),
  ].join(" ");
}

const stepOf = (at: number): number => (at - AT) / 1_000;
