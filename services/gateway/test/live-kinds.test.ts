/** The live stream tells of the registry, of what people do and of who is signed in as it tells of sessions; and that it is there (ADR 0014, N1-006). */
import { EventEmitter } from "node:events";
import { GroupId, HostId, type Principal, SessionId, sha256, TokenId } from "@claw/events";
import type { Clocks } from "@claw/runtime";
import type { ArchiveRow, AttentionActsRow, CheckpointsRow, ViewName, ViewRows } from "@claw/views";
import { describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { makeTokens } from "../src/auth/authenticate.ts";
import { Refused } from "../src/http/problem.ts";
import { readAsk } from "../src/live/ask.ts";
import { makeLiveClient } from "../src/live/client.ts";
import { LIVE_VIEWS, LiveFrame, type LiveView } from "../src/live/frames.ts";
import { HEARTBEAT_MS, makeLiveHub } from "../src/live/hub.ts";
import { presenterFor } from "../src/present.ts";
import { fakePorts, makeFakeViews, NOW, tokenOf } from "./fake-house.ts";
import { egressRow, runtimeRow, shareRow } from "./fake-registry.ts";

const part = { bytes: 10, digest: sha256("part") };
const archive: ArchiveRow = {
  sessionId: SessionId.parse("s1"),
  version: 1,
  position: 1,
  events: 3,
  status: "stopped",
  failure: null,
  isFinal: true,
  parts: { events: part, transcript: part, summary: part },
  archivedAt: NOW,
  deletedAt: null,
};
const checkpoints: CheckpointsRow = { sessionId: SessionId.parse("s1"), count: 1, bytes: 9, newest: [] };
const acts = (more: Partial<AttentionActsRow> = {}): AttentionActsRow => ({
  key: "waiting/s1/0",
  snoozedUntil: NOW + 1,
  snoozedBy: "ann",
  snoozeReason: "later",
  assignedTo: null,
  assignedBy: null,
  changedAt: NOW,
  ...more,
});
const signIn = (more: Partial<ViewRows["signIns"]> = {}): ViewRows["signIns"] => ({
  signInId: TokenId.parse("in-1"),
  digest: sha256("what proves it"),
  principal: { kind: "person", name: "ann", role: "viewer" },
  how: "oidc",
  tokenId: null,
  until: NOW + 1,
  closedAt: null,
  ...more,
});
const owner = { hostId: HostId.parse("h1"), unixUser: "ann", owner: "ann" };

type Changes = readonly (readonly [ViewName, string, ViewRows[ViewName]])[];
const all: Changes = [
  ["runtimes", "r1", runtimeRow("r1")],
  ["egress", "box-1", egressRow("box-1", { sessionId: SessionId.parse("s1") })],
  ["checkpoints", "s1", checkpoints],
  ["archives", "s1", archive],
  ["attention", "waiting/s1/0", acts()],
  ["owners", "h1/ann", owner],
  ["shares", "share/session/1", shareRow("s1", "eve")],
  ["signIns", "in-1", signIn()],
];
const kinds = all.map(([view]) => view as LiveView);

class Listener extends EventEmitter {
  readonly OPEN = 1;
  readonly readyState = 1;
  bufferedAmount = 0;
  readonly frames: LiveFrame[] = [];

  send(text: string): void {
    this.frames.push(LiveFrame.parse(JSON.parse(text)));
  }
  close(): void {}
  ping(): void {}
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

interface Given {
  /** What is there before the client comes. */
  readonly rows?: Changes;
  readonly views?: ReturnType<typeof makeFakeViews>;
  readonly sessionId?: string;
  readonly after?: number;
}
function listening({ rows = [], views = makeFakeViews(), sessionId, after }: Given = {}) {
  const { ports } = fakePorts({ reader: views.reader });
  const clock = { ms: 0 };
  const clocks: Clocks = { wallMs: () => NOW + clock.ms, monoMs: () => clock.ms };
  const house = { ...ports, clocks, visibility: "fleet" } as never;
  const admin = tokenOf("admin").row;
  if (views.reader.position() === 0) views.commit([["tokens", admin.tokenId, admin], ...rows]);
  const socket = new Listener();
  const caller = { tokenId: admin.tokenId, principal: admin.principal };
  const source = {
    reader: () => views.reader,
    presentFor: () => presenterFor(house, caller).changed,
    seesFor: () => () => true,
    sightOf: () => "",
    clocks,
    onFrame: () => {},
  };
  const client = makeLiveClient(
    { caller, views: kinds, sessionId: sessionId ?? null, after: after ?? null },
    socket as unknown as WebSocket,
    source,
  );
  const heard = async () => {
    client.wake();
    await settle();
    return socket.frames.splice(0);
  };
  return { views, clock, clocks, socket, client, heard };
}

const told = (frames: readonly LiveFrame[]) =>
  frames.flatMap(({ type, kind, key }) => (kind === null ? [] : [`${type} ${kind} ${key}`])).toSorted();
const named = (type: string, changes: Changes = all) =>
  changes.map(([view, key]) => `${type} ${view} ${key}`).toSorted();

describe("a live client", () => {
  test("N1-006 is told of every row of the registry and of people that there is, and of each that changes, once", async () => {
    const { views, heard } = listening({ rows: all });
    expect(told(await heard())).toEqual(named("snapshot"));
    for (const change of all) {
      views.commit([change]);
      expect(told(await heard())).toEqual(named("change", [change]));
    }
    expect(await heard()).toEqual([]);
  });

  test("X1-029 F1-104 no row that is told holds what proves a sign-in, or a field that nobody listed", async () => {
    const sneaked = all.map(([view, key, row]) => [view, key, { ...row, planted: "planted" }] as const);
    const { heard } = listening({ rows: sneaked as unknown as Changes });
    const text = JSON.stringify(await heard());
    expect(text).not.toContain(signIn().digest);
    expect(text).not.toContain("planted");
  });

  test("a snapshot leaves out what is over; that it is over is told to who was there", async () => {
    const over: Changes = [
      ["attention", "waiting/s1/0", acts({ snoozedUntil: NOW })],
      ["shares", "share/session/1", shareRow("s1", "eve", { level: null })],
      ["shares", "share/session/2", shareRow("s2", "eve", { until: NOW })],
      ["signIns", "in-1", signIn({ closedAt: NOW })],
      ["signIns", "in-2", signIn({ until: NOW })],
    ];
    const late = listening({ rows: over });
    expect(told(await late.heard())).toEqual([]);
    const there = listening();
    await there.heard();
    there.views.commit(over);
    expect(told(await there.heard())).toEqual(named("change", over));
  });

  test("of one session is told of that one, and of what is of none", async () => {
    const others: Changes = [
      ["egress", "box-2", egressRow("box-2", { sessionId: SessionId.parse("s2") })],
      ["attention", "waiting/s2/0", acts({ key: "waiting/s2/0" })],
    ];
    const { heard } = listening({ rows: [...all, ...others], sessionId: "s1" });
    expect(told(await heard())).toEqual(named("snapshot").filter((line) => !line.includes("runtimes")));
    const runtime = listening({ rows: all, sessionId: "r1" });
    expect(told(await runtime.heard())).toContain("snapshot runtimes r1");
  });
});

describe("a heartbeat", () => {
  const hubOf = ({ views, clocks, client }: ReturnType<typeof listening>) => {
    const hub = makeLiveHub(
      makeTokens(() => views.reader, clocks.wallMs),
      clocks,
      () => {},
    );
    hub.add(client);
    return hub;
  };

  test("comes every ten seconds to who waits, with where to resume and the house's time", async () => {
    const live = listening();
    const hub = hubOf(live);
    await live.heard();
    hub.tick();
    live.clock.ms += HEARTBEAT_MS - 1;
    hub.tick();
    expect(live.socket.frames).toEqual([]);
    live.clock.ms += 1;
    hub.tick();
    hub.tick();
    const position = live.views.reader.position();
    const beat = { type: "heartbeat", position, kind: null, key: null, row: null, at: NOW + HEARTBEAT_MS };
    expect(live.socket.frames.splice(0)).toEqual([beat]);
    const resumed = listening({ views: live.views, after: position });
    resumed.views.commit(all);
    expect(told(await resumed.heard())).toEqual(named("change"));
  });

  test("says nothing to who is still being told, or does not read", async () => {
    const live = listening({ rows: all });
    live.client.beat();
    expect(live.socket.frames).toEqual([]);
    live.socket.bufferedAmount = 2_000_000;
    await live.heard();
    expect(live.client.isStopped()).toBe(true);
    live.client.beat();
    expect(live.socket.frames).toEqual([]);
  });
});

describe("who may follow what", () => {
  const asking = (role: Principal["role"], views?: string) => {
    const caller = {
      tokenId: "t",
      principal: { kind: "person", name: "x", role, group: GroupId.parse("day") },
    } as never;
    return readAsk(new URLSearchParams(views === undefined ? {} : { views }), caller).views;
  };

  test("every kind there is has a place here", () => {
    expect(
      [
        ...kinds,
        "sessions",
        "hosts",
        "endpoints",
        "approvals",
        "commands",
        "leases",
        "turns",
        "items",
      ].toSorted(),
    ).toEqual([...LIVE_VIEWS].toSorted());
  });

  test.each(["viewer", "operator", "auditor"] as const)(
    "X1-025 a person who is %s is told no sign-ins",
    (role) => {
      expect(asking(role)).toEqual(expect.arrayContaining(kinds.filter((view) => view !== "signIns")));
      expect(asking(role)).not.toContain("signIns");
      expect(() => asking(role, "signIns")).toThrow(Refused);
    },
  );

  test("an admin is, on asking", () => expect(asking("admin", "signIns")).toEqual(["signIns"]));
});
