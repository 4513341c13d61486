/** The fleet that pages are measured with: 10,000 sessions on 100 hosts that say that they live, one of them hung, and work that goes on (F1-009, N1-046). */
import { until } from "../../test/acceptance/support/until.ts";
import { progress } from "../bench.ts";
import { became, endpointReady, makeFacts, sealFact, sealHostFact } from "../mix.ts";
import { type Crowd, startCrowd } from "./crowd.ts";
import { addHosts, type BenchFleet, hostName, withFleet } from "./fleet.ts";
import { positionOf, reached } from "./house.ts";

const HOSTS = 100;
const SESSIONS_EACH = 100;
export const SESSIONS = HOSTS * SESSIONS_EACH;
const PATIENCE_MS = 600_000;
/** The one that hangs. */
const HUNG = 0;

/** Of `/api/fleet`, what a measure looks at. */
interface Fleet {
  readonly totals: { readonly sessions: number; readonly attachable: number };
  readonly sessions: readonly { readonly hostId: string | null; readonly freshness: string }[];
}

export interface FullFleet {
  readonly bench: BenchFleet;
  /** Sessions of one host after another begin or end to be at work, that many facts a second, until `stop` is called. Gives how many facts were told. */
  readonly work: (rate: number) => { readonly stop: () => number };
}

/** Runs work against it, once the house knows all of it and says that the one host is silent. */
export const withFullFleet = <Value>(work: (fleet: FullFleet) => Promise<Value>): Promise<Value> =>
  withFleet("default", {}, async (bench) => {
    const names = Array.from({ length: HOSTS }, (_, n) => hostName(n));
    const crowd = startCrowd(bench.ingest.url, await addHosts(bench, names));
    try {
      await fill(bench, crowd);
      const past = { told: 0 };
      return await work({ bench, work: (rate) => startWork(crowd, rate, past) });
    } finally {
      crowd.leave();
    }
  });

async function fill(bench: BenchFleet, crowd: Crowd): Promise<void> {
  await until("all are welcomed", () => crowd.live() === HOSTS, PATIENCE_MS);
  await tell(bench, crowd);
  crowd.hang(HUNG);
  progress("one host hangs");
  const hungId = crowd.hosts[HUNG]?.hostId;
  await until(
    "the house says that the host is silent",
    async () =>
      (await fleetOf(bench)).sessions.some((one) => one.hostId === hungId && one.freshness === "stale"),
    PATIENCE_MS,
  );
  const { totals } = await fleetOf(bench);
  if (totals.sessions !== SESSIONS || totals.attachable !== SESSIONS - SESSIONS_EACH)
    throw new Error(`another fleet than these measures are of: ${JSON.stringify(totals)}`);
}

const fleetOf = async ({ house }: BenchFleet): Promise<Fleet> =>
  (await house.get<{ readonly fleet: Fleet }>("/api/fleet")).fleet;

/** Every session is told of, and every app-server answers. */
async function tell({ house }: BenchFleet, crowd: Crowd): Promise<void> {
  const before = await positionOf(house);
  const facts = (hostId: (typeof crowd.hosts)[number]["hostId"]) => [
    ...makeFacts(SESSIONS_EACH, SESSIONS_EACH, hostId),
    ...endpointReady().map((open, n) => sealHostFact(SESSIONS_EACH + 1 + n, open, hostId)),
  ];
  for (const host of crowd.hosts) host.tell(facts(host.hostId));
  await reached(house, before + SESSIONS);
  await until("the house confirmed all", () => crowd.emptied() === HOSTS, PATIENCE_MS);
}

/** `past` is what was told by all work so far: work goes on where the last ended, else a session would begin what it is at already, which changes nothing. */
function startWork(crowd: Crowd, rate: number, past: { told: number }): { readonly stop: () => number } {
  const before = past.told;
  const startedAt = performance.now();
  const tellNext = (): void => {
    const host = crowd.hosts[1 + (past.told % (HOSTS - 1))];
    const turn = Math.floor(past.told / (HOSTS - 1));
    past.told += 1;
    host?.tell([
      sealFact(host.nextSeq(), turn % SESSIONS_EACH, became(isRest(turn) ? "idle" : "active"), host.hostId),
    ]);
  };
  // What a late timer missed is made up for.
  const timer = setInterval(() => {
    while (past.told - before < ((performance.now() - startedAt) * rate) / 1_000) tellNext();
  }, 1_000 / rate);
  return {
    stop: () => {
      clearInterval(timer);
      return past.told - before;
    },
  };
}

/** Round by round, so that every fact is a change. */
const isRest = (turn: number): boolean => Math.floor(turn / SESSIONS_EACH) % 2 === 1;
