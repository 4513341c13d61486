/** The commands that run a house or a part of one in this process: they are loaded only when they are asked for, so their names stand here. */
export const HOUSE_COMMANDS: readonly string[] = [
  "up",
  "down",
  "connect",
  "demo",
  "bench",
  "fleet",
  "run",
  "nats",
  "backup",
  "restore",
  "storage",
];
