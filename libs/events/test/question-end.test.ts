/** What ends a question: its answer, or the end of what it belonged to (N1-025). */
import { expect, test } from "vitest";
import { endOfQuestion, type Event, type OpenQuestion } from "../src/index.ts";

const question = { requestId: "0-a", turnId: "T1" } as OpenQuestion;
const nobodys = { requestId: "0-a", turnId: null } as OpenQuestion;

test.each([
  [
    "its answer",
    question,
    { type: "approval.resolved", data: { requestId: "0-a", how: "answered" } },
    "answered",
  ],
  [
    "as its host says it",
    question,
    { type: "approval.resolved", data: { requestId: "0-a", how: "endpoint_lost" } },
    "endpoint_lost",
  ],
  [
    "not another's answer",
    question,
    { type: "approval.resolved", data: { requestId: "0-b", how: "answered" } },
    null,
  ],
  ["the end of its turn", question, { type: "turn.completed", data: { turnId: "T1" } }, "turn_ended"],
  ["not that of another turn", question, { type: "turn.completed", data: { turnId: "T2" } }, null],
  ["no turn's end where it names none", nobodys, { type: "turn.completed", data: { turnId: "T1" } }, null],
  ["the end of its thread", nobodys, { type: "session.closed", data: { how: "unloaded" } }, "thread_closed"],
  ["not that its server is out of reach", question, { type: "session.lost", data: {} }, null],
  ["not that another turn begins", question, { type: "turn.started", data: { turnId: "T2" } }, null],
] as const)("%s", (_title, asked, event, how) => {
  expect(endOfQuestion(asked, event as unknown as Event)).toBe(how);
});
