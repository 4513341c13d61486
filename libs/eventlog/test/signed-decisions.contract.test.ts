/** A decision is believed because policy signed it, not because of where it lies (ADR 0011). */
import { sequence } from "@claw/events";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { makeSeed, openLedger, policyKeysIn, publicKeyOf, signerOf, type Trust } from "../src/index.ts";
import { messageOf, readMessage } from "../src/jetstream/message.ts";
import { decided, resumed, run, said, seen, sent, stored } from "./ledger-given.ts";

/** Made anew for each run. */
const given = () => {
  const seed = makeSeed();
  return { sign: signerOf(seed), key: publicKeyOf(seed) ?? "" };
};
const policy = given();
const before = given();
const thief = given();
const trust: Trust = { policyKeys: [policy.key, before.key] };

const signed = (n: number, { sign } = policy) => messageOf(decided(n), sign);
const spoilt = (n: number) => {
  const text = Buffer.from(signed(n).data).toString("utf8");
  return {
    ...signed(n),
    data: Buffer.from(
      text.replace(/"signature":"./, (found) => found.slice(0, -1) + (found.endsWith("A") ? "B" : "A")),
    ),
  };
};

it("a decision that policy signed is read, by its key of now or of before; what anybody else says is not", () => {
  const codeOf = (message: ReturnType<typeof signed>) => {
    const read = readMessage({ ...message, sequence: sequence(1) }, trust);
    return read.ok ? null : read.problem.code;
  };
  expect(codeOf(signed(1))).toBeNull();
  expect(codeOf(signed(1, before))).toBeNull();
  expect(codeOf(signed(1, thief))).toBe("unsigned");
  expect(codeOf(sent(decided(1)) as ReturnType<typeof signed>)).toBe("unsigned");
  expect(codeOf(spoilt(1))).toBe("unsigned");
  expect(codeOf({ ...signed(1), data: signed(2).data, messageId: signed(2).messageId })).toBeNull();
  expect(codeOf(sent(said(1)) as ReturnType<typeof signed>)).toBeNull();
});

it("a ledger quarantines decisions that policy did not sign, and takes the others (RELIABILITY S7)", () =>
  run(
    Effect.gen(function* () {
      const ledger = yield* openLedger({ path: ":memory:", trust });
      const messages = [
        signed(1),
        sent(decided(2)),
        signed(3, thief),
        spoilt(4),
        signed(5, before),
        sent(said(1)),
      ];
      const taken = yield* ledger.take(1, stored(messages));
      expect(taken).toMatchObject({ through: 6, admitted: 3, quarantined: 3 });
      const { entries, areIntact } = yield* seen(ledger);
      expect(areIntact).toBe(true);
      expect(entries.map(({ envelope }) => envelope.id)).toEqual([
        "test/1",
        "quarantined/1/2",
        "quarantined/1/3",
        "quarantined/1/4",
        "test/5",
        said(1).envelope.id,
      ]);
    }),
  ));

it("what a new generation repeats needs no signature: the ledger knows it", () =>
  run(
    Effect.gen(function* () {
      const ledger = yield* openLedger({ path: ":memory:", trust });
      yield* ledger.take(1, stored([signed(1)]));
      const chain = (yield* ledger.chain(1 as never)) ?? "";
      const next = stored([sent(decided(1)), sent(resumed(2, 1, chain)), sent(decided(2)), signed(3)], 10);
      expect(yield* ledger.take(2, next)).toMatchObject({
        through: 4,
        duplicates: 1,
        quarantined: 1,
        admitted: 2,
      });
    }),
  ));

it("a signature is part of the one text of a decision", () =>
  run(
    Effect.gen(function* () {
      const ledger = yield* openLedger({ path: ":memory:", trust });
      const text = Buffer.from(signed(1).data).toString("utf8");
      const twice = text.replace(/,"signature":("[^"]*")\}$/, ',"signature":$1,"signature":$1}');
      expect(twice).not.toBe(text);
      const taken = yield* ledger.take(1, stored([{ ...signed(1), data: Buffer.from(twice) }]));
      expect(taken).toMatchObject({ quarantined: 1, admitted: 0 });
    }),
  ));

it("a file of keys holds one a line, and nothing else counts", () => {
  const text = `# policy\n${policy.key}\n\n  ${before.key}  \nSUANOTAPUBLICKEY\n`;
  expect(policyKeysIn(text)).toEqual([policy.key, before.key]);
});
