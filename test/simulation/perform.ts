/** One command on the host: rule, look, plan, claim, call, and find out what became of it. */
import type { TurnAct } from "@claw/events";
import {
  type Call,
  claim,
  type CommandOrder,
  type CommandRow,
  type Kept,
  type Outcome,
  rowOf,
  ruleOnCommand,
  ruleOnRepeat,
  type Ruling,
} from "../../services/connector/src/domain/fence.ts";
import { type Finding, findMark } from "../../services/connector/src/domain/mark.ts";
import { plan } from "../../services/connector/src/domain/plan.ts";
import { candidates, lookAt, take } from "./codex.ts";
import { conclude, sayOutcome, write } from "./disk.ts";
import { sawCall } from "./invariants.ts";
import { plan as planAt } from "./schedule.ts";
import type { Queued, Thread, World } from "./state.ts";
import { later, now, tell } from "./time.ts";

/** As long as `perform/investigate.ts` of the connector waits, in ms. */
const SETTLED_AFTER_MS = 2_000;
const UNKNOWN_AFTER_MS = 30_000;
const LOOK_MS = 500;
/** How often, and how long apart, a look at the thread that may change is repeated. */
const LOOKS = 6;

const isAway = (world: World): boolean => world.codexAwayUntilMs > now(world);

const threadOf = (world: World, order: CommandOrder): Thread =>
  world.threads.get(order.instruction.sessionId) as Thread;

function ruled(world: World, order: CommandOrder, leftMs: number): Ruling {
  const { host, bug } = world;
  const { sessionId } = order.instruction;
  const row = bug === "no_dedupe" ? null : (host.rows.get(order.commandId) ?? null);
  const newest = bug === "no_fence" ? null : (host.newest.get(sessionId) ?? null);
  return ruleOnCommand({ row, newest }, order, leftMs);
}

/** A command's turn has come. */
export function begin(world: World, order: CommandOrder, queued: Queued, over: () => void, looks = 0): void {
  const { host, bug } = world;
  const leftMs = queued.untilMs - now(world);
  const ruling = ruled(world, order, leftMs);
  const known = host.rows.get(order.commandId);
  if (bug === "speaks_again" && known?.phase === "done" && leftMs <= 0)
    sayOutcome(world, known, { type: "command.expired" });
  const isCurrent = host.uplink === queued.uplink;
  if (ruling.type === "nothing" && known !== undefined && isCurrent) tellAgain(world, known);
  if (ruling.type === "investigate") investigate(world, ruling.row, null, now(world));
  if (ruling.type === "decline") decline(world, order, ruling.outcome);
  if (ruling.type !== "perform" || !isCurrent) return over();
  later(world, host.part, world.random.between(1, 30), () => look(world, order, queued, over, looks));
}

/**
 * The house has this outcome in its log, and asks all the same: then the command was accepted anew, in a log that has lost its first acceptance. What was said
 * stands before the new one, and readers would wait for ever. To say the same twice does no harm.
 */
function tellAgain(world: World, row: CommandRow): void {
  const { host, bug } = world;
  const toldAt = host.toldAt.get(row.commandId) ?? Infinity;
  const writes = ruleOnRepeat(row, toldAt > host.acked, bug === "tells_once");
  if (writes === null) return;
  tell(world, `host says again what became of ${row.commandId}`);
  write(world, writes);
}

function decline(world: World, order: CommandOrder, outcome: Outcome): void {
  if (world.bug === "stays_silent" && outcome.type === "command.expired") return;
  conclude(world, rowOf(order), outcome);
}

/** Nobody in this world spawns, resumes or answers. */
function turnActOf({ act }: CommandOrder["instruction"]): TurnAct {
  if (act.kind !== "send" && act.kind !== "interrupt")
    throw new TypeError(`nobody asks for ${act.kind} here`);
  return act;
}

