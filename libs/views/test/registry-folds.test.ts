/** What readers may believe of checkpoints, archives, owners, sign-ins and shares (ADR 0014). */
import { DECIDED, type Json, SessionId, sha256 } from "@claw/events";
import { describe, expect, test } from "vitest";
import {
  ArchiveView,
  CheckpointsView,
  MAX_CHECKPOINTS,
  presentArchive,
  presentCheckpoints,
} from "../src/index.ts";
import {
  after,
  AT,
  by,
  hostFact,
  inLane,
  observed,
  own,
  policyFact,
  refusedFor,
  type Step,
  who,
} from "./acting.ts";
import { ALL } from "./given.ts";
import { facts, type More, registered } from "./registering.ts";
import { asked, boundTo, inHost, ordered, seen, thread } from "./spawning.ts";

const at = (n: number): number => AT + n * 1_000;

describe("checkpoints (F1-039, F1-179)", () => {
  const checkpoint = (id: string, bytes = 10, madeAt = AT, sessionId: string = "s1"): Step =>
    policyFact("checkpoint.registered", {
      sessionId,
      checkpointId: id,
      kind: "disk",
      bytes,
      digest: null,
      madeAt,
    });

  test("are counted, the newest are listed by when they were made, and one that comes again counts once", () => {
    const reader = after(
      observed,
      checkpoint("b", 2, AT + 2),
      checkpoint("a", 1, AT + 1),
      checkpoint("b", 5, AT + 2),
    );
    const row = reader.checkpoints("s1");
    expect(row).toMatchObject({ sessionId: "s1", count: 2, bytes: 6 });
    expect(row?.newest.map(({ checkpointId, bytes }) => [checkpointId, bytes])).toEqual([
      ["a", 1],
      ["b", 5],
    ]);
    if (row !== null) expect(CheckpointsView.strict().parse(presentCheckpoints(row)).newest).toHaveLength(2);
    expect(reader.checkpoints("s2")).toBeNull();
  });

  test("of more than are listed all are counted", () => {
    const many = Array.from({ length: MAX_CHECKPOINTS + 3 }, (_, n) => checkpoint(`k${n}`, 1, AT + n));
    const row = after(...many).checkpoints("s1");
    expect([row?.count, row?.bytes, row?.newest.length]).toEqual([many.length, many.length, MAX_CHECKPOINTS]);
    expect([row?.newest[0]?.checkpointId, row?.newest.at(-1)?.checkpointId]).toEqual([
      "k3",
      `k${MAX_CHECKPOINTS + 2}`,
    ]);
  });

  test("of a session that was asked for are its thread's, registered before it had one or since", () => {
    const steps = [
      ordered(),
      checkpoint("early", 1, AT, asked),
      seen(),
      boundTo(),
      checkpoint("late", 2, AT, asked),
    ];
    const reader = after(...steps);
    for (const id of [asked, thread])
      expect(reader.checkpoints(id)).toMatchObject({ sessionId: thread, count: 2, bytes: 3 });
  });
});

describe("archives (X1-036, X1-037)", () => {
  const part = { bytes: 7, digest: sha256("part") };
  const finalised = (version: number, more: More = {}, sessionId = "s1"): Step =>
    policyFact("archive.finalised", {
      sessionId,
      version,
      position: version,
      events: version,
      status: "stopped",
      failure: null,
      isFinal: true,
      parts: { events: part, transcript: part, summary: part },
      archivedAt: AT + version,
      ...more,
    });
  const deleted = (version: number): Step =>
    policyFact("archive.deleted", { sessionId: "s1", version, reason: "kept long enough" });
  const stand = (...steps: readonly Step[]) => {
    const row = after(...steps).archive("s1");
    return row === null ? null : [row.version, row.deletedAt];
  };

  test.each([
    ["is there once it is finalised", [finalised(1)], [1, null]],
    ["the newest counts", [finalised(1), finalised(2)], [2, null]],
    ["an older one says nothing of it", [finalised(2), finalised(1)], [2, null]],
    ["the same one again changes nothing", [finalised(1), deleted(1), finalised(1)], [1, at(1)]],
    ["is deleted once", [finalised(1), deleted(1), deleted(1)], [1, at(1)]],
    ["an older one's deletion is not its own", [finalised(1), finalised(2), deleted(1)], [2, null]],
    ["what was never finalised is not deleted", [deleted(1)], null],
    ["another one may follow a deletion", [finalised(1), deleted(1), finalised(2)], [2, null]],
    ["is not a host's to say", [inLane("session/s1" as typeof DECIDED, finalised(1))], null],
  ] as const)("%s", (_title, steps, expected) => expect(stand(...steps)).toEqual(expected));

  test("are listed the oldest first, those that are kept by themselves, and before a time", () => {
    const reader = after(finalised(3), finalised(1, {}, "s2"), finalised(2, {}, "s3"), deleted(3));
    const ids = (filter: Parameters<typeof reader.archives>[0]) =>
      reader.archives(filter, ALL).rows.map(({ sessionId }) => sessionId);
    expect(ids({})).toEqual(["s2", "s3", "s1"]);
    expect(ids({ state: "kept" })).toEqual(["s2", "s3"]);
    expect(ids({ state: "deleted" })).toEqual(["s1"]);
    expect(ids({ state: "kept", before: AT + 2 })).toEqual(["s2"]);
    const [first] = reader.archives({}, ALL).rows;
    if (first !== undefined) expect(ArchiveView.strict().parse(presentArchive(first)).bytes).toBe(21);
  });

  test("of a session that was asked for is found under both of its names", () => {
    const reader = after(ordered(), seen(), boundTo(), finalised(1, {}, thread));
    expect([asked, thread].map((id) => reader.archive(id)?.sessionId)).toEqual([thread, thread]);
  });
});

