/** What is worth knowing first of a session: who made it and what for, what it says of its work, its tree, and how to attach. */
import type { Thing } from "../client/pages.ts";
import { ageSince } from "./age.ts";
import { at, principalOf, text } from "./columns.ts";
import { isSaid, type Line, written } from "./lines.ts";

/** What is known of it beside its row. */
export interface Around {
  /** What it spawned. */
  readonly children: readonly Thing[];
  /** What it said of its work, oldest first. */
  readonly reports: readonly Thing[];
}

/** As comments of YAML, so that what stands below them stays readable for programs; nothing for a session of which there is nothing to tell. */
export function sessionHead(session: Thing, { children, reports }: Around, nowMs: number): string {
  const head = [
    ...spawnLines(session, nowMs),
    ...treeLines(session, children),
    ...workLines(session, reports, nowMs),
    ...attachLines(session),
  ];
  const text = written(head, "# ");
  return text === "" ? "" : `${text}\n`;
}

function spawnLines(session: Thing, nowMs: number): readonly Line[] {
  const purpose: Line = ["purpose", said(session, "purpose")];
  if (!isSaid(at(session, "spawn"))) return [purpose];
  const command = text(at(session, "spawn.commandId"));
  return [
    [
      "spawned",
      `by ${principalOf(session, "spawn.createdBy")}, ${ageSince(at(session, "firstSeenAt"), nowMs)} ago (${command})`,
    ],
    purpose,
  ];
}

const MOST_CHILDREN = 16;

function treeLines(session: Thing, children: readonly Thing[]): readonly Line[] {
  const parent = at(session, "spawn.parentSessionId") ?? at(session, "parentSessionId");
  const root = at(session, "spawn.rootSessionId") ?? at(session, "rootSessionId");
  const more = children.length > MOST_CHILDREN ? ` and ${children.length - MOST_CHILDREN} more` : "";
  const ids = children
    .slice(0, MOST_CHILDREN)
    .map((child) => `${text(at(child, "sessionId"))} (${text(at(child, "status"))})`);
  return [
    ["parent", isSaid(parent) ? text(parent) : ""],
    ["root", isSaid(root) && root !== parent && root !== at(session, "sessionId") ? text(root) : ""],
    ["children", ids.length === 0 ? "" : `${ids.join(", ")}${more}`],
  ];
}

const MOST_REPORTS = 4;

function workLines(session: Thing, reports: readonly Thing[], nowMs: number): readonly Line[] {
  const newest = reports.slice(-MOST_REPORTS).toReversed();
  const open = at(session, "openApprovals");
  const attempts = at(session, "attempts");
  return [
    ...newest.map((report, index): Line => [index === 0 ? "progress" : "", reportText(report, nowMs)]),
    [
      "asks",
      Array.isArray(open) && open.length > 0 ? `${open.map(text).join(", ")} (claw get approvals)` : "",
    ],
    [
      "attempts",
      typeof attempts === "number" && attempts > 0
        ? `${attempts} calls with its key that were not its own`
        : "",
    ],
  ];
}

const reportText = (report: Thing, nowMs: number): string => {
  const note = isSaid(at(report, "note")) ? `: ${text(at(report, "note"))}` : "";
  return `${progressOf(report)}, ${ageSince(at(report, "at"), nowMs)} ago${note}`;
};

/** `working 40 % (tests)` */
export function progressOf(report: Thing): string {
  const percent = at(report, "percent");
  const phase = at(report, "phase");
  return [
    text(at(report, "state")),
    typeof percent === "number" ? `${percent} %` : "",
    isSaid(phase) ? `(${text(phase)})` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** The command for a terminal on its host, and the one from elsewhere. */
function attachLines(session: Thing): readonly Line[] {
  const why = said(session, "attach.detail");
  return [
    ["attach", said(session, "attach.command")],
    ["", said(session, "attach.remoteCommand")],
    ["attach", why === "" ? "" : `no: ${why}`],
  ];
}

const said = (thing: Thing, path: string): string => (isSaid(at(thing, path)) ? text(at(thing, path)) : "");
