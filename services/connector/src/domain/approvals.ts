/**
 * Questions that Codex asks somebody, seen from the side: the connector reports them and never answers (PROTOCOL trap 1). A question belongs
 * to a turn of a thread on an endpoint and is over when it is answered, or when the first of these ends.
 */
import type { Inbound } from "@claw/codex-rpc/protocol";
import { sha256 } from "@claw/events";
import { itemIdOf, turnIdOf } from "./names.ts";
import { CAPS, type Scrub, wordOf } from "./scrub.ts";
import type { SessionState } from "./remembered.ts";
import { type Change, MAX_OPEN, withdraw } from "./session-state.ts";
import { fact, openEvent } from "./telling.ts";

type Request = Extract<Inbound, { kind: "request" }>;
type Params = Readonly<Record<string, unknown>>;

/** Questions to programs, which no person is waiting to be asked. */
const NOT_FOR_PEOPLE: ReadonlySet<string> = new Set([
  "item/tool/call",
  "account/chatgptAuthTokens/refresh",
  "attestation/generate",
  "currentTime/read",
]);

const KINDS: ReadonlyMap<string, string> = new Map([
  ["item/commandExecution/requestApproval", "command"],
  ["item/fileChange/requestApproval", "fileChange"],
  ["item/permissions/requestApproval", "permissions"],
  ["item/tool/requestUserInput", "userInput"],
  ["mcpServer/elicitation/request", "elicitation"],
]);

const MAX_DECISIONS = 16;

/** The thread that a question is about, or null when it is no question to people. */
export function threadAsked(request: Request): string | null {
  const threadId = (request.params as Params | null | undefined)?.["threadId"];
  return typeof threadId === "string" && !NOT_FOR_PEOPLE.has(request.method) ? threadId : null;
}

/**
 * Our name for a question. A server counts its questions from 0 in each of its lives, so the number alone would name two; with what it is
 * about, the name is the same however often one life repeats the question, and another in the next.
 */
export const requestIdOf = (id: string | number, turnId: unknown, itemId: unknown): string =>
  `${String(id).slice(0, 64)}-${sha256(JSON.stringify([turnId ?? null, itemId ?? null])).slice(0, 12)}`;

export function asked(state: SessionState, request: Request, scrub: Scrub, at: number): Change {
  const params = request.params as Params;
  const { turnId, itemId } = params;
  const requestId = requestIdOf(request.id, turnId, itemId);
  if (state.approvals.some((open) => open.requestId === requestId)) return { state, facts: [] };
  const turn = typeof turnId === "string" ? turnIdOf(turnId) : null;
  const data = {
    requestId,
    kind: KINDS.get(request.method) ?? wordOf(request.method, scrub) ?? "unknown",
    turnId: turn,
    itemId: typeof itemId === "string" ? itemIdOf(itemId) : null,
    availableDecisions: decisionsOf(params["availableDecisions"], scrub),
  };
  const body = { subject: scrubbed(subjectOf(params), scrub), reason: scrubbed(params["reason"], scrub) };
  const approvals = [...state.approvals, { requestId, turnId: turn }].slice(-MAX_OPEN);
  return {
    state: { ...state, approvals },
    facts: [fact(openEvent("approval.requested", at, data, body), "a")],
  };
}

/** Somebody answered. The server names only its number; of one life's questions with this number, the open one is meant. */
export const answered = (state: SessionState, id: string | number, at: number): Change =>
  withdraw(state, "answered", ({ requestId }) => requestId.startsWith(`${String(id).slice(0, 64)}-`), at);

export const turnEnded = (state: SessionState, turnId: string, at: number): Change =>
  withdraw(state, "turn_ended", (open) => open.turnId === turnId, at);

/** What exactly somebody would allow (a command, a folder, permissions), or is asked. */
function subjectOf(params: Params): unknown {
  const { command, questions, message, permissions, grantRoot } = params;
  if (Array.isArray(questions)) return questions.map((one: Params | null) => one?.["question"]).join("\n");
  return command ?? message ?? (permissions === undefined ? grantRoot : JSON.stringify(permissions));
}

const scrubbed = (text: unknown, scrub: Scrub): string | null =>
  typeof text === "string" ? scrub(text, CAPS.command).text : null;

/** A decision is a word, or an object whose one key is the word. */
function decisionsOf(decisions: unknown, scrub: Scrub): string[] {
  if (!Array.isArray(decisions)) return [];
  const words = decisions
    .slice(0, MAX_DECISIONS)
    .map((one: unknown) => (typeof one === "object" && one !== null ? Object.keys(one)[0] : one));
  return words.map((word) => wordOf(word, scrub)).filter((word) => word !== null);
}
