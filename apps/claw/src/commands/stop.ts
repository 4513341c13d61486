/** `claw stop`: ends what a session and all that it spawned do, and lets nothing more in (X1-003). */
import { EXITS_HELP } from "../client/exits.ts";
import type { Answer } from "../client/ask.ts";
import { act, type ActFlags, withActOptions } from "./act.ts";
import type { Register } from "./shape.ts";

interface Flags extends ActFlags {
  readonly reason: string;
  readonly only?: boolean;
}

export const registerStop: Register = (program, setting) => {
  withActOptions(
    program
      .command("stop")
      .description("halt a session and all that it spawned, and interrupt what they do")
      .argument("<session>", "the session's id")
      .requiredOption("--reason <text>", "why")
      .option("--only", "not what it spawned"),
    ["decision"],
    "decision",
  )
    .addHelpText("after", HELP)
    .action(async (session: string, flags: Flags) => {
      const command = {
        type: "session.stop",
        target: { sessionId: session },
        tree: flags.only !== true,
        reason: flags.reason,
      };
      await act(setting, command, flags, { sentence: (answer) => stopped(session, answer) });
    });
};

function stopped(session: string, { facts }: Answer): string {
  const number = (name: string): number => (typeof facts?.[name] === "number" ? facts[name] : 0);
  const others = number("halted") - 1;
  const what = others > 0 ? `${session} and ${others} more are halted` : `${session} is halted`;
  const turns = number("interrupts");
  const ended = turns > 0 ? `, and ${turns} ${turns === 1 ? "turn is" : "turns are"} being interrupted` : "";
  const left = number("left") > 0 ? `; ${number("left")} of its tree are left: ask again` : "";
  return `${what}${ended}${left}; \`claw resume session ${session} --reason …\` lifts the halt of one`;
}

const HELP = `
Nothing is admitted from then on, whatever becomes of the interrupts. Asked again, it interrupts what still runs.
\`claw resume session <id> --reason <why>\` lifts the halt, of each session by itself.
${EXITS_HELP}
Examples:
  $ claw stop 0199c0de-0000-7000-8000-000000000001 --reason "not what was asked"
  $ claw stop 0199c0de-0000-7000-8000-000000000001 --only --reason "its children may finish"
`;
