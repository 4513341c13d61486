/** Scripted histories of sessions that are asked for, of the keys of their threads, and of what Codex asks in them. */
import {
  CommandId,
  DECIDED,
  hostLane,
  type Json,
  requestedSession,
  SessionId,
  sessionLane,
} from "@claw/events";
import { AT, by, hostFact, inLane, observed, own, policyFact, type Step, who } from "./acting.ts";

export const asked = requestedSession(CommandId.parse("p1"));
export const thread = SessionId.parse("01a1faf2-c227-76a1-8af9-b956bcb096d2");
export const parent = SessionId.parse("s1");

/** In the lane of the thread, of the session that was asked for, of the host. */
export const inThread = (step: Step): Step => inLane(sessionLane(thread), step);
export const inAsked = (step: Step): Step => inLane(sessionLane(asked), step);
export const inHost = (step: Step): Step => inLane(hostLane(own), step);

export const person = { kind: "person", name: "ada", role: "operator" };
const caller = { kind: "session", name: parent, role: "session" };

interface Order {
  readonly commandId?: string;
  readonly principal?: Json;
  readonly path?: readonly string[];
  readonly hostId?: string;
  readonly sessionId?: string;
}

export const ordered = ({ commandId = "p1", principal = person, path = [], ...more }: Order = {}): Step =>
  inLane(
    DECIDED,
    policyFact(
      "command.accepted",
      {
        commandId,
        commandType: "session.spawn",
        digest: "a".repeat(64),
        principal,
        hostId: more.hostId ?? own,
        instruction: {
          sessionId: more.sessionId ?? requestedSession(CommandId.parse(commandId)),
          endpointId: "main",
          token: { generation: 1, counter: 1 },
          act: {
            kind: "spawn",
            workspace: "/srv/one",
            purpose: "count the words",
            forkOf: null,
            settings: { model: null, sandbox: null, approvalPolicy: null },
          },
        },
        origin: { rootIds: [commandId], hop: 0, path: [...path] },
        deadlineAt: AT + 60_000,
      },
      { text: "Count the words." },
    ),
  );
/** Asked for by the session `s1`. */
export const orderedBySession = (more: Order = {}): Step =>
  ordered({ principal: caller, path: [parent], ...more });

const described = (more: { readonly [key: string]: Json } = {}, name: string | null = null): Step => ({
  ...observed,
  data: { ...(observed.data as object), ...more } as Json,
  body: { name, preview: null },
});
export const introduced = inAsked(described({ source: "spawn", threadSource: "claw:p1" }, "count the words"));
export const seen = (mark: string | null = "claw:p1", name: string | null = null): Step =>
  inThread(described({ source: "vscode", threadSource: mark }, name));
export const boundTo = (id: string = thread, commandId = "p1"): Step =>
  inAsked(hostFact("session.bound", { commandId, boundTo: id }));
export const named = inThread(hostFact("session.named", {}, { name: "count the words" }));
const fence = { generation: 1, counter: 1 };
export const spawnedIn = (turnId = "T1"): Step =>
  inAsked(hostFact("command.succeeded", { commandId: "p1", fence, mode: "spawn", turnId }));
export const spawnFailed = inAsked(
  hostFact("command.failed", { commandId: "p1", fence, code: "workspace_missing", facts: {} }),
);
export const began = inThread(hostFact("turn.started", { turnId: "T1", startedAt: null }));
export const ended = inThread(
  hostFact(
    "turn.completed",
    {
      turnId: "T1",
      status: "completed",
      errorKind: null,
      startedAt: null,
      completedAt: null,
      durationMs: null,
    },
    { error: null },
  ),
);
export const reported = (
  note: string,
  more: { readonly [key: string]: Json } = {},
  id: string = thread,
): Step =>
  inLane(
    DECIDED,
    policyFact(
      "progress.reported",
      { sessionId: id, state: "working", phase: null, percent: 40, ...more },
      { note, purpose: null },
    ),
  );

export const digestOf = (letter: string): string => letter.repeat(64);
export const registered = (...ids: readonly string[]): Step =>
  inHost(hostFact("keys.registered", { keys: ids.map((id) => ({ id, digest: digestOf("d") })) }));
export const keyBound = (id: string, sessionId: string = parent): Step =>
  inHost(hostFact("key.bound", { id, sessionId }));
export const attempted = (keyId: string, sessionId: string | null = parent, count = 1): Step =>
  inLane(
    DECIDED,
    policyFact("caller.attempted", { kind: "thread_mismatch", keyId, sessionId, claimed: "other", count }),
  );
export const stranger = (step: Step): Step => by("stranger", step);

export const message = (clientId: string | null, itemId = "I1", turnId = "T1"): Step =>
  hostFact(
    "item.completed",
    {
      turnId,
      itemId,
      kind: "userMessage",
      startedAt: null,
      status: null,
      completedAt: null,
      durationMs: null,
      exitCode: null,
      clientId,
      cutBytes: 0,
    },
    { text: "hello", command: null, output: null, tool: null, paths: [] },
  );
export const question = (more: { readonly [key: string]: Json } = {}, turnId: string | null = "T1"): Step =>
  hostFact(
    "approval.requested",
    {
      requestId: "0-a",
      kind: "command",
      turnId,
      itemId: "I9",
      availableDecisions: ["accept", "decline"],
      subjectDigest: digestOf("e"),
      workspace: "/srv/one",
      ...more,
    },
    { subject: "rm -r build", reason: "to begin anew", detail: "{}" },
  );
export const answered = (how = "answered"): Step => hostFact("approval.resolved", { requestId: "0-a", how });
export const decidedOn = (commandId: string, answer: string, text = "", principal: Json = person): Step =>
  policyFact(
    "command.accepted",
    {
      commandId,
      commandType: "approval.decide",
      digest: "a".repeat(64),
      principal,
      hostId: own,
      instruction: {
        sessionId: parent,
        endpointId: "main",
        token: { generation: 1, counter: 2 },
        act: { kind: "answer", requestId: "0-a", subjectDigest: null, answer, by: "person" },
      },
      origin: { rootIds: [commandId], hop: 0, path: [] },
      deadlineAt: AT + 30_000,
    },
    { text },
  );
export const claw = who;
