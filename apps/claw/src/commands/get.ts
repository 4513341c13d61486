/** `claw get`: lists, with filters, in the format that the next program wants; and the short names of some of them. */
import { Argument, type Command } from "commander";
import { isMeant, meantOf, type Narrow, readFleet } from "../client/fleet.ts";
import { type List, readRows, type Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import * as looks from "../render/looks.ts";
import { writeList, writeOne } from "../render/output.ts";
import { oneLine } from "../render/terminal.ts";
import {
  type Flags,
  type Kind,
  KINDS,
  type Listed,
  refuseForeignFilters,
  STATUSES,
  withFilters,
} from "./kinds.ts";
import { outputOption, positiveNumber, type Register, type Setting } from "./shape.ts";

/** The column BY says of what kind somebody is as well; the house finds them by name. */
const KIND_OF_PRINCIPAL = /^(person|claw|session|host|house)\//;

function listOf(kind: Kind, flags: Flags): List {
  const { asks }: Listed = KINDS[kind];
  const params = Object.fromEntries(asks.flatMap((name) => askOf(kind, name, flags)));
  const isInbox = kind === "approvals" && flags.all !== true && flags.state === undefined;
  return { path: `/api/${kind}`, key: kind, params: isInbox ? { ...params, state: "open" } : params };
}

type Param = readonly [name: string, value: string | number];

/** How the house calls a filter. */
function askOf(kind: Kind, name: keyof Flags, flags: Flags): readonly Param[] {
  const value = flags[name];
  if (name === "closed") return value === true ? [["closed", "1"]] : [];
  if (name === "all") return value === true && kind === "attention" ? [["snoozed", "1"]] : [];
  if (name === "age") return typeof value === "number" ? [["minAgeMs", value]] : [];
  if (name === "attention" && value === true) return [["attention", "any"]];
  if (typeof value !== "string") return [];
  return [[name, name === "principal" ? value.replace(KIND_OF_PRINCIPAL, "") : value]];
}

const narrowOf = (kind: Kind, flags: Flags): Narrow => {
  const { narrows }: Listed = KINDS[kind];
  const said = narrows.filter((name) => flags[name] !== undefined);
  return Object.fromEntries(said.map((name) => [name, flags[name]]));
};

export const registerGet: Register = (program, setting) => {
  const command = program
    .command("get")
    .description(
      "list sessions, hosts, approvals and the rest; fleet and attention are all of it in one look",
    )
    .addArgument(new Argument("<kind>", "what to list").choices(Object.keys(KINDS)))
    .addOption(outputOption())
    .option("--limit <n>", "at most this many", positiveNumber);
  withFilters(command)
    .addHelpText("after", EXAMPLES)
    .action((kind: Kind, flags: Flags) => get(setting, kind, flags));
};

/** Lists that have a command of their own name as well; `claw fleet` runs one, so the fleet's is `claw get fleet`. */
const SHORT = {
  sessions: "list sessions: short for claw get sessions",
  runtimes: "list registered runtimes: short for claw get runtimes",
  policies: "list egress policies, without secrets: short for claw get policies",
  archives: "list archives of sessions: short for claw get archives; claw archive fetches one",
  checkpoints: "list the newest checkpoints of sessions and runtimes: short for claw get checkpoints",
} as const satisfies Partial<Record<Kind, string>>;

export const registerLists: Register = (program, setting) => {
  for (const kind of Object.keys(SHORT) as (keyof typeof SHORT)[])
    asList(program.command(kind).description(SHORT[kind]), kind, setting);
};

/** Makes a command a list of one kind, with its filters and no others. */
export const asList = (command: Command, kind: Kind, setting: Setting): Command =>
  withFilters(
    command.addOption(outputOption()).option("--limit <n>", "at most this many", positiveNumber),
    kind,
  ).action((flags: Flags) => get(setting, kind, flags));

async function get(setting: Setting, kind: Kind, flags: Flags): Promise<void> {
  const { io, target } = setting;
  refuseForeignFilters(kind, flags);
  const { status, limit, output } = flags;
  if (status !== undefined && !STATUSES.includes(status))
    io.say(oneLine(`No status is known by the name ${status}: ${STATUSES.join(", ")} are.`));
  const narrow = narrowOf(kind, flags);
  const house = target();
  if (kind === "fleet") return writeFleet(setting, house, narrow, flags);
  const list = listOf(kind, flags);
  const { look, each }: Listed = KINDS[kind];
  if (Object.keys(narrow).length === 0 && each === undefined)
    return writeList(io, look, readRows(house, list, limit), output);
  const nowMs = io.nowMs();
  const things = each === undefined ? readRows(house, list) : eachIn(readRows(house, list), each);
  const meant = meantOf(things, (thing) => isMeant(narrow, thing, nowMs), limit);
  return writeList(io, look, meant, output);
}

async function* eachIn(
  rows: AsyncIterable<Thing>,
  each: (row: Thing) => readonly Thing[],
): AsyncGenerator<Thing> {
  for await (const row of rows) yield* each(row);
}

/** For programs the whole answer, with the totals of all that the caller sees; for people its sessions, and the totals on stderr. */
async function writeFleet(
  { io }: Setting,
  house: Target,
  narrow: Narrow,
  { output, limit }: Flags,
): Promise<void> {
  const fleet = await readFleet(house);
  const nowMs = io.nowMs();
  const meant = fleet.sessions.filter((line) => isMeant(narrow, line, nowMs)).slice(0, limit);
  if (output === "json" || output === "yaml")
    return writeOne(io, looks.fleet, { fleet: { ...fleet, sessions: meant } }, output);
  await writeList(io, looks.fleet, each(meant), output);
  if (output === "table" || output === "wide") io.say(oneLine(totalsOf(fleet)));
}

async function* each(things: readonly Thing[]): AsyncGenerator<Thing> {
  yield* things;
}

function totalsOf(fleet: Thing): string {
  const totals = Object(fleet["totals"]) as Thing;
  const words = ["sessions", "active", "ready", "attachable", "failed", "stopped", "archived"];
  const counts = words.map((name) => `${String(totals[name] ?? "?")} ${name}`).join(", ");
  return fleet["registryAvailable"] === false ? `${counts}; the registry is not whole now` : counts;
}

const EXAMPLES = `
Examples:
  $ claw get fleet --attention
  $ claw get sessions --status active --group release
  $ claw get sessions --owner ann --state failed --age 1d -o wide
  $ claw get attention
  $ claw get sessions -o name | xargs -n1 claw transcript
  $ claw get commands --decision refused -o wide
  $ claw get policies --repo acme/app
  $ claw get checkpoints --session 0199c0de-0000-7000-8000-000000000001
  $ claw get usage --by owner
  $ claw get archives --session 0199c0de-0000-7000-8000-000000000001 -o json
`;
