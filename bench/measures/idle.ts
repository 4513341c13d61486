/** A fleet at rest: 10,000 sessions on 100 hosts in which nothing happens, and the heartbeats of their hosts. What does each process still take? */
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../../test/acceptance/support/until.ts";
import { type Bench, progress } from "../bench.ts";
import { makeFacts } from "../mix.ts";
import { type Crowd, startCrowd } from "../support/crowd.ts";
import { addHosts, type BenchFleet, hostName, type Part, restartAll, withFleet } from "../support/fleet.ts";
import { positionOf, reached } from "../support/house.ts";
import { metricOf } from "../support/metrics.ts";
import { cpuOf, residentBytes } from "../support/usage.ts";
import type { Measure } from "../table.ts";

const HOSTS = 100;
const SESSIONS_EACH = 100;
const SESSIONS = HOSTS * SESSIONS_EACH;
const LOOP = "claw_event_loop_p99_seconds";
const KIB = 1_024;
const MIB = KIB * KIB;
const PATIENCE_MS = 300_000;

/** The first facts of each host's outbox: each observes one session, which is idle. */
async function tell(house: BenchFleet["house"], crowd: Crowd): Promise<void> {
  const before = await positionOf(house);
  for (const host of crowd.hosts) host.tell(makeFacts(SESSIONS_EACH, SESSIONS_EACH, host.hostId));
  await reached(house, before + SESSIONS);
  await until("the house confirmed all", () => crowd.emptied() === HOSTS, PATIENCE_MS);
}

/** Resident bytes of each process once nothing came for a while. */
async function restingBytes(parts: readonly Part[], restMs: number): Promise<readonly number[]> {
  await pause(restMs);
  return parts.map(({ pid }) => residentBytes(pid()));
}

interface Held {
  /** Right after the start: no host, no session. */
  readonly empty: readonly number[];
  /** All sessions, after the time of rest. */
  readonly rested: readonly number[];
  /** The same sessions, by processes as young as the empty ones were. */
  readonly restarted: readonly number[];
  /** Seconds; null for a process that does not tell. */
  readonly loop: readonly (number | null)[];
  /** Of one core. */
  readonly cpuShare: readonly number[];
}

async function hold(bench: BenchFleet, isQuick: boolean): Promise<Held> {
  const { house, ingest, processes } = bench;
  const [restMs, holdMs] = isQuick ? [10_000, 60_000] : [30_000, 600_000];
  const empty = await restingBytes(processes, restMs);
  const joined = await addHosts(
    bench,
    Array.from({ length: HOSTS }, (_, n) => hostName(n)),
  );
  const crowd = startCrowd(ingest.url, joined);
  try {
    await allLive(crowd);
    await tell(house, crowd);
    await pause(restMs);
    const held = await rest(processes, holdMs);
    if (crowd.live() !== HOSTS) throw new Error("a host was lost while nothing happened");
    progress("idle: everything is started again");
    await restartAll(bench);
    await allLive(crowd);
    return { empty, ...held, restarted: await restingBytes(processes, restMs) };
  } finally {
    crowd.leave();
  }
}

const allLive = (crowd: Crowd): Promise<unknown> =>
  until("all are welcomed", () => crowd.live() === HOSTS, PATIENCE_MS);

/** Nothing happens but heartbeats. */
async function rest(
  processes: readonly Part[],
  holdMs: number,
): Promise<Pick<Held, "rested" | "loop" | "cpuShare">> {
  // Reading begins the figure anew, so what is read at the end is of the time of rest.
  for (const part of processes) await metricOf(part, LOOP);
  progress(`idle: held for ${holdMs / 1_000} s`);
  const used = cpuOf(processes);
  const rested = await restingBytes(processes, holdMs);
  const cpu = used() ?? [];
  const loop: (number | null)[] = [];
  for (const part of processes) loop.push(await metricOf(part, LOOP));
  return { rested, loop, cpuShare: cpu.map(({ us }) => us / 1_000 / holdMs) };
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

type Values = readonly (number | null)[];

/** `ingest 12.7, policy 0.1`; without those that do not tell. */
const named = (parts: readonly Part[], values: Values): string =>
  parts
    .flatMap(({ name }, n) => {
      const value = values[n] ?? null;
      return value === null ? [] : [`${name} ${value.toFixed(1)}`];
    })
    .join(", ");

function memoryLines(parts: readonly Part[], { empty, rested, restarted }: Held): readonly Measure[] {
  const perSession = restarted.map((bytes, n) => (bytes - (empty[n] ?? 0)) / SESSIONS / KIB);
  const all = rested.map((bytes) => bytes / MIB);
  return [
    {
      name: "fleet at rest: memory per idle session",
      value: sum(perSession),
      unit: "KiB",
      better: "less",
      aim: "≤ 20",
      note: `RSS of all processes, started again with the sessions and started without any: ${named(parts, perSession)}`,
    },
    {
      name: "fleet at rest: memory, 10,000 idle sessions on 100 hosts",
      value: sum(all),
      unit: "MiB",
      better: "less",
      note: named(parts, all),
    },
  ];
}

function restLines(parts: readonly Part[], { loop, cpuShare }: Held): readonly Measure[] {
  const delays = loop.map((seconds) => (seconds === null ? null : seconds * 1_000));
  const shares = cpuShare.map((share) => share * 100);
  return [
    {
      name: "fleet at rest: longest event-loop delay, p99 of each process",
      value: Math.max(...delays.map((ms) => ms ?? 0)),
      unit: "ms",
      better: "less",
      aim: "≤ 50",
      note: named(parts, delays),
    },
    {
      name: "fleet at rest: CPU",
      value: sum(shares),
      unit: "% of a core",
      better: "less",
      note: `a heartbeat of each host in 5 s; ${named(parts, shares)}`,
    },
  ];
}

const linesOf = (parts: readonly Part[], held: Held): readonly Measure[] => [
  ...memoryLines(parts, held),
  ...restLines(parts, held),
];

export const idleBench: Bench = {
  name: "idle",
  runs: 1,
  run: (isQuick) =>
    withFleet("always", {}, async (bench) => linesOf(bench.processes, await hold(bench, isQuick))),
};
