/** Spawns, trees of sessions and questions of Codex, for tests of the rules. */
import {
  type CommandId,
  type CommandOf,
  type CommandType,
  type Digest,
  hostsOwnSettings,
  requestedSession,
  sha256,
  type TokenId,
} from "@claw/events";
import type { House } from "../src/domain/house.ts";
import type { QuestionSight, SessionSight, Sight } from "../src/domain/sight.ts";
import { AT } from "./given.ts";
import { ask, asSession, cid, operator, session, sid, sightOf, tid, turn } from "./given-writes.ts";

let last = 0;
const nextId = (): CommandId => cid(`asked-${(last += 1)}`);
type Given<Type extends CommandType> = Partial<Omit<CommandOf<Type>, "type">>;

export const spawn = (given: Given<"session.spawn"> = {}): CommandOf<"session.spawn"> => ({
  type: "session.spawn",
  commandId: nextId(),
  hostId: null,
  endpointId: null,
  workspace: "/srv/app",
  text: "do it",
  purpose: null,
  settings: hostsOwnSettings,
  deadlineMs: 60_000,
  ...given,
});
export const fork = (of: string, given: Given<"session.fork"> = {}): CommandOf<"session.fork"> => ({
  type: "session.fork",
  commandId: nextId(),
  target: { sessionId: sid(of) },
  text: "do it too",
  purpose: null,
  settings: hostsOwnSettings,
  deadlineMs: 60_000,
  ...given,
});
export const resume = (of: string): CommandOf<"session.resume"> => ({
  type: "session.resume",
  commandId: nextId(),
  target: { sessionId: sid(of) },
  deadlineMs: 60_000,
});
export const stop = (of: string, given: Given<"session.stop"> = {}): CommandOf<"session.stop"> => ({
  type: "session.stop",
  commandId: nextId(),
  target: { sessionId: sid(of) },
  tree: true,
  reason: "enough",
  deadlineMs: 30_000,
  ...given,
});
export const decideOn = (
  of: string,
  requestId = "q1",
  given: Given<"approval.decide"> = {},
): CommandOf<"approval.decide"> => ({
  type: "approval.decide",
  commandId: nextId(),
  target: { sessionId: sid(of), requestId },
  answer: "accept",
  text: null,
  subjectDigest: null,
  deadlineMs: 30_000,
  ...given,
});
export const ruling = (given: Given<"policy.approvals"> = {}): CommandOf<"policy.approvals"> => ({
  type: "policy.approvals",
  commandId: nextId(),
  kind: null,
  answer: "decline",
  waitMs: null,
  pattern: null,
  scope: "global",
  id: null,
  until: null,
  reason: "as agreed",
  ...given,
});
export const report = (given: Given<"progress.report"> = {}): CommandOf<"progress.report"> => ({
  type: "progress.report",
  commandId: nextId(),
  state: "working",
  phase: null,
  percent: null,
  text: "half way",
  purpose: null,
  ...given,
});
export const attempt = (): CommandOf<"record.attempt"> => ({
  type: "record.attempt",
  commandId: nextId(),
  kind: "thread_mismatch",
  keyId: "key-1" as TokenId,
  sessionId: sid("s1"),
  claimed: "s2",
  count: 3,
});

export const digestOf = (subject: string): Digest => sha256(subject);

/** Codex asks whether it may do this, in turn `T1` unless another is given. */
export const asks = (subject: string | null, given: Partial<QuestionSight> = {}): QuestionSight => ({
  requestId: "q1",
  kind: "command",
  turnId: tid("T1"),
  itemId: null,
  subjectDigest: digestOf(subject ?? ""),
  subject,
  workspace: null,
  listed: [],
  openedAt: AT,
  saidAt: AT,
  position: 7,
  ...given,
});

/** The thread that a spawn became, and the session under whose name it was asked for. */
export function bound(id: string, commandId: string, given: Partial<SessionSight> = {}) {
  const asked = requestedSession(cid(commandId));
  const done = { commandId: cid(commandId), outcome: "succeeded", turnId: null } as const;
  const rows = [
    session(id, { spawnId: cid(commandId), ...given }),
    session(asked, { spawnId: cid(commandId), boundTo: sid(id), activity: "notLoaded", outcomes: [done] }),
  ];
  return rows.map((row) => ({ ...row, hostId: given.hostId ?? row.hostId }));
}

/** A house in which sessions spawned others, and what is seen of it: `parents[n]` is the number of the parent of session `n + 1`; `s0` is nobody's child. */
export function forest(house: House, parents: readonly number[], given: Partial<SessionSight> = {}) {
  const rows: SessionSight[] = [inPersonsTurn("s0")];
  let after = house;
  for (const [index, parent] of parents.entries()) {
    const name = `s${index + 1}`;
    const command = spawn({ commandId: cid(`spawn-${name}`) });
    const sight: Sight = sightOf(rows);
    // A person's turn each time and much time between, so that no limit bites.
    const asked = { at: AT + index * 600_000, sight, ...asSession(`s${parent}`) };
    const before = rows.findIndex(({ sessionId }) => sessionId === `s${parent}`);
    const row = rows[before] as SessionSight;
    rows[before] = { ...row, turns: [turn(`T${index}`, { hasPerson: true })] };
    const decision = ask(after, command, { ...asked, sight: sightOf(rows) });
    if (decision.verdict.decision !== "accepted")
      throw new Error(`given spawn is refused: ${decision.verdict.code}`);
    after = decision.after;
    rows.push(...bound(name, command.commandId, given));
  }
  return { house: after, rows, sight: sightOf(rows) };
}

/** A session whose last turn a person began. */
export const inPersonsTurn = (id: string, given: Partial<SessionSight> = {}): SessionSight =>
  session(id, { turns: [turn("T0", { hasPerson: true })], ...given });

export const asOperator = { principal: operator } as const;
