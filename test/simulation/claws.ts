/**
 * Whoever asks: two Claws and an operator. They repeat a command that was not answered, under the same id; they believe in a lease as long as their own
 * clock says, counted from when they asked (RELIABILITY §4.4); and a machine that was suspended wakes up believing too long.
 */
import { type Command, CommandId, type LeaseId, type SessionId } from "@claw/events";
import { note, sawTold } from "./invariants.ts";
import { type Answer, submit } from "./policy.ts";
import { type Caller, type Held, SESSIONS, type SimPolicy, type World } from "./state.ts";
import { every, later, now, send, tell } from "./time.ts";

export const TTL_MS = 10_000;
/** What the holder takes off its lease, so that it stops before the house does. */
export const marginMs = (ttlMs: number): number => 500 + ttlMs * 0.02;
const THINK_MS = 1_500;
const REPEAT_MS = 4_000;
const TRIES = 5;

export function startCaller(world: World, caller: Caller): void {
  caller.held.clear();
  every(world, caller.part, THINK_MS, () => think(world, caller));
}

function think(world: World, caller: Caller): void {
  if (world.isClosing) return;
  const { random } = world;
  const sessionId = random.pick(SESSIONS);
  const held = caller.held.get(sessionId);
  if (held !== undefined && held.untilMs - now(world) < TTL_MS * 0.7 && random.chance(0.8))
    return renew(world, caller, held);
  caller.asked += 1;
  const commandId = CommandId.parse(`${caller.principal.name}-${caller.part.lives}-${caller.asked}`);
  const command = anyCommand(world, caller, commandId, sessionId, held);
  // Who gives it back acts on it no more.
  if (command.type === "lease.release") forget(caller, command.leaseId);
  note(world, { kind: "asked", at: now(world), who: caller.principal.name, command });
  ask(world, caller, command, now(world));
}

function anyCommand(
  { random, threads, mood }: World,
  { principal }: Caller,
  commandId: CommandId,
  sessionId: SessionId,
  held: Held | undefined,
): Command {
  const target = { sessionId };
  const dice = random.next();
  const deadlineMs = random.pick([2_000, 5_000, 15_000]);
  const active = threads.get(sessionId)?.turns.at(-1)?.turnId ?? null;
  if (held !== undefined && random.chance(0.05))
    return { type: "lease.release", commandId, leaseId: held.leaseId };
  if (dice < mood.leases && held === undefined && principal.role === "claw")
    return { type: "lease.acquire", commandId, target, ttlMs: TTL_MS };
  if (dice < 0.05 && principal.role === "operator")
    return { type: "lease.break", commandId, target, reason: "why" };
  if (random.chance(0.2))
    return { type: "session.interrupt", commandId, target, expectedTurnId: null, deadlineMs };
  const mode = random.pick(["auto", "auto", "start", "steer"] as const);
  const expectedTurnId = random.chance(0.2) ? active : null;
  return { type: "session.send", commandId, target, text: "text", mode, expectedTurnId, deadlineMs };
}

const policyOf = ({ policies }: World, { asks }: Caller): SimPolicy =>
  policies[asks % policies.length] as SimPolicy;

function tryAnother({ random }: World, caller: Caller, probability: number): void {
  if (random.chance(probability)) caller.asks += 1;
}

/** Asks one of the policies, and again while nobody answers. */
function ask(
  world: World,
  caller: Caller,
  command: Command,
  sentAtMs: number,
  tries = 0,
  done = { is: false },
): void {
  if (tries >= TRIES || done.is) return;
  if (tries > 0) tryAnother(world, caller, 0.3);
  const policy = policyOf(world, caller);
  send(world, policy.part, () => {
    const answer = submit(world, policy, command, caller.principal);
    if (answer !== null)
      send(world, caller.part, () => answered(world, caller, command, sentAtMs, answer, done));
  });
  const againMs = world.random.between(REPEAT_MS / 2, REPEAT_MS);
  later(world, caller.part, againMs, () => ask(world, caller, command, sentAtMs, tries + 1, done));
}

