/** What `claw get` lists, and by what each list is narrowed: a table. */
import { AttentionKind, Lifecycle } from "@claw/events";
import { EXIT } from "@claw/runtime";
import { type Command, Option } from "commander";
import { checkpointsIn, type Narrow } from "../client/fleet.ts";
import type { Thing } from "../client/pages.ts";
import { CommandFailed } from "../io.ts";
import * as looks from "../render/looks.ts";
import type { Format, Look } from "../render/output.ts";
import { duration } from "./shape.ts";

/** What Codex says of a thread. */
export const STATUSES = ["idle", "active", "notLoaded", "systemError"];
const FRESHNESSES = ["live", "stale", "unknown", "gone"];

export interface Flags extends Narrow {
  readonly output: Format;
  readonly limit?: number;
  readonly kind?: string;
  readonly endpoint?: string;
  readonly status?: string;
  readonly freshness?: string;
  readonly search?: string;
  readonly closed?: boolean;
  readonly decision?: string;
  readonly principal?: string;
  readonly assigned?: string;
  readonly all?: boolean;
  readonly by?: string;
}

export interface Listed {
  readonly look: Look;
  /** Filters that the house understands, in the order in which they are asked. */
  readonly asks: readonly (keyof Flags)[];
  /** Filters that are applied here. */
  readonly narrows: readonly (keyof Narrow)[];
  /** The states that it tells apart; any other word is refused. */
  readonly states?: readonly string[];
  /** What one row of the house's list holds, where the list that people want is of that. */
  readonly each?: (row: Thing) => readonly Thing[];
}

const SESSION_FILTERS: readonly (keyof Flags)[] = [
  "host",
  "endpoint",
  "repo",
  "status",
  "freshness",
  "search",
  "closed",
  "group",
  "state",
  "attention",
  "owner",
  "age",
];

export const KINDS = {
  sessions: {
    look: looks.sessions,
    asks: SESSION_FILTERS,
    narrows: [],
    states: Lifecycle.options,
  },
  fleet: {
    look: looks.fleet,
    asks: [],
    narrows: ["host", "repo", "group", "state", "attention", "owner", "runtime", "age"],
    states: Lifecycle.options,
  },
  attention: {
    look: looks.attention,
    asks: ["kind", "session", "host", "group", "repo", "owner", "assigned", "all"],
    narrows: [],
  },
  hosts: { look: looks.hosts, asks: [], narrows: ["group"] },
  endpoints: { look: looks.endpoints, asks: ["host"], narrows: [] },
  approvals: {
    look: looks.approvals,
    asks: ["session", "state", "all"],
    narrows: [],
    states: ["open", "closed"],
  },
  commands: {
    look: looks.commands,
    asks: ["session", "host", "state", "decision", "principal"],
    narrows: [],
    states: ["open", "closed"],
  },
  leases: {
    look: looks.leases,
    asks: ["session", "host", "state"],
    narrows: [],
    states: ["offered", "inForce", "ended"],
  },
  runtimes: {
    look: looks.runtimes,
    asks: [],
    narrows: ["host", "repo", "state", "owner", "runtime", "age"],
    states: Lifecycle.options,
  },
  policies: {
    look: looks.policies,
    asks: [],
    narrows: ["session", "repo", "owner", "age"],
  },
  archives: {
    look: looks.archives,
    asks: ["state"],
    narrows: ["session", "age"],
    states: ["kept", "deleted"],
  },
  checkpoints: {
    look: looks.checkpoints,
    asks: ["session"],
    narrows: ["age"],
    each: checkpointsIn,
  },
  usage: { look: looks.usage, asks: ["by"], narrows: [] },
} as const satisfies Readonly<Record<string, Listed>>;
export type Kind = keyof typeof KINDS;