describe("whose a session is (DESIGN 14.20)", () => {
  const described = (unixUser?: string): Step =>
    inHost(
      hostFact("endpoint.described", {
        endpointId: "main",
        storeId: "store",
        transport: "unix",
        address: "unix://",
        codexVersion: null,
        startedByConnector: false,
        ...(unixUser === undefined ? {} : { unixUser }),
      }),
    );
  const mapped = (owner: string | null, unixUser = "ann"): Step =>
    policyFact("owner.mapped", { hostId: own, unixUser, owner });
  const owner = (id: string, ...steps: readonly Step[]) => after(observed, ...steps).belonging(id)?.owner;
  const spawned = (principal: Json, path: readonly string[] = []): readonly Step[] => [
    ordered({ principal, path }),
    seen(),
    boundTo(),
  ];

  test.each([
    ["nobody's where its host does not say whose socket it is", [described()], null],
    ["nobody's where nothing is known of its app-server", [mapped("Ann")], null],
    ["the unix user's where nobody said more", [described("ann")], `unix:ann@${own}`],
    ["who the unix user is, as somebody said", [described("ann"), mapped("Ann")], "Ann"],
    ["whether it was said before or after", [mapped("Ann"), described("ann")], "Ann"],
    ["as was said last", [described("ann"), mapped("Eve"), mapped("Ann")], "Ann"],
    [
      "the unix user's again once it was taken back",
      [described("ann"), mapped("Ann"), mapped(null)],
      `unix:ann@${own}`,
    ],
    ["not another unix user's", [described("bob"), mapped("Ann")], `unix:bob@${own}`],
    ["not what a host says of mappings", [described("ann"), by("host", mapped("Eve"))], `unix:ann@${own}`],
  ] as const)("%s", (_title, steps, expected) => expect(owner("s1", ...steps)).toBe(expected));

  const person = { kind: "person", name: "ada", role: "operator" };
  test.each([
    ["a person's own", person, [], "ada"],
    ["a Claw's, which is no person of its name", who, [], "claw:claw-1"],
    [
      "of whoever owns the session that asked",
      { kind: "session", name: "s1", role: "session" },
      ["s1"],
      "Ann",
    ],
    [
      "nobody's where that session is not known",
      { kind: "session", name: "s9", role: "session" },
      ["s9"],
      null,
    ],
  ] as const)("what was asked for is %s, under both of its names", (_title, principal, path, expected) => {
    const steps = [described("ann"), mapped("Ann"), ...spawned(principal as Json, path)];
    for (const id of [asked, thread]) expect(owner(id, ...steps)).toBe(expected);
  });

  test("a session that was asked for belongs to the tree that policy proved; what nobody knows to nobody", () => {
    const reader = after(observed, ...spawned({ kind: "session", name: "s1", role: "session" }, ["s1"]));
    expect(reader.belonging(thread)).toMatchObject({
      sessionId: thread,
      parentSessionId: "s1",
      rootSessionId: "s1",
    });
    expect(reader.belonging("nobody")).toBeNull();
  });

  test("a runtime is its owner's; of a session and a runtime of one id, the session counts", () => {
    expect(after(registered(1)).belonging("r1")).toMatchObject({ sessionId: "r1", owner: "ann" });
    const same = policyFact("runtime.registered", { runtimeId: "s1", revision: 1, ...facts, owner: "eve" });
    expect(owner("s1", described("ann"), same)).toBe(`unix:ann@${own}`);
  });
});

