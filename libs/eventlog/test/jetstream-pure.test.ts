/** What of the adapter is pure: messages, acknowledgements, settings, versions, durability. */
import { history } from "@claw/testkit/arbitraries";
import type { Msg } from "@nats-io/transport-node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenEntry } from "../src/contract/index.ts";
import { isMessageIdOf, messageOf, type RawMessage, readMessage } from "../src/index.ts";
import { type Fate, readAck } from "../src/jetstream/ack.ts";
import { readDelivery } from "../src/jetstream/delivery.ts";
import { judge } from "../src/jetstream/durability.ts";
import { driftOf, logConfig } from "../src/jetstream/streams.ts";
import { recognise } from "../src/jetstream/verdict.ts";
import { rateVersion } from "../src/jetstream/version.ts";
import {
  emptyWindow,
  enqueue,
  land,
  landAll,
  putBack,
  refusalOf,
  settle,
  takeOff,
  type Window,
} from "../src/jetstream/window.ts";

const rawOf = (entry: Parameters<typeof messageOf>[0]): RawMessage => ({
  ...messageOf(entry),
  sequence: 7 as RawMessage["sequence"],
});

/** A message of the client, of which only this is read. */
function given(data: string, headers: Record<string, string> = {}, code = 0, reply = ""): Msg {
  const head = { code, has: (key: string) => key in headers, get: (key: string) => headers[key] ?? "" };
  return {
    subject: "s",
    reply,
    data: Buffer.from(data),
    headers: head,
    string: () => data,
  } as unknown as Msg;
}