function answered(
  world: World,
  caller: Caller,
  command: Command,
  sentAtMs: number,
  { verdict, token }: Answer,
  done: { is: boolean },
): void {
  if (done.is) return;
  done.is = true;
  const code = verdict.decision === "refused" ? verdict.code : null;
  note(world, { kind: "answered", at: now(world), commandId: command.commandId, code });
  repeatSometimes(world, caller, command, sentAtMs);
  if (command.type !== "lease.acquire" || verdict.decision !== "accepted" || token === null) return;
  const { sessionId } = command.target;
  const untilMs = sentAtMs + command.ttlMs - marginMs(command.ttlMs);
  awaitGrant(world, caller, { leaseId: command.commandId, sessionId, token, untilMs });
}

/** Who is unsure asks again, under the same id: the answer is the first one, and nothing is done twice. */
function repeatSometimes(world: World, caller: Caller, command: Command, sentAtMs: number): void {
  const { random, mood } = world;
  if (!random.chance(mood.repeats)) return;
  const inMs = random.between(1_000, 30_000);
  later(world, caller.part, inMs, () => ask(world, caller, command, sentAtMs, TRIES - 1));
}

const forget = ({ held }: Caller, leaseId: LeaseId): void => {
  for (const [sessionId, one] of held) if (one.leaseId === leaseId) held.delete(sessionId);
};

/** Looks until the house says that the lease is granted, or that it is of no use any more. */
function awaitGrant(world: World, caller: Caller, lease: Held): void {
  if (now(world) >= lease.untilMs) return;
  const isGranted = world.log.entries.some(({ entryId }) => entryId === `due/${lease.leaseId}/granted`);
  if (!isGranted) return later(world, caller.part, 300, () => awaitGrant(world, caller, lease));
  send(world, caller.part, () => {
    if (now(world) >= lease.untilMs || caller.held.has(lease.sessionId)) return;
    caller.held.set(lease.sessionId, lease);
    tell(world, `${caller.principal.name} holds ${lease.leaseId}`);
    note(world, { kind: "told", at: now(world), leaseId: lease.leaseId });
    sawTold(world, caller, lease);
    drop(world, caller, lease);
  });
}

/** Its own clock ends it, unless it was renewed. */
function drop(world: World, caller: Caller, lease: Held): void {
  later(world, caller.part, lease.untilMs - now(world), () => {
    if (caller.held.get(lease.sessionId) !== lease) return;
    if (now(world) < lease.untilMs) return drop(world, caller, lease);
    note(world, { kind: "held", at: lease.untilMs, leaseId: lease.leaseId });
    caller.held.delete(lease.sessionId);
  });
}

/** Counted from when it was asked, whatever the answer took. */
function renew(world: World, caller: Caller, lease: Held): void {
  const sentAtMs = now(world);
  caller.asked += 1;
  const commandId = CommandId.parse(`${caller.principal.name}-${caller.part.lives}-${caller.asked}`);
  const policy = policyOf(world, caller);
  const command: Command = { type: "lease.renew", commandId, leaseId: lease.leaseId };
  send(world, policy.part, () => {
    const answer = submit(world, policy, command, caller.principal);
    if (answer === null) return tryAnother(world, caller, 0.15);
    send(world, caller.part, () => {
      const { leaseId } = lease;
      const code = answer.verdict.decision === "refused" ? answer.verdict.code : null;
      note(world, { kind: "renewed", askedAt: sentAtMs, at: now(world), leaseId, code });
      if (caller.held.get(lease.sessionId) !== lease) return;
      if (answer.verdict.decision === "refused") return forget(caller, lease.leaseId);
      lease.untilMs = Math.max(lease.untilMs, sentAtMs + TTL_MS - marginMs(TTL_MS));
      sawTold(world, caller, lease);
    });
  });
}
