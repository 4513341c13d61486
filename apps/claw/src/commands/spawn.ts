/** `claw spawn` and `claw fork`: sessions that work by themselves, and that people may attach to (S1-082, S1-104…S1-110). */
import { type CommandId, requestedSession } from "@claw/events";
import { EXIT } from "@claw/runtime";
import { type Command, InvalidArgumentError, Option } from "commander";
import { isSuccess } from "../client/ask.ts";
import { EXITS_HELP } from "../client/exits.ts";
import { Thing } from "../client/pages.ts";
import { idOf, readSession } from "../client/sessions.ts";
import { CommandFailed } from "../io.ts";
import { at, text } from "../render/columns.ts";
import { isSaid, written } from "../render/lines.ts";
import type { Look } from "../render/output.ts";
import { type ActFlags, conclude, type HandedIn, handIn, withActOptions } from "./act.ts";
import { textOf } from "./send.ts";
import { commandId, durationBetween, type Register, type Setting } from "./shape.ts";

interface SpawnFlags extends ActFlags {
  readonly host?: string;
  readonly endpoint?: string;
  readonly purpose?: string;
  readonly model?: string;
  readonly sandbox?: string;
  readonly approvalPolicy?: string;
  readonly id?: string;
  readonly deadline?: number;
}

const SANDBOXES = ["read-only", "workspace-write", "danger-full-access"];
const APPROVAL_POLICIES = ["untrusted", "on-request", "never"];

const withSpawnOptions = (command: Command): Command =>
  withActOptions(
    command
      .option("--purpose <text>", "what it is for, in a line; its thread is named after it")
      .option("--model <model>", "the model (default: the host's own)")
      .addOption(
        new Option("--sandbox <mode>", "what it may touch (default: the host's own)").choices(SANDBOXES),
      )
      .addOption(
        new Option("--approval-policy <policy>", "when it asks (default: the host's own)").choices(
          APPROVAL_POLICIES,
        ),
      )
      .option(
        "--deadline <time>",
        "how long it may take to begin, 1s to 10m (default: 60s)",
        durationBetween("1s", "10m"),
      )
      .option(
        "--id <id>",
        "name it after the task: asked for again under the same id, it is the same session",
        commandId,
      ),
  );

export const registerSpawn: Register = (program, setting) => {
  withSpawnOptions(
    program
      .command("spawn")
      .description("make a session that works by itself; people may attach to it")
      .argument("<workspace>", "an absolute path on its host, under one of the host's roots", workspacePath)
      .argument("<text...>", "its task; - reads it from standard input")
      .option("--host <id>", "where (default: policy chooses by load)")
      .option("--endpoint <id>", "which app-server of that host"),
  )
    .addHelpText("after", SPAWN_HELP)
    .action(async (workspace: string, words: readonly string[], flags: SpawnFlags) => {
      const { host: hostId, endpoint: endpointId } = flags;
      const where = {
        ...(hostId !== undefined && { hostId }),
        ...(endpointId !== undefined && { endpointId }),
      };
      await spawn(setting, { type: "session.spawn", workspace, ...where }, words, flags);
    });
};

export const registerFork: Register = (program, setting) => {
  withSpawnOptions(
    program
      .command("fork")
      .description("make a session with the history of another one, on its host and in its folder")
      .argument("<session>", "whose history it begins with")
      .argument("<text...>", "its task; - reads it from standard input"),
  )
    .addHelpText("after", FORK_HELP)
    .action(async (session: string, words: readonly string[], flags: SpawnFlags) => {
      await spawn(setting, { type: "session.fork", target: { sessionId: session } }, words, flags);
    });
};

/** Refused here, because the house would say the same of the shape of a field. */
function workspacePath(path: string): string {
  if (path.startsWith("/")) return path;
  throw new InvalidArgumentError("It takes an absolute path, as it is on the host.");
}

async function spawn(
  setting: Setting,
  what: Thing,
  words: readonly string[],
  flags: SpawnFlags,
): Promise<void> {
  const { purpose, model, sandbox, approvalPolicy, deadline } = flags;
  if (flags.id !== undefined && flags.commandId !== undefined && flags.id !== flags.commandId)
    throw new CommandFailed(EXIT.usage, "--id and --command-id are one thing: say one of them.");
  const settings = {
    ...(model !== undefined && { model }),
    ...(sandbox !== undefined && { sandbox }),
    ...(approvalPolicy !== undefined && { approvalPolicy }),
  };
  const command = {
    ...what,
    text: await textOf(setting.io, words),
    ...(purpose !== undefined && { purpose }),
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
  };
  const id = flags.id ?? flags.commandId;
  const asked = { ...flags, ...(id !== undefined && { commandId: id }) };
  const handed = await handIn(setting, command, asked);
  const session = isSuccess(handed.raw) && !handed.isDryRun ? await spawned(handed) : null;
  if (session !== null && !hasFailed(handed) && (flags.output === "table" || flags.output === "wide"))
    setting.io.out(spawnedText(session));
  await conclude(setting, handed, asked, {
    about: aboutOf(what),
    ...(session !== null && { more: { session }, look: NEW }),
  });
}

/** The session whose history is asked for. */
const aboutOf = (what: Thing): string | null =>
  isSaid(at(what, "target.sessionId")) ? text(at(what, "target.sessionId")) : null;

/** Its host has said that there is no such session, and will be none: a way to attach would lead nowhere. */
const hasFailed = ({ raw }: HandedIn): boolean =>
  ["failed", "expired"].includes(text(at(Thing.safeParse(raw.body).data ?? {}, "outcome")));

/** Named by the session that came of it. */
const NEW: Look = { key: "sessions", columns: [], name: (thing) => text(at(thing, "session.sessionId")) };

/** The session as it is by now, under the name that answers for it. What is not to be seen yet is no failure of the spawn. */
async function spawned({ target, commandId: askedAs, raw }: HandedIn): Promise<Thing> {
  const told = at(Thing.safeParse(raw.body).data ?? {}, "sessionId");
  const sessionId = typeof told === "string" ? told : requestedSession(askedAs as CommandId);
  try {
    const session = await readSession(target, sessionId);
    return { ...session, sessionId: idOf(session) };
  } catch (error) {
    if (error instanceof CommandFailed) return { sessionId };
    throw error;
  }
}

function spawnedText(session: Thing): string {
  const id = text(at(session, "sessionId"));
  return written([
    ["session", id],
    ["host", isSaid(at(session, "hostId")) ? text(at(session, "hostId")) : ""],
    ["workspace", isSaid(at(session, "workspace")) ? text(at(session, "workspace")) : ""],
    ["attach", `claw attach ${id}`],
    ["there", isSaid(at(session, "attach.command")) ? text(at(session, "attach.command")) : ""],
    [
      "elsewhere",
      isSaid(at(session, "attach.remoteCommand")) ? text(at(session, "attach.remoteCommand")) : "",
    ],
  ]);
}

const SPAWN_HELP = `
The host resolves the workspace and compares it with its own CLAW_WORKSPACE_ROOTS. stdout says the session, its host
and how to attach; -o name writes the session's id.
${EXITS_HELP}
Examples:
  $ claw spawn /srv/app "make the tests pass" --purpose "green main"
  $ S=$(claw spawn /srv/app - --id nightly-2026-11-21 -o name < task.md); claw transcript $S -f
  $ claw spawn /srv/app "update the pages" --host build-1 --sandbox workspace-write --wait turn
`;

const FORK_HELP = `${EXITS_HELP}
Examples:
  $ claw fork 0199c0de-0000-7000-8000-000000000001 "try it the other way round"
`;
