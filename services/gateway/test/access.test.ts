import { Role } from "@claw/events";
import { mayReadTranscripts } from "@claw/views";
import { describe, expect, test } from "vitest";
import { ACTIONS, mayDo, rolesFor } from "../src/auth/access.ts";

/** The table again, written out: a change of the law has to be made twice. */
const TABLE = `
                   viewer operator auditor admin claw session host
metrics.read       yes    yes      yes     yes   yes  no      no
fleet.read         yes    yes      yes     yes   yes  no      no
transcript.read    no     yes      yes     yes   yes  no      no
tokens.read        no     no       no      yes   no   no      no
quarantine.read    no     yes      no      yes   no   no      no
ledgers.read       no     yes      yes     yes   no   no      no
command.submit     yes    yes      yes     yes   yes  no      no
signin.link        yes    yes      yes     yes   no   no      no
signin.close       no     no       no      yes   no   no      no
`;

const [header = "", ...lines] = TABLE.trim().split("\n");
const roles = header.trim().split(/\s+/);
const cells = lines.flatMap((line) => {
  const [action = "", ...answers] = line.trim().split(/\s+/);
  return roles.map((role, index) => ({ action, role, isAllowed: answers[index] === "yes" }));
});

describe("X1-025, X1-029: who may do what", () => {
  test("the table has a cell for each role and action", () => {
    expect(new Set(cells.map(({ role }) => role))).toEqual(new Set(Role.options));
    expect(new Set(cells.map(({ action }) => action))).toEqual(new Set(ACTIONS));
    expect(cells).toHaveLength(Role.options.length * ACTIONS.length);
  });

  test.each(cells)("$role may do $action: $isAllowed", ({ action, role, isAllowed }) => {
    const known = ACTIONS.find((candidate) => candidate === action);
    if (known === undefined) throw new Error(`no action ${action}`);
    expect(mayDo(Role.parse(role), known)).toBe(isAllowed);
  });

  test.each(Role.options)("views and gateway agree on who reads transcripts: %s", (role) => {
    const principal = { kind: "person", name: "somebody", role } as const;
    expect(mayReadTranscripts(principal)).toBe(rolesFor("transcript.read").includes(role));
  });
});
