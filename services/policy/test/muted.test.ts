/** Who is refused and who is muted for it are one and the same, whether or not a cause of theirs is known (RELIABILITY §5). */
import { limits, type Principal, type Via } from "@claw/events";
import fc from "fast-check";
import { expect, it } from "vitest";
import { decide } from "../src/domain/decide.ts";
import { emptyHouse, evolve, type House } from "../src/domain/house.ts";
import { askerOf, mutedUntil } from "../src/domain/mute.ts";
import type { Question } from "../src/domain/question.ts";
import { isAutomation } from "../src/domain/writer.ts";
import { principalOf, question, retry } from "./given.ts";
import { claw, send, session, sessionAs, sightOf, turn, via } from "./given-writes.ts";

const viewer = principalOf("viewer");
const principals = [sessionAs("s1"), sessionAs("another"), claw("c1", "g1"), claw("c1"), viewer];
/** Of the first nothing was ever seen, of the second no turn is known, and the cause of the third is known: it is in a person's turn. */
const vias = [via("nobody"), via("s1"), via("s2")];
const sight = sightOf([session("s1"), session("s2", { turns: [turn("T1", { hasPerson: true })] })]);

interface Asker {
  readonly principal: Principal;
  readonly via: Via | null;
  readonly isSend: boolean;
}
const asker: fc.Arbitrary<Asker> = fc.record({
  principal: fc.constantFrom(...principals),
  via: fc.constantFrom(null, ...vias),
  isSend: fc.boolean(),
});

/** None of them may do the one, and the other goes to a session that nobody knows. */
const ask = ({ principal, via: by, isSend }: Asker): Question =>
  question(isSend ? send("unknown") : retry(), { principal, via: by, sight });

function refused(house: House, asking: Question): House {
  const { verdict, events } = decide(house, asking);
  expect(verdict.decision).toBe("refused");
  return events.reduce(evolve, house);
}

it("whoever is refused too often in a minute is who gets muted, and nobody else", () => {
  fc.assert(
    fc.property(asker, asker, (one, other) => {
      let house = emptyHouse;
      for (let n = 0; n < limits.mute_refusals.default; n += 1) {
        expect(mutedUntil(house, ask(one))).toBeNull();
        house = refused(house, ask(one));
      }
      const writer = askerOf(one);
      expect(mutedUntil(house, ask(one)) !== null).toBe(isAutomation(writer));
      const isSame = askerOf(other).key === writer.key;
      expect(mutedUntil(house, ask(other)) !== null).toBe(isSame && isAutomation(writer));
    }),
  );
});

it("a refusal says which session asked, also where no cause of it is known", () => {
  const said = (by: Via | null) =>
    decide(emptyHouse, ask({ principal: sessionAs("s1"), via: by, isSend: true })).events[0]?.data;
  for (const by of vias) expect(said(by)).toMatchObject({ viaSessionId: by.sessionId });
  expect(said(null)).not.toHaveProperty("viaSessionId");
});
