/** What policy sees of questions, spawned sessions and hosts, folded from the log (S1-105, N1-015, N1-025, DESIGN 14.16). */
import {
  type DataOf,
  DECIDED,
  type Entry,
  Epoch,
  hostEntryId,
  type HostId,
  hostLane,
  type OpenEvent,
  requestedSession,
  type SessionId,
} from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_QUESTIONS, MAX_SUBJECT } from "../src/domain/sight.ts";
import { evolveSight, sightKey } from "../src/domain/sight-fold.ts";
import { makeSightIndex } from "../src/sight-index.ts";
import { digestOf } from "./given-spawns.ts";
import { cid } from "./given-writes.ts";
import {
  accepted,
  AT,
  became,
  completed,
  EPOCH,
  fact,
  factsFrom,
  H1,
  heard,
  message,
  noticed,
  observed,
  ours,
  rowsOf,
  S1,
  said,
  sightOf,
  started,
  T1,
  T2,
  told,
} from "./given-sight.ts";

const asked = (
  requestId: string,
  given: Partial<DataOf<"approval.requested">> = {},
  at = AT,
  subject: string | null = "npm test",
): OpenEvent =>
  said(
    "approval.requested",
    {
      requestId,
      kind: "command",
      turnId: T1,
      itemId: null,
      availableDecisions: ["accept"],
      subjectDigest: digestOf("npm test"),
      ...given,
    },
    at,
    { subject, reason: null },
  );
const resolved = (requestId: string, how: DataOf<"approval.resolved">["how"] = "answered"): OpenEvent =>
  said("approval.resolved", { requestId, how });
const closed = (how: DataOf<"session.closed">["how"]): OpenEvent => said("session.closed", { how });
const seen = (...events: readonly OpenEvent[]) =>
  sightOf(factsFrom(1, observed("active"), started(T1), ...events)).session(S1);
const names = (...events: readonly OpenEvent[]) =>
  seen(...events)?.questions.map(({ requestId }) => requestId);

describe("an open question", () => {
  it("is what its host told of it", () =>
    expect(seen(asked("q1", { workspace: "/srv/app" }))?.questions).toEqual([
      {
        requestId: "q1",
        kind: "command",
        turnId: T1,
        itemId: null,
        subjectDigest: digestOf("npm test"),
        subject: "npm test",
        workspace: "/srv/app",
        listed: ["accept"],
        openedAt: AT,
        saidAt: AT,
        position: 3,
      },
    ]));
  it.each([
    ["an answer", resolved("q1"), "answered"],
    ["its turn's end", completed(T1), "turn_ended"],
    ["the thread's end", closed("archived"), "thread_closed"],
    ["the loss of its server", resolved("q1", "endpoint_lost"), "endpoint_lost"],
  ])("is over by %s", (_what, event, how) => {
    expect(names(asked("q1"), event)).toEqual([]);
    expect(seen(asked("q1"), event)?.endedQuestions).toEqual([{ requestId: "q1", how }]);
  });
  it("not by the end of another turn, or another question's answer", () => {
    expect(names(asked("q1"), completed(T2), resolved("q2"))).toEqual(["q1"]);
    expect(names(asked("q1", { turnId: null }), completed(T1))).toEqual(["q1"]);
  });
  it("told again is the same; asked anew it is another, also under the same name", () => {
    expect(seen(asked("q1"), asked("q1"))?.questions.map(({ position }) => position)).toEqual([3]);
    expect(seen(asked("q1"), asked("q1", {}, AT + 1))?.questions.map(({ position }) => position)).toEqual([
      4,
    ]);
    expect(names(asked("q1"), resolved("q1"), asked("q1", {}, AT + 1))).toEqual(["q1"]);
  });
  it("its subject is kept whole or not at all", () => {
    expect(seen(asked("q1", {}, AT, "x".repeat(MAX_SUBJECT)))?.questions[0]?.subject).toHaveLength(
      MAX_SUBJECT,
    );
    expect(seen(asked("q1", {}, AT, "x".repeat(MAX_SUBJECT + 1)))?.questions[0]?.subject).toBeNull();
  });
  it("those that are kept are bounded: the newest, open or over", () => {
    const many = Array.from({ length: MAX_QUESTIONS + 5 }, (_, n) => asked(`q${n}`));
    expect(names(...many)).toHaveLength(MAX_QUESTIONS);
    expect(names(...many)?.at(-1)).toBe(`q${MAX_QUESTIONS + 4}`);
    const over = seen(...many, completed(T1));
    expect([over?.questions.length, over?.endedQuestions.length]).toEqual([0, MAX_QUESTIONS]);
  });
  it("is nobody's word but its host's", () => {
    const foreign = fact(1, [asked("q9")], AT, "h2" as HostId);
    expect(sightOf([...factsFrom(1, observed()), foreign]).session(S1)?.questions).toEqual([]);
  });
  it("is the same however often and in whatever batches its facts are told", () => {
    const step = fc.constantFrom(
      asked("q1"),
      asked("q2", { turnId: T2 }),
      asked("q1", {}, AT + 5),
      resolved("q1"),
      resolved("q2", "turn_ended"),
      completed(T1),
      started(T2),
      closed("unloaded"),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.nat(5), (steps, batch) => {
        const entries = factsFrom(1, observed("active"), started(T1), ...steps);
        const rows = (all: readonly Entry[], size: number) => JSON.stringify([...rowsOf(all, size)]);
        expect(rows(entries, batch + 1)).toBe(rows(entries, entries.length));
        const twice = [...entries, ...entries];
        expect(sightOf(twice).session(S1)?.questions.length).toBe(
          sightOf(entries).session(S1)?.questions.length,
        );
      }),
    );
  });
});

