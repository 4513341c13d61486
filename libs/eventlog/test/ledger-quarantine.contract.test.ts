import { FLEET_LANE, position, readEvents, sequence, sha256 } from "@claw/events";
import { Effect } from "effect";
import { describe, expect, it } from "vitest";
import { openLedger } from "../src/index.ts";
import { falsehoods, run, said, seen, sent, stored, textOf } from "./ledger-given.ts";

describe("what is no entry takes one position and is never folded (RELIABILITY S7)", () => {
  it.each(Object.entries(falsehoods))("%s", (_, [code, make]) =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const message = make(1);
        const before = yield* ledger.take(1, stored([message]));
        expect(before).toMatchObject({ through: 1, quarantined: 1, admitted: 0, receipts: [] });
        const after = yield* ledger.take(1, stored([sent(said(1))], 1));
        expect(after).toMatchObject({ through: 2, quarantined: 0, admitted: 1, forks: 0 });
        const { entries, areIntact } = yield* seen(ledger);
        expect(areIntact).toBe(true);
        expect(entries[1]).toEqual(said(1));
        expect(entries[0]?.envelope).toMatchObject({
          id: "quarantined/1/1",
          lane: FLEET_LANE,
          by: { kind: "projector" },
          at: 1_000_000_000_000,
        });
        const data = {
          code,
          generation: 1,
          sequence: 1,
          digest: sha256(message.data),
          bytes: message.data.length,
        };
        const [read] = entries[0] === undefined ? [] : readEvents({ entry: entries[0] });
        expect(read).toMatchObject({ status: "known", event: { type: "message.quarantined", data } });
        const kept = yield* ledger.evidence(position(1));
        expect(kept).toMatchObject({
          subject: message.subject,
          messageId: message.messageId,
          bytes: data.bytes,
        });
        expect(Buffer.from(kept?.data ?? [])).toEqual(Buffer.from(message.data).subarray(0, 65_536));
      }),
    ),
  );

  it("an entry under its id with ~ and anything behind is true, but not under less", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const again = { ...sent(said(1)), messageId: `${said(1).envelope.id}~x` };
        expect(yield* ledger.take(1, stored([again]))).toMatchObject({ admitted: 1 });
      }),
    ));

  it("a copy of what the ledger wrote in a message's place is a repeat, however the batch was cut", () =>
    run(
      Effect.gen(function* () {
        const garbage = { subject: "log.decided", messageId: null, data: new Uint8Array([1]) };
        const source = yield* openLedger({ path: ":memory:" });
        yield* source.take(1, stored([garbage]));
        const written = (yield* seen(source)).entries.map(sent);
        for (const batches of [[stored([garbage, ...written])], [stored([garbage]), stored(written, 1)]]) {
          const ledger = yield* openLedger({ path: ":memory:" });
          for (const batch of batches) yield* ledger.take(1, batch);
          expect((yield* seen(ledger)).ids).toEqual(["quarantined/1/1"]);
        }
        const other = yield* openLedger({ path: ":memory:" });
        yield* other.take(1, stored(written));
        expect((yield* seen(other)).entries[0]?.envelope.events[0]?.data).toMatchObject({
          code: "forged_by",
        });
      }),
    ));

  it("a subject of any length and of any letters is kept as far as a label goes", () =>
    run(
      Effect.gen(function* () {
        const ledger = yield* openLedger({ path: ":memory:" });
        const subject = `log.${"\ud800".repeat(3_000)}`;
        yield* ledger.take(1, [{ ...sent(said(1)), subject, sequence: sequence(7) }]);
        const { entries } = yield* seen(ledger);
        const [read] = entries.flatMap((entry) => readEvents({ entry }));
        expect(read).toMatchObject({
          status: "known",
          event: { data: { code: "wrong_subject", sequence: 7 } },
        });
      }),
    ));

  it("true entries come back as the text that they were", () => {
    expect(textOf(sent(said(1)))).toMatch(/^\{"bodies":\[.*\],"envelope":\{.*\}\}$/);
  });
});
