/** Rows as the gateway answers them, with what a test does not care for filled in. */
import type { CommandShape, ItemShape, LeaseShape, PrincipalShape } from "../../src/pages/session/shapes.ts";

export const person: PrincipalShape = { kind: "person", name: "ada", role: "operator", group: null };

export const item = (changes: Partial<ItemShape>): ItemShape => ({
  sessionId: "s1",
  turnId: "t1",
  itemId: "i1",
  kind: "agentMessage",
  phase: "completed",
  status: null,
  startedAt: "2026-11-21T10:00:00.000Z",
  completedAt: null,
  durationMs: null,
  exitCode: null,
  clientId: null,
  text: "words",
  command: null,
  output: null,
  tool: null,
  paths: [],
  cutBytes: 0,
  ...changes,
});

export const tool = (changes: Partial<ItemShape>): ItemShape =>
  item({ kind: "commandExecution", text: null, command: "ls", exitCode: 0, status: "completed", ...changes });

export const command = (changes: Partial<CommandShape>): CommandShape => ({
  commandId: "c1",
  type: "session.send",
  principal: person,
  decision: "accepted",
  state: "closed",
  decidedAt: "2026-11-21T10:00:00.000Z",
  position: 7,
  sessionId: "s1",
  spawnedSessionId: null,
  hostId: "h1",
  endpointId: "e1",
  act: { kind: "send", mode: "auto", expectedTurnId: null },
  token: { generation: 1, counter: 1 },
  deadlineAt: null,
  origin: null,
  reason: null,
  text: "words",
  cutLetters: 0,
  refusal: null,
  outcome: null,
  outcomeAt: null,
  mode: null,
  turnId: null,
  turnStatus: null,
  turnEndedAt: null,
  failure: null,
  ...changes,
});

export const lease = (changes: Partial<LeaseShape>): LeaseShape => ({
  leaseId: "l1",
  sessionId: "s1",
  hostId: "h1",
  endpointId: "e1",
  holder: person,
  token: { generation: 3, counter: 118 },
  ttlMs: 30_000,
  state: "inForce",
  offeredAt: "2026-11-21T10:00:00.000Z",
  offerUntil: "2026-11-21T10:00:10.000Z",
  grantedAt: "2026-11-21T10:00:01.000Z",
  endedAt: null,
  how: null,
  reason: null,
  endedBy: null,
  ...changes,
});