/** The thread as it is now, what it comes to, and the claim: nothing lies between them but the disk. */
function look(world: World, order: CommandOrder, queued: Queued, over: () => void, looks: number): void {
  const { host } = world;
  const { instruction } = order;
  if (isAway(world)) {
    if (looks < LOOKS)
      return later(world, host.part, LOOK_MS, () => begin(world, order, queued, over, looks + 1));
    decline(world, order, { type: "command.failed", code: "endpoint_lost", facts: {} });
    return over();
  }
  const seen = lookAt(threadOf(world, order));
  const planned = plan(turnActOf(instruction), seen);
  const isStill = ruled(world, order, queued.untilMs - now(world)).type === "perform";
  if (!isStill || host.uplink !== queued.uplink) return begin(world, order, queued, over, LOOKS);
  if (planned.type === "fail") {
    if (planned.mayChange && looks < LOOKS)
      return later(world, host.part, LOOK_MS, () => begin(world, order, queued, over, looks + 1));
    decline(world, order, planned.outcome);
    return over();
  }
  const call: Call =
    planned.type === "start"
      ? { mode: "start", turnId: null, after: seen.newest?.turnId ?? null }
      : { mode: planned.type, turnId: planned.turnId, after: null };
  const kept: Kept["newest"] = host.newest.get(instruction.sessionId) ?? null;
  const writes = claim({ newest: kept }, order, call);
  write(world, writes);
  world.strike();
  const { row } = writes;
  if (row !== null)
    later(world, host.part, world.random.between(0, 10), () => callCodex(world, order, row, call, over));
}

/** The call is on its way to Codex, which takes it even if we die now; its answer finds us only if we live. */
function callCodex(world: World, order: CommandOrder, row: CommandRow, call: Call, over: () => void): void {
  const thread = threadOf(world, order);
  const takenInMs = world.random.between(1, 20);
  world.strike();
  planAt(world.schedule, now(world) + takenInMs, () => {
    const isLost = isAway(world);
    const turnId = isLost ? null : take(thread, call, order.commandId, now(world));
    tell(world, `codex takes ${call.mode} of ${order.commandId}: ${turnId ?? "nothing"}`);
    if (turnId !== null) sawCall(world, order.commandId, order.instruction);
    world.strike();
    later(world, world.host.part, world.random.between(1, 20), () => {
      // A server that went away may have done it, and have no time to say so.
      const isUnheard = isLost || isAway(world);
      if (turnId !== null || isUnheard) investigate(world, row, isUnheard ? null : turnId, now(world));
      else conclude(world, row, { type: "command.failed", code: "turn_mismatch", facts: {} });
      over();
    });
  });
}

/** Looks until the outcome is final, or is said to be unknown and no look will change it. */
export function investigate(
  world: World,
  row: CommandRow,
  replied: string | null,
  beganAtMs: number,
  sameSinceMs = beganAtMs,
  word = "",
): void {
  const current = world.host.rows.get(row.commandId);
  if (current === undefined || current.phase === "done") return;
  const thread = world.threads.get(row.sessionId) as Thread;
  const finding: Finding = isAway(world)
    ? { type: "unsure", reason: "endpoint_lost" }
    : findMark(row, candidates(thread, row.call), replied, true);
  const is = finding.type === "unsure" ? finding.reason : finding.type;
  const sinceMs = is === word ? sameSinceMs : now(world);
  const outcome = judged(finding, now(world) - sinceMs, now(world) - beganAtMs);
  if (outcome !== null && !(outcome.type === "command.unknown" && current.phase === "unknown"))
    conclude(world, current, outcome);
  later(world, world.host.part, LOOK_MS, () => investigate(world, row, replied, beganAtMs, sinceMs, is));
}

function judged(finding: Finding, steadyMs: number, elapsedMs: number): Outcome | null {
  if (finding.type === "settled") return finding.outcome;
  if (finding.type === "absent")
    return steadyMs < SETTLED_AFTER_MS ? null : { type: "command.failed", code: "turn_mismatch", facts: {} };
  return elapsedMs < UNKNOWN_AFTER_MS ? null : { type: "command.unknown", reason: finding.reason };
}
