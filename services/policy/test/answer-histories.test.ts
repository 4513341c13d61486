/** Histories of a session at random: nothing automatic ever answers a person's question (N1-015, DESIGN 6.2, issue 5). */
import { type Answer, type Event } from "@claw/events";
import { apply, startOf } from "@claw/eventlog";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dueOfQuestions } from "../src/domain/due-questions.ts";
import { noIndex, sightIn, type SightRow } from "../src/domain/sight-fold.ts";
import { AT, fold } from "./given.ts";
import {
  accepted,
  fact,
  heard,
  logged,
  message,
  noticed,
  observed,
  ours,
  S1,
  said,
  spec,
  started,
} from "./given-sight.ts";
import { decideOn, digestOf, ruling } from "./given-spawns.ts";
import { ask, cid, claw, houseWith, operator, send, sightOf, twoGroups } from "./given-writes.ts";
import { scaled } from "./scale.ts";

/** One step of a session's life, as its host tells it, or as somebody asks. */
type Step =
  | { readonly do: "turn" | "person" | "copied" | "ours" | "unmarked" | "ask" | "resolve" | "house" }
  | { readonly do: "decide"; readonly by: "person" | "claw"; readonly answer: Answer };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom(
      "turn" as const,
      "person" as const,
      "copied" as const,
      "ours" as const,
      "ours" as const,
      "unmarked" as const,
      "ask" as const,
      "ask" as const,
      "ask" as const,
      "resolve" as const,
      "house" as const,
      "house" as const,
    ),
  }),
  fc.record({
    do: fc.constant("decide" as const),
    by: fc.constantFrom("person" as const, "claw" as const),
    answer: fc.constantFrom(
      "accept" as const,
      "accept_for_session" as const,
      "decline" as const,
      "cancel" as const,
    ),
  }),
);

/** Plays a history through the very fold and the very decisions, and keeps the truth apart: who spoke in the present turn. */
function play(steps: readonly Step[], rule: Parameters<typeof ruling>[0]) {
  let house = houseWith(twoGroups, sightOf([]), [ruling(rule), {}]);
  const rows = new Map<string, SightRow>();
  let checkpoint = startOf(1);
  let seq = 0;
  let position = 0;
  let at = AT;
  const tell = (entry: Parameters<typeof logged>[0][number]): void => {
    const [one] = logged([entry]);
    if (one === undefined) return;
    const applied = apply(spec, rows, checkpoint, [{ ...one, sequence: (position += 1) as never }]);
    for (const [key, after] of applied.touched) rows.set(key, after);
    checkpoint = applied.checkpoint;
  };
  const fromHost = (event: Parameters<typeof fact>[1][number]): void => tell(fact((seq += 1), [event], at));
  const sight = () =>
    sightIn((key) => rows.get(key), {
      ...noIndex,
      asking: () =>
        [S1].filter(
          (id) =>
            (rows.get(`session/${id}`) as { questions?: readonly unknown[] } | undefined)?.questions
              ?.length !== 0,
        ),
    });
  let turns = 0;
  const turnNow = () => `turn-${turns}` as never;
  /** Who spoke in each turn, and in which turn each question was asked. */
  const truth = new Map<number, ("ours" | "other")[]>();
  const spoke = (who: "ours" | "other") => truth.set(turns, [...(truth.get(turns) ?? []), who]);
  const askedIn = new Map<string, number>();
  let questions = 0;
  const given: { readonly by: string; readonly answer: Answer; readonly truth: readonly string[] }[] = [];
  const take = (events: readonly Event[]): void => {
    house = fold(events, house);
    for (const event of events) {
      if (event.type !== "command.accepted") continue;
      const { instruction, commandId } = event.data;
      if (instruction?.act.kind !== "answer") continue;
      const { by, answer, requestId } = instruction.act;
      given.push({ by, answer, truth: truth.get(askedIn.get(requestId) ?? 0) ?? [] });
      tell(accepted(commandId, { at }));
    }
  };
  tell(noticed(heard("connected")));
  fromHost(observed("idle"));
  for (const [index, one] of steps.entries()) {
    at += 1_000;
    switch (one.do) {
      case "turn":
        turns += 1;
        fromHost(started(turnNow()));
        break;
      case "ours": {
        const command = send(S1, { commandId: cid(`mine-${index}`) });
        const { verdict, events } = ask(house, command, { principal: operator, sight: sight(), at });
        if (verdict.decision === "refused") break;
        house = fold(events, house);
        tell(accepted(command.commandId, { at }));
        spoke("ours");
        fromHost(ours(turnNow(), command.commandId));
        break;
      }
      case "person":
      case "copied":
      case "unmarked":
        spoke("other");
        fromHost(
          one.do === "copied"
            ? ours(turnNow(), `copied-${index}`)
            : message(turnNow(), one.do === "person" ? "tui" : null, at),
        );
        break;
      case "ask":
        questions += 1;
        askedIn.set(`q${questions}`, turns);
        fromHost(
          said(
            "approval.requested",
            {
              requestId: `q${questions}`,
              kind: "command",
              turnId: turns === 0 ? null : turnNow(),
              itemId: null,
              availableDecisions: [],
              subjectDigest: digestOf("npm test"),
            },
            at,
            { subject: "npm test", reason: null },
          ),
        );
        break;
      case "resolve":
        if (questions > 0)
          fromHost(said("approval.resolved", { requestId: `q${questions}`, how: "answered" }, at));
        break;
      case "house":
        for (const { events } of dueOfQuestions(house, sight(), { at, generation: 1 })) take(events);
        break;
      case "decide": {
        const command = decideOn(S1, `q${questions}`, { answer: one.answer });
        const principal = one.by === "person" ? operator : claw();
        take(ask(house, command, { principal, sight: sight(), at }).events);
      }
    }
  }
  return given;
}

describe("N1-015: over random histories", () => {
  const rules = fc.constantFrom<Parameters<typeof ruling>[0]>(
    { answer: "accept", pattern: "*" },
    { answer: "decline" },
    { answer: "ask", waitMs: 2_000 },
  );
  it("nothing automatic ever answers in a turn in which anybody else spoke, or nobody of ours did", () => {
    const seen = { person: 0, claw: 0, policy: 0 };
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 4, maxLength: 40 }),
        rules,
        fc.boolean(),
        (steps, rule, isBegun) => {
          const begun: readonly Step[] = [{ do: "turn" }, { do: "ours" }, { do: "ask" }];
          for (const { by, truth } of play(isBegun ? [...begun, ...steps] : steps, rule)) {
            seen[by as keyof typeof seen] += 1;
            if (by === "person") continue;
            expect(truth).toContain("ours");
            expect(truth).not.toContain("other");
          }
        },
      ),
      { numRuns: scaled(2_000) },
    );
    // A law of nothing would hold as well.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });
  it("a person's turn of a host that says nothing else is never answered", () => {
    const human = { do: "person" } as const;
    const steps: readonly Step[] = [{ do: "turn" }, human, { do: "ask" }, { do: "house" }, { do: "house" }];
    expect(play(steps, { answer: "accept", pattern: "*" })).toEqual([]);
  });
});
