/** Asking for something that a host has to do, and waiting for what it says. */
import { EXIT, newId } from "@claw/runtime";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Answer, answerOf, ask, MAX_WAIT_MS, type Unnamed, type Wait, WAITS } from "../client/ask.ts";
import { exitOfOutcome } from "../client/exits.ts";
import type { Raw } from "../client/http.ts";
import { idsLike, orLike } from "../client/nearest.ts";
import { Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed } from "../io.ts";
import { sentenceOf } from "../render/answer.ts";
import { at } from "../render/columns.ts";
import { isSaid } from "../render/lines.ts";
import { commands } from "../render/looks.ts";
import { type Format, type Look, writeOne } from "../render/output.ts";
import { whileWaiting } from "../render/spinner.ts";
import { commandId, duration, outputOption, type Setting } from "./shape.ts";

export interface ActFlags {
  readonly output: Format;
  readonly wait: Wait;
  readonly waitMs?: number;
  readonly commandId?: string;
  readonly dryRun?: boolean;
}

/** The options of every command that waits. */
export const withActOptions = (
  command: Command,
  waits: readonly Wait[] = WAITS,
  usual: Wait = "outcome",
): Command =>
  command
    .addOption(
      new Option("--wait <for>", "what to wait for: policy's decision, the host's outcome, the turn's end")
        .choices([...waits])
        .default(usual),
    )
    .option("--wait-ms <ms>", "how long, at most 2 minutes (default: 30 s)", waitMs)
    .option("--command-id <id>", "the id to ask under: the same id again does nothing twice", commandId)
    .option("--dry-run", "only say what would be decided")
    .addOption(outputOption());

/** Ms, or a time with its unit. */
function waitMs(text: string): number {
  const ms = /^\d{1,9}$/.test(text) ? Number(text) : duration(text);
  if (ms <= MAX_WAIT_MS) return ms;
  throw new InvalidArgumentError("The house waits at most 2 minutes.");
}

/** What came back for a command, before anything is told of it. */
export interface HandedIn {
  readonly target: Target;
  readonly commandId: string;
  readonly raw: Raw;
  readonly isDryRun: boolean;
}

/** What is written and told of an answer beside, or in place of, the usual. */
export interface Telling {
  /** Stands in the written answer beside what the house said. */
  readonly more?: Thing;
  /** How `-o name` names what came of it. */
  readonly look?: Look;
  /** The session that was named, so that ids like a mistyped one can be offered. */
  readonly about?: string | null;
  /** In place of the usual sentence of what succeeded. */
  readonly sentence?: (answer: Answer) => string;
  /** The same of a dry run. */
  readonly tried?: (answer: Answer) => string;
}

/** Asks, waits, and tells. Fails with the exit code of the refusal or of the outcome; with `-o` the answer is written first, whichever it is. */
export const act = async (
  setting: Setting,
  command: Unnamed,
  flags: ActFlags,
  telling: Telling = {},
): Promise<Answer> =>
  conclude(setting, await handIn(setting, command, flags), flags, {
    about: isSaid(at(command, "target.sessionId")) ? String(at(command, "target.sessionId")) : null,
    ...telling,
  });

/** Asks and waits. */
export async function handIn(setting: Setting, command: Unnamed, flags: ActFlags): Promise<HandedIn> {
  const { io } = setting;
  const target = setting.target();
  const id = flags.commandId ?? newId("cmd");
  const { wait, waitMs, dryRun: isDryRun = false } = flags;
  const tellId = (): void =>
    io.say(`not waited for: \`claw describe command ${id}\` tells what became of it`);
  io.stop.addEventListener("abort", tellId, { once: true });
  const asking = {
    isDryRun,
    wait: isDryRun ? "decision" : wait,
    ...(waitMs !== undefined && { waitMs }),
  } as const;
  const raw = await whileWaiting(
    io,
    WAITING[asking.wait],
    ask(target, { ...command, commandId: id }, asking),
  ).finally(() => io.stop.removeEventListener("abort", tellId));
  return { target, commandId: id, raw, isDryRun };
}

/** Tells. */
export async function conclude(
  setting: Setting,
  { target, raw, isDryRun }: HandedIn,
  { wait, output }: ActFlags,
  { more = {}, look = commands, sentence: ownSentence, tried, about = null }: Telling = {},
): Promise<Answer> {
  writeAnswer(setting, raw, output, more, look);
  const like = () => (about === null ? Promise.resolve([]) : idsLike(target, "session", about));
  const answer = await orLike(() => answerOf(target, isDryRun ? unrecorded(raw) : raw), like);
  const isDone = answer.outcome === "succeeded" || answer.outcome === undefined || answer.outcome === null;
  const own = isDryRun ? tried : isDone ? ownSentence : undefined;
  const sentence = own?.(answer) ?? sentenceOf(answer, { wait, isDryRun });
  const exitCode =
    isDryRun || wait === "decision" ? EXIT.ok : exitOfOutcome(answer.outcome ?? null, answer.failure?.code);
  if (exitCode !== EXIT.ok) throw new CommandFailed(exitCode, sentence);
  setting.io.say(sentence);
  return answer;
}

/** What was only tried has no id under which anybody would find its refusal. */
const unrecorded = (raw: Raw): Raw =>
  raw.status < 300 ? raw : { ...raw, body: { ...Thing.safeParse(raw.body).data, commandId: undefined } };

const WAITING: Readonly<Record<Wait, string>> = {
  decision: "waiting for policy",
  outcome: "waiting for the host",
  turn: "waiting for the end of the turn",
};

/** Whatever was asked for in a form for programs is written, a refusal too: it says which command or which field, and why. */
function writeAnswer({ io }: Setting, { body }: Raw, format: Format, more: Thing, look: Look): void {
  if (format === "table" || format === "wide") return;
  const thing = { ...Thing.safeParse(body).data, ...more };
  const isNamed = typeof thing["commandId"] === "string";
  const isProblem = typeof thing["code"] === "string";
  if (isNamed || (isProblem && format !== "name")) writeOne(io, look, thing, format);
}
