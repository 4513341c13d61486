import { describe, expect, it } from "vitest";
import { readRefusal } from "../../src/domain/refusal.ts";
import { didNothing, fault, refusalOf } from "../../src/faults.ts";

describe("what Codex means by a no", () => {
  it.each([
    ["no active turn to steer", { kind: "no_active_turn" }],
    ["no active turn to interrupt", { kind: "no_active_turn" }],
    [
      "expected active turn id `A-1` but found `B-2`",
      { kind: "turn_mismatch", expected: "A-1", found: "B-2" },
    ],
    ["expected active turn id A-1 but found B-2", { kind: "turn_mismatch", expected: "A-1", found: "B-2" }],
    ["thread not found: T", { kind: "thread_unknown" }],
    ["thread not loaded: T", { kind: "thread_unknown" }],
    ["no rollout found for thread id T", { kind: "thread_unknown" }],
    ["thread T already has an active writer", { kind: "active_writer" }],
    ["session T is archived. Run `codex unarchive T`", { kind: "archived" }],
    [
      "thread T is not materialized yet; thread/turns/list is unavailable before first user message",
      { kind: "no_turns" },
    ],
    ["list_turns is not supported yet", { kind: "not_listable" }],
    ["I dreamt of a thread that already has an active writer, or so", { kind: "other" }],
    ["", { kind: "other" }],
  ])("%s", (message, refusal) => {
    expect(readRefusal(message)).toEqual(refusal);
  });

  it("only a no of the server is one, and only what was surely not carried out may be asked for again", () => {
    expect(refusalOf(fault("rejected", { message: "no active turn to steer" }))).toEqual({
      kind: "no_active_turn",
    });
    expect(refusalOf(fault("request_timeout", { message: "no active turn to steer" }))).toBeNull();
    const undone = ["overloaded", "draining", "rejected", "method_unknown", "inflight_full", "outbound_full"];
    for (const code of undone) expect(didNothing({ code } as never)).toBe(true);
    const open = ["request_timeout", "closed_by_server", "transport_failed", "silent", "reply_malformed"];
    for (const code of open) expect(didNothing({ code } as never)).toBe(false);
  });
});
