/** How the rules that the house lives by look in a table. */
import type { Thing } from "../../client/pages.ts";
import { ageOf } from "../age.ts";
import { age, ahead, at, column, principal, text, wide } from "../columns.ts";
import type { Look } from "../output.ts";

export const limitRows: Look = {
  key: "limits",
  name: (thing) => text(at(thing, "name")),
  columns: [
    column("LIMIT", "name"),
    column("VALUE", "value", {
      colour: (thing) => (at(thing, "value") === at(thing, "default") ? null : "yellow"),
    }),
    column("DEFAULT", "default"),
    column("UNIT", "unit"),
    column("WHAT", "what"),
    column("MIN", "min", wide),
    column("MAX", "max", wide),
    principal("BY", "by"),
    age("SINCE", "sinceAt"),
    column("REASON", "reason"),
  ],
};

export const switchRows: Look = {
  key: "switches",
  none: "nothing is halted",
  name: (thing) => `${text(at(thing, "scope"))}/${text(at(thing, "id"))}`,
  columns: [
    column("HALTED", "scope", { colour: () => "red" }),
    column("ID", "id"),
    principal("BY", "by"),
    age("SINCE", "sinceAt"),
    column("REASON", "reason"),
  ],
};

export const mutedRows: Look = {
  key: "muted",
  none: "nobody is muted",
  name: (thing) => text(at(thing, "origin")),
  columns: [
    column("MUTED", "origin"),
    column("UNTIL", "until"),
    column("REFUSALS", "refusals"),
    column("LAST", "code"),
    column("UNWRITTEN", "unwritten"),
    age("SINCE", "sinceAt"),
  ],
};

export const grantRows: Look = {
  key: "grants",
  none: "no right of sessions is opened or closed: over MCP they list, read their own and report",
  name: (thing) => `${text(at(thing, "right"))}/${text(at(thing, "scope"))}/${text(at(thing, "id"))}`,
  columns: [
    column("RIGHT", "right"),
    column("STATE", "state", { colour: (thing) => (at(thing, "state") === "open" ? "green" : "red") }),
    column("SCOPE", "scope"),
    column("ID", "id"),
    ahead("ENDS", "until"),
    principal("BY", "by"),
    age("SINCE", "sinceAt"),
    column("REASON", "reason"),
  ],
};

/** The kind that the rule is for; most have one for any. */
const questionsOf = (thing: Thing): string => text(at(thing, "kind") ?? "any");

export const rulingRows: Look = {
  key: "approvals",
  none: "no rule on questions: those of turns that are ours are declined",
  name: (thing) => `${questionsOf(thing)}/${text(at(thing, "scope"))}/${text(at(thing, "id"))}`,
  columns: [
    { title: "QUESTIONS", value: questionsOf },
    column("ANSWER", "answer", { colour: (thing) => (at(thing, "answer") === "accept" ? "green" : null) }),
    {
      title: "WAIT",
      value: (thing) => {
        const ms = at(thing, "waitMs");
        return typeof ms === "number" ? ageOf(ms) : "-";
      },
    },
    column("PATTERN", "pattern"),
    column("SCOPE", "scope"),
    column("ID", "id"),
    ahead("ENDS", "until"),
    principal("BY", "by"),
    age("SINCE", "sinceAt"),
    column("REASON", "reason"),
  ],
};

/** The limits of a back-test. */
export const tried: Look = {
  key: "limits",
  none: "no limit was changed, and none bites",
  name: (thing) => text(at(thing, "limit")),
  columns: [
    column("LIMIT", "limit"),
    column("NOW", "value"),
    column("TRIED", "tried"),
    column("WOULD-REFUSE", "nowRefused"),
    column("WOULD-ACCEPT", "nowAccepted"),
  ],
};
