/** The rows of what was asked of the house and of what it lives by: commands, leases, and the house's own rules. Times inside are epoch ms. */
import type {
  Act,
  CommandId,
  EndpointId,
  Facts,
  FencingToken,
  GrantScope,
  HostId,
  LeaseId,
  Origin,
  OutcomeEvent,
  OutcomeWord,
  Principal,
  QuestionKind,
  Right,
  SessionId,
  SwitchScope,
  TurnId,
} from "@claw/events";

/** What a command that succeeded did. */
export type DoneMode = Extract<OutcomeEvent, { readonly type: "command.succeeded" }>["data"]["mode"];

/** What became of an accepted command. */
export interface Outcome {
  readonly word: OutcomeWord;
  /** Only the host that the command was for knows; policy only says that nobody has heard (`unknown`). */
  readonly by: "host" | "policy";
  readonly at: number;
  /** What a command that succeeded did. */
  readonly mode: DoneMode | null;
  /** The turn that it went into, ended, or collided with. */
  readonly turnId: TurnId | null;
  /** Why it failed, or why nobody knows. */
  readonly code: string | null;
  /** The values that the host saw. */
  readonly facts: Facts;
}

/** One command and what is known of it. Key: commandId. */
export interface CommandRow {
  readonly commandId: CommandId;
  readonly commandType: string;
  readonly principal: Principal;
  readonly decision: "accepted" | "refused";
  readonly decidedAt: number;
  /** Where the decision is recorded. */
  readonly decidedPosition: number;
  readonly sessionId: SessionId | null;
  /** Of one that asks for a session: the session of its thread, as soon as there is one. Its turn is one of that session. */
  readonly spawnedSessionId: SessionId | null;
  readonly hostId: HostId | null;
  readonly endpointId: EndpointId | null;
  /** What a host has to do; null where none has to do anything. Then the decision is the end. */
  readonly act: Act | null;
  readonly token: FencingToken | null;
  readonly deadlineAt: number | null;
  readonly origin: Origin | null;
  /** Of a refusal. */
  readonly code: string | null;
  readonly rule: string | null;
  readonly facts: Facts;
  /** Why, as whoever asked said it; null where nobody did. */
  readonly reason: string | null;
  /** Its beginning; the whole of it is in the session's transcript. */
  readonly text: string | null;
  /** Letters that `text` leaves out. */
  readonly cutLetters: number;
  readonly outcome: Outcome | null;
  /** The turn that the outcome names, as the turn's own row has it; null without an outcome that names one. */
  readonly turnStatus: string | null;
  readonly turnEndedAt: number | null;
}

/** The right to write to a session, as policy decided it. Renewals are in the leader's memory alone: when it ends, no row says. Key: leaseId. */
export interface LeaseRow {
  readonly leaseId: LeaseId;
  readonly sessionId: SessionId;
  readonly hostId: HostId;
  readonly endpointId: EndpointId;
  readonly holder: Principal;
  readonly token: FencingToken;
  readonly ttlMs: number;
  readonly state: "offered" | "inForce" | "ended";
  readonly offeredAt: number;
  readonly offerUntil: number;
  readonly grantedAt: number | null;
  readonly endedAt: number | null;
  readonly how: "released" | "expired" | "broken" | "lapsed" | "yielded" | null;
  readonly reason: string | null;
  /** Who released or broke it; null where it ended by itself, or because a person typed. */
  readonly endedBy: Principal | null;
}

/** A limit that was changed. `value` null: it is back at its default. Key: `limit/<name>`. */
export interface LimitRow {
  readonly kind: "limit";
  readonly name: string;
  readonly value: number | null;
  readonly reason: string;
  /** Who changed it; null where the entry does not say. */
  readonly by: Principal | null;
  readonly sinceAt: number;
}

/** A kill switch. Key: `switch/<scope>/<id>`. */
export interface SwitchRow {
  readonly kind: "switch";
  readonly scope: SwitchScope;
  readonly id: string | null;
  readonly state: "halted" | "running";
  readonly reason: string;
  /** Who set it; null where the entry does not say. */
  readonly by: Principal | null;
  readonly sinceAt: number;
}

/** An origin that was refused, as far as it may be muted for it (`Temper`). Key: `mute/<digest of the origin>`, because an origin may be longer than a key. */
export interface MuteRow {
  readonly kind: "mute";
  readonly origin: string;
  /** Refusals that were written in the minute from `sinceAt` on: enough of them mute. */
  readonly refusals: number;
  /** The code of the last of them; null where none was written. */
  readonly code: string | null;
  /** Refusals that were answered and only counted. */
  readonly unwritten: number;
  /** It is muted until then; null if it is not. Nobody says when it is over: whoever reads compares. */
  readonly until: number | null;
  readonly sinceAt: number;
}

/** A right that was opened or closed somewhere. `state` null: it is left to the wider scope again. Key: `grant/<grantKey>`. */
export interface GrantRow {
  readonly kind: "grant";
  readonly right: Right;
  readonly scope: GrantScope;
  readonly id: string | null;
  readonly state: "open" | "closed" | null;
  /** From then on it says nothing; null: it has no end. Nobody says when it is over: whoever reads compares. */
  readonly until: number | null;
  readonly reason: string;
  readonly by: Principal | null;
  readonly sinceAt: number;
}

/** How questions of our own turns are answered somewhere. `answer` null: the rule was taken away. Key: `ruling/<rulingKey>`. */
export interface RulingRow {
  readonly kind: "ruling";
  readonly scope: GrantScope;
  readonly id: string | null;
  /** Null: questions of every kind that has no rule of its own there. */
  readonly questionKind: QuestionKind | null;
  readonly answer: "decline" | "ask" | "accept" | null;
  /** Of `ask`: how long people have. */
  readonly waitMs: number | null;
  /** Of `accept`: what the whole subject has to match. */
  readonly pattern: string | null;
  readonly until: number | null;
  readonly reason: string;
  readonly by: Principal | null;
  readonly sinceAt: number;
}

export type RuleRow = LimitRow | SwitchRow | MuteRow | GrantRow | RulingRow;
export type RuleKind = RuleRow["kind"];
export type RuleOf<Kind extends RuleKind> = Extract<RuleRow, { readonly kind: Kind }>;
