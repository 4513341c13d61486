import {
  decodeEntry,
  encodeBodies,
  encodeEnvelope,
  type EntryId,
  type Envelope,
  eventTypes,
  hostLane,
  type HostId,
  isIntact,
  kindOf,
  type OpenEvent,
  stampEntry,
} from "@claw/events";
import { describe, expect, it } from "vitest";
import { admit, type Admission, type Bench, FUTURE_MS } from "../src/domain/admit.ts";
import type { Fact } from "../src/domain/delivery.ts";
import { HOST_MAY_SAY } from "../src/domain/host-may-say.ts";
import type { Work } from "../src/domain/work.ts";
import {
  AT,
  ENDPOINT,
  EPOCH,
  HOST,
  became,
  bench,
  channel,
  delivery,
  epochStarted,
  event,
  fact,
  makeSecret,
  named,
  observed,
  owned,
  redactor,
  session,
} from "./given.ts";
import { fenced, outcome } from "./work.ts";

const mine = { s1: owned() };
const theirs = { s1: owned("h2") };
/** Commands and leases that are open: the host's own, another host's, and one of another session of the same host. */
const WORKS: Readonly<Record<string, object>> = {
  mine: { hostId: HOST, sessionId: "s1" },
  foreign: { hostId: "h2", sessionId: "s1" },
  other: { hostId: HOST, sessionId: "s2" },
};
/** Commands that ask for a session, by that. */
const ASKED: Readonly<Record<string, object>> = {
  "req-asked": { hostId: HOST, endpointId: ENDPOINT },
  "req-squatted": { hostId: "h2", endpointId: ENDPOINT },
};
const working = (owners: Parameters<typeof bench>[0]): Bench => ({
  ...bench(owners),
  askedBy: (sessionId) => ASKED[sessionId] as Work | undefined,
  workOf: (name) => WORKS[name.slice(name.indexOf("/") + 1)] as Work | undefined,
});
const keyFor = (...sessions: readonly string[]): Fact =>
  fact({ events: sessions.map((sessionId) => event("key.bound", { id: "t1", sessionId })) });
const boundTo = (sessionId: string): Fact =>
  fact({
    lane: session("req-c1"),
    events: [event("session.bound", { commandId: "c1", boundTo: sessionId })],
  });
const sees = (name: string): Fact => fact({ lane: session(name), events: [observed()] });
const say = (...events: OpenEvent[]): Fact => fact({ lane: session("s1"), events });
const codeOf = (admission: Admission): string => (admission.kind === "fact" ? "fact" : admission.code);