/** Refuses a filter that the list would not know, before anybody is asked. */
export function refuseForeignFilters(kind: Kind, flags: Flags): void {
  const { asks, narrows, states = [] }: Listed = KINDS[kind];
  const known: ReadonlySet<string> = new Set(["output", "limit", ...asks, ...narrows]);
  const foreign = Object.keys(flags).filter((name) => !known.has(name));
  if (foreign.length > 0) {
    const names = foreign.map((name) => `--${name}`).join(", ");
    throw new CommandFailed(
      EXIT.usage,
      `${kind} have no ${names}: \`claw get --help\` says which filter is whose.`,
    );
  }
  if (flags.state !== undefined && states.length > 0 && !states.includes(flags.state))
    throw new CommandFailed(EXIT.usage, `${kind} are in one of these states: ${states.join(", ")}.`);
  const { attention } = flags;
  if (typeof attention === "string" && !(AttentionKind.options as readonly string[]).includes(attention))
    throw new CommandFailed(EXIT.usage, `Attention is one of ${AttentionKind.options.join(", ")}.`);
}

/** The filters of all kinds, with a word on whose they are; or those of one. */
export function withFilters(command: Command, kind: Kind | null = null): Command {
  for (const option of filters()) {
    if (kind !== null && !isFilterOf(kind, option.attributeName())) continue;
    if (kind !== null) option.description = describedFor(kind, option);
    command.addOption(option);
  }
  return command;
}

/** Without the word on whose it is, where that is told already. */
function describedFor(kind: Kind, option: Option): string {
  const { states = [] }: Listed = KINDS[kind];
  return option.attributeName() === "state"
    ? `in this state: ${states.join(", ")}`
    : option.description.replace(/ \([a-z, ]+\)$/, "");
}

function isFilterOf(kind: Kind, name: string): boolean {
  const { asks, narrows }: Listed = KINDS[kind];
  return new Set<string>([...asks, ...narrows]).has(name);
}

const filters = (): readonly Option[] => [
  new Option("--host <id>", "of this host (not approvals, archives, checkpoints)"),
  new Option(
    "--session <id>",
    "of this session (attention, approvals, commands, leases, archives, checkpoints, policies)",
  ),
  new Option("--endpoint <id>", "of endpoints with this id (sessions)"),
  new Option("--repo <owner/name>", "in this repository (sessions, fleet, attention, runtimes, policies)"),
  new Option("--group <id>", "looked after by this group (sessions, fleet, attention, hosts)"),
  new Option("--owner <name>", "of this owner (sessions, fleet, attention, runtimes, policies)"),
  new Option("--assigned <name>", "assigned to somebody of this name (attention)"),
  new Option("--attention [kind]", `needing somebody: ${AttentionKind.options.join(", ")} (sessions, fleet)`),
  new Option(
    "--age <time>",
    "made at least so long ago, such as 7d (sessions, fleet, runtimes, archives, checkpoints, policies)",
  ).argParser(duration),
  new Option("--runtime <word>", "crabbox or container (fleet, runtimes)"),
  new Option("--kind <kind>", "of this kind (attention)").choices([...AttentionKind.options]),
  new Option("--status <status>", `${STATUSES.join(", ")} (sessions)`),
  new Option("--freshness <freshness>", "how lately it was heard of (sessions)").choices(FRESHNESSES),
  new Option("--search <text>", "with this text in workspace, repo, branch, name or id (sessions)"),
  new Option("--closed", "closed ones as well (sessions)"),
  new Option("--all", "answered and closed ones as well (approvals), what is put off as well (attention)"),
  new Option(
    "--state <state>",
    "a lifecycle such as ready or failed (sessions, fleet, runtimes); open, closed (approvals, commands); offered, inForce, ended (leases); kept, deleted (archives)",
  ),
  new Option("--decision <decision>", "(commands)").choices(["accepted", "refused"]),
  new Option("--principal <name>", "asked by somebody of this name (commands)"),
  new Option("--by <what>", "what tokens are added up by (usage)").choices(["session", "group", "owner"]),
];
