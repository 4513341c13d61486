/** Every control action on one session, the newest first: who, what, what came of it, and why (EXPERIENCE 4.1.4). Commands and the ends of leases in one list. */
import { actText, type CommandShape, type LeaseShape, type PrincipalShape } from "../shapes.ts";

export type Tone = "plain" | "danger" | "wait" | "unknown";

export interface Moment {
  readonly key: string;
  readonly at: string;
  /** Null where it came about by itself. */
  readonly actor: PrincipalShape | null;
  readonly did: string;
  /** What came of it, in a word; null where the deed says it all. */
  readonly result: string | null;
  readonly tone: Tone;
  /** What somebody wrote: shown as a quotation. */
  readonly quote: string | null;
  /** How it is known: of our own words. */
  readonly note: string | null;
  readonly commandId: string | null;
}

const VERBS: Readonly<Record<string, string>> = {
  "session.send": "sent a message",
  "session.interrupt": "interrupted the turn",
  "session.stop": "stopped it and what it spawned",
  "session.spawn": "asked for the session",
  "session.fork": "forked the session",
  "session.resume": "put it back into memory",
  "approval.decide": "answered Codex",
  "lease.acquire": "asked for the lease",
  "lease.release": "gave the lease back",
  "lease.break": "took the lease away",
  "lease.renew": "renewed the lease",
  "approval.test": "tried how a question is answered",
  "checkpoint.register": "registered a checkpoint",
  "runtime.register": "registered a runtime",
  "runtime.update": "changed a runtime",
  "egress.register": "registered what a sandbox may reach",
  "owner.map": "said whose sessions are",
  "share.grant": "shared, or took it back",
  "share.break_glass": "looked in as an admin",
  "attention.snooze": "put off what needs somebody",
  "attention.assign": "assigned what needs somebody",
  "policy.set": "changed a limit",
  "policy.grant": "ruled on what sessions may do",
  "policy.approvals": "ruled on questions",
  "switch.set": "set a kill switch",
  "progress.report": "reported on its work",
  "host.add": "let a host join",
  "host.cordon": "cordoned a host, or opened it",
  "host.drain": "drained a host",
  "host.rotate": "gave a host a new token",
  "token.create": "made a token",
  "token.revoke": "revoked a token",
  "record.signin": "opened a sign-in",
  "record.signout": "closed a sign-in",
  "record.attempt": "told of a wrong key",
  "record.archive": "finalised an archive",
  "record.archive_deleted": "deleted an archive",
  "quarantine.retry": "had an entry folded again",
  "quarantine.waive": "waived an entry",
  "ledger.promote": "made a ledger the one of record",
  "log.trim": "trimmed the log",
};

const SENT: Readonly<Record<string, string>> = { start: "started a turn", steer: "steered the turn" };

const ANSWERS: Readonly<Record<string, string>> = {
  accept: "approved once",
  accept_for_session: "approved for the session",
  decline: "declined",
  cancel: "declined and ended the turn",
};

export function verbOf({ type, mode, act }: CommandShape): string {
  if (type === "session.send") return SENT[mode ?? ""] ?? "sent a message";
  if (type === "approval.decide") return ANSWERS[actText(act, "answer") ?? ""] ?? "answered Codex";
  return VERBS[type] ?? type;
}

export function resultOf({ decision, outcome, act, state }: CommandShape): Pick<Moment, "result" | "tone"> {
  if (decision === "refused") return { result: "refused", tone: "danger" };
  if (act === null) return { result: null, tone: "plain" };
  if (outcome === null) return { result: state === "open" ? "under way" : null, tone: "wait" };
  if (outcome === "succeeded") return { result: null, tone: "plain" };
  return { result: outcome, tone: outcome === "unknown" ? "unknown" : "danger" };
}

/** Why it was refused, or why it failed: the table's words, else the code. */
function noteOf({ refusal, failure, origin }: CommandShape): string | null {
  const no = refusal ?? failure;
  if (no !== null) return `${no.code}: ${no.reason ?? "a reason of its host's own"}`;
  return origin !== null && origin.hop > 0 ? `hop ${origin.hop}, for ${origin.rootIds.join(", ")}` : null;
}

const ofCommand = (command: CommandShape): Moment => ({
  key: `command/${command.commandId}/${command.position}`,
  at: command.decidedAt,
  actor: command.principal,
  did: verbOf(command),
  ...resultOf(command),
  quote: command.reason ?? command.text,
  note: noteOf(command),
  commandId: command.commandId,
});

const ENDED: Readonly<Record<string, string>> = {
  released: "lease given back",
  expired: "lease ran out",
  broken: "lease taken away",
  lapsed: "lease never came into force",
  yielded: "lease gave way to a person",
};

const tokenWords = ({ token }: LeaseShape): string => `${token.generation}·${token.counter}`;

function ofLease(lease: LeaseShape): readonly Moment[] {
  const { leaseId, holder, grantedAt, endedAt, how, reason, endedBy } = lease;
  const same = { result: null, tone: "plain" as const, commandId: leaseId };
  const granted: readonly Moment[] =
    grantedAt === null
      ? []
      : [
          {
            ...same,
            key: `lease/${leaseId}/granted`,
            at: grantedAt,
            actor: null,
            did: `lease granted to ${holder.name}`,
            quote: null,
            note: `token ${tokenWords(lease)} is on disk at its host`,
          },
        ];
  if (endedAt === null) return granted;
  const ended: Moment = {
    ...same,
    key: `lease/${leaseId}/ended`,
    at: endedAt,
    actor: endedBy,
    did: `${ENDED[how ?? ""] ?? "lease ended"}, of ${holder.name}`,
    quote: endedBy === null ? null : reason,
    note: endedBy === null ? reason : null,
  };
  return [...granted, ended];
}

/** Who asked for a lease and released it is told by the lease itself, so these two commands are left out where they were accepted. */
const TOLD_BY_LEASE: ReadonlySet<string> = new Set([
  "lease.acquire",
  "lease.release",
  "lease.renew",
  "lease.break",
]);

export const timelineOf = (
  commands: readonly CommandShape[],
  leases: readonly LeaseShape[],
): readonly Moment[] =>
  [
    ...commands
      .filter(({ type, decision }) => decision === "refused" || !TOLD_BY_LEASE.has(type))
      .map(ofCommand),
    ...leases.flatMap(ofLease),
  ].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
