import {
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
import { admit, type Admission, FUTURE_MS } from "../src/domain/admit.ts";
import type { Fact } from "../src/domain/delivery.ts";
import { HOST_MAY_SAY } from "../src/domain/host-may-say.ts";
import {
  AT,
  ENDPOINT,
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

const mine = { s1: owned() };
const theirs = { s1: owned("h2") };
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
    it(`${what} → ${code}`, () => expect(codeOf(admit(delivery(given), channel, bench(owners)))).toBe(code));

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
