/**
 * The host: the connector's own rules (`fence`, `plan`, `mark`) in a small shell with a table, an outbox and a queue for each session. What it writes at
 * once, it writes in one transaction; between the claim, the call and the report it may die or be paused.
 */
import type { SessionId } from "@claw/events";
import { type FenceOrder, ruleOnFence } from "../../services/connector/src/domain/fence.ts";
import { report, write } from "./disk.ts";
import { begin, investigate } from "./perform.ts";
import type { Ask, World } from "./state.ts";
import { every, later, now } from "./time.ts";

/** When two ticks are further apart, the machine slept: the uplink goes, with all that was not begun (DESIGN 14.9). */
const GAP_MS = 2_000;
const TICK_MS = 400;

/** The first thing in each life: forget what was in memory, and find out about all that was begun. */
export function startHost(world: World): void {
  const { host } = world;
  for (const queue of host.queues.values()) queue.length = 0;
  host.busy.clear();
  host.uplink = null;
  if (world.bug === "forgets_tokens") host.newest.clear();
  for (const row of host.rows.values()) {
    if (world.bug === "calls_again" && row.phase === "performing") host.rows.delete(row.commandId);
    else if (row.phase !== "done") investigate(world, row, null, now(world));
  }
  every(world, host.part, TICK_MS, () => watch(world));
}

/** Tells what Codex did since it looked last. */
function watch(world: World): void {
  const { host, threads } = world;
  noticeGap(world);
  for (const [sessionId, { seen }] of threads) {
    const from = host.seen.get(sessionId) ?? 0;
    for (const event of seen.slice(from)) report(world, sessionId, event);
    host.seen.set(sessionId, seen.length);
  }
}

function noticeGap(world: World): void {
  const { host } = world;
  if (now(world) - host.part.ranAtMs < GAP_MS || host.part.ranAtMs === 0) return;
  host.uplink = null;
  for (const queue of host.queues.values()) queue.length = 0;
}

/** A frame came in on that uplink. */
export function receive(world: World, uplink: number, ask: Ask): void {
  const { host } = world;
  noticeGap(world);
  if (host.uplink !== uplink) return;
  const { sessionId } = ask.kind === "command" ? ask.order.instruction : ask.order;
  const queued = { ask, untilMs: now(world) + ask.remainingMs, uplink };
  if (ask.kind === "fence" && world.bug === "fences_meanwhile")
    return fence(world, ask.order, ask.remainingMs);
  if (
    world.bug === "interrupts_beside" &&
    ask.kind === "command" &&
    ask.order.instruction.act.kind === "interrupt"
  )
    return begin(world, ask.order, queued, () => undefined);
  host.queues.get(sessionId)?.push(queued);
  next(world, sessionId);
}

/** The next of that session: one at a time, so that no fence is answered between a claim and its call. */
function next(world: World, sessionId: SessionId): void {
  const { host } = world;
  const queue = host.queues.get(sessionId) ?? [];
  if (host.busy.has(sessionId)) return;
  const queued = queue.shift();
  if (queued === undefined) return;
  if (queued.ask.kind === "fence") {
    fence(world, queued.ask.order, queued.untilMs - now(world));
    return next(world, sessionId);
  }
  host.busy.add(sessionId);
  begin(world, queued.ask.order, queued, () => {
    host.busy.delete(sessionId);
    later(world, host.part, 0, () => next(world, sessionId));
  });
}

function fence(world: World, order: FenceOrder, leftMs: number): void {
  const newest = world.host.newest.get(order.sessionId) ?? null;
  const writes = ruleOnFence(newest, order, leftMs);
  if (writes !== null) write(world, writes);
}
