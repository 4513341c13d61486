/** What the log of a finished history must say, whatever happened in it. */
import {
  type CommandId,
  compareTokens,
  DECIDED,
  type Event,
  type FencingToken,
  isOutcome,
  type Principal,
  type Recorded,
  type SessionId,
} from "@claw/events";
import type { CommandRow } from "../../libs/views/src/command-rows.ts";
import { commands } from "../../libs/views/src/domain/commands.ts";
import { count, nameOf, Violation } from "./invariants.ts";
import { recordedIn } from "./log.ts";
import type { World } from "./state.ts";

/** Throws the first thing that is wrong. */
export function judge(world: World): void {
  const recorded = world.log.entries.flatMap(recordedIn);
  for (const row of rowsOf(recorded)) {
    count(world, "accepted");
    if (row.outcome?.by === "policy") count(world, "overdue");
  }
  tokensGrow(recorded);
  outcomesAreFinal(world, recorded);
  everyCommandEnds(recorded);
}

interface Desk {
  newest: FencingToken | null;
  lease: { readonly leaseId: string; readonly holder: Principal; readonly token: FencingToken } | null;
}

/** Every write has a token of its own, newer than all before, or that of its writer's lease; and nobody writes beside another's lease. */
function tokensGrow(recorded: readonly Recorded[]): void {
  const desks = new Map<SessionId, Desk>();
  for (const { lane, event } of recorded) {
    if (lane !== DECIDED) continue;
    const sessionId = sessionOf(event);
    if (sessionId === null) continue;
    const desk = desks.get(sessionId) ?? { newest: null, lease: null };
    desks.set(sessionId, desk);
    tokenOf(desk, event);
  }
}

function sessionOf(event: Event): SessionId | null {
  if (event.type === "command.accepted") return event.data.instruction?.sessionId ?? null;
  return event.type.startsWith("lease.") && "sessionId" in event.data
    ? (event.data.sessionId as SessionId)
    : null;
}

function tokenOf(desk: Desk, event: Event): void {
  if (event.type === "lease.offered") {
    isNewer(desk, event.data.token, event.data.leaseId);
    if (desk.lease !== null)
      throw new Violation(`${event.data.leaseId} was offered beside ${desk.lease.leaseId}`);
    const { leaseId, holder, token } = event.data;
    desk.lease = { leaseId, holder, token };
  } else if (event.type === "command.accepted") {
    const { instruction, principal, commandId } = event.data;
    if (instruction === undefined) return;
    const { lease } = desk;
    if (lease === null) return isNewer(desk, instruction.token, commandId);
    const isHolder = nameOf(lease.holder) === nameOf(principal);
    // A person may interrupt beside a lease; so that the holder is not fenced off, with the token that there is.
    if (!isHolder && principal.kind === "person" && instruction.act.kind === "interrupt") return;
    if (!isHolder)
      throw new Violation(`${commandId} was accepted beside ${lease.leaseId} of ${nameOf(lease.holder)}`);
    if (compareTokens(lease.token, instruction.token) !== 0) isNewer(desk, instruction.token, commandId);
  } else if (event.type !== "lease.granted" && desk.lease !== null) desk.lease = null;
}

function isNewer(desk: Desk, token: FencingToken, what: string): void {
  if (desk.newest !== null && compareTokens(token, desk.newest) <= 0)
    throw new Violation(`the token of ${what} is not newer than the one before`);
  desk.newest = token;
}

/**
 * A host says one final thing of a command, and before it at most once that it does not know (DESIGN 14.26). It may say the same again: where the command
 * was accepted anew it has to.
 */
function outcomesAreFinal(world: World, recorded: readonly Recorded[]): void {
  const said = new Map<CommandId, string>();
  for (const { event } of recorded) {
    if (!isOutcome(event)) continue;
    const { commandId } = event.data;
    count(world, event.type);
    const before = said.get(commandId);
    said.set(commandId, event.type);
    if (before !== undefined && before !== event.type && before !== "command.unknown")
      throw new Violation(`of ${commandId} the host says ${before}, then ${event.type}`);
  }
  for (const commandId of world.witness.performed) {
    const word = said.get(commandId);
    if (word === "command.failed" || word === "command.expired")
      throw new Violation(`${commandId} was performed, and the host says ${word}`);
  }
}

/** Policy's word that a command is overdue is an end for readers, and none for who wants to know: of that, its host tells once it is asked again. */
export function judgeByHosts(world: World): void {
  const recorded = world.log.entries.flatMap(recordedIn);
  outcomesAreFinal(world, recorded);
  for (const { commandId, outcome } of rowsOf(recorded))
    if (outcome?.by !== "host") throw new Violation(`of ${commandId} its host never says what became of it`);
}

/** Every accepted command has an end, or is said to be unknown. */
function everyCommandEnds(recorded: readonly Recorded[]): void {
  for (const { commandId, outcome } of rowsOf(recorded))
    if (outcome === null) throw new Violation(`${commandId} was accepted and has no end`);
}

/** The accepted commands that a host was to carry out, as readers see them. */
function rowsOf(recorded: readonly Recorded[]): readonly CommandRow[] {
  const rows = new Map<string, CommandRow>();
  for (const one of recorded) {
    const fact = { ...one, index: 0, asked: null };
    const keys = commands.key(fact, () => undefined) ?? [];
    for (const key of typeof keys === "string" ? [keys] : keys) {
      const after = commands.evolve(rows.get(key), fact, () => undefined, key);
      if (after !== undefined) rows.set(key, after);
    }
  }
  return [...rows.values()].filter(({ decision, act }) => decision === "accepted" && act !== null);
}
