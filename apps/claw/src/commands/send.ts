/** `claw send` and `claw interrupt`: speaking to a session, and stopping what it does. */
import { EXIT } from "@claw/runtime";
import { Option } from "commander";
import { EXITS_HELP } from "../client/exits.ts";
import { CommandFailed, type Io } from "../io.ts";
import { act, type ActFlags, withActOptions } from "./act.ts";
import { durationBetween, type Register } from "./shape.ts";

const MODES = ["auto", "start", "steer"] as const;
/** Standard input beyond this is not read: no house takes as much (`Text` of `@claw/events`, four bytes a letter). */
const MOST_INPUT_BYTES = 262_144;

const REASON = [
  "--reason <text>",
  "why; kept with the decision, and shown to whoever sees the session",
] as const;

interface SendFlags extends ActFlags {
  readonly mode: (typeof MODES)[number];
  readonly turn?: string;
  readonly deadline?: number;
  readonly reason?: string;
}

export const registerSend: Register = (program, setting) => {
  const command = program
    .command("send")
    .description("send text to a session: it starts a turn, or goes into the active one")
    .argument("<session>", "the session's id")
    .argument("<text...>", "what to say; - reads it from standard input")
    .addOption(
      new Option("--mode <mode>", "start a turn, steer the active one, or whichever fits")
        .choices([...MODES])
        .default("auto"),
    )
    .option("--turn <id>", "the turn that has to be the active one; refused if it is not")
    .option(
      "--deadline <time>",
      "how long it may wait for its host, 1s to 10m (default: 30s)",
      durationBetween("1s", "10m"),
    )
    .option(...REASON);
  withActOptions(command)
    .addHelpText("after", SEND_HELP)
    .action(async (session: string, words: readonly string[], flags: SendFlags) => {
      await act(setting, await sendCommand(setting.io, session, words, flags), flags);
    });
};

/** The command, without its id. What is not set is left to the house. */
export async function sendCommand(
  io: Io,
  session: string,
  words: readonly string[],
  { mode, turn, deadline, reason }: Partial<SendFlags>,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    type: "session.send",
    target: { sessionId: session },
    text: await textOf(io, words),
    ...(mode !== undefined && { mode }),
    ...(turn !== undefined && { expectedTurnId: turn }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
    ...(reason !== undefined && { reason }),
  };
}

/** The words, or all of standard input without its last line break. */
export async function textOf(io: Io, words: readonly string[]): Promise<string> {
  const text = words.length === 1 && words[0] === "-" ? await readInput(io) : words.join(" ");
  if (text !== "") return text;
  throw new CommandFailed(EXIT.usage, "There is no text to send.");
}

async function readInput(io: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.input()) {
    bytes += chunk.byteLength;
    if (bytes > MOST_INPUT_BYTES)
      throw new CommandFailed(
        EXIT.refused,
        `The text is longer than ${MOST_INPUT_BYTES} bytes: put it into a file that the session can read.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

type InterruptFlags = ActFlags & Pick<SendFlags, "turn" | "reason">;

export const registerInterrupt: Register = (program, setting) => {
  const command = program
    .command("interrupt")
    .description("end the active turn of a session, and what it runs")
    .argument("<session>", "the session's id")
    .option("--turn <id>", "the turn that has to be the active one; refused if it is not")
    .option(...REASON);
  withActOptions(command)
    .addHelpText("after", INTERRUPT_HELP)
    .action(async (session: string, flags: InterruptFlags) => {
      const { turn, reason } = flags;
      const asked = {
        type: "session.interrupt",
        target: { sessionId: session },
        ...(turn !== undefined && { expectedTurnId: turn }),
        ...(reason !== undefined && { reason }),
      };
      await act(setting, asked, flags);
    });
};

const SEND_HELP = `
An idle session starts a turn; an active one is steered, if its turn is still the one that was active when it
was decided. stderr says which of the two it was, and the turn; -o json writes the whole answer.
${EXITS_HELP}
Examples:
  $ claw send 0199c0de-0000-7000-8000-000000000001 "run the tests again"
  $ git diff | claw send 0199c0de-0000-7000-8000-000000000001 - --wait turn
  $ claw send 0199c0de-0000-7000-8000-000000000001 stop and report --mode steer --dry-run
`;

const INTERRUPT_HELP = `${EXITS_HELP}
Examples:
  $ claw interrupt 0199c0de-0000-7000-8000-000000000001 --reason "it runs in circles"
  $ claw interrupt 0199c0de-0000-7000-8000-000000000001 --turn 0199c0de-0000-7000-8000-0000000000aa -o json
`;
