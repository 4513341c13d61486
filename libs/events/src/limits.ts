/** The house's limits in one table, with their defaults (RELIABILITY §5). `policy.set` changes them; the reference page is generated from here. */

export interface LimitKind {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: "a minute" | "at once" | "hops" | "in all" | "tokens" | "ms" | "bytes" | "hours" | "days";
  readonly what: string;
}

const DAY_MS = 86_400_000;
const rate = (perMinute: number, what: string): LimitKind => ({
  default: perMinute,
  min: 0,
  max: 100_000,
  unit: "a minute",
  what,
});
const burst = (atOnce: number, rateName: string): LimitKind => ({
  default: atOnce,
  min: 1,
  max: 10_000,
  unit: "at once",
  what: `Of those of \`${rateName}\`, so many at once.`,
});

export const limits = {
  session_rate: rate(10, "Writes that one session may ask for."),
  session_burst: burst(5, "session_rate"),
  pair_rate: rate(4, "Writes of one session to one other."),
  pair_burst: burst(2, "pair_rate"),
  target_rate: rate(6, "Writes of sessions and Claws to one session."),
  target_burst: burst(3, "target_rate"),
  group_rate: rate(60, "Writes of sessions and Claws to the sessions of one group."),
  group_burst: burst(20, "group_rate"),
  global_rate: rate(300, "Writes of sessions and Claws in the whole house."),
  global_burst: burst(60, "global_rate"),
  claw_rate: rate(60, "Writes that one Claw may ask for."),
  claw_burst: burst(15, "claw_rate"),
  person_rate: rate(120, "Writes that one person may ask for."),
  person_burst: burst(30, "person_rate"),
  spawn_rate: rate(10, "Sessions that one session, Claw or person may have spawned."),
  spawn_burst: burst(4, "spawn_rate"),
  progress_rate: rate(30, "Reports of one session about its own work."),
  progress_burst: burst(10, "progress_rate"),
  tree_sessions: {
    default: 64,
    min: 1,
    max: 10_000,
    unit: "in all",
    what: "Sessions of one tree: all that were spawned by it and in it (X1-004).",
  },
  host_spawns: {
    default: 16,
    min: 0,
    max: 1_000,
    unit: "at once",
    what: "Spawned sessions with an active turn on one host.",
  },
  hops: { default: 4, min: 0, max: 16, unit: "hops", what: "How far one cause may be passed on." },
  edge_repeats: {
    default: 2,
    min: 1,
    max: 100,
    unit: "in all",
    what: "Accepted commands from one session to one other, for one cause.",
  },
  root_commands: { default: 50, min: 1, max: 10_000, unit: "in all", what: "Commands of one cause." },
  root_turns: { default: 25, min: 1, max: 10_000, unit: "in all", what: "Turns that one cause may start." },
  root_tokens: {
    default: 2_000_000,
    min: 1,
    max: 1_000_000_000,
    unit: "tokens",
    what: "Model tokens of the turns that one cause had a part in.",
  },
  root_wall_ms: {
    default: 7_200_000,
    min: 1_000,
    max: DAY_MS,
    unit: "ms",
    what: "How long one cause may go on.",
  },
  mute_refusals: {
    default: 5,
    min: 1,
    max: 1_000,
    unit: "a minute",
    what: "Refusals after which a session or a Claw is muted.",
  },
  mute_ms: { default: 600_000, min: 1_000, max: DAY_MS, unit: "ms", what: "How long it stays muted." },
  human_quiet_ms: {
    default: 60_000,
    min: 0,
    max: DAY_MS,
    unit: "ms",
    what: "How long automation leaves a session alone after a person typed in it.",
  },
  archive_hours: {
    default: 24,
    min: 1,
    max: 8_760,
    unit: "hours",
    what: "Hours after which a session that still changes is archived again.",
  },
  archive_keep_days: {
    default: 365,
    min: 1,
    max: 36_500,
    unit: "days",
    what: "Days for which the archive of a session that ended is kept.",
  },
  silent_turn_ms: {
    default: 900_000,
    min: 60_000,
    max: DAY_MS,
    unit: "ms",
    what: "How long an active turn may say nothing before it needs attention (X1-015).",
  },
  text_bytes: {
    default: 16_384,
    min: 1,
    max: 65_536,
    unit: "bytes",
    what: "UTF-8 text of one send.",
  },
} as const satisfies Readonly<Record<string, LimitKind>>;

export type LimitName = keyof typeof limits;
export const isLimitName = (name: string): name is LimitName => Object.hasOwn(limits, name);
export const limitNames = Object.keys(limits) as readonly LimitName[];