const asked1 = requestedSession(cid("task-1"));
const first = (threadSource: string | null, session: SessionId, host = H1, seq = 1): Entry => {
  const event = observed("idle", host);
  const data = { ...(event.data as object), threadSource, workspace: "/srv/app" } as never;
  return fact(seq, [{ ...event, data }], AT, host, session);
};
const bind = (boundTo: string, commandId = "task-1", seq = 2, host = H1): Entry =>
  fact(
    seq,
    [said("session.bound", { commandId: cid(commandId), boundTo: boundTo as SessionId })],
    AT,
    host,
    asked1,
  );

describe("where a session works", () => {
  const inFolder = (workspace: string | null): OpenEvent => {
    const { data, ...rest } = observed();
    return { ...rest, data: { ...(data as object), workspace } as never };
  };
  const folderAfter = (...entries: readonly Entry[]) => sightOf(entries).session(S1)?.workspace;
  it("is what its host said last; what is told late or again says it only where nothing was said since", () => {
    const [old, none, now] = [
      fact(1, [inFolder("/old")]),
      fact(3, [inFolder(null)]),
      fact(4, [inFolder("/now")]),
    ];
    expect(folderAfter(old, none)).toBe("/old");
    expect(folderAfter(old, none, now)).toBe("/now");
    expect(folderAfter(old, now, old, fact(2, [inFolder("/between")]))).toBe("/now");
    expect(folderAfter(none, old)).toBe("/old");
  });
});

