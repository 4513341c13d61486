/** `claw approve` and `claw deny`: answering what Codex asks (N1-025, N1-027). */
import type { Command } from "commander";
import { onlyApproval, readApproval } from "../client/approvals.ts";
import { EXITS_HELP } from "../client/exits.ts";
import { at } from "../render/columns.ts";
import { gistOf } from "../render/approval.ts";
import { oneLine } from "../render/terminal.ts";
import { act, type ActFlags, withActOptions } from "./act.ts";
import type { Register, Setting } from "./shape.ts";

interface Flags extends ActFlags {
  readonly reason?: string;
  readonly digest?: string;
  readonly forSession?: boolean;
  readonly cancel?: boolean;
}

const withQuestion = (command: Command): Command =>
  withActOptions(
    command
      .argument("<session>", "the session's id")
      .argument("[request]", "which question; not needed where exactly one is open")
      .option("--digest <digest>", "answer only what has this digest (default: of what is open now)"),
    ["decision", "outcome"],
  );

export const registerApprove: Register = (program, setting) => {
  withQuestion(program.command("approve").description("allow what Codex asks in a session"))
    .option("--for-session", "and the same again, for as long as the session is in memory")
    .option("--reason <text>", "why")
    .addHelpText("after", APPROVE_HELP)
    .action((session: string, request: string | undefined, flags: Flags) =>
      answer(
        setting,
        { session, request, answer: flags.forSession === true ? "accept_for_session" : "accept" },
        flags,
      ),
    );
};

export const registerDeny: Register = (program, setting) => {
  withQuestion(
    program
      .command("deny")
      .description("decline what Codex asks; the turn goes on, and the model learns why"),
  )
    .requiredOption("--reason <text>", "why; the model reads it")
    .option("--cancel", "end the turn as well")
    .addHelpText("after", DENY_HELP)
    .action((session: string, request: string | undefined, flags: Flags) =>
      answer(setting, { session, request, answer: flags.cancel === true ? "cancel" : "decline" }, flags),
    );
};

interface Asked {
  readonly session: string;
  readonly request: string | undefined;
  readonly answer: "accept" | "accept_for_session" | "decline" | "cancel";
}

/** What is answered is said first, and its digest goes with the answer: where something else is asked by then, nothing is answered. */
async function answer(setting: Setting, asked: Asked, flags: Flags): Promise<void> {
  const target = setting.target();
  const question =
    asked.request === undefined
      ? await onlyApproval(target, asked.session)
      : await readApproval(target, asked.session, asked.request);
  setting.io.say(oneLine(gistOf(question)));
  const digest = flags.digest ?? at(question, "subjectDigest");
  const command = {
    type: "approval.decide",
    target: { sessionId: asked.session, requestId: at(question, "requestId") },
    answer: asked.answer,
    ...(flags.reason !== undefined && { text: flags.reason }),
    ...(typeof digest === "string" && { subjectDigest: digest }),
  };
  await act(setting, command, flags, {
    sentence: ({ commandId, outcome }) =>
      `${outcome === "succeeded" ? DONE[asked.answer] : "handed to its host"} (${commandId})`,
  });
}

const DONE: Readonly<Record<Asked["answer"], string>> = {
  accept: "it may; Codex goes on",
  accept_for_session: "it may, and for the rest of the session; Codex goes on",
  decline: "declined; the turn goes on",
  cancel: "declined, and the turn is ended",
};

const APPROVE_HELP = `
A person may answer any question, a Claw only those of turns that are the supervisor's. Look first:
\`claw describe approval <session> <request>\` shows the diff, and the digest of what is asked.
${EXITS_HELP}
Examples:
  $ claw get approvals
  $ claw approve 0199c0de-0000-7000-8000-000000000001
  $ claw approve 0199c0de-0000-7000-8000-000000000001 7 --for-session
`;

const DENY_HELP = `${EXITS_HELP}
Examples:
  $ claw deny 0199c0de-0000-7000-8000-000000000001 --reason "use the staging database"
  $ claw deny 0199c0de-0000-7000-8000-000000000001 7 --cancel --reason "the wrong branch"
`;