describe("sign-ins (X1-029)", () => {
  const opened = (until = AT + 9, signInId = "i1"): Step =>
    policyFact("signin.opened", {
      signInId,
      digest: sha256(signInId),
      principal: { kind: "person", name: "ada", role: "viewer" },
      how: "oidc",
      tokenId: null,
      until,
    });
  const closed = policyFact("signin.closed", { signInId: "i1", reason: "signed out" });
  test.each([
    ["is open", [opened()], [AT + 9, null]],
    ["is opened once", [opened(), opened(AT + 99)], [AT + 9, null]],
    ["is closed once", [opened(), closed, closed], [AT + 9, at(1)]],
    ["is not opened again", [opened(), closed, opened(AT + 99)], [AT + 9, at(1)]],
    ["is not there before", [closed], null],
    ["is not a host's to say", [by("host", opened())], null],
  ] as const)("%s", (_title, steps, expected) => {
    const row = after(...steps).signIn("i1");
    expect(row === null ? null : [row.until, row.closedAt]).toEqual(expected);
  });
});

describe("shares (X1-026)", () => {
  const granted = (to: string, level: string | null, id = "s1", scope = "session"): Step =>
    policyFact("share.granted", { scope, id, to, level, until: null, by: "ann" });
  const glass = (name: string, sessionId = "s1"): Step =>
    policyFact("glass.broken", { sessionId, by: name, until: AT + 9, reason: "it leaks" });

  test("are those of a name alone, the newest word of each; what was taken back is told as that", () => {
    const reader = after(
      granted("bob", "viewer"),
      granted("bob", "controller"),
      granted("bob", "viewer", "ann", "owner"),
      granted("bo", "controller"),
      granted("bob", "viewer", "s2"),
      granted("bob", null, "s2"),
      glass("bob"),
      glass("eve"),
    );
    const told = reader
      .sharesOf("bob")
      .map((row) => (row.kind === "glass" ? "glass" : `${row.scope} ${row.id} ${row.level}`));
    expect(told.toSorted()).toEqual([
      "glass",
      "owner ann viewer",
      "session s1 controller",
      "session s2 null",
    ]);
    expect(reader.sharesOf("nobody")).toEqual([]);
  });

  test("of a session's first name are its thread's", () => {
    const reader = after(ordered(), granted("bob", "viewer", asked), glass("bob", asked), seen(), boundTo());
    const ids = reader.sharesOf("bob").map((row) => (row.kind === "glass" ? row.sessionId : row.id));
    expect(ids).toEqual([thread, thread]);
  });
});

describe("a session's row", () => {
  const row = (...steps: readonly Step[]) => after(observed, ...steps).session("s1");
  const via = (code: string): Step => refusedFor(code, { viaSessionId: "s1" });

  test("F1-078 F1-081 counts the facts of its lane, and names the kind of the last one", () => {
    expect(row()).toMatchObject({ factCount: 1, lastFactType: "session.observed" });
    const named = hostFact("session.named", {}, { name: "words of a person" });
    const stale = by("ingest", hostFact("session.staled", { lastHeardAt: AT }));
    expect(row(named, named, stale)).toMatchObject({ factCount: 4, lastFactType: "session.staled" });
    expect(row(named, by("stranger", observed))).toMatchObject({
      factCount: 3,
      lastFactType: "session.named",
    });
    expect(row(via("cycle"))).toMatchObject({ factCount: 1, lastFactType: "session.observed" });
  });

  test("X1-015 shows the newest refusal of what it asked for itself", () => {
    expect(row()?.refusal).toBeNull();
    expect(row(via("cycle"), via("halted"))?.refusal).toEqual({
      code: "halted",
      at: at(2),
      commandId: "r-halted",
    });
    const first = refusedFor("cycle", { principal: { kind: "session", name: "s1", role: "session" } });
    expect(row(first)?.refusal?.code).toBe("cycle");
    expect(row(refusedFor("cycle", { sessionId: SessionId.parse("s1") }))?.refusal).toBeNull();
    expect(row(by("host", via("cycle")))?.refusal).toBeNull();
  });
});