describe("a spawned session", () => {
  const both = [first("claw:task-1", asked1), bind("s1"), first("claw:task-1", S1, H1, 3)];
  it("bears the mark of its spawn, and the session that was asked for says which thread it became", () => {
    const sight = sightOf(both);
    expect(sight.session(S1)).toMatchObject({ spawnId: "task-1", boundTo: null, workspace: "/srv/app" });
    expect(sight.session(asked1)).toMatchObject({ boundTo: "s1" });
  });
  it("was bound once and for ever, and only to what it was asked for", () => {
    expect(sightOf([...both, bind("s2", "task-1", 4)]).session(asked1)?.boundTo).toBe("s1");
    expect(sightOf([first("claw:task-1", asked1), bind("s1", "task-2")]).session(asked1)?.boundTo).toBeNull();
    expect(
      sightOf([first("claw:task-1", asked1), bind("s1", "task-1", 2, "h2" as HostId)]).session(asked1)
        ?.boundTo,
    ).toBeNull();
  });
  const turnWith = (mark: string) => factsFrom(4, started(T1), ours(T1, mark));
  it("its first message is ours, by the mark of the spawn", () => {
    expect(sightOf([...both, ...turnWith("task-1")]).session(S1)).toMatchObject({
      personAt: null,
      turns: [{ commandIds: ["task-1"], hasPerson: false }],
    });
  });
  it("another mark is a person's, and so is the same one in a thread that only bears it", () => {
    expect(sightOf([...both, ...turnWith("task-2")]).session(S1)?.turns[0]?.hasPerson).toBe(true);
    const forged = [first("claw:task-1", S1), ...turnWith("task-1")];
    expect(sightOf(forged).session(S1)?.turns[0]?.hasPerson).toBe(true);
    const elsewhere = [
      first("claw:task-1", asked1),
      bind("s9"),
      first("claw:task-1", S1, H1, 3),
      ...turnWith("task-1"),
    ];
    expect(sightOf(elsewhere).session(S1)?.turns[0]?.hasPerson).toBe(true);
  });
  it("the reason of an answer is ours as well, and marks no turn by its outcome", () => {
    const event = said(
      "command.accepted",
      {
        ...(accepted("auto-1").envelope.events[0]?.data as never as DataOf<"command.accepted">),
        instruction: {
          sessionId: S1,
          endpointId: "main" as never,
          token: { generation: 1, counter: 1 },
          act: { kind: "answer", requestId: "q1", subjectDigest: null, answer: "decline", by: "policy" },
        },
      },
      AT,
      { text: "no" },
    );
    const answer = told(DECIDED, { kind: "policy" }, [event], "due/auto-1/answered");
    const done = said("command.succeeded", {
      commandId: cid("auto-1"),
      fence: { generation: 1, counter: 1 },
      mode: "answer",
      turnId: T1,
    });
    const rows = [...factsFrom(1, observed("active"), started(T1), message(T1, null)), answer];
    expect(sightOf([...rows, ...factsFrom(4, done)]).session(S1)?.turns[0]?.commandIds).toEqual([]);
    const quiet = [
      ...factsFrom(1, observed("active"), started(T1)),
      answer,
      ...factsFrom(3, ours(T1, "auto-1")),
    ];
    expect(sightOf(quiet).session(S1)).toMatchObject({
      personAt: null,
      accepted: [{ commandId: "auto-1", isAnswer: true }],
    });
  });
});

