/** A house as a process of its own, and how a measure waits for it. */
import { runClaw } from "../../test/acceptance/support/process.ts";
import { makeHouse, type TestHouse } from "../../test/acceptance/support/house.ts";
import { until } from "../../test/acceptance/support/until.ts";
import { BENCH_HOST } from "../mix.ts";

export interface BenchHouse extends TestHouse {
  /** The bearer token of the bench's host. */
  readonly hostToken: string;
}

/** Where a host phones, and as whom. */
export type Uplinked = Pick<BenchHouse, "url" | "hostToken">;
/** Where a person looks. */
export type Watched = Pick<BenchHouse, "url" | "token" | "get">;

/** Hosts of a bench send no heartbeats; they are not to fall silent. */
export const NEVER_SILENT = { CLAW_SILENT_AFTER_MS: "86400000" };

/** Runs work against a fresh `claw up --no-connector` that knows the bench's host. */
export async function withHouse<Value>(work: (house: BenchHouse) => Promise<Value>): Promise<Value> {
  const house = await makeHouse(NEVER_SILENT);
  try {
    await house.start(["--no-connector"]);
    return await work({ ...house, hostToken: await addHost(house) });
  } finally {
    await house.remove();
  }
}

async function addHost(house: TestHouse): Promise<string> {
  const added = await runClaw(["host", "add", BENCH_HOST], { ...house.env, CLAW_URL: house.url });
  const token = /printf %s (\S+) \|/.exec(added.stdout)?.[1];
  if (token === undefined) throw new Error(`claw host add: ${added.stderr}`);
  return token;
}

/** Where the views stand. */
export const positionOf = async (house: Pick<TestHouse, "get">): Promise<number> =>
  (await house.get<{ readonly position: number }>("/api/sessions?limit=1")).position;

/** Waits until the views hold everything up to a position. */
export const reached = (house: Pick<TestHouse, "get">, position: number): Promise<unknown> =>
  until(`position ${position}`, async () => (await positionOf(house)) >= position, 300_000);
