/** A verdict of the past, asked again: what the rules that hang on limits say of it in another house. */
import {
  type CommandOf,
  DEFAULT_DEADLINE_MS,
  DEFAULT_LEASE_TTL_MS,
  type Event,
  type EventOf,
  isLimitName,
  type LimitName,
  type SessionId,
} from "@claw/events";
import type { Cause } from "./cause.ts";
import { nextToken } from "./desk.ts";
import { event } from "./event.ts";
import type { Question, Refusal } from "./question.ts";
import { rules } from "./rules/index.ts";
import type { Sight } from "./sight.ts";
import type { House } from "./state.ts";

export type PastVerdict = EventOf<"command.accepted"> | EventOf<"command.refused">;

/** The rules that look at a limit and at what the log tells, in the order in which they are asked; null: the refusal's facts name the limit. */
const LIMIT_OF_RULE: ReadonlyMap<string, LimitName | null> = new Map([
  ["mute", "mute_refusals"],
  ["hops", "hops"],
  ["edge repeats", "edge_repeats"],
  ["root commands", null],
  ["root turns", null],
  ["root tokens", null],
  ["root wall time", null],
  ["rate", null],
]);
const limitRules = rules.filter(([name]) => LIMIT_OF_RULE.has(name));

/** The limits that say nothing in a back-test: what a refused text held, when people typed, and where there was room, is not in a verdict. */
export const UNTRIABLE: ReadonlySet<LimitName> = new Set<LimitName>([
  "text_bytes",
  "human_quiet_ms",
  "spawn_rate",
  "spawn_burst",
  "progress_rate",
  "progress_burst",
  "tree_sessions",
  "host_spawns",
]);

export interface LimitRefusal extends Refusal {
  readonly rule: string;
}

/** The command as far as a limit looks at it. */
type Tried = CommandOf<"session.send"> | CommandOf<"lease.acquire">;

/**
 * The question behind a verdict on a send or on a lease that was asked for; null for every other command, for a refusal that no limit made, and where the verdict
 * does not say which session asked. What the command held beside is not in it, and no limit looks at it.
 */
export function askedAgain(house: House, verdict: PastVerdict, sight: Sight): Question | null {
  const { data, at } = verdict;
  if (verdict.type === "command.refused" && !isOfLimit(verdict)) return null;
  const command = commandOf(verdict);
  if (command === null) return null;
  const caller = callerOf(verdict);
  if (caller === null && data.origin === undefined && data.principal.role === "session") return null;
  const via = caller === null ? null : { sessionId: caller, turnId: null };
  return { command, principal: data.principal, via, at, earlier: null, secret: null, generation: 0, sight };
}

function commandOf(verdict: PastVerdict): Tried | null {
  const { commandId, commandType } = verdict.data;
  const sessionId =
    verdict.type === "command.refused" ? verdict.data.sessionId : verdict.data.instruction?.sessionId;
  if (commandType === "lease.acquire") {
    // An acceptance does not name the session of the lease; who asks for one is charged for it wherever it is.
    const target = { sessionId: sessionId ?? ("" as SessionId) };
    return { type: commandType, commandId, target, ttlMs: DEFAULT_LEASE_TTL_MS };
  }
  if (commandType !== "session.send" || sessionId === undefined) return null;
  const send = { mode: "auto", expectedTurnId: null, text: "", deadlineMs: DEFAULT_DEADLINE_MS } as const;
  return { type: commandType, commandId, target: { sessionId }, ...send };
}

/** Whoever asked through a session is that session; what is charged to nobody else is charged to the principal. */
const callerOf = ({ data }: PastVerdict): SessionId | null =>
  ("viaSessionId" in data ? data.viaSessionId : undefined) ?? data.origin?.path.at(-1) ?? null;

const isOfLimit = ({ data }: EventOf<"command.refused">): boolean => LIMIT_OF_RULE.has(data.rule ?? "");

/** The first of those rules that refuses it. Its cause is the recorded one: what went into a turn is as it was. */
export function refusalByLimit(house: House, question: Question, { data }: PastVerdict): LimitRefusal | null {
  const cause: Cause = {
    origin: data.origin ?? { rootIds: [data.commandId], hop: 0, path: [] },
    refusal: null,
  };
  for (const [rule, ask] of limitRules) {
    const refusal = ask(house, question, cause);
    if (refusal !== null) return { rule, ...refusal };
  }
  return null;
}

/** What a past refusal said, if a limit made it. */
export const refusalIn = (verdict: PastVerdict): LimitRefusal | null =>
  verdict.type === "command.refused" && isOfLimit(verdict)
    ? { rule: verdict.data.rule ?? "", code: verdict.data.code as Refusal["code"], facts: verdict.data.facts }
    : null;

/** The limit that a refusal comes from, by its name. */
export function limitIn({ rule, facts }: LimitRefusal): string {
  const limit = LIMIT_OF_RULE.get(rule) ?? facts["limit"];
  return typeof limit === "string" && isLimitName(limit) ? limit : rule;
}

/** The verdict as a refusal. */
export function asRefused(verdict: PastVerdict, { rule, code, facts }: LimitRefusal): Event {
  const { commandId, commandType, digest, principal, origin } = verdict.data;
  const caller = callerOf(verdict);
  const asked = {
    commandId,
    commandType,
    digest,
    principal,
    ...(origin === undefined ? {} : { origin }),
    ...(caller === null ? {} : { viaSessionId: caller }),
  };
  return event("command.refused", verdict.at, { ...asked, rule, code, facts });
}

/**
 * The verdict as an acceptance: in the active turn if there was one, else as a start, with a token that nobody looks at. Null for a session that nobody has seen.
 */
export function asAccepted(
  house: House,
  { data, at }: PastVerdict,
  { command, sight }: Question,
): Event | null {
  const { commandId, commandType, digest, principal, origin } = data;
  const asked = { commandId, commandType, digest, principal };
  if (command.type !== "session.send") return event("command.accepted", at, asked);
  const { sessionId } = command.target;
  const session = sight.session(sessionId);
  if (session === null) return null;
  const { hostId, endpointId, activeTurnId } = session;
  const act = { kind: "send", mode: command.mode, expectedTurnId: activeTurnId } as const;
  const instruction = { sessionId, endpointId, token: nextToken(house, sessionId, 0), act };
  const cause = origin ?? { rootIds: [commandId], hop: 0, path: [] };
  const deadlineAt = at + command.deadlineMs;
  return event("command.accepted", at, { ...asked, hostId, instruction, origin: cause, deadlineAt });
}
