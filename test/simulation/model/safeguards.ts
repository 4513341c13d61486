/** What keeps the lease protocol safe, each of it so that a test can take it away. */
export const safeguards = {
  fence: "the host refuses what is older than the newest token it has",
  kept: "the host finds its newest token again after a restart",
  once: "the host does a command id once",
  serial: "the host answers a fence only when no older command is between its claim and its call",
  notAgain: "after a crash, the host never calls again what it had claimed",
  logged: "a token is in the log before anybody hears of it",
  twoPhases: "a Claw is told of its lease only when the host has fenced",
  fullTtl: "a policy that takes the lead gives every lease a full TTL",
  holder: "policy refuses who does not hold the lease",
} as const;

export type Safeguard = keyof typeof safeguards;
export type Without = ReadonlySet<Safeguard>;
export const allSafeguards = Object.keys(safeguards) as readonly Safeguard[];
