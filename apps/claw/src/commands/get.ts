/** `claw get`: lists, with filters, in the format that the next program wants. */
import { EXIT } from "@claw/runtime";
import { Argument, Option } from "commander";
import { type List, readRows } from "../client/pages.ts";
import { CommandFailed } from "../io.ts";
import * as looks from "../render/looks.ts";
import { type Format, type Look, writeList } from "../render/output.ts";
import { outputOption, positiveNumber, type Register, type Setting } from "./shape.ts";

const KINDS = {
  sessions: looks.sessions,
  hosts: looks.hosts,
  endpoints: looks.endpoints,
  approvals: looks.approvals,
} as const satisfies Readonly<Record<string, Look>>;
type Kind = keyof typeof KINDS;
const FRESHNESSES = ["live", "stale", "unknown", "gone"];

interface Flags {
  readonly output: Format;
  readonly limit?: number;
  readonly host?: string;
  readonly endpoint?: string;
  readonly repo?: string;
  readonly status?: string;
  readonly freshness?: string;
  readonly search?: string;
  readonly closed?: boolean;
  readonly state?: string;
}

/** The filters that a list understands. */
const FILTERS: Readonly<Record<Kind, readonly (keyof Flags)[]>> = {
  sessions: ["host", "endpoint", "repo", "status", "freshness", "search", "closed"],
  hosts: [],
  endpoints: ["host"],
  approvals: ["state"],
};

/** Refuses a filter that the list would not know, before anybody is asked. */
function refuseForeignFilters(kind: Kind, flags: Flags): void {
  const known: ReadonlySet<string> = new Set(["output", "limit", ...FILTERS[kind]]);
  const foreign = Object.keys(flags).filter((name) => !known.has(name));
  if (foreign.length === 0) return;
  const names = foreign.map((name) => `--${name}`).join(", ");
  throw new CommandFailed(
    EXIT.usage,
    `${kind} have no ${names}: \`claw get --help\` says which filter is whose.`,
  );
}

function listOf(kind: Kind, flags: Flags): List {
  const { host, endpoint, repo, status, freshness, search, closed, state } = flags;
  const params = {
    host,
    endpoint,
    repo,
    status,
    freshness,
    search,
    state,
    closed: closed === true ? "1" : undefined,
  };
  return { path: `/api/${kind}`, key: kind, params };
}

export const registerGet: Register = (program, setting) => {
  program
    .command("get")
    .description("list sessions, hosts, endpoints or approvals")
    .addArgument(new Argument("<kind>", "what to list").choices(Object.keys(KINDS)))
    .addOption(outputOption())
    .option("--limit <n>", "at most this many", positiveNumber)
    .option("--host <id>", "of this host (sessions, endpoints)")
    .option("--endpoint <id>", "of endpoints with this id (sessions)")
    .option("--repo <owner/name>", "in this repository (sessions)")
    .option("--status <status>", "idle, active, notLoaded, systemError (sessions)")
    .addOption(
      new Option("--freshness <freshness>", "how lately it was heard of (sessions)").choices(FRESHNESSES),
    )
    .option("--search <text>", "with this text in workspace, repo, branch, name or id (sessions)")
    .option("--closed", "closed ones as well (sessions)")
    .addOption(new Option("--state <state>", "(approvals)").choices(["open", "closed"]))
    .addHelpText("after", EXAMPLES)
    .action((kind: Kind, flags: Flags) => get(setting, kind, flags));
};

function get({ io, target }: Setting, kind: Kind, flags: Flags): Promise<void> {
  refuseForeignFilters(kind, flags);
  return writeList(io, KINDS[kind], readRows(target(), listOf(kind, flags), flags.limit), flags.output);
}

const EXAMPLES = `
Examples:
  $ claw get sessions --status active
  $ claw get sessions --repo acme/app -o wide
  $ claw get sessions -o name | xargs -n1 claw transcript
  $ claw get approvals --state open -o jsonl
`;
