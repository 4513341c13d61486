/**
 * Whether three nodes are one whole again after one was away. What `/healthz` says is no answer: it is well before a node that comes back has heard of a
 * new leader, and ill for minutes over a consumer that somebody gave up meanwhile (both seen on nats-server 2.14.0).
 */
import { poll } from "./poll.ts";

/** A node that comes back catches up within this. */
const WHOLE_MS = 60_000;
/** A monitor answers within this, also on a busy machine. */
const ANSWER_MS = 30_000;

/** Of one stream: who leads it and how far this node's copy is, as the node says. */
interface Copy {
  readonly leader: string;
  readonly lastSequence: number;
}

interface Account {
  readonly leader: string;
  readonly copies: ReadonlyMap<string, Copy>;
}

/** Waits until every node has, of every stream, at least what any of them had at the start, and all name the same leaders. */
export async function untilWhole(monitors: readonly number[]): Promise<void> {
  const heights = heightsOf(await accountsOf(monitors));
  await poll(
    "the cluster is whole",
    async () => {
      const accounts = await accountsOf(monitors);
      return isAgreed(accounts) && accounts.every((one) => reaches(one, heights));
    },
    WHOLE_MS,
  );
}

const accountsOf = (monitors: readonly number[]): Promise<readonly Account[]> =>
  Promise.all(monitors.map(accountOf));

interface JetStreamAnswer {
  readonly meta_cluster?: { readonly leader?: string };
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly state: { readonly last_seq: number };
      readonly cluster?: { readonly leader?: string };
    }[];
  }[];
}

async function accountOf(monitor: number): Promise<Account> {
  const answer = await fetch(`http://127.0.0.1:${monitor}/jsz?accounts=1&streams=1`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const { meta_cluster, account_details = [] } = (await answer.json()) as JetStreamAnswer;
  const streams = account_details.flatMap(({ stream_detail = [] }) => stream_detail);
  return {
    leader: meta_cluster?.leader ?? "",
    copies: new Map(
      streams.map(({ name, state, cluster }) => [
        name,
        { leader: cluster?.leader ?? "", lastSequence: state.last_seq },
      ]),
    ),
  };
}

function heightsOf(accounts: readonly Account[]): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  for (const { copies } of accounts)
    for (const [name, { lastSequence }] of copies)
      heights.set(name, Math.max(lastSequence, heights.get(name) ?? 0));
  return heights;
}

const reaches = ({ copies }: Account, heights: ReadonlyMap<string, number>): boolean =>
  Array.from(heights).every(([name, height]) => (copies.get(name)?.lastSequence ?? -1) >= height);

function isAgreed([first, ...others]: readonly Account[]): boolean {
  if (first === undefined || first.leader === "") return false;
  return others.every(
    ({ leader, copies }) =>
      leader === first.leader &&
      Array.from(first.copies).every(
        ([name, copy]) => copy.leader !== "" && copies.get(name)?.leader === copy.leader,
      ),
  );
}
