/** Kill switches over sends that wait for their host (N1-028, RELIABILITY §5: effective within a second). */
import type { By, HostId } from "@claw/events";
import { describe, expect, it } from "vitest";
import { MAX_HALTED, SWITCHES, type SwitchesRow } from "../src/domain/switches.ts";
import { haltsNow } from "../src/register.ts";
import { event, HOST, observed, session } from "./given.ts";
import { fold, host, policy, type Rows, type Said } from "./fold.ts";
import { accepted, type GivenWork, INTERRUPT, offered, switched } from "./work.ts";

const CALLER_HOST = "h9" as HostId;
const CAUSE = { rootIds: ["root-1", "turn:t1"], hop: 2, path: ["far", "caller"] };

const hostAdded = (hostId: string, group?: string, tokenId = `token-${hostId}`): Said =>
  policy(
    event("host.added", {
      hostId,
      tokenId,
      tokenDigest: "00".repeat(32),
      until: null,
      ...(group === undefined ? {} : { group }),
    }),
  );
const seen = (sessionId: string, hostId: HostId): Said => host(observed(hostId), sessionId, hostId);
const rowOf = (rows: Rows): SwitchesRow | undefined => rows.get(SWITCHES) as SwitchesRow | undefined;

/** Whether the command is stopped, as the dispatcher would ask of these rows. */
function isStopped(rows: Rows, sessionId = "s1"): boolean {
  const row = rows.get(`work/${sessionId}`);
  const [work] = row?.kind === "work" ? row.open : [];
  if (work === undefined) throw new Error("given work is open");
  return haltsNow({ rows: { get: (key: string) => rows.get(key) } } as never)(work);
}

const BEFORE = [hostAdded("h1", "blue"), hostAdded("h9", "green"), seen("caller", CALLER_HOST)];
const stopped = (given: GivenWork, ...said: readonly Said[]): boolean =>
  isStopped(fold([...BEFORE, policy(accepted("c1", given)), ...said]));

/** `s1` is the thread of what was asked for as `req-c0`, or the other way round: `req-c0` is asked for still, and its thread is `s1`. */
const BOUND = [
  seen("req-c0", HOST),
  seen("s1", HOST),
  host(event("session.bound", { commandId: "c0", boundTo: "s1" }), "req-c0", HOST),
];
const SPAWN = {
  kind: "spawn",
  workspace: "/w",
  purpose: null,
  forkOf: null,
  settings: { model: null, sandbox: null, approvalPolicy: null },
};

describe("X1-003: a session that was asked for and has its thread", () => {
  it.each(["s1", "req-c0"])("is stopped by a switch over %s, whichever of its names a command has", (id) => {
    const halt = policy(switched("halted", "session", id));
    expect(stopped({}, ...BOUND, halt)).toBe(true);
    expect(stopped({ origin: { rootIds: ["c1"], hop: 1, path: ["s1"] } }, ...BOUND, halt)).toBe(true);
    const first = policy(accepted("c0", { sessionId: "req-c0", act: SPAWN, text: "do it" }));
    expect(isStopped(fold([...BEFORE, first, ...BOUND, halt]), "req-c0")).toBe(true);
  });
  it("is stopped by no other, and not by a name that another host gave it", () => {
    expect(stopped({}, ...BOUND, policy(switched("halted", "session", "req-c2")))).toBe(false);
    const foreign = [
      seen("req-c0", CALLER_HOST),
      seen("s1", HOST),
      host(event("session.bound", { commandId: "c0", boundTo: "s1" }), "req-c0", CALLER_HOST),
    ];
    expect(stopped({}, ...foreign, policy(switched("halted", "session", "req-c0")))).toBe(false);
  });
});

