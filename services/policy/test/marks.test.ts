/** A mark is text and can be copied: whose message it was that bears one (N1-020, PROTOCOL §3). */
import type { Entry, SessionId } from "@claw/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_ACCEPTED, MAX_UNEXPLAINED } from "../src/domain/marks.ts";
import { MAX_OUTCOMES } from "../src/domain/sight.ts";
import { LIVE_WITHIN_MS, sessionKey } from "../src/domain/sight-fold.ts";
import {
  accepted,
  AT,
  fact,
  message,
  observed,
  rowsOf,
  S1,
  said,
  sightOf,
  started,
  succeeded,
  T1,
  T2,
  tokenOf,
} from "./given-sight.ts";

const S2 = "s2" as SessionId;
const opened = fact(1, [observed(), started(T1)]);
/** A message with a mark, said and recorded at a time. */
const marked = (commandId: string, saidAt = AT, recordedAt = saidAt, seq = 2): Entry =>
  fact(seq, [message(T1, `claw:${commandId}`, saidAt)], recordedAt);

/** Whether the session was yielded to a person, when it was said, and whether the turn is a person's. */
function people(...entries: readonly Entry[]) {
  const session = sightOf([opened, ...entries]).session(S1);
  const { personAt, personSaidAt = null, turns = [] } = session ?? {};
  return { personAt, personSaidAt, hasPerson: turns.find(({ turnId }) => turnId === T1)?.hasPerson };
}
const nobody = { personAt: null, personSaidAt: null, hasPerson: false };
const person = (at = AT) => ({ personAt: at, personSaidAt: at, hasPerson: true });

describe("a message with a mark", () => {
  it("is ours if a send of that id was accepted for this very session, however often it is told", () => {
    expect(people(accepted("c1"), marked("c1"))).toEqual(nobody);
    expect(people(accepted("c1"), marked("c1"), marked("c1", AT + 5, AT + 5, 3))).toEqual(nobody);
  });

  it("is a person's if nothing of that id was, or for another session, or by another's word, or no text", () => {
    expect(people(marked("c1"))).toEqual(person());
    expect(people(accepted("c2"), marked("c1"))).toEqual(person());
    expect(people(accepted("c1", { session: S2 }), marked("c1"))).toEqual(person());
    expect(people(accepted("c1", { by: { kind: "ingest" } }), marked("c1"))).toEqual(person());
    expect(people(accepted("c1", { kind: "interrupt" }), marked("c1"))).toEqual(person());
  });

  it("is a person's in a turn of ours as well, and stays a cause of it, so that nothing is laundered (N1-028)", () => {
    const entries = [accepted("c1"), marked("c1"), marked("c9", AT + 5, AT + 5, 3)];
    expect(people(...entries)).toEqual(person(AT + 5));
    expect(sightOf([opened, ...entries]).session(S1)?.turns[0]?.commandIds).toEqual(["c1", "c9"]);
  });

  it("that is told late is no word of now", () => {
    expect(people(marked("c1", AT, AT + LIVE_WITHIN_MS + 1))).toEqual({ ...person(), personAt: null });
  });
});

describe("where a log lost the acceptance with its tail", () => {
  const done = fact(3, [succeeded("c1", T1)]);
  const failed = said("command.failed", {
    commandId: "c1" as never,
    fence: tokenOf(1),
    code: "stale_token",
    facts: {},
  });

  it("the host's word that it did the command explains the message, before it or after it", () => {
    expect(people(marked("c1"), done)).toEqual(nobody);
    expect(people(fact(2, [succeeded("c1", T1)]), marked("c1", AT, AT, 3))).toEqual(nobody);
  });

  it("and so does its being accepted anew; a host's word that it never did it explains nothing", () => {
    expect(people(marked("c1"), accepted("c1"))).toEqual(nobody);
    expect(people(marked("c1"), fact(3, [failed]))).toEqual(person());
    expect(people(marked("c1"), fact(3, [succeeded("c2", T2)]))).toEqual(person());
  });
});

