/** Sign-ins of people in browsers. One is opened once; what claims to open it again changes nothing, and an end is for ever. */
import { DECIDED } from "@claw/events";
import type { SignInRow } from "../people-rows.ts";
import type { ViewProjection } from "./projection.ts";

export const signIns: ViewProjection<"signIns"> = {
  name: "signIns",
  version: 1,
  key: ({ lane, event }) => {
    if (lane !== DECIDED) return null;
    return event.type === "signin.opened" || event.type === "signin.closed" ? event.data.signInId : null;
  },
  evolve: (row, { event, recordedAt }) => {
    if (row === undefined)
      return event.type === "signin.opened"
        ? ({ ...event.data, closedAt: null } satisfies SignInRow)
        : undefined;
    return event.type === "signin.closed" && row.closedAt === null
      ? { ...row, closedAt: recordedAt }
      : undefined;
  },
};
