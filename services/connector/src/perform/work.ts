/** One command while it is carried out: what stands in its way, for how long, and what the law says of it now. */
import { type CodexFault, didNothing, refusalOf } from "@claw/codex-rpc";
import type { RefusalCode } from "@claw/events";
import type { Effect } from "effect";
import {
  type CommandRow,
  mayCall,
  type Outcome,
  rowOf,
  ruleOnCommand,
  type Ruling,
} from "../domain/fence.ts";
import { type Obstacle, PATIENCE_MS } from "../domain/patience.ts";
import { conclude } from "./conclude.ts";
import { refusedForGood } from "./refused.ts";
import {
  type ActingTools,
  type KeyHeld,
  leftMs,
  type Order,
  type PerformTools,
  type Place,
} from "./tools.ts";

export interface Work extends KeyHeld {
  readonly tools: ActingTools;
  readonly order: Order;
  /** Runs once, as soon as something was said of it. */
  readonly said: () => void;
  /** Since when each obstacle stood in the way, monotonic. */
  readonly since: Map<Obstacle, number>;
  /** Set once it is claimed. */
  row: CommandRow | null;
  /** The outbox cannot have forgotten it, or the thread was searched for it. */
  isRemembered: boolean;
  /** It was looked at a second time because a turn may have been beginning. */
  isSure: boolean;
  looks: number;
}

export type Facts = Extract<Outcome, { type: "command.failed" }>["facts"];

/** Try again from the start: at once, or when what stands in the way may have passed. */
export type Again = "at_once" | Obstructed;
export interface Obstructed {
  readonly obstacle: Obstacle;
  readonly facts: Facts;
}
/** Null: it is over. */
export type Step = Effect.Effect<Again | null, CodexFault>;

export const obstructed = (obstacle: Obstacle, facts: Facts = {}): Obstructed => ({ obstacle, facts });

/** What the law says now. Once it is claimed, only that it may be called again. */
export function rule({ tools, order, row }: Work): Ruling {
  const { commands } = tools.outbox;
  const left = leftMs(tools, order);
  const kept = commands.kept(order.commandId, order.instruction.sessionId);
  return row === null ? ruleOnCommand(kept, order, left) : mayCall(kept.newest, order, left);
}

/** It came by an uplink that is over, and nothing of it was begun: it will be sent again. */
export const isForsaken = ({ order, row }: Work): boolean => row === null && !order.line.isCurrent();

/** What was told of it while it waited stands (`refresh`): nothing is told twice. */
export function end(work: Work, outcome: Outcome): null {
  const { tools, order, row } = work;
  const isTold =
    row === null && tools.outbox.commands.kept(order.commandId, order.instruction.sessionId).row !== null;
  if (!isTold) conclude(tools, row ?? rowOf(order), outcome);
  work.said();
  return null;
}

export const failed = (work: Work, code: RefusalCode, facts: Facts = {}): null =>
  end(work, { type: "command.failed", code, facts });

/**
 * Whether it has waited long enough for this to pass, and what was said then: that it failed; or, where it may have been done before this outbox lost
 * its memory and that could not be looked up, that nobody knows.
 */
export function givesUp(work: Work, { obstacle, facts }: Obstructed): boolean {
  const now = work.tools.clocks.monoMs();
  const since = work.since.get(obstacle) ?? now;
  work.since.set(obstacle, since);
  if (now - since < PATIENCE_MS[obstacle]) return false;
  if (work.isRemembered) failed(work, obstacle, facts);
  else end(work, { type: "command.unknown", reason: obstacle });
  return true;
}

/** What Codex's "no", or its silence, means for a call that surely did nothing: a read, or one that was refused. */
export function afterRefusal(work: Work, place: Pick<Place, "desk">, fault: CodexFault): Again | null {
  const final = refusedForGood(fault);
  if (final !== null) return failed(work, final.code, final.facts);
  const refusal = refusalOf(fault);
  switch (refusal?.kind) {
    case "no_active_turn":
      return obstructed("session_idle");
    // The next look says which turn it is.
    case "turn_mismatch":
      return obstructed("turn_unknown", { activeTurnId: refusal.found });
    case "thread_unknown":
    case "no_turns":
    case "not_listable":
      return obstructed("session_unknown");
    case "active_writer":
      return obstructed("active_writer", { holder: holderOf(work.tools, work.order) });
  }
  if (fault.code === "draining") place.desk.draining();
  return obstructed(didNothing(fault) ? "endpoint_busy" : "endpoint_lost", { reason: fault.code });
}

/** Which app-server has the thread in memory: the one on this host that was last seen to have it, or one that nobody knows (N1-014). */
function holderOf({ outbox }: PerformTools, { instruction }: Order): string {
  const state = outbox.session(instruction.sessionId);
  const isElsewhere = state !== null && state.endpointId !== instruction.endpointId;
  return isElsewhere && state.activity.type !== "notLoaded" ? state.endpointId : "another app-server";
}
