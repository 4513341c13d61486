/** One history from one seed: a hundred bad seconds, and then time enough for everything to end. */
import { type Event, type EntryId, DECIDED, GroupId, sha256, TokenId } from "@claw/events";
import type { Bug } from "./bugs.ts";
import { startCaller } from "./claws.ts";
import { beginHost, mend, startFaults, startLife, strike } from "./faults.ts";
import { report } from "./disk.ts";
import { startIngest } from "./ingest.ts";
import { Violation } from "./invariants.ts";
import type { Note } from "./lease-notes.ts";
import { append } from "./log.ts";
import { startPolicy } from "./policy.ts";
import { runUntil } from "./schedule.ts";
import { judge, judgeByHosts } from "./verdict.ts";
import {
  BEGINS_AT,
  ENDPOINT,
  HOST,
  newCallers,
  newHost,
  newIngest,
  newPolicy,
  newThread,
  newWorld,
  SESSIONS,
  type World,
} from "./state.ts";

const BAD_MS = 100_000;
/** Longer than the longest that anything is down, the longest deadline, and the time after which a host says that it does not know. */
const MEND_MS = 120_000;
/** For a host that is asked once more for all that is open: frames may have been lost for good, as none are on a connection that stands. */
const ASKED_AGAIN_MS = 60_000;

export interface History {
  readonly seed: number;
  readonly violation: string | null;
  readonly story: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

/** A defect of the machines, such as an error that they throw, is thrown on with its seed. */
export function run(seed: number, bug: Bug | null = null): History {
  const world = begun(seed, bug);
  const told = (violation: string | null): History => ({
    seed,
    violation,
    story: world.story,
    counts: world.witness.counts,
  });
  try {
    live(world);
    judge(world);
    world.host.uplink = null;
    runUntil(world.schedule, BEGINS_AT + BAD_MS + MEND_MS + ASKED_AGAIN_MS);
    judgeByHosts(world);
    return told(null);
  } catch (error) {
    if (error instanceof Violation) return told(error.message);
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

/** What a witness noted of the leases of one history, in which nobody cried out whatever went wrong. */
export function witnessed(seed: number, bug: Bug | null = null): readonly Note[] {
  const world = begun(seed, bug);
  world.witness.isSilent = true;
  live(world);
  return world.witness.notes;
}

/** A house in which all parts have begun; nobody asks for anything, and nothing goes wrong. */
export function begun(seed: number, bug: Bug | null = null): World {
  const world = newWorld(seed, bug, {
    threads: new Map(SESSIONS.map((id) => [id, newThread(id)])),
    host: newHost(),
    ingest: newIngest(),
    policies: [newPolicy("policy-a"), newPolicy("policy-b")],
    callers: newCallers(),
  });
  furnish(world);
  beginHost(world);
  startIngest(world);
  for (const policy of world.policies) startPolicy(world, policy);
  return world;
}

/** All that is asked for and goes wrong, until everything has ended. */
export function live(world: World): void {
  for (const caller of world.callers) startCaller(world, caller);
  startLife(world);
  startFaults(world);
  world.strike = () => strike(world);
  runUntil(world.schedule, BEGINS_AT + BAD_MS);
  mend(world);
  runUntil(world.schedule, BEGINS_AT + BAD_MS + MEND_MS);
}

/** A host with its sessions, in a house whose limits are of no interest here. */
function furnish(world: World): void {
  const at = BEGINS_AT;
  const said = (type: string, data: unknown): Event => ({ type, at, data, body: null }) as Event;
  const tokenId = TokenId.parse("token-1");
  const added = {
    hostId: HOST,
    tokenId,
    tokenDigest: sha256("token"),
    until: null,
    group: GroupId.parse("default"),
  };
  const wide = ["target", "group", "global", "claw", "person"].flatMap((name) => [
    `${name}_rate`,
    `${name}_burst`,
  ]);
  const limits = [...wide, "mute_refusals", "root_commands"].map((limit) => [limit, 1_000] as const);
  const events = [
    said("host.added", added),
    ...[...limits, ["human_quiet_ms", 3_000] as const].map(([limit, value]) =>
      said("policy.set", { limit, value, reason: "a test" }),
    ),
  ];
  const entryId = "decision/furnish" as EntryId;
  append(world.log, { entryId, lane: DECIDED, by: { kind: "policy" }, recordedAt: at, events }, 0);
  world.log.confirmed = 1;
  for (const sessionId of SESSIONS)
    report(
      world,
      sessionId,
      said("session.observed", { ...unknown, hostId: HOST, endpointId: ENDPOINT, createdAt: at }),
    );
}

const unknown = {
  workspace: null,
  repo: null,
  branch: null,
  commit: null,
  source: "cli",
  threadSource: null,
  parentSessionId: null,
  rootSessionId: null,
  model: null,
  modelProvider: null,
  codexVersion: null,
  activity: { type: "idle", flags: [] },
};
