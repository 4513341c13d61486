/** What became of a command, in one sentence for people. */
import type { OutcomeWord } from "@claw/events";
import { type Answer, type Wait } from "../client/ask.ts";
import { at } from "./columns.ts";
import { oneLine } from "./terminal.ts";

export interface Told {
  readonly wait: Wait;
  readonly isDryRun: boolean;
}

/** Says whether text started a turn or went into one, and which (W-15); what is not known is said to be so, with the way to find out. */
export function sentenceOf(answer: Answer, { wait, isDryRun }: Told): string {
  const { commandId, outcome } = answer;
  if (isDryRun) return `It would be accepted${aimOf(answer, "start", "steer")}; nothing was done.`;
  const more = `\`claw describe command ${commandId}\``;
  if (outcome === null || outcome === undefined)
    return wait === "decision"
      ? `accepted as ${commandId}${aimOf(answer, "starts", "steers")}; ${more} tells what became of it`
      : `${commandId} is accepted, and its outcome is not known yet; ${more} tells it later`;
  return `${oneLine(WORDS.get(outcome)?.(answer) ?? `the outcome is ${outcome}`)} (${commandId})`;
}

const turnOf = ({ turnId }: Answer): string => turnId ?? "not known yet";
const turn = ({ turnId }: Answer): string => (typeof turnId === "string" ? `turn ${turnId}` : "a turn");

const DID: ReadonlyMap<string, string> = new Map([
  ["start", "started"],
  ["steer", "steered"],
  ["interrupt", "interrupted"],
]);
/** What is done to no turn, or makes its own. */
const DONE: ReadonlyMap<string, (answer: Answer) => string> = new Map([
  ["spawn", (answer: Answer): string => `spawned a session; its first turn is ${turnOf(answer)}`],
  ["resume", (): string => "the session is in memory again"],
  ["answer", (): string => "answered"],
]);

type Says = (answer: Answer) => string;
const SAYS: Readonly<Record<OutcomeWord, Says>> = {
  succeeded: (answer) =>
    (DONE.get(answer.mode ?? "")?.(answer) ?? `${DID.get(answer.mode ?? "") ?? "reached"} ${turn(answer)}`) +
    endOf(answer),
  failed: (answer) => `the host did not do it: ${reasonOf(answer)}`,
  expired: () => "it came too late for its host, and is never done",
  collided: (answer) =>
    `a collision: somebody else started ${turn(answer)} in the same moment, and the text went into it`,
  unknown: () => "nobody knows whether it was done; only its host can find out",
};
/** A house of a later version may have more words. */
const WORDS: ReadonlyMap<string, Says> = new Map(Object.entries(SAYS));

/** Where the turn's end was waited for. */
function endOf(answer: Answer): string {
  const status = at(answer, "turnStatus");
  return typeof status === "string" && status !== "inProgress" ? `, and it is ${status}` : "";
}

/** What it is meant to do, as policy saw the session. */
function aimOf({ facts }: Answer, start: string, steer: string): string {
  const mode = facts?.["mode"];
  if (mode === "start") return ` and ${start} a turn`;
  return mode === "steer" ? ` and ${steer} the active turn` : "";
}

/** The host's own code, with what is known of it, and the way out. */
function reasonOf(answer: Answer): string {
  const code = at(answer, "failure.code");
  const reason = at(answer, "failure.reason");
  if (typeof code !== "string") return "it says no reason";
  const remedy = at(answer, "failure.remedy");
  const words = [`${code}.`, reason, remedy].filter((word) => typeof word === "string");
  return words.length === 1 ? code : words.join(" ");
}
