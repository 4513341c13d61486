/**
 * A policy: the house's own `decide`, `evolve` and `due` in a small shell. Two of them stand over one lane; who leads proves it with each append at the
 * head that it knows.
 */
import {
  type Command,
  DECIDED,
  type EntryId,
  type Event,
  type FencingToken,
  type Principal,
  type Verdict,
} from "@claw/events";
import { decide } from "../../services/policy/src/domain/decide.ts";
import { dueOfCommands, dueOfLeases } from "../../services/policy/src/domain/due.ts";
import { firstVerdictIds, leadId, verdictId } from "../../services/policy/src/domain/entry-ids.ts";
import { emptyHouse, evolve } from "../../services/policy/src/domain/house.ts";
import { leasesOf, noLeases, renewed, tended } from "../../services/policy/src/domain/lease-clock.ts";
import { factsOf } from "../../services/policy/src/domain/recalled.ts";
import type { Earlier } from "../../services/policy/src/domain/question.ts";
import { evolveSight, sightIn, sightKey } from "../../services/policy/src/domain/sight-fold.ts";
import type { Sight } from "../../services/policy/src/domain/sight.ts";
import { note } from "./invariants.ts";
import { append, recordedIn, type SimEntry } from "./log.ts";
import type { SimPolicy, World } from "./state.ts";
import { every, now, tell } from "./time.ts";

const TICK_MS = 300;
const COMMANDS_MS = 2_000;
const BEAT_MS = 2_000;
const REST_MS = 10_000;

/** The first thing in each life. */
export function startPolicy(world: World, policy: SimPolicy): void {
  policy.house = emptyHouse;
  policy.firsts.clear();
  policy.sights.clear();
  Object.assign(policy, { folded: 0, head: 0, seen: 0, clock: noLeases, leader: null, ledBy: null });
  every(world, policy.part, TICK_MS, () => tend(world, policy));
  every(world, policy.part, COMMANDS_MS, () => tendCommands(world, policy));
  every(world, policy.part, BEAT_MS, () => beat(world, policy));
}

const sightOf = ({ sights }: SimPolicy): Sight => sightIn((key) => sights.get(key));

/** Folds the decided lane to its end. */
function refold(world: World, policy: SimPolicy): void {
  const { entries } = world.log;
  for (; policy.folded < entries.length; policy.folded += 1) {
    const entry = entries[policy.folded] as SimEntry;
    if (entry.lane === DECIDED) foldDecided(policy, entry);
  }
  policy.isUncertain = false;
  if (policy.leader !== null && policy.leader !== policy.ledBy) stepDown(world, policy);
}

function foldDecided(policy: SimPolicy, { entryId, events }: SimEntry): void {
  policy.head += 1;
  for (const event of events) {
    if (event.type === "policy.led") policy.ledBy = event.data.leader;
    else policy.house = evolve(policy.house, event);
  }
  const [first] = events;
  if (!entryId.startsWith("decision/")) return;
  if (first?.type !== "command.accepted" && first?.type !== "command.refused") return;
  const { digest, principal } = first.data;
  const verdict: Earlier["verdict"] =
    first.type === "command.accepted"
      ? { decision: "accepted" }
      : { decision: "refused", code: first.data.code as never, facts: first.data.facts };
  policy.firsts.set(entryId, { earlier: { digest, principal, verdict }, events });
}

/** Sees some of what was observed since, or all of it. */
function see(world: World, policy: SimPolicy, through: number): void {
  const { entries } = world.log;
  for (; policy.seen < through; policy.seen += 1)
    for (const recorded of recordedIn(entries[policy.seen] as SimEntry, policy.seen)) {
      const key = sightKey(recorded);
      if (key === null) continue;
      const row = evolveSight(policy.sights.get(key), recorded);
      if (row !== undefined) policy.sights.set(key, row);
    }
}

function stepDown(world: World, policy: SimPolicy): void {
  tell(world, `${policy.part.name} steps down`);
  policy.leader = null;
}

/** At the head that it knows; a conflict leaves no trace, and the lane is folded before anything else. */
function write(world: World, policy: SimPolicy, entryId: EntryId, events: readonly Event[]): boolean {
  const entry: SimEntry = { entryId, lane: DECIDED, by: { kind: "policy" }, recordedAt: now(world), events };
  const outcome = append(world.log, entry, policy.head);
  if (outcome !== "appended") policy.isUncertain = true;
  else for (const event of events) note(world, { kind: "appended", at: now(world), entryId, event });
  refold(world, policy);
  return outcome === "appended";
}

