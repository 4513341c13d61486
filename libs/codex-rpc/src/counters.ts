/** What one connection has seen, as plain numbers that only grow. The owner reads, the connection writes. */
export interface Counters {
  framesIn: number;
  framesOut: number;
  bytesIn: number;
  bytesOut: number;
  unreadable: number;
  /** Known method, but parameters of another shape than expected: handed on as unreadable. */
  misshapen: number;
  lateReplies: number;
  unknownReplies: number;
  timeouts: number;
  overloads: number;
  repeats: number;
  probes: number;
  /** Questions of the server that were answered on this connection. */
  answers: number;
  /** Notifications and requests that are not read here, by method; at most 64 names, the rest under `other`. */
  readonly unknownMethods: Map<string, number>;
}

const maxNames = 64;
const maxNameLength = 100;

export function makeCounters(): Counters {
  return {
    framesIn: 0,
    framesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    unreadable: 0,
    misshapen: 0,
    lateReplies: 0,
    unknownReplies: 0,
    timeouts: 0,
    overloads: 0,
    repeats: 0,
    probes: 0,
    answers: 0,
    unknownMethods: new Map(),
  };
}

/** Counts a method by a name that a peer chose: the number of names and their length are bounded. */
export function countUnknownMethod(counters: Counters, method: string): void {
  const { unknownMethods } = counters;
  const name = method.slice(0, maxNameLength);
  const slot = unknownMethods.has(name) || unknownMethods.size < maxNames ? name : "other";
  unknownMethods.set(slot, (unknownMethods.get(slot) ?? 0) + 1);
}