describe("a send that waits for its host is stopped", () => {
  it.each<[string, string, string | null]>([
    ["the whole house", "global", null],
    ["its session", "session", "s1"],
    ["its host", "host", "h1"],
    ["the group of its host", "group", "blue"],
    ["one of its roots", "root", "root-1"],
    ["another of its roots", "root", "turn:t1"],
    ["the session that asked", "session", "caller"],
    ["the host of that session", "host", "h9"],
    ["the group of that host", "group", "green"],
  ])("by a switch over %s, until it is lifted", (_, scope, id) => {
    const halt = policy(switched("halted", scope, id));
    expect(stopped({ origin: CAUSE })).toBe(false);
    expect(stopped({ origin: CAUSE }, halt)).toBe(true);
    expect(stopped({ origin: CAUSE }, halt, halt)).toBe(true);
    expect(stopped({ origin: CAUSE }, halt, policy(switched("running", scope, id)))).toBe(false);
    expect(stopped({ origin: CAUSE }, halt, policy(switched("running", scope, "other")))).toBe(
      scope !== "global",
    );
  });

  it.each<[string, string, string | null]>([
    ["another session", "session", "s2"],
    ["a session earlier on its way", "session", "far"],
    ["another host", "host", "h2"],
    ["another group", "group", "default"],
    ["another root", "root", "root-2"],
    ["an id of another scope", "root", "s1"],
    ["a host named like its group", "host", "blue"],
  ])("and by no switch over %s", (_, scope, id) =>
    expect(stopped({ origin: CAUSE }, policy(switched("halted", scope, id)))).toBe(false),
  );

  it("by a switch over the group of the Claw that asked, and not over that of another", () => {
    const halt = policy(switched("halted", "group", "red"));
    expect([stopped({ clawOf: "red" }, halt), stopped({ clawOf: "rose" }, halt)]).toEqual([true, false]);
  });

  it("by a switch over the default group, where its host was given none", () => {
    const said = [policy(accepted("c1")), policy(switched("halted", "group", "default"))];
    expect(isStopped(fold(said))).toBe(true);
    expect(isStopped(fold([hostAdded("h1"), ...said]))).toBe(true);
    expect(isStopped(fold([hostAdded("h1", "blue"), ...said]))).toBe(false);
  });

  it("by the group that its host has now: told of again without one it keeps it", () => {
    const halt = policy(switched("halted", "group", "blue"));
    expect(stopped({}, hostAdded("h1", undefined, "t2"), halt)).toBe(true);
    expect(stopped({}, hostAdded("h1", "red", "t2"), halt)).toBe(false);
  });

  it("where it has no origin, as those of the first versions", () => {
    const { origin: _, ...data } = accepted("c1").data as Readonly<Record<string, never>>;
    const old = policy(event("command.accepted", data, { text: "x" }));
    expect(isStopped(fold([old, policy(switched("halted", "host", "h1"))]))).toBe(true);
  });

  it("whether the halt came in one entry with it, or in another", () => {
    const halt = switched("halted", "session", "s1");
    expect(isStopped(fold([policy(accepted("c1"), halt)]))).toBe(true);
    expect(isStopped(fold([policy(halt, accepted("c1"))]))).toBe(true);
  });
});

it("interrupts and fences are not stopped: they are what a halt is for", () => {
  const halt = policy(switched("halted"));
  expect(stopped({ act: INTERRUPT }, halt)).toBe(false);
  expect(isStopped(fold([policy(offered("l1")), halt]))).toBe(false);
});

it.each<[string, By, string]>([
  ["a host", { kind: "host", hostId: HOST, epoch: "ab".repeat(16) as never, seq: 1 }, "session/s1"],
  ["ingest, in the decided lane", { kind: "ingest" }, "decided"],
  ["policy, in another lane", { kind: "policy" }, session("s1")],
])("S6: %s halts and lifts nothing", (_, by, lane) => {
  const say = (state: "halted" | "running"): Said => ({ by, lane: lane as never, events: [switched(state)] });
  expect(stopped({}, say("halted"))).toBe(false);
  expect(stopped({}, policy(switched("halted")), say("running"))).toBe(true);
});

describe("what is kept of switches", () => {
  it("is nothing of those that were lifted", () => {
    const all = Array.from({ length: 20 }, (_, n) => [
      policy(switched("halted", "root", `r${n}`)),
      policy(switched("running", "root", `r${n}`)),
    ]);
    expect(rowOf(fold(all.flat()))?.halted).toEqual([]);
  });

  it("is bounded: the oldest are let go, and one that is set again is the newest", () => {
    const many = (from: number, to: number) =>
      policy(...Array.from({ length: to - from }, (_, n) => switched("halted", "root", `r${from + n}`)));
    const said: Said[] = [];
    for (let n = 0; n < MAX_HALTED; n += 16) said.push(many(n, n + 16));
    said.push(policy(switched("halted", "root", "r0")), policy(switched("halted", "root", "one-more")));
    const halted = rowOf(fold(said))?.halted ?? [];
    expect(halted).toHaveLength(MAX_HALTED);
    expect(halted[0]).toBe("root/r2");
    expect(halted.slice(-2)).toEqual(["root/r0", "root/one-more"]);
  });
});
