/** Whether a stream's leader still speaks for the others, as it says itself in `STREAM.INFO`. Pure. */
import { type Answer, asObject, numberIn } from "./answer.ts";

/** A leader speaks with its followers every second. */
export const UNHEARD_MS = 3_000;
const NANOS_PER_MS = 1_000_000;

/**
 * How long ago (ms) a leader last heard enough of its followers to go on: 0 where it needs none, `Infinity` where those that it needs are said to be
 * offline, and where who answers names no leader, or another one than itself: a node that has lost its leader answers with what it has itself, which may be old (seen on nats-server 2.14.0),
 * and so may one that was chosen to lead a new stream and does not yet. What cannot be read says nothing against it.
 */
export function unheardForMs(answer: Answer): number {
  const cluster = asObject(answer["cluster"]);
  if (cluster !== null && !isNamed(cluster["leader"])) return Infinity;
  const replicas = cluster?.["replicas"];
  const followers = Array.isArray(replicas) ? replicas.map(asObject) : [];
  // Who answers leaves itself out of the replicas.
  if (followers.some((one) => one?.["name"] !== undefined && one["name"] === cluster?.["leader"]))
    return Infinity;
  const ages = followers.map(ageOf).toSorted((one, other) => one - other);
  // With itself a majority; the last of those that it needs decides.
  const needed = Math.floor((followers.length + 1) / 2);
  return needed === 0 ? 0 : (ages[needed - 1] ?? 0);
}

const isNamed = (leader: unknown): boolean => typeof leader === "string" && leader !== "";

const ageOf = (follower: Answer | null): number =>
  follower?.["offline"] === true ? Infinity : (numberIn(follower, "active") ?? 0) / NANOS_PER_MS;

/**
 * Whether a leader can go on. Nodes that do not hear of it elect another one after four seconds at the earliest, so that none leads beside it. One exception remains, for about a second: a third node did
 * not hear it and had another one elected, and it has not heard of that yet.
 */
export const hasQuorum = (answer: Answer): boolean => unheardForMs(answer) < UNHEARD_MS;
