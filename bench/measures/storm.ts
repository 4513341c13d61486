/** Everybody at once: an ingest with a thousand hosts dies and comes back, and each host has something to say (RELIABILITY R5). */
import { until } from "../../test/acceptance/support/until.ts";
import { type Bench, progress } from "../bench.ts";
import { makeFacts } from "../mix.ts";
import { type Crowd, startCrowd } from "../support/crowd.ts";
import { addHosts, type BenchFleet, hostName, withFleet } from "../support/fleet.ts";
import { countFacts } from "../support/ledger.ts";
import { cpuOf, sharesOf } from "../support/usage.ts";
import type { Measure } from "../table.ts";

const HOSTS = 1_000;
const FACTS_EACH = 3;
/** The window of the aim. */
const SECOND_MS = 1_000;
const PATIENCE_MS = 120_000;

interface Storm {
  readonly backMs: number;
  /** From the kill on. */
  readonly welcomedMs: number;
  readonly inLedgerMs: number;
  /** The most uplinks in any second: as they opened here, and as the ingest says that it welcomed them. */
  readonly peak: { readonly opened: number; readonly welcomed: number };
  readonly troubles: string;
}

/** Kills the ingest, lets every host have news, starts it again, and waits until the house has confirmed all of it. */
async function blow({ fleet, ingest }: BenchFleet, crowd: Crowd): Promise<Storm> {
  crowd.takeOpened();
  crowd.takeWelcomed();
  crowd.takeTroubles();
  const startedAt = performance.now();
  const since = (): number => performance.now() - startedAt;
  await ingest.kill();
  for (const host of crowd.hosts) host.tell(makeFacts(FACTS_EACH, 1, host.hostId));
  await ingest.restart();
  const ready = fleet.ready(ingest, PATIENCE_MS).then(since);
  const welcomed = until("all are welcomed", () => crowd.live() === HOSTS, PATIENCE_MS).then(since);
  await until("the house confirmed all", () => crowd.emptied() === HOSTS, PATIENCE_MS);
  const inLedgerMs = since();
  return {
    backMs: await ready,
    welcomedMs: await welcomed,
    inLedgerMs,
    peak: { opened: peakOf(crowd.takeOpened()), welcomed: peakOf(crowd.takeWelcomed()) },
    troubles: wordsOf(crowd.takeTroubles()),
  };
}

/** The most in any second. */
function peakOf(moments: readonly number[]): number {
  const ordered = moments.toSorted((one, other) => one - other);
  let [most, from] = [0, 0];
  for (const [index, moment] of ordered.entries()) {
    while (moment - (ordered[from] ?? moment) >= SECOND_MS) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

const wordsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([what, count]) => `${what} ×${count}`)
    .join(", ");

async function measure(bench: BenchFleet): Promise<readonly Measure[]> {
  const hostIds = Array.from({ length: HOSTS }, (_, n) => hostName(n));
  const joiningAt = performance.now();
  const joined = await addHosts(bench, hostIds);
  progress(`storm: ${HOSTS} hosts were added in ${secondsOf(performance.now() - joiningAt)} s`);
  const crowd = startCrowd(bench.ingest.url, joined);
  try {
    await until("all are welcomed for the first time", () => crowd.live() === HOSTS, PATIENCE_MS);
    progress("storm: all are connected, the ingest is killed");
    const used = cpuOf(bench.processes.filter(({ name }) => name !== "ingest"));
    const storm = await blow(bench, crowd);
    const shares = used() ?? [];
    const { facts, distinct } = await countFacts(bench.house.dataDir);
    const lost = HOSTS * FACTS_EACH - distinct;
    const seconds = shares.map(({ name, us }) => ({ name, us: us / 1e6 }));
    return linesOf(storm, lost + facts - distinct, sharesOf(seconds, "s of CPU"));
  } finally {
    crowd.leave();
  }
}

const secondsOf = (ms: number): string => (ms / 1_000).toFixed(1);

function linesOf(storm: Storm, wrong: number, cpu: string): readonly Measure[] {
  const line = { unit: "s", better: "less" } as const;
  const back = `from the kill; the ingest was ready again after ${secondsOf(storm.backMs)} s`;
  return [
    {
      name: "storm of 1,000 hosts: all welcomed",
      value: storm.welcomedMs / 1_000,
      ...line,
      aim: "≤ 10",
      note: back,
    },
    {
      name: "storm of 1,000 hosts: their 3,000 facts in the ledger",
      value: storm.inLedgerMs / 1_000,
      ...line,
      aim: "≤ 10",
      note: `confirmed to each host; ${cpu}`,
    },
    {
      name: "storm of 1,000 hosts: most let in within a second",
      value: storm.peak.opened,
      unit: "uplinks",
      better: "less",
      aim: "≤ 200",
      note: `as seen here; by the ingest's own clock it welcomed ${storm.peak.welcomed}; ${storm.troubles}`,
    },
    { name: "storm of 1,000 hosts: facts lost or doubled", value: wrong, unit: "", better: "less", aim: "0" },
  ];
}

/** On a server that syncs every write: the slower one, and the one where nothing is lost. */
export const stormBench: Bench = { name: "storm", run: () => withFleet("always", {}, measure) };
