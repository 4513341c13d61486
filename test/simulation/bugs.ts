/** Bugs that a test plants, to see that the simulation finds them. Each takes away one thing that the house leans on. */
export const bugs = {
  no_dedupe: "the host carries out a command that it has a row of",
  no_fence: "the host does not compare tokens",
  forgets_tokens: "the host's newest tokens are lost when it starts again",
  calls_again: "after a crash the host takes what it had claimed for new",
  fences_meanwhile: "the host answers a fence between the claim of a command and its call",
  interrupts_beside: "the host answers a fence while an interrupt is between its claim and its call",
  grants_unfenced: "policy grants a lease without waiting for the host",
  no_full_ttl: "who takes the lead takes every lease for run out",
  speaks_again: "the host says `expired` of a command that has its outcome",
  stays_silent: "the host says nothing of a command that came too late, and policy nothing of it either",
  tells_once:
    "a host that is asked again after the log lost the first acceptance says nothing, because it has said it",
  no_generation: "tokens of a new generation of the log bear the number of the old one",
} as const;

export type Bug = keyof typeof bugs;
export const allBugs = Object.keys(bugs) as readonly Bug[];
