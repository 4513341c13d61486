/** One question of Codex as a person reads it: what exactly is asked, in whose turn, until when, and how it may be answered. */
import type { Thing } from "../client/pages.ts";
import { ageSince, inTime } from "./age.ts";
import { at, principalOf, text } from "./columns.ts";
import { isSaid, type Line, written } from "./lines.ts";
import { lines } from "./terminal.ts";

/** The whole of it; the diff, or what is asked for, stands behind as it is. */
export function approvalText(approval: Thing, nowMs: number): string {
  const detail = at(approval, "detail");
  const block = typeof detail === "string" && detail.trim() !== "" ? `\n${indented(detail)}\n` : "";
  return `${written([...askedLines(approval, nowMs), ...endLines(approval, nowMs)])}${block}`;
}

/** What is about to be answered, in a line for stderr. */
export const gistOf = (approval: Thing): string =>
  `${text(at(approval, "kind"))} in ${whose(approval)} turn: ${text(at(approval, "subject"))}`;

/** Whose turn asks. Null: nobody can tell, and then only a person may answer. */
export const whose = (approval: Thing): string => {
  const isOurs = at(approval, "isOurs");
  return isOurs === true ? "our" : isOurs === false ? "a person's" : "an unknown";
};

function askedLines(approval: Thing, nowMs: number): readonly Line[] {
  const offered = at(approval, "availableDecisions");
  return [
    ["question", `${text(at(approval, "requestId"))} (${text(at(approval, "kind"))})`],
    ["session", text(at(approval, "sessionId"))],
    ["turn", `${text(at(approval, "turnId"))}, ${whose(approval)} turn`],
    ["asked", `${ageSince(at(approval, "openedAt"), nowMs)} ago`],
    ["asks", isSaid(at(approval, "subject")) ? text(at(approval, "subject")) : ""],
    ["in", isSaid(at(approval, "workspace")) ? text(at(approval, "workspace")) : ""],
    ["because", isSaid(at(approval, "reason")) ? text(at(approval, "reason")) : ""],
    ["offered", Array.isArray(offered) ? offered.map(text).join(", ") : ""],
    ["digest", isSaid(at(approval, "subjectDigest")) ? text(at(approval, "subjectDigest")) : ""],
  ];
}

function endLines(approval: Thing, nowMs: number): readonly Line[] {
  const decided = at(approval, "decision");
  const isDecided = typeof decided === "object" && decided !== null;
  const closed = isSaid(at(approval, "how"))
    ? `closed ${ageSince(at(approval, "closedAt"), nowMs)} ago: ${text(at(approval, "how"))}`
    : "open";
  const because = isSaid(at(approval, "decision.reason")) ? `: ${text(at(approval, "decision.reason"))}` : "";
  const by = `${principalOf(approval, "decision.by")}, ${ageSince(at(approval, "decision.at"), nowMs)} ago`;
  return [
    ["state", closed],
    [
      "declined",
      isSaid(at(approval, "deadlineAt")) ? `${inTime(at(approval, "deadlineAt"), nowMs)}, by policy` : "",
    ],
    ["rule", ruleOf(approval)],
    ["decision", isDecided ? `${text(at(approval, "decision.answer"))} by ${by}${because}` : ""],
    // Who wants to see more than what is asked goes to where it is asked (N1-025).
    ["go there", isSaid(at(approval, "how")) ? "" : `claw attach ${text(at(approval, "sessionId"))}`],
  ];
}

/** By which rule policy answers while it is open. */
function ruleOf(approval: Thing): string {
  if (!isSaid(at(approval, "ruledBy"))) return "";
  const pattern = at(approval, "ruledBy.pattern");
  const where = isSaid(at(approval, "ruledBy.id")) ? `/${text(at(approval, "ruledBy.id"))}` : "";
  const what = isSaid(pattern) ? ` what matches ${text(pattern)}` : "";
  return `${text(at(approval, "ruledBy.answer"))}${what} (${text(at(approval, "ruledBy.scope"))}${where})`;
}

const indented = (block: string): string =>
  lines(block)
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
