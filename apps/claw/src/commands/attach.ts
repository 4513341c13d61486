/** `claw attach`: the TUI of Codex on a session, here or through SSH (S1-111, S1-112, N1-021, W-42). */
import { EXIT } from "@claw/runtime";
import { type Seen, wayTo } from "../attach/way.ts";
import { idsLike, orLike } from "../client/nearest.ts";
import { idOf, isSpawned, readSession } from "../client/sessions.ts";
import type { Thing } from "../client/pages.ts";
import { CommandFailed } from "../io.ts";
import { at } from "../render/columns.ts";
import { type Format, writeOne } from "../render/output.ts";
import { sessions } from "../render/looks.ts";
import { shellLine } from "../render/shell.ts";
import { oneLine } from "../render/terminal.ts";
import { act } from "./act.ts";
import { outputOption, type Register, type Setting } from "./shape.ts";

interface Flags {
  readonly print?: boolean;
  readonly ssh?: string;
  readonly output: Format;
}

export const registerAttach: Register = (program, setting) => {
  program
    .command("attach")
    .description("open the TUI of Codex on a session: here if it runs on this machine, else through ssh")
    .argument("<session>", "the session's id")
    .option("--print", "only print the command")
    .option("--ssh <destination>", "how ssh reaches its host (default: the host's own name)")
    .addOption(outputOption())
    .addHelpText("after", HELP)
    .action((session: string, flags: Flags) => attach(setting, session, flags));
};

async function attach(setting: Setting, sessionId: string, { print, ssh, output }: Flags): Promise<void> {
  const { io } = setting;
  // It reads the connector's settings: the other commands should not wait for that.
  const { lookAround } = await import("../attach/here.ts");
  const target = setting.target();
  const session = await orLike(
    () => readSession(target, sessionId),
    () => idsLike(target, "session", sessionId),
  );
  const way = wayTo(seenOf(session), lookAround(io.env, ssh ?? null));
  if (way.type === "none") throw new CommandFailed(way.exitCode, oneLine(way.why));
  const isAway = isSpawned(session) && isUnloaded(session);
  if (print === true || output !== "table") {
    if (output === "table") io.out(`${shellLine(way.argv)}\n`);
    else writeOne(io, sessions, { sessionId: idOf(session), ...way, command: shellLine(way.argv) }, output);
    if (isAway) io.say(AWAY);
    return;
  }
  if (isAway) await putBack(setting, idOf(session));
  const code = await io.run(way.argv);
  if (code === 0) return;
  if (code !== null) throw new CommandFailed(EXIT.fault, `${way.argv[0]} ended with exit code ${code}.`);
  const cure = way.place === "here" ? "CLAW_CODEX names one that is not on the PATH" : "it takes ssh";
  throw new CommandFailed(EXIT.fault, `There is no program ${way.argv[0]} here: ${cure}.`);
}

const AWAY =
  "Its thread is not in memory: `claw attach` without --print puts it back first, so that it can call the supervisor again.";

const isUnloaded = (session: Thing): boolean =>
  at(session, "status") === "notLoaded" || at(session, "closed") === "unloaded";

/** Codex forgets the supervisor's tools of a thread that it unloads, so it is put back with them. Who may not do that attaches all the same. */
async function putBack(setting: Setting, sessionId: string): Promise<void> {
  try {
    await act(
      setting,
      { type: "session.resume", target: { sessionId } },
      { wait: "outcome", output: "table" },
    );
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.exitCode === EXIT.unreachable) throw error;
    setting.io.say(`${error.message} Attaching all the same, without its tools.`);
  }
}

function seenOf(session: Thing): Seen {
  const word = (path: string): string | null => {
    const value = at(session, path);
    return typeof value === "string" ? value : null;
  };
  return {
    sessionId: idOf(session),
    hostId: word("hostId") ?? "",
    hostname: word("host"),
    endpointId: word("endpointId") ?? "",
    closed: word("closed"),
    codexVersion: word("codexVersion"),
    reason: word("attach.reason"),
    detail: word("attach.detail"),
  };
}

const HELP = `
On this machine (CLAW_HOST_ID, else its name), the socket is the one of CLAW_ENDPOINTS, else Codex's default one.
A spawned session whose thread is not in memory is put back first, with the tools of the supervisor.

Examples:
  $ claw attach 0199c0de-0000-7000-8000-000000000001
  $ claw attach 0199c0de-0000-7000-8000-000000000001 --print
  $ claw attach 0199c0de-0000-7000-8000-000000000001 --ssh dev@build-1.example.org
`;
