/** What goes wrong: deaths, pauses, bad networks, leaders that are not heard, and a log that loses its tail. */
import { endTurn, message } from "./codex.ts";
import { startCaller } from "./claws.ts";
import { startHost } from "./host.ts";
import { startIngest, startUplink } from "./ingest.ts";
import { count, note } from "./invariants.ts";
import { leasesIn, loseTail } from "./log.ts";
import { startPolicy } from "./policy.ts";
import { plan } from "./schedule.ts";
import { fair, type World } from "./state.ts";
import { kill, now, pause, tell } from "./time.ts";

type Fault = (world: World) => void;

const downMs = ({ random }: World): number => random.between(200, random.chance(0.8) ? 3_000 : 40_000);

export const beginHost = (world: World): void => {
  startHost(world);
  startUplink(world);
};

const hostDies: Fault = (world) => kill(world, world.host.part, downMs(world), () => beginHost(world));

const ingestDies: Fault = (world) => {
  if (world.host.part.life !== null) world.host.uplink = null;
  kill(world, world.ingest.part, downMs(world), () => startIngest(world));
};

const policyDies: Fault = (world) => {
  const policy = world.random.pick(world.policies);
  kill(world, policy.part, downMs(world), () => startPolicy(world, policy));
};

const callerDies: Fault = (world) => {
  const caller = world.random.pick(world.callers);
  caller.held.clear();
  kill(world, caller.part, downMs(world), () => startCaller(world, caller));
};

const somethingIsPaused: Fault = (world) => {
  const { random, host, ingest, policies, callers } = world;
  const part = random.pick([host, host, ingest, ...policies, ...callers]).part;
  pause(world, part, random.between(500, random.chance(0.7) ? 15_000 : 120_000));
};

const weatherTurns: Fault = ({ random, weather }) =>
  void Object.assign(weather, {
    lossy: random.pick([0, 0.02, 0.2]),
    doubling: random.pick([0, 0.1, 0.4]),
    slowMs: random.pick([20, 500, 5_000]),
    isDeaf: random.chance(0.15),
    isCut: random.chance(0.15),
  });

const uplinkBreaks: Fault = (world) => {
  world.host.uplink = null;
};

const codexGoes: Fault = (world) => {
  world.codexAwayUntilMs = now(world) + world.random.between(500, world.random.chance(0.6) ? 5_000 : 60_000);
  tell(world, "codex goes");
};

/** Whoever sees it stops; the house begins again on what the ledger of record holds (DESIGN 14.5). */
const logLosesItsTail: Fault = (world) => {
  const lost = loseTail(world.log);
  tell(world, `the log loses ${lost.length} entries, generation ${world.log.generation} begins`);
  count(world, "tails lost");
  note(world, { kind: "lost", at: now(world), leases: leasesIn(world.log) });
  ingestDies(world);
  for (const policy of world.policies)
    kill(world, policy.part, downMs(world), () => startPolicy(world, policy));
};

const leaderIsNotHeard: Fault = (world) => {
  const { random, weather, policies, schedule } = world;
  const leader = policies.find((policy) => policy.leader !== null);
  if (leader !== undefined && random.chance(0.6))
    return pause(world, leader.part, random.between(10_000, 16_000));
  weather.isDeaf = true;
  plan(schedule, now(world) + random.between(2_000, 6_000), () => (weather.isDeaf = false));
};

const faultsOf = ({ mood }: World): readonly (readonly [number, Fault])[] => [
  [5, hostDies],
  [2, ingestDies],
  [3, policyDies],
  [1, callerDies],
  [5, somethingIsPaused],
  [6, weatherTurns],
  [2, uplinkBreaks],
  [2, codexGoes],
  [mood.tails, logLosesItsTail],
  [mood.leaders, leaderIsNotHeard],
];

/** Deaths at the worst moments come more often than chance would have it. */
export const strike = (world: World): void => {
  const { random, isClosing } = world;
  if (!isClosing && random.chance(0.04))
    random.pick([hostDies, hostDies, codexGoes, somethingIsPaused])(world);
};

/** From now on, until the history closes. */
export function startFaults(world: World): void {
  const { random, schedule } = world;
  plan(schedule, now(world) + random.between(500, 12_000), () => {
    if (world.isClosing) return;
    const faults = faultsOf(world);
    let dice = random.between(
      1,
      faults.reduce((sum, [weight]) => sum + weight, 0),
    );
    const [, fault] = faults.find(([weight]) => (dice -= weight) <= 0) ?? [0, weatherTurns];
    fault(world);
    count(world, "faults");
    startFaults(world);
  });
}

/** Turns end, people type, and the ledger of record follows. */
export function startLife(world: World): void {
  const { random, schedule, log, threads } = world;
  plan(schedule, now(world) + random.between(100, 800), () => {
    for (const thread of threads.values()) {
      if (world.codexAwayUntilMs > now(world)) continue;
      if (random.chance(0.12)) endTurn(thread, "completed", now(world));
      if (random.chance(0.01) && !world.isClosing) message(thread, null, now(world));
    }
    log.confirmed = random.between(log.confirmed, log.entries.length);
    startLife(world);
  });
}

/** All is well again: nothing is paused, and nothing is lost. Who is down is started by what was planned. */
export function mend(world: World): void {
  world.isClosing = true;
  Object.assign(world.weather, fair);
  world.codexAwayUntilMs = now(world);
  const { host, ingest, policies, callers } = world;
  for (const { part } of [host, ingest, ...policies, ...callers]) part.pausedUntilMs = 0;
}
