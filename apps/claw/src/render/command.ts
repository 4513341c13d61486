/** One command as a person reads it: what was asked, by whom and why, what was decided and by which rule, what became of it, and when. */
import type { Thing } from "../client/pages.ts";
import { ageSince } from "./age.ts";
import { at, principalOf, text } from "./columns.ts";
import { isSaid, type Line, written } from "./lines.ts";

/** The whole of it. */
export const commandText = (command: Thing, nowMs: number): string =>
  written([
    ...askedLines(command, nowMs),
    ...decisionLines(command),
    ...originLines(command),
    ...outcomeLines(command),
    ...timeLines(command),
  ]);

/** The decision alone: the rule, the value that was seen, and the way out (N1-042). */
export const explanation = (command: Thing, nowMs: number): string =>
  written([...askedLines(command, nowMs), ...decisionLines(command), ...outcomeLines(command)]);

function askedLines(command: Thing, nowMs: number): readonly Line[] {
  const words = at(command, "text");
  const session = at(command, "sessionId");
  const where = [at(command, "hostId"), at(command, "endpointId")].filter(isSaid).map(text).join("/");
  return [
    ["command", `${text(at(command, "commandId"))}, ${text(at(command, "type"))}`],
    [
      "by",
      `${principalOf(command, "principal")} as ${text(at(command, "principal.role"))}, ${ageSince(at(command, "decidedAt"), nowMs)} ago`,
    ],
    ["session", isSaid(session) ? `${text(session)}${where === "" ? "" : ` on ${where}`}` : ""],
    ["became", isSaid(at(command, "spawnedSessionId")) ? text(at(command, "spawnedSessionId")) : ""],
    ["does", actOf(command)],
    ["text", isSaid(words) ? text(words) : ""],
    ["reason", isSaid(at(command, "reason")) ? text(at(command, "reason")) : ""],
  ];
}

/** What its host has to do, where the type of the command does not say it all. */
function actOf(command: Thing): string {
  switch (at(command, "act.kind")) {
    case "spawn": {
      const from = isSaid(at(command, "act.forkOf")) ? `, from ${text(at(command, "act.forkOf"))}` : "";
      const purpose = isSaid(at(command, "act.purpose")) ? `: ${text(at(command, "act.purpose"))}` : "";
      return `a session in ${text(at(command, "act.workspace"))}${from}${purpose}`;
    }
    case "answer":
      return `${text(at(command, "act.answer"))} to the question ${text(at(command, "act.requestId"))}`;
    default:
      return "";
  }
}

function decisionLines(command: Thing): readonly Line[] {
  const refusal = at(command, "refusal");
  if (!isThing(refusal)) return [["decision", `${text(at(command, "decision"))}: no rule said no`]];
  const rule = isSaid(refusal["rule"]) ? ` by the rule "${text(refusal["rule"])}"` : "";
  return [["decision", `refused${rule}: ${text(refusal["code"])}`], ...whyLines(refusal)];
}

/** Why not, the values that were seen, and the way out: of a rule or of a host. */
function whyLines(no: Thing): readonly Line[] {
  const facts = isThing(no["facts"]) ? Object.entries(no["facts"]) : [];
  return [
    ["why", isSaid(no["reason"]) ? text(no["reason"]) : ""],
    ["seen", facts.map(([name, value]) => `${name}=${value === null ? "none" : text(value)}`).join(", ")],
    ["way out", isSaid(no["remedy"]) ? text(no["remedy"]) : ""],
  ];
}

/** First causes, then the sessions that it came through, then the one that it is for. */
function originLines(command: Thing): readonly Line[] {
  const origin = at(command, "origin");
  if (!isThing(origin)) return [];
  const path = Array.isArray(origin["path"]) ? origin["path"].map(text) : [];
  const roots = text(origin["rootIds"]);
  const chain = [roots, ...path, text(at(command, "sessionId"))].join(" → ");
  return [["origin", `${chain} (hop ${text(origin["hop"])})`]];
}

function outcomeLines(command: Thing): readonly Line[] {
  const outcome = at(command, "outcome");
  if (!isSaid(outcome))
    return at(command, "state") === "open" ? [["outcome", "not known yet: its host has it to do"]] : [];
  const failure = at(command, "failure");
  const turn = isSaid(at(command, "turnId")) ? `, turn ${text(at(command, "turnId"))}` : "";
  const mode = isSaid(at(command, "mode")) ? ` (${text(at(command, "mode"))}${turn})` : turn;
  if (!isThing(failure)) return [["outcome", `${text(outcome)}${mode}`]];
  return [["outcome", `${text(outcome)}: ${text(failure["code"])}${turn}`], ...whyLines(failure)];
}

/** Codex tells the end of a turn in whole seconds: it stands behind what happened in the same one. */
const endOfSecond = (when: string): string => when.replace(/\.000Z$/, ".999Z");

function timeLines(command: Thing): readonly Line[] {
  const ended = text(at(command, "turnEndedAt"));
  const times = [
    ["decided", text(at(command, "decidedAt"))],
    ["deadline", text(at(command, "deadlineAt"))],
    [text(at(command, "outcome")), text(at(command, "outcomeAt"))],
    [`turn ${text(at(command, "turnStatus"))}`, ended, endOfSecond(ended)],
  ] as const;
  return times
    .filter(([, when]) => when !== "-")
    .toSorted(([, a, one = a], [, b, other = b]) => (one < other ? -1 : Number(one > other)))
    .map(([what, when], index) => [index === 0 ? "timeline" : "", `${when}  ${what}`]);
}

const isThing = (value: unknown): value is Thing => typeof value === "object" && value !== null;
