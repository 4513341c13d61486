/** What a history is mostly about, so that what is rare in a usual one is met often enough in another. */
export interface Mood {
  readonly name: string;
  /** How often the log loses its tail, and how often the leader is not heard, among 30 faults. */
  readonly tails: number;
  readonly leaders: number;
  /** How often whoever was answered asks again under the same id. */
  readonly repeats: number;
  /** How much of what Claws ask is for a lease. */
  readonly leases: number;
}

const moods: readonly Mood[] = [
  { name: "usual", tails: 1, leaders: 1, repeats: 0.1, leases: 0.3 },
  { name: "tails", tails: 8, leaders: 0, repeats: 0.6, leases: 0.1 },
  { name: "leaders", tails: 0, leaders: 12, repeats: 0, leases: 0.8 },
];

/** Each seed has its mood. */
export const moodOf = (seed: number): Mood => moods[seed % moods.length] as Mood;
