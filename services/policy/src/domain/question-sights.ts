/** What Codex asks in a session, as policy sees it: what is open now, and by what the rest came to its end. Bounded, because a broken server may ask for ever. */
import { type DataOf, endOfQuestion, type Event, type EventOf, type Recorded } from "@claw/events";
import { MAX_QUESTIONS, MAX_SUBJECT, type QuestionSight, type SessionSight } from "./sight.ts";

/** The session after news of it. The same object where the event says nothing of a question. */
export function asked<Of extends SessionSight>(row: Of, recorded: Recorded): Of {
  const { event } = recorded;
  return event.type === "approval.requested" ? opened(row, event, recorded) : ended(row, event);
}

/** A server that starts anew counts its questions from the start again: the same name asked later is another question, told again it is the one that is known. */
function opened<Of extends SessionSight>(
  row: Of,
  event: EventOf<"approval.requested">,
  { recordedAt, position }: Recorded,
): Of {
  const { requestId } = event.data;
  const known = row.questions.find((one) => one.requestId === requestId);
  if (known !== undefined && event.at <= known.saidAt) return row;
  const question = questionOf(event.data, event.body?.subject ?? null);
  const now = { ...question, openedAt: recordedAt, saidAt: event.at, position };
  const questions = [...row.questions.filter((one) => one !== known), now].slice(-MAX_QUESTIONS);
  return { ...row, questions };
}

const questionOf = (
  {
    requestId,
    kind,
    turnId,
    itemId,
    subjectDigest,
    workspace,
    availableDecisions,
  }: DataOf<"approval.requested">,
  subject: string | null,
): Omit<QuestionSight, "openedAt" | "saidAt" | "position"> => ({
  requestId,
  kind,
  turnId,
  itemId,
  subjectDigest: subjectDigest ?? null,
  subject: subject === null || subject.length > MAX_SUBJECT ? null : subject,
  workspace: workspace ?? null,
  listed: availableDecisions,
});

function ended<Of extends SessionSight>(row: Of, event: Event): Of {
  const over = row.questions.flatMap((question) => {
    const how = endOfQuestion(question, event);
    return how === null ? [] : [{ requestId: question.requestId, how }];
  });
  if (over.length === 0) return row;
  const names = new Set(over.map(({ requestId }) => requestId));
  const before = row.endedQuestions.filter(({ requestId }) => !names.has(requestId));
  return {
    ...row,
    questions: row.questions.filter(({ requestId }) => !names.has(requestId)),
    endedQuestions: [...before, ...over].slice(-MAX_QUESTIONS),
  };
}