describe("admission, as a table (RELIABILITY S6, DESIGN 14.16)", () => {
  const deep = JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`) as never;
  const future = (ms: number): Fact => fact({ events: [{ ...epochStarted(), at: AT + ms }] });
  const table: readonly (readonly [string, Fact, Parameters<typeof bench>[0], string])[] = [
    ["its own lane", fact(), {}, "fact"],
    ["another host's lane", fact({ lane: hostLane("h2" as HostId) }), {}, "foreign_lane"],
    ["the decided lane", fact({ lane: "decided" as never }), {}, "foreign_lane"],
    ["the lane of a group", fact({ lane: "group/g1" as never }), {}, "foreign_lane"],
    ["its own session", say(became()), mine, "fact"],
    ["another host's session", say(became()), theirs, "foreign_session"],
    ["another host's session, observed anew", say(observed()), theirs, "foreign_session"],
    ["a new session that it names as its own", say(observed(), became()), {}, "fact"],
    ["a new session without saying whose it is", say(became()), {}, "unclaimed_session"],
    ["a new session, said too late in the entry", say(became(), observed()), {}, "unclaimed_session"],
    ["a new session in another host's name", say(observed("h2")), {}, "foreign_host"],
    ["its own session in another host's name", say(observed("h2")), mine, "foreign_host"],
    ["its own session at another endpoint", say(observed(HOST, "other")), mine, "foreign_session"],
    [
      "its own session lost at another endpoint",
      say(event("session.lost", { endpointId: "other", reason: "x" })),
      mine,
      "foreign_session",
    ],
    ["what became of its own command", say(outcome("mine")), mine, "fact"],
    ["what became of a command that nobody here knows", say(outcome("unheard")), mine, "fact"],
    ["what became of another host's command", say(outcome("foreign")), mine, "foreign_command"],
    ["a key for its own session", keyFor("s1"), mine, "fact"],
    ["a key for another host's session", keyFor("s1"), theirs, "foreign_session"],
    ["a key for a session that nobody has", keyFor("s9"), mine, "unclaimed_session"],
    ["the same behind an honest one", keyFor("s1", "s9"), mine, "unclaimed_session"],
    ["that its request became its own thread", boundTo("s1"), { ...mine, "req-c1": owned() }, "fact"],
    [
      "that its request became another's thread",
      boundTo("s1"),
      { ...theirs, "req-c1": owned() },
      "foreign_session",
    ],
    ["a request that was asked of it", sees("req-asked"), {}, "fact"],
    ["a request that was asked of another host", sees("req-squatted"), {}, "foreign_session"],
    [
      "the same, where it had spoken in its lane before that was known",
      sees("req-squatted"),
      { "req-squatted": owned() },
      "foreign_session",
    ],
    [
      "a request that was asked of it, where another host had spoken before",
      sees("req-asked"),
      { "req-asked": owned("h2") },
      "fact",
    ],
    [
      "the same, not as a session of its own",
      fact({ lane: session("req-asked"), events: [observed(HOST, "other")] }),
      { "req-asked": owned("h2") },
      "foreign_session",
    ],
    [
      "a request that was asked of it, without saying whose it is",
      fact({ lane: session("req-asked"), events: [became()] }),
      {},
      "unclaimed_session",
    ],
    ["what became of another session's command", say(outcome("other")), mine, "foreign_command"],
    ["the same behind something honest", say(became(), outcome("other")), mine, "foreign_command"],
    ["that it fenced its own lease", say(fenced("mine")), mine, "fact"],
    ["that it fenced another session's lease", say(fenced("other")), mine, "foreign_command"],
    [
      "an outcome in a wrong shape",
      say(event("command.succeeded", { commandId: "mine" })),
      mine,
      "wrong_shape",
    ],
    ["an outcome in the host's lane", fact({ events: [outcome("mine")] }), {}, "wrong_lane"],
    ["two endpoints in one claim", say(observed(), observed(HOST, "other")), {}, "foreign_session"],
    ["a claim in words of a newer version", say({ ...observed(), v: 2 }), {}, "unclaimed_session"],
    ["a host's event in a session's lane", say(epochStarted()), mine, "wrong_lane"],
    ["a session's event in the host's lane", fact({ events: [became()] }), {}, "wrong_lane"],
    ["a wrong shape", say(event("session.closed", { how: "exploded" })), mine, "wrong_shape"],
    ["a wrong body", say(event("session.named", {}, { name: 7 })), mine, "wrong_shape"],
    ["an unknown kind, well-formed", say(event("session.juggled", { balls: 3 })), mine, "fact"],
    ["a newer version of a known kind", say({ ...became(), v: 9 }), mine, "fact"],
    ["a digest that is not its own", { ...fact(), digest: "00".repeat(32) }, {}, "wrong_digest"],
    [
      "a body that is not the event's",
      { ...say(named("a")), bodies: say(named("b")).bodies },
      mine,
      "wrong_body",
    ],
    ["a body that is missing", { ...say(named("a")), bodies: [null] }, mine, "wrong_body"],
    ["bodies that do not fit the events", { ...say(named("a")), bodies: [] }, mine, "wrong_body"],
    ["a depth that nobody needs", say(event("session.juggled", deep)), mine, "too_large"],
    ["a depth hidden in a body", say(event("session.juggled", {}, deep)), mine, "wrong_shape"],
    ["history of years ago", fact({ events: [{ ...epochStarted(), at: AT - 3e11 }] }), {}, "fact"],
    ["a clock a little ahead", future(FUTURE_MS), {}, "fact"],
    ["a time that has not come", future(FUTURE_MS + 1), {}, "from_the_future"],
  ];
  for (const [what, given, owners, code] of table)
    it(`${what} → ${code}`, () =>
      expect(codeOf(admit(delivery(given), channel, working(owners)))).toBe(code));

  it("a clock that is wrong as a whole costs nothing, up to a day (N1-037)", () => {
    const late = delivery(fact({ events: [{ ...epochStarted(), at: AT + FUTURE_MS + 3_600_000 }] }));
    const ahead = (clockOffsetMs: number): string =>
      codeOf(admit(late, { ...channel, clockOffsetMs }, bench()));
    expect([ahead(3_600_000), ahead(3_599_999), ahead(-3_600_000)]).toEqual([
      "fact",
      "from_the_future",
      "from_the_future",
    ]);
  });

  it("every kind of the catalogue is either a host's to say, in its lane, or reserved", () => {
    for (const type of eventTypes) {
      const lane = kindOf(type)?.lane;
      const isTheirs = lane === "host" || lane === "session" ? HOST_MAY_SAY[lane].has(type) : false;
      const given = fact({
        lane: lane === "session" ? session("s1") : hostLane(HOST),
        events: [event(type, {})],
      });
      const code = codeOf(admit(delivery(given), channel, bench(mine)));
      if (isTheirs) expect(["fact", "wrong_shape"]).toContain(code);
      else expect(code, type).toBe("reserved_type");
    }
  });
});

describe("evidence", () => {
  it("stands in the host's own lane, names what it stands for, and holds it redacted and cut", () => {
    const secret = makeSecret("evidence");
    const given = fact({
      lane: session("s1"),
      events: [event("session.juggled", {}, { say: `key ${secret} ${"x ".repeat(9_000)}` })],
    });
    const admission = admit(delivery(given), channel, bench(theirs));
    expect(admission).toMatchObject({ kind: "evidence", said: { lane: hostLane(HOST) } });
    expect(admission.said.events[0]).toMatchObject({
      type: "evidence.kept",
      data: { code: "foreign_session", digest: given.digest },
    });
    const text = admission.said.bodies[0]?.json ?? "";
    expect(text).not.toContain(secret);
    expect(text.length).toBeLessThan(6_000);
  });
});

describe("the second redaction (S1-137, N1-043)", () => {
  const secret = makeSecret("admit");
  const readable = (given: Fact): { envelope: Pick<Envelope, "redactor">; text: string; hits: number } => {
    const admission = admit(delivery(given), channel, bench(mine));
    if (admission.kind !== "fact") throw new Error(`refused: ${admission.code}`);
    const entry = stampEntry(admission.said, { id: "host/x" as never, by: { kind: "ingest" }, at: AT });
    expect(isIntact(entry)).toBe(true);
    return { envelope: entry.envelope, text: JSON.stringify(entry), hits: admission.canaryHits };
  };

  for (const by of [null, "r0"])
    it(`text of redactor ${by} is redacted here, the same way each time`, () => {
      const given = { ...fact({ lane: session("s1"), events: [named(`key ${secret}`)], redactor: by }) };
      const first = readable(given);
      expect(first.text).not.toContain(secret);
      expect(first.envelope.redactor).toBe(redactor.version);
      expect(readable(given)).toEqual(first);
    });

  it("a fact without text stays what its host said", () => {
    const given = fact({ redactor: null });
    const admission = admit(delivery(given), channel, bench());
    expect(admission.said).toBe(given);
  });

  it("one in a hundred of our own is looked at again, and a hit is counted and taken out", () => {
    const results = Array.from({ length: 1_000 }, (_, n) =>
      readable(fact({ lane: session("s1"), events: [named(`${n} ${secret}`)] })),
    );
    const caught = results.filter(({ hits }) => hits > 0);
    expect(caught.length).toBeGreaterThan(1);
    expect(caught.length).toBeLessThan(40);
    for (const { text } of caught) expect(text).not.toContain(secret);
  });

  it("keeps the endpoint of the claim", () => {
    const admission = admit(delivery(say(observed())), channel, bench());
    expect(admission).toMatchObject({
      kind: "fact",
      claim: { sessionId: "s1", hostId: HOST, endpointId: ENDPOINT },
    });
  });
});

describe("whatever is stored fits into a message of the log and can be read again (RELIABILITY S14)", () => {
  const url = "https://u:p@h/ ";
  const texts: Readonly<Record<string, OpenEvent[]>> = {
    "text that redaction makes longer than a string may be": [
      event("host.future", { a: url.repeat(10_000) }),
    ],
    "text that redaction makes longer than a message may be": [
      event("host.future", { a: url.repeat(5_500), b: url.repeat(5_500), c: url.repeat(5_500) }),
      event("host.future", { a: url.repeat(5_500), b: url.repeat(5_500), c: url.repeat(5_500) }),
    ],
    "a body of escapes that redaction makes longer than a body may be": [
      event("host.future", {}, { a: '"'.repeat(118_000), b: url.repeat(1_500) }),
    ],
    escapes: [event("host.future", { a: "\u0001".repeat(87_000), b: "\u0001".repeat(87_700) })],
  };
  const stored = (admission: Admission) =>
    stampEntry(admission.said, { id: `host/${HOST}/${EPOCH}/1` as EntryId, by: { kind: "ingest" }, at: AT });
  it.for(Object.entries(texts))("%s is kept as evidence", ([, events]) => {
    const given = fact({ events, redactor: "older" });
    const admission = admit(delivery(given), channel, bench());
    expect(codeOf(admission)).toBe("too_large");
    expect(decodeEntry(stored(admission)).ok).toBe(true);
  });

  it("what is nearly as large is a fact, and small enough", () => {
    const large = "\u0001".repeat(80_000);
    const admission = admit(
      delivery(fact({ events: [event("host.future", { a: large, b: large })] })),
      channel,
      bench(),
    );
    expect(codeOf(admission)).toBe("fact");
    const entry = stored(admission);
    expect(decodeEntry(entry).ok).toBe(true);
    const bytes = Buffer.byteLength(encodeEnvelope(entry)) + Buffer.byteLength(encodeBodies(entry));
    expect(bytes).toBeLessThan(1_048_576 - 2_048);
  });
});
