/** A first verdict, read back from the entry that holds it. */
import { type Entry, isRefusalCode, type Principal, readEvents } from "@claw/events";
import type { Earlier } from "./question.ts";

/** An entry that is gone, or that this version cannot read, refuses its id all the same: when in doubt, refuse. */
export function earlierOf(entry: Entry | null): Earlier {
  const first = entry === null ? undefined : readEvents({ entry })[0];
  if (first?.status === "known" && first.event.type === "command.accepted") {
    const { digest, principal } = first.event.data;
    return { digest, principal, verdict: { decision: "accepted" } };
  }
  if (first?.status === "known" && first.event.type === "command.refused") {
    const { digest, principal, code, facts, rule } = first.event.data;
    const named = rule === undefined ? {} : { rule };
    if (isRefusalCode(code))
      return { digest, principal, verdict: { decision: "refused", code, facts, ...named } };
  }
  return UNREADABLE;
}

const NOBODY: Principal = { kind: "house", name: "unreadable", role: "auditor" };
const UNREADABLE: Earlier = {
  digest: "",
  principal: NOBODY,
  verdict: { decision: "refused", code: "command_id_reused", facts: {} },
};