describe("several messages that nothing explained when they came", () => {
  it("are judged each: that a later one is explained makes an earlier one nobody's no more", () => {
    const later = marked("c2", AT + 5, AT + 5, 3);
    expect(people(marked("c1"), later, accepted("c2"))).toEqual(person());
    expect(people(marked("c1"), later, fact(4, [succeeded("c2", T1)]))).toEqual(person());
    expect(people(marked("c1"), later, accepted("c1"))).toEqual(person(AT + 5));
    expect(people(marked("c1"), later, accepted("c1"), accepted("c2"))).toEqual(nobody);
  });

  it("are a person's each in its own turn", () => {
    const entries = [opened, marked("c1"), fact(3, [started(T2), message(T2, "claw:c2", AT + 5)], AT + 5)];
    const turns = sightOf(entries).session(S1)?.turns;
    expect(turns?.map(({ hasPerson }) => hasPerson)).toEqual([true, true]);
  });

  it("are a few; one that finds no room any more stays a person's", () => {
    const all = Array.from({ length: MAX_UNEXPLAINED + 1 }, (_, n) => `c${n}`);
    const entries = all.map((id, n) => marked(id, AT + n, AT + n, n + 2));
    expect(people(...entries, ...all.map((id) => accepted(id)))).toEqual(person());
    const row = rowsOf([opened, ...entries]).get(sessionKey(S1));
    expect(row?.kind === "session" && row.unexplained).toHaveLength(MAX_UNEXPLAINED);
  });

  it("stay explained when the outcome that explained them is forgotten", () => {
    const others = Array.from({ length: MAX_OUTCOMES }, (_, n) => fact(n + 4, [succeeded(`d${n}`, T2)]));
    expect(people(marked("c1"), fact(3, [succeeded("c1", T1)]), ...others)).toEqual(nobody);
  });
});

describe("what may have been forgotten", () => {
  const later = Array.from({ length: MAX_ACCEPTED }, (_, n) => accepted(`d${n}`, { at: AT + 1_000 + n }));

  it("counts as ours if it was said before the newest that was forgotten was accepted, and a copy of now does not", () => {
    const entries = [accepted("c1", { at: AT - 9_000 }), accepted("c2", { at: AT }), ...later];
    expect(people(...entries, marked("c1", AT - 8_000, AT + 9_000, 2))).toEqual(nobody);
    expect(people(...entries, marked("c1", AT + 8_000))).toEqual(person(AT + 8_000));
    expect(people(...entries, marked("d0", AT + 8_000))).toEqual(nobody);
  });

  it("is bounded, and accepted twice is once", () => {
    const entries = [
      opened,
      ...later,
      accepted("d3", { at: AT + 5_000 }),
      accepted("e1", { at: AT + 6_000 }),
    ];
    const row = rowsOf(entries).get(sessionKey(S1));
    expect(row).toMatchObject({ acceptedForgottenAt: AT + 1_000 });
    expect(row?.kind === "session" && row.accepted.map(({ commandId }) => commandId).slice(-2)).toEqual([
      "d3",
      "e1",
    ]);
    expect(row?.kind === "session" && row.accepted).toHaveLength(MAX_ACCEPTED);
  });
});

it("N1-020 a person is seen exactly where one of the marks is of nothing that was accepted or done here", () => {
  const id = fc.constantFrom("c1", "c2", "c3", "c4");
  fc.assert(
    fc.property(
      fc.uniqueArray(id),
      fc.uniqueArray(id),
      fc.uniqueArray(id),
      fc.array(id, { maxLength: 8 }),
      (here, there, done, said) => {
        const entries = [
          ...here.map((one) => accepted(one)),
          ...there.map((one) => accepted(one, { session: S2 })),
          ...said.map((one, n) => marked(one, AT + n, AT + n, n + 2)),
          ...done.map((one, n) => fact(n + 20, [succeeded(one, T1)])),
        ];
        const known = [...here, ...done];
        expect(people(...entries).hasPerson).toBe(said.some((one) => !known.includes(one)));
      },
    ),
  );
});
