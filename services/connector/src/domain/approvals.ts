/**
 * Questions that Codex asks somebody, seen from the side: the connector reports them, and answers none that it was not commanded to (PROTOCOL trap 1). A
 * question belongs to a turn of a thread on an endpoint and is over when it is answered, or when the first of these ends.
 */
import { itemIdOf, turnIdOf } from "./names.ts";
import { type FilesSeen, paramsOf, type Question, questionOf, type Request, textsOf } from "./question.ts";
import { labelOf, type Scrub, wordOf } from "./scrub.ts";
import type { SessionState } from "./remembered.ts";
import { type Change, MAX_OPEN, withdraw } from "./session-state.ts";
import { fact, openEvent } from "./telling.ts";

/** Questions to programs, which no person is waiting to be asked. */
const NOT_FOR_PEOPLE: ReadonlySet<string> = new Set([
  "item/tool/call",
  "account/chatgptAuthTokens/refresh",
  "attestation/generate",
  "currentTime/read",
]);

const MAX_DECISIONS = 16;

/** The thread that a question is about, or null when it is no question to people. */
export function threadAsked(request: Request): string | null {
  const threadId = paramsOf(request)["threadId"];
  return typeof threadId === "string" && !NOT_FOR_PEOPLE.has(request.method) ? threadId : null;
}

/** `files` is what the item said that a file change is about, where that was seen. */
export const asked = (
  state: SessionState,
  request: Request,
  scrub: Scrub,
  at: number,
  files: FilesSeen | null = null,
): Change => askedAs(state, questionOf(request, files, scrub), scrub, at, files);

/** The same for a question that was read already. One that is open is not told again, however often the server repeats it. */
export function askedAs(
  state: SessionState,
  question: Question,
  scrub: Scrub,
  at: number,
  files: FilesSeen | null,
): Change {
  const { requestId } = question;
  if (state.approvals.some((open) => open.requestId === requestId)) return { state, facts: [] };
  const turnId = question.turnId === null ? null : turnIdOf(question.turnId);
  const params = paramsOf(question.request);
  const data = {
    requestId,
    kind: question.kind,
    turnId,
    itemId: question.itemId === null ? null : itemIdOf(question.itemId),
    availableDecisions: decisionsOf(params["availableDecisions"], scrub),
    subjectDigest: question.digest,
    workspace: labelOf(params["cwd"], scrub),
  };
  const approvals = [...state.approvals, { requestId, turnId }].slice(-MAX_OPEN);
  // What was out of sight is back.
  const closed = (state.closedApprovals ?? []).filter((one) => one.requestId !== requestId);
  return {
    state: { ...state, approvals, closedApprovals: closed },
    facts: [fact(openEvent("approval.requested", at, data, textsOf(question, files, scrub)), "a")],
  };
}

/** Somebody answered. The server names only its number; of one life's questions with this number, the open one is meant. */
export const answered = (state: SessionState, id: string | number, at: number): Change =>
  withdraw(state, "answered", ({ requestId }) => hasNumber(requestId, id), at);

/** Whether our name of a question stands for this number of the server's. */
export const hasNumber = (requestId: string, id: string | number): boolean =>
  requestId.startsWith(`${String(id).slice(0, 64)}-`);

export const turnEnded = (state: SessionState, turnId: string, at: number): Change =>
  withdraw(state, "turn_ended", (open) => open.turnId === turnId, at);

/** A decision is a word, or an object whose one key is the word. */
function decisionsOf(decisions: unknown, scrub: Scrub): string[] {
  if (!Array.isArray(decisions)) return [];
  const words = decisions
    .slice(0, MAX_DECISIONS)
    .map((one: unknown) => (typeof one === "object" && one !== null ? Object.keys(one)[0] : one));
  return words.map((word) => wordOf(word, scrub)).filter((word) => word !== null);
}