describe("messages", () => {
  it("an entry of any kind comes back as it was, from one text (N1-004)", () => {
    fc.assert(
      fc.property(history(), (entries) => {
        for (const entry of entries) {
          expect(readMessage(rawOf(entry))).toEqual({ ok: true, value: entry });
          expect(messageOf(structuredClone(entry))).toEqual(messageOf(entry));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("a message that is not what its place claims is refused with a code (S7)", () => {
    const raw = rawOf(givenEntry());
    const text = Buffer.from(raw.data).toString();
    const codeOf = (change: Partial<RawMessage>): unknown => {
      const read = readMessage({ ...raw, ...change });
      return read.ok ? "entry" : read.problem.code;
    };
    expect(codeOf({})).toBe("entry");
    expect(codeOf({ messageId: "test/1~0123" })).toBe("entry");
    expect(codeOf({ messageId: "test/10" })).toBe("wrong_message_id");
    expect(codeOf({ messageId: null })).toBe("wrong_message_id");
    expect(codeOf({ subject: "log.decided" })).toBe("wrong_subject");
    expect(codeOf({ data: raw.data.slice(0, -1) })).toBe("not_json");
    expect(codeOf({ data: Uint8Array.of(0xff, ...raw.data) })).toBe("not_json");
    expect(codeOf({ data: Buffer.from(`\ufeff${text}`) })).toBe("not_json");
    expect(codeOf({ data: Buffer.from(text.replace("unloaded", "archived")) })).toBe("not_intact");
    expect(codeOf({ data: Buffer.from("{}") })).toBe("wrong_shape");
    expect(codeOf({ data: Buffer.from(`[${"[".repeat(200)}${"]".repeat(200)}]`) })).toBe("too_much");
  });

  it("a message id belongs to one entry id: itself, or itself with ~ and anything", () => {
    expect(isMessageIdOf("host/a/1", "host/a/1")).toBe(true);
    expect(isMessageIdOf("host/a/1~x", "host/a/1")).toBe(true);
    expect(isMessageIdOf("host/a/12", "host/a/1")).toBe(false);
    expect(isMessageIdOf("host/a/1", "host/a/12")).toBe(false);
    expect(isMessageIdOf(null, "host/a/1")).toBe(false);
  });

  it("only an intact entry with the draft's id is taken for it", () => {
    const [entry, other] = [givenEntry(), givenEntry({ id: "test/2" })];
    expect(recognise(entry, rawOf(entry))).toEqual({ status: "duplicate", sequence: 7 });
    expect(recognise(entry, rawOf(other))).toBeNull();
    expect(recognise(entry, null)).toBeNull();
    expect(recognise(entry, { ...rawOf(entry), data: Buffer.from("x") })).toBeNull();
    expect(recognise(entry, { ...rawOf(other), messageId: "test/1" })).toBeNull();
  });
});

describe("answers", () => {
  const ack = (answer: object) => readAck(given(JSON.stringify(answer)), "S");
  const error = (err_code: number, description: string) =>
    ack({ stream: "S", error: { code: 400, err_code, description } });

  it("an acknowledgement is believed only with this stream's name and a sequence", () => {
    expect(ack({ stream: "S", seq: 5 })).toEqual({ kind: "stored", sequence: 5, isRepeat: false });
    expect(ack({ stream: "S", seq: 5, duplicate: true })).toMatchObject({ isRepeat: true });
    expect(ack({ stream: "T", seq: 5 })).toMatchObject({ kind: "fault", fault: { reason: "regressed" } });
    for (const seq of [0, -1, 1.5, "5", null])
      expect(ack({ stream: "S", seq })).toMatchObject({ kind: "again" });
    expect(readAck(given("no json"), "S")).toMatchObject({ kind: "again" });
    expect(readAck(given("", {}, 503), "S")).toMatchObject({ kind: "again" });
  });

  it("a refusal is a moved head, a fault, or one that passes", () => {
    expect(error(10071, "wrong last sequence: 12")).toEqual({ kind: "moved", head: 12 });
    expect(error(10164, "wrong last sequence")).toEqual({ kind: "moved", head: null });
    expect(error(10077, "maximum bytes exceeded")).toMatchObject({
      fault: { reason: "disk_full", retry: "later" },
    });
    expect(error(10060, "expected stream does not match")).toMatchObject({ fault: { reason: "regressed" } });
    expect(error(10054, "message size exceeds maximum allowed")).toMatchObject({ fault: { retry: "never" } });
    expect(error(10008, "JetStream system temporarily unavailable")).toMatchObject({ kind: "again" });
    expect(error(99_999, "something new")).toMatchObject({ kind: "again" });
  });

  it("a message is told from a word by what the server writes, whatever headers are stored with it", () => {
    const reply = "$JS.ACK.S.c.1.42.7.1700000000.3";
    const stored = given("x", { "Nats-Msg-Id": "test/1" }, 409, reply);
    expect(readDelivery(stored)).toMatchObject({ count: 7, message: { sequence: 42, messageId: "test/1" } });
    const inDomain = given("x", {}, 0, "$JS.ACK.hub.hash.S.c.1.42.7.1700000000.3.token");
    expect(readDelivery(inDomain)).toMatchObject({ count: 7, message: { sequence: 42, messageId: null } });
    expect(readDelivery(given("", { "Nats-Last-Consumer": "7" }, 100))).toEqual({
      kind: "heartbeat",
      count: 7,
    });
    expect(readDelivery(given("", { "Nats-Pending-Messages": "9" }, 408))).toEqual({
      kind: "over",
      missing: 9,
    });
    expect(readDelivery(given("", {}, 409))).toEqual({ kind: "lost" });
    expect(readDelivery(given("", {}, 503))).toEqual({ kind: "lost" });
    expect(readDelivery(given("x", {}, 0, "$JS.ACK.S.c.x.y.z.1.2"))).toEqual({ kind: "lost" });
  });
});

describe("the window", () => {
  const message = { ...messageOf(givenEntry()), expectedHead: undefined };
  const MANY = 1_500;
  const flyAll = (window: Window): readonly { readonly token: string; readonly order: number }[] => {
    const flown: { readonly token: string; readonly order: number }[] = [];
    for (let next = takeOff(window); next !== null; next = takeOff(window))
      flown.push({ token: next.token, order: next.publication.order });
    return flown;
  };
  const fill = (window: Window, fates: Fate[] = []) =>
    Array.from({ length: MANY }, () => enqueue(window, message, 0, (fate) => fates.push(fate)));

  it("what failed flies again first and in its old order, and an answer to its first flight is nobody's", () => {
    const window = emptyWindow();
    fill(window);
    const first = flyAll(window);
    expect(first.length).toBeLessThan(MANY);
    for (const { token } of first.slice(0, 100)) expect(land(window, token)).not.toBeNull();
    landAll(window);
    window.again.reverse();
    expect(takeOff(window)).toBeNull();
    putBack(window);
    const second = flyAll(window);
    expect(second.map(({ order }) => order)).toEqual(second.map((_, index) => 101 + index));
    for (const { token } of first) expect(land(window, token)).toBeNull();
    for (const { token } of second) expect(land(window, token)).not.toBeNull();
    expect(flyAll(window).at(0)?.order).toBe(101 + second.length);
  });

  it("it is bounded: what flies, and what waits", () => {
    const window = emptyWindow();
    for (let n = 0; n < 13; n += 1) fill(window);
    expect(
      refusalOf(
        window,
        Array.from({ length: MANY }, () => message),
      ),
    ).toMatchObject({ reason: "busy", retry: "later" });
    expect(refusalOf(window, [message])).toBeNull();
    expect(flyAll(window).length).toBeLessThanOrEqual(512);
    const large = { ...message, data: new Uint8Array(1_048_576) };
    const heavy = emptyWindow();
    for (let n = 0; n < 64; n += 1) enqueue(heavy, large, 0, () => {});
    expect(refusalOf(heavy, [large])).toMatchObject({ reason: "busy" });
    expect(flyAll(heavy)).toHaveLength(8);
  });

  it("what is over does not fly, and its fate is told once", () => {
    const window = emptyWindow();
    const fates: Fate[] = [];
    const [first, second] = fill(window, fates);
    if (first !== undefined) first.isOver = true;
    expect(flyAll(window)[0]?.order).toBe(2);
    for (let n = 0; n < 2; n += 1)
      if (second !== undefined) settle(second, { kind: "stored", sequence: 1, isRepeat: false });
    expect(fates).toHaveLength(1);
  });
});

describe("servers", () => {
  it("below 2.10 is too old, below 2.14.3 supported, the rest recommended (DESIGN 14.21)", () => {
    const rated = [
      "2.9.10",
      "2.9.25",
      "1.4.1",
      "",
      "v3",
      "2.10.0",
      "2.10.27",
      "2.14.0",
      "2.14.2",
      "2.14.3",
      "2.15.2",
      "3.0.0",
    ];
    expect(rated.map(rateVersion)).toEqual([
      ...Array.from({ length: 5 }, () => "too_old"),
      ...Array.from({ length: 4 }, () => "supported"),
      ...Array.from({ length: 3 }, () => "recommended"),
    ]);
  });

  it("a setting that the server dropped or somebody changed is named; what may be changed is set", () => {
    const asked = logConfig(1, 1, {});
    expect(driftOf(asked, { ...asked }, true)).toEqual({ refused: null, adjustable: [] });
    for (const field of Object.keys(asked).filter(
      (key) => key !== "max_bytes" && key !== "num_replicas" && key !== "max_msg_size",
    ))
      expect(driftOf(asked, { ...asked, [field]: "another" }, false).refused).toBe(field);
    expect(driftOf(asked, { ...asked, max_bytes: 1 }, false)).toEqual({
      refused: null,
      adjustable: ["max_bytes"],
    });
    expect(driftOf(asked, { ...asked, max_bytes: 1 }, true).refused).toBe("max_bytes");
    expect(driftOf(asked, { ...asked, republish: { src: "log.>", dest: "leak.>" } }, false).refused).toBe(
      "republish",
    );
    const later = logConfig(2, 500, {});
    expect(driftOf(later, { ...later, first_seq: undefined }, true).refused).toBe("first_seq");
    expect(driftOf(logConfig(2, 1, {}), later, false).refused).toBeNull();
  });

  it("one server that does not say that it syncs, or does not answer, proves nothing", () => {
    const said = (syncsAlways: boolean, servers = 1) => ({ server: "s", syncsAlways, servers });
    expect(judge([]).state).toBe("best-effort");
    expect(judge([said(true)]).state).toBe("proven");
    expect(judge([said(true, 3), said(true, 3)]).state).toBe("best-effort");
    expect(judge([said(true, 3), said(false, 3), said(true, 3)]).state).toBe("best-effort");
    expect(judge([said(true, 3), said(true, 3), said(true, 3)]).state).toBe("proven");
  });
});