function beat(world: World, policy: SimPolicy): void {
  if (policy.leader !== null) {
    refold(world, policy);
    if (policy.leader !== null) world.beatAtMs = now(world);
    return;
  }
  const before = policy.head;
  refold(world, policy);
  const isQuiet = world.weather.isDeaf || (now(world) - world.beatAtMs >= REST_MS && policy.head === before);
  if (isQuiet || policy.ledBy === null) takeLead(world, policy);
}

/** Says so at the head of the lane, sees all that was observed until then, and gives every lease its full TTL. */
function takeLead(world: World, policy: SimPolicy): void {
  policy.leads += 1;
  const leader = `${policy.part.name}-${policy.part.lives}-${policy.leads}`;
  policy.leader = leader;
  const led: Event = { type: "policy.led", at: now(world), data: { leader }, body: null };
  if (!write(world, policy, leadId(leader), [led])) {
    policy.leader = null;
    return;
  }
  tell(world, `${leader} leads`);
  see(world, policy, world.log.entries.length);
  world.beatAtMs = now(world);
  policy.clock = tended(noLeases, policy.house, now(world));
  if (world.bug === "no_full_ttl")
    policy.clock = new Map(leasesOf(policy.house).map(({ leaseId }) => [leaseId, now(world)]));
}

/** What happens by itself. The sight lags: sometimes by much. */
function tend(world: World, policy: SimPolicy): void {
  const { log, random } = world;
  see(
    world,
    policy,
    random.chance(0.8) ? log.entries.length : random.between(policy.seen, log.entries.length),
  );
  if (policy.isUncertain) refold(world, policy);
  if (policy.leader === null || policy.house.leases.size === 0) return;
  policy.clock = tended(policy.clock, policy.house, now(world));
  if (world.bug === "grants_unfenced") grantAll(world, policy);
  appendAll(world, policy, dueOfLeases);
}

/** The commands' part: only time makes it due. */
function tendCommands(world: World, policy: SimPolicy): void {
  if (policy.isUncertain) refold(world, policy);
  if (world.bug !== "stays_silent")
    appendAll(world, policy, (house, sight, _, at) => dueOfCommands(house, sight, at));
}

function appendAll(world: World, policy: SimPolicy, find: typeof dueOfLeases): void {
  if (policy.leader === null) return;
  const at = now(world);
  for (const { entryId, events } of find(policy.house, sightOf(policy), policy.clock, { at, monoMs: at })) {
    if (policy.leader === null || !write(world, policy, entryId, events)) return;
    tell(world, `${policy.part.name}: ${entryId}`);
  }
}

function grantAll(world: World, policy: SimPolicy): void {
  for (const { leaseId, sessionId, state } of leasesOf(policy.house)) {
    if (state !== "offered") continue;
    const granted: Event = {
      type: "lease.granted",
      at: now(world),
      data: { leaseId, sessionId },
      body: null,
    };
    write(world, policy, `due/${leaseId}/granted` as EntryId, [granted]);
  }
}

export interface Answer {
  readonly verdict: Verdict;
  readonly token: FencingToken | null;
}

/** A caller asks. Null: this one does not lead, or not any more. */
export function submit(
  world: World,
  policy: SimPolicy,
  command: Command,
  principal: Principal,
): Answer | null {
  const isRenewal = command.type === "lease.renew";
  // A renewal leaves no entry whose place in the lane would prove the lead, so the lane is looked at before.
  if (policy.isUncertain || isRenewal) refold(world, policy);
  if (policy.leader === null) return null;
  const firsts = firstVerdictIds(command.commandId, principal).map((id) => policy.firsts.get(id));
  const first = firsts.find((one) => one !== undefined) ?? null;
  const at = now(world);
  const generation = world.bug === "no_generation" ? 1 : world.log.generation;
  const earlier = first?.earlier ?? null;
  const question = {
    command,
    principal,
    at,
    earlier,
    secret: null,
    via: null,
    generation,
    sight: sightOf(policy),
  };
  const { verdict, events } = decide(policy.house, question);
  if (events.length === 0) {
    if (isRenewal && first === null && verdict.decision === "accepted")
      policy.clock = renewed(policy.clock, policy.house, command.leaseId, at);
    return { verdict, token: tokenIn(first?.events ?? []) };
  }
  const id = verdictId(question, verdict, () => `r${world.log.entries.length}`);
  if (!write(world, policy, id, events)) return null;
  const code = verdict.decision === "refused" ? ` ${verdict.code}` : "";
  tell(
    world,
    `${policy.part.name}: ${principal.name} ${command.type} ${command.commandId} ${verdict.decision}${code}`,
  );
  return { verdict, token: tokenIn(events) };
}

function tokenIn(events: readonly Event[]): FencingToken | null {
  const { generation, counter } = factsOf(events);
  return typeof generation === "number" && typeof counter === "number" ? { generation, counter } : null;
}
