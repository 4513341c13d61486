/** Exit codes: what scripts branch on (DESIGN 3). */
import { type RefusalCode, refusals } from "@claw/events";
import { describe, expect, test } from "vitest";
import { exitOfOutcome, exitOfProblem } from "../src/client/exits.ts";

const codes = Object.keys(refusals) as RefusalCode[];
const exitOf = (code: RefusalCode): number => exitOfProblem(refusals[code].status, code);
const codesWith = (exitCode: number): readonly RefusalCode[] =>
  codes.filter((code) => exitOf(code) === exitCode).toSorted();

describe("the exit code of a refusal", () => {
  test("3: there is no such thing", () => {
    expect(codesWith(3)).toEqual([
      "approval_unknown",
      "attention_unknown",
      "endpoint_unknown",
      "host_unknown",
      "limit_unknown",
      "not_found",
      "quarantine_unknown",
      "runtime_unknown",
      "session_unknown",
      "token_unknown",
    ]);
  });

  test("4: a rule says no, whatever status it has", () => {
    expect(codesWith(4)).toEqual(
      expect.arrayContaining([
        "budget_spent",
        "chain_too_wide",
        "cycle",
        "edge_repeats",
        "self_echo",
        "too_many_hops",
        "halted",
        "muted",
        "rate_limited",
        "forbidden",
        "unauthenticated",
        "control_characters",
        "secret_in_text",
        "text_too_long",
        "limit_out_of_range",
        "host_silent",
        "host_catching_up",
        "endpoint_lost",
        "not_enabled",
        "session_only",
        "thread_mismatch",
        "workspace_not_allowed",
        "no_host",
        "host_not_open",
        "tree_full",
        "not_answerable",
        "answer_not_offered",
        "not_the_owner",
      ]),
    );
  });

  test("5: another turn, another lease, another writer", () => {
    expect(codesWith(5)).toEqual(
      expect.arrayContaining([
        "lease_held",
        "lease_not_yours",
        "lease_unknown",
        "command_outstanding",
        "human_at_work",
        "session_active",
        "session_idle",
        "session_closed",
        "turn_mismatch",
        "turn_unknown",
        "command_id_reused",
        "approval_closed",
        "approval_changed",
        "thread_vanished",
        "workspace_missing",
        "runtime_exists",
        "runtime_changed",
        "runtime_over",
      ]),
    );
  });

  test("N1-042: none is a success, and only what may be tried again unchanged is a fault", () => {
    expect(codesWith(0)).toEqual([]);
    expect(codesWith(1)).toContain("unavailable");
    expect(codesWith(1).filter((code) => refusals[code].status !== 503)).toEqual([]);
    expect([...codesWith(6), ...codesWith(7)]).toEqual([]);
  });

  test("a code of a later house goes by its status; a name of JavaScript's own is none", () => {
    expect(exitOfProblem(409, "a_later_code")).toBe(5);
    expect(exitOfProblem(403, "constructor")).toBe(4);
    expect(exitOfProblem(418, null)).toBe(1);
  });
});

test("a host that fails for a conflict is a conflict: it checked a moment after policy did", () => {
  expect(exitOfOutcome("failed", "turn_mismatch")).toBe(5);
  expect(exitOfOutcome("failed", "halted")).toBe(1);
  expect(exitOfOutcome("failed", "a_code_of_a_later_host")).toBe(1);
});

test.each([
  ["succeeded", 0],
  ["failed", 1],
  ["expired", 1],
  ["collided", 5],
  ["unknown", 6],
  [null, 6],
  ["constructor", 6],
])("the outcome %s is exit %i", (outcome, exitCode) => {
  expect(exitOfOutcome(outcome)).toBe(exitCode);
});
