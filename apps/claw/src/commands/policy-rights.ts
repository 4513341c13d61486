/** `claw policy grant` and `claw policy approvals`: what sessions may do over MCP, and who answers what Codex asks in turns of ours (ADR 0013). */
import { EXIT } from "@claw/runtime";
import { Argument, type Command, Option } from "commander";
import { nobodyKnows } from "../client/unknown-scope.ts";
import { CommandFailed, type Io } from "../io.ts";
import { oneLine } from "../render/terminal.ts";
import { duration, durationBetween, type Setting } from "./shape.ts";
import { submit } from "./submit.ts";

interface Where {
  readonly session?: string;
  readonly host?: string;
  readonly group?: string;
  readonly until?: number;
  readonly reason: string;
}

interface Place {
  readonly scope: "session" | "host" | "group" | "global";
  readonly id: string | null;
}

const withWhere = (command: Command): Command =>
  command
    .option("--session <id>", "for one session")
    .option("--host <id>", "for the sessions of one host")
    .option("--group <id>", "for the sessions of one group (default: for all)")
    .option("--until <time>", "for so long, such as 1h (default: until it is changed)", duration)
    .requiredOption("--reason <text>", "why");

/** Refuses more than one: the narrower one would have been enough. */
function placeOf({ session, host, group }: Where): Place {
  const places: readonly Place[] = [
    ...(session === undefined ? [] : [{ scope: "session", id: session } as const]),
    ...(host === undefined ? [] : [{ scope: "host", id: host } as const]),
    ...(group === undefined ? [] : [{ scope: "group", id: group } as const]),
  ];
  if (places.length > 1)
    throw new CommandFailed(EXIT.usage, "Say one of --session, --host and --group, or none of them for all.");
  return places[0] ?? { scope: "global", id: null };
}

/** When it ends, by this machine's clock. */
const untilOf = ({ nowMs }: Io, { until }: Where): number | null =>
  until === undefined ? null : nowMs() + until;

const forWhom = ({ scope, id }: Place): string => (id === null ? "all sessions" : `${scope} ${id}`);
const untilWhen = (until: number | null): string =>
  until === null ? "" : ` until ${new Date(until).toISOString()}`;

const RIGHTS = ["send", "interrupt", "spawn", "transcript"];
const STATES = ["open", "closed", "inherit"];

/** Decides it and says so; a scope that nobody knows is told as well. */
async function rule(
  { io, target: house }: Setting,
  command: Readonly<Record<string, unknown>>,
  place: Place,
  said: string,
): Promise<void> {
  const target = house();
  const { facts } = await submit(target, { ...command, ...place });
  io.say(oneLine(said));
  if (facts?.["known"] === 0) io.say(await nobodyKnows(target, place));
}

export function addGrant(group: Command, setting: Setting): void {
  withWhere(
    group
      .command("grant")
      .description(
        "open or close a right of sessions over MCP; the narrowest rule that says something counts",
      )
      .addArgument(new Argument("<right>", "what sessions may do").choices(RIGHTS))
      .addArgument(new Argument("<state>", "inherit leaves it to the wider scope").choices(STATES)),
  )
    .addHelpText("after", GRANT_HELP)
    .action(async (right: string, state: string, where: Where) => {
      const place = placeOf(where);
      const until = untilOf(setting.io, where);
      const { reason } = where;
      const asked = { right, state: state === "inherit" ? null : state, until, reason };
      const now = state === "inherit" ? "is left to the wider scope" : `is ${state}`;
      const said = `${right} ${now} for ${forWhom(place)}${untilWhen(until)}`;
      await rule(setting, { type: "policy.grant", ...asked }, place, said);
    });
}

interface ApprovalFlags extends Where {
  readonly kind?: string;
  readonly wait?: number;
  readonly pattern?: string;
}

const ANSWERS = ["decline", "ask", "accept", "none"];
const KINDS = ["command", "fileChange", "permissions", "elicitation"];

export function addApprovals(group: Command, setting: Setting): void {
  withWhere(
    group
      .command("approvals")
      .description("how questions of the supervisor's own turns are answered; people's are left to people")
      .addArgument(
        new Argument(
          "<answer>",
          "decline at once; ask people first; accept what matches; none takes the rule away",
        ).choices(ANSWERS),
      )
      .addOption(new Option("--kind <kind>", "for this kind of question (default: every one)").choices(KINDS))
      .option(
        "--wait <time>",
        "ask: how long people have, 1s to 24h, before it is declined",
        durationBetween("1s", "24h"),
      )
      .option("--pattern <pattern>", "accept: the whole subject, with * for anything"),
  )
    .addHelpText("after", APPROVALS_HELP)
    .action(async (answer: string, flags: ApprovalFlags) => {
      refuseMismatch(answer, flags);
      const place = placeOf(flags);
      const until = untilOf(setting.io, flags);
      const { kind = null, wait: waitMs = null, pattern = null, reason } = flags;
      const asked = { kind, answer: answer === "none" ? null : answer, waitMs, pattern, until, reason };
      const said = `${kind ?? "every kind"}, ${forWhom(place)}: ${SAYS[answer] ?? answer}${untilWhen(until)}`;
      await rule(setting, { type: "policy.approvals", ...asked }, place, said);
    });
}

const SAYS: Readonly<Record<string, string>> = {
  decline: "declined at once",
  ask: "people are asked, then it is declined",
  accept: "what matches is accepted, the rest declined",
  none: "no rule here any more; a wider one counts, else it is declined",
};

/** Half a rule would decline what somebody thinks is asked or accepted. */
function refuseMismatch(answer: string, { wait, pattern }: ApprovalFlags): void {
  const wrong =
    answer === "ask" && wait === undefined
      ? "ask takes --wait: how long people have."
      : answer === "accept" && pattern === undefined
        ? "accept takes --pattern: what it accepts."
        : answer !== "ask" && wait !== undefined
          ? "--wait belongs to ask."
          : answer !== "accept" && pattern !== undefined
            ? "--pattern belongs to accept."
            : null;
  if (wrong !== null) throw new CommandFailed(EXIT.usage, wrong);
}

const GRANT_HELP = `
Every session may list its peers, read its own transcript and report progress. The rest is closed until it is opened
here; a session may always read and interrupt what it spawned itself.

Examples:
  $ claw policy grant send open --session 0199c0de-0000-7000-8000-000000000001 --until 1h --reason "a review of two"
  $ claw policy grant spawn open --host build-1 --reason "nightly work"
  $ claw policy grant send inherit --session 0199c0de-0000-7000-8000-000000000001 --reason "done"
`;

const APPROVALS_HELP = `
Without any rule a question of the supervisor's own turns is declined at once, and the model learns of it. The narrowest
rule counts, and in one place that of the very kind: where that one accepts what matches, the rest is declined at once,
and a wider "ask" is not asked. Questions in a person's turn are answered by nothing but a person.
A pattern is compared with the whole of what \`claw describe approval\` shows under "asks", as a rule a command with its
shell around it. In it * stands for anything, also for ; and &&: behind it stands whatever a model likes.

Examples:
  $ claw policy approvals ask --wait 10m --reason "somebody is there today"
  $ claw policy approvals accept --kind command --pattern "/bin/bash -lc 'git status'" --host build-1 --reason "harmless"
  $ claw policy approvals none --host build-1 --kind command --reason "back to the usual"
`;