describe("a host", () => {
  const says = (seq: number, event: OpenEvent, host = H1, epoch = EPOCH): Entry =>
    told(hostLane(H1), { kind: "host", hostId: host, epoch, seq }, [event], hostEntryId(host, epoch, seq));
  const described = (...workspaceRoots: readonly string[]): OpenEvent =>
    said("host.described", {
      hostname: "h",
      platform: "linux",
      osRelease: "6",
      arch: "x64",
      cpus: 2,
      memoryBytes: 1,
      connectorVersion: "1",
      nodeVersion: "24",
      workspaceRoots: [...workspaceRoots],
    });
  const endpoint = (transport: "unix" | "websocket" = "unix", unixUser?: string): OpenEvent =>
    said("endpoint.described", {
      ...(unixUser === undefined ? {} : { unixUser }),
      endpointId: "main" as never,
      storeId: "s",
      transport,
      address: "a",
      codexVersion: null,
      startedByConnector: true,
    });
  const is = (state: DataOf<"endpoint.became">["state"]): OpenEvent =>
    said("endpoint.became", { endpointId: "main" as never, state, reason: null });
  const host = (...entries: readonly Entry[]) => sightOf(entries).host(H1);
  it("says itself which folders it gives and which of its app-servers are ready; how it stands says ingest", () => {
    expect(
      host(
        noticed(heard("behind")),
        says(1, described("/srv", "/opt")),
        says(2, is("ready")),
        says(3, endpoint()),
      ),
    ).toMatchObject({
      isSilent: false,
      isBehind: true,
      workspaceRoots: ["/srv", "/opt"],
      endpoints: [{ endpointId: "main", isReady: true, isLocal: true }],
    });
    expect(
      host(says(1, endpoint("websocket")), says(2, is("ready")), says(3, is("draining")))?.endpoints,
    ).toEqual([{ endpointId: "main", isReady: false, isLocal: false }]);
  });
  it("DESIGN 14.20 whose socket an app-server is on it says itself, as it said last", () => {
    const usersAfter = (...entries: readonly Entry[]) =>
      host(...entries)?.endpoints.map(({ unixUser }) => unixUser);
    expect(usersAfter(says(1, endpoint("unix", "svc")), says(2, is("ready")))).toEqual(["svc"]);
    expect(usersAfter(says(1, endpoint("unix", "svc")), says(2, endpoint("unix", "ada")))).toEqual(["ada"]);
    expect(usersAfter(says(1, endpoint("unix", "svc")), says(2, endpoint()))).toEqual([undefined]);
  });
  it("nobody else's word counts, and no late one", () => {
    expect(host(says(1, described("/srv"), "h2" as HostId))).toBeNull();
    expect(host(says(2, described("/srv")), says(1, described("/old")))?.workspaceRoots).toEqual(["/srv"]);
    const later = Epoch.parse("1".repeat(32));
    expect(host(says(2, described("/srv")), says(1, described("/new"), H1, later))?.workspaceRoots).toEqual([
      "/new",
    ]);
  });
});

describe("what can be found by no id", () => {
  it("follows from the rows, whatever was told", () => {
    const step = fc.tuple(
      fc.constantFrom("s1", "s2", "s3"),
      fc.constantFrom(asked("q1"), resolved("q1"), became("active"), became("idle"), closed("archived")),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const rows = new Map<string, NonNullable<ReturnType<typeof evolveSight>>>();
        const index = makeSightIndex((key) => rows.get(key));
        const entries = [
          ...["s1", "s2", "s3"].map((id, n) =>
            first(n === 0 ? null : `claw:task-${n}`, id as SessionId, H1, n + 1),
          ),
          ...steps.map(([id, event], n) => fact(n + 4, [event], AT, H1, id as SessionId)),
        ];
        for (const [position, entry] of entries.entries()) {
          const [event] = entry.envelope.events;
          const recorded = {
            position: (position + 1) as never,
            entryId: entry.envelope.id,
            lane: entry.envelope.lane,
            by: entry.envelope.by,
            recordedAt: AT,
            event: {
              type: event?.type,
              at: event?.at,
              data: event?.data,
              body: { subject: null, reason: null },
            } as never,
          };
          const key = sightKey(recorded);
          const after = key === null ? undefined : evolveSight(rows.get(key), recorded);
          if (key === null || after === undefined) continue;
          rows.set(key, after);
          index.note(key, after);
        }
        const all = [...rows.values()].flatMap((row) => (row.kind === "session" ? [row] : []));
        expect([...index.asking()].sort()).toEqual(
          all
            .filter(({ questions }) => questions.length > 0)
            .map(({ sessionId }) => sessionId)
            .sort(),
        );
        expect(index.spawnedAtWork(H1)).toBe(
          all.filter(
            ({ spawnId, activity, isClosed }) => spawnId !== null && activity === "active" && !isClosed,
          ).length,
        );
        expect(index.spawnedAtWork("h2" as HostId)).toBe(0);
      }),
    );
  });
});
